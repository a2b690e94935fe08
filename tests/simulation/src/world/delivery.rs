//! What carries events: the table's stream to its two consumers, and callbacks to the webhook.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use domain::UserId;
use lambda_http::{
    Request, RequestExt as _, aws_lambda_events::apigw::ApiGatewayV2httpRequestContext, request::RequestContext,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::time::sleep;
use twilio::account::Account;
use webhook::{PublicUrl, Webhook};

use super::{API_TIMEOUT, TIMEOUT, World, later::Later};
use crate::{chaos::Fault, taskrouter::short};

const PUBLIC_URL: &str = "https://roster.example.com";
const AUTH_TOKEN: &str = "12345";

/// The records of a batch of the stream.
const BATCH: usize = 25;

impl World {
    /// One consumer of one of the stream's two shards. What it does not deal with is delivered again.
    pub(super) async fn deliver_stream(self: Arc<Self>, who: &'static str, shard: usize) {
        let (mut dealt_with, consumer) = (0, 2 * usize::from(who == "sync") + shard);
        loop {
            sleep(self.chaos.millis(50..=250)).await;
            if self.chaos.strikes(Fault::StreamLate) {
                sleep(self.chaos.millis(1_000..=8_000)).await;
            }
            let records = self.stream(dealt_with, BATCH);
            if records.is_empty() {
                // Without a write there is nothing to read: the world's clock may jump.
                self.dynamo.next_write(consumer).await;
                continue;
            }
            let is_mine = |record: &&Value| shard_of(record) == shard && is_for(who, record);
            let wanted = records.iter().map(AsRef::as_ref).filter(is_mine).collect::<Vec<_>>();
            if !wanted.is_empty() && !self.deliver_batch(who, wanted).await {
                self.trace.line(who, "the batch is delivered again");
                continue;
            }
            if !self.chaos.strikes(Fault::StreamRepeated) {
                dealt_with += records.len();
                self.note_order(consumer, dealt_with);
            }
        }
    }

    /// One shard is ahead of the other where both have something.
    fn note_order(&self, consumer: usize, dealt_with: usize) {
        let mut reached = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        reached[consumer] = dealt_with;
        if dealt_with < reached[consumer ^ 1] {
            self.chaos.observed(Fault::StreamOutOfOrder);
        }
    }

    /// Whether the whole batch was dealt with.
    async fn deliver_batch(&self, who: &'static str, records: Vec<&Value>) -> bool {
        let followed =
            if who == "index" { records.iter().filter_map(|record| revision_of(record)).collect() } else { Vec::new() };
        let batch = serde_json::from_value(json!({ "Records": records }));
        let batch = batch.unwrap_or_else(|error| panic!("a batch that is none: {error}"));
        let response = if who == "index" {
            self.invoke(who, TIMEOUT, index::handle(&self.function(who).directory, batch)).await
        } else {
            let sync = self.sync(who);
            let handled = self.invoke(who, TIMEOUT, sync::handle(&sync, sync::Event::Stream(batch))).await;
            handled.and_then(Result::ok)
        };
        let is_done = response.is_some_and(|response| response.batch_item_failures.is_empty());
        if is_done {
            let now = self.clock.elapsed_ms();
            let followed = followed.into_iter().map(|(user_id, revision)| (user_id, (revision, now)));
            self.indexed.lock().unwrap_or_else(PoisonError::into_inner).extend(followed);
        }
        is_done
    }

    pub(super) async fn deliver_callbacks(self: Arc<Self>) {
        loop {
            self.taskrouter.next_callback().await;
            for form in self.taskrouter.take_callbacks() {
                if self.chaos.strikes(Fault::CallbackDropped) {
                    self.trace.line("callback", "dropped");
                    continue;
                }
                let times = if self.chaos.strikes(Fault::CallbackRepeated) { 2 } else { 1 };
                for _ in 0..times {
                    let late = if self.chaos.strikes(Fault::CallbackLate) { 20_000 } else { 400 };
                    let (world, form, wait) = (self.clone(), form.clone(), self.chaos.millis(10..=late));
                    self.beside(async move {
                        sleep(wait).await;
                        world.deliver_callback(&form).await;
                    });
                }
            }
        }
    }

    /// Posts it, and again, as the callback URL's fragment asks for.
    async fn deliver_callback(self: &Arc<Self>, form: &[(&'static str, String)]) {
        let token = AUTH_TOKEN.to_owned().into();
        let account =
            Account { account_sid: "AC1".into(), workspace_sid: "WS1".into(), auth_token: token, api_key: None };
        let webhook = Webhook::new(account, PublicUrl::Configured(PUBLIC_URL.to_owned()));
        let ingest = self.ingest("webhook");
        for attempt in 0_u64..4 {
            sleep(Duration::from_secs(attempt)).await;
            let hand_over = Later(self.clone());
            let handled = webhook.handle(&ingest, &hand_over, signed(form));
            let status = match self.invoke("webhook", API_TIMEOUT, handled).await {
                Some(Ok(response)) => response.status().as_u16(),
                Some(Err(problem)) => problem.status,
                None => 0,
            };
            let of = |name: &str| form.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
            self.trace.line("callback", format_args!("{} {}: {status}", of("EventType"), short(of("WorkerSid"))));
            if (200..500).contains(&status) {
                return;
            }
        }
    }
}

/// The filters of the two functions, as the template has them.
fn is_for(who: &str, record: &Value) -> bool {
    let (keys, new) = (&record["dynamodb"]["Keys"], &record["dynamodb"]["NewImage"]);
    match who {
        "index" => keys["sk"]["S"] == "PROFILE",
        _ => keys["sk"]["S"] == "OUTBOX" && new["pending"]["S"].is_string(),
    }
}

/// The shard of a record: all of an item's are in one.
fn shard_of(record: &Value) -> usize {
    let pk = record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap_or_default();
    usize::from(pk.bytes().fold(0, u8::wrapping_add) % 2)
}

/// The user of a profile's record, and its revision.
fn revision_of(record: &Value) -> Option<(UserId, u64)> {
    let new = &record["dynamodb"]["NewImage"];
    let user_id = new["user_id"]["S"].as_str()?.parse().ok()?;
    Some((user_id, new["revision"]["N"].as_str()?.parse().ok()?))
}

/// A callback as the gateway passes it on.
fn signed(form: &[(&'static str, String)]) -> Request {
    let pairs = form.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
    let (path, token) = ("/webhooks/taskrouter", SecretString::from(AUTH_TOKEN));
    let signature = twilio::signature::sign(&token, &format!("{PUBLIC_URL}{path}"), &pairs);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.route_key = Some(format!("POST {path}"));
    lambda_http::http::Request::post(format!("https://elsewhere.example.com{path}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", signature)
        .body(body.into())
        .unwrap_or_else(|error| panic!("a request that is none: {error}"))
        .with_request_context(RequestContext::ApiGatewayV2(context))
}
