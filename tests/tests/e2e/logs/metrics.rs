//! What is counted of what is done, and of each fault: these metrics are what alarms look at.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use local::names::physical;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Logs, alarms::Alarm};
use crate::{
    export::run_export,
    test_stack::{TestStack, id},
};

impl TestStack {
    /// Waits until this is so of what the logs have counted.
    async fn wait_for_metric(&self, what: &str, is_so: impl Fn(&Logs) -> bool) {
        self.wait_for(what, async || is_so(&Logs::read(self.data.path())).then_some(())).await;
    }

    /// Invokes a function as its schedule does.
    async fn run_schedule_of(&self, function: &str) {
        let lambda = &self.running.endpoints().lambda;
        let url = format!("{lambda}/2015-03-31/functions/{}/invocations", physical(function));
        let answer = self.client.post(url).json(&json!({"source": "aws.events"})).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    async fn inject(&self, faults: &Value) {
        assert!(self.simulator(Method::POST, "/sim/faults").json(faults).send().await.unwrap().status().is_success());
    }

    /// Zelda, with a worker; returns her path and her worker's.
    async fn log_in_zelda(&self) -> (String, String) {
        self.log_in_with_claims(&zelda(&["Chess"])).await;
        let found = self.find_user("q=zelda").await;
        (format!("/users/{}", id(&found)), format!("/{}", found["worker"]["sid"].as_str().unwrap()))
    }
}

fn attributes(skills: &[&str]) -> Value {
    json!({"full_name": "zelda", "email": "zelda@example.com", "roles": ["agent"],
        "routing": {"skills": skills, "levels": {}}})
}

fn zelda(skills: &[&str]) -> Value {
    json!({"identity": "zelda@example.com", "full_name": "zelda", "email": "zelda@example.com", "roles": ["agent"],
        "attributes": attributes(skills)})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_is_counted() {
    let stack = TestStack::start().await;
    let (path, worker) = stack.log_in_zelda().await;
    stack.send_ok(Method::PUT, &format!("{path}/skills/Chess"), &json!({})).await;
    stack.send_ok(Method::PATCH, &path, &json!({"role": "supervisor"})).await;
    stack.get(&format!("{path}?what=unknown")).await;
    run_export(&stack, &stack.owner, &json!({})).await;
    stack.rest(Method::POST, &worker, &[("Attributes", &attributes(&["Go"]).to_string())]).await;
    stack.wait_for_metric("drift is counted", |logs| logs.sum("Drift", None) >= 1).await;
    stack.run_schedule_of("Reconcile").await;
    stack.run_schedule_of("Sync").await;
    let data = stack.data;
    stack.running.stop().await;

    let logs = Logs::read(data.path());
    assert!(logs.sum("Searches", None) >= 1);
    assert_eq!(logs.sum("Edits", None), 2, "of two that were made");
    assert!(logs.sum("Callbacks", Some("applied")) >= 2, "two logins");
    for outcome in ["valid", "remembered"] {
        assert!(logs.sum("TokenChecks", Some(outcome)) >= 1, "{outcome}");
    }
    assert_eq!(logs.sum("ExportRows", None), 2);
    assert!(logs.sum("ReconciliationsDone", None) >= 1);
    assert_eq!((logs.sum("ReconciliationsBraked", None), logs.sum("WrongSignatures", None)), (0, 0));
    assert!(!logs.metric("OldestOutbox").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_signatures_and_tokens_are_counted() {
    let stack = TestStack::start().await;
    let url = format!("{}/webhooks/taskrouter", stack.running.url());
    for _ in 0..5 {
        let unsigned = stack.client.post(&url).header("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        assert_eq!(unsigned.form(&[("EventType", "worker.created")]).send().await.unwrap().status(), 403);
    }
    let token = stack.log_in("ada@example.com", "Ada Lovelace", "admin").await;
    let unknown = token.replace(char::is_numeric, "x");
    assert_eq!(stack.send_as(&unknown, Method::GET, "/me", &Value::Null).await.status, 403);
    stack.inject(&json!({"tokens": {"status": 503}})).await;
    assert_eq!(stack.send_as(&token, Method::GET, "/me", &Value::Null).await.status, 500);
    assert_eq!(stack.send_as(&token, Method::GET, "/me", &Value::Null).await.status, 500);
    let data = stack.data;
    stack.running.stop().await;
    let logs = Logs::read(data.path());
    assert_eq!(logs.sum("WrongSignatures", None), 5);
    assert!(Alarm::of("wrong-signatures").is_raised_by("WrongSignatures", 5));
    for outcome in ["refused", "failed", "paused"] {
        assert!(logs.sum("TokenChecks", Some(outcome)) >= 1, "{outcome}");
    }
    assert!(logs.sum("TwilioWait", None) > 0, "the check was tried again after a pause");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_a_contest_is_counted_when_it_begins_and_at_each_reconciliation() {
    let stack = TestStack::start().await;
    let (path, worker) = stack.log_in_zelda().await;
    stack.send_ok(Method::PUT, &format!("{path}/skills/Chess"), &json!({"level": 3})).await;
    let carried = async || (stack.get_json(&path).await["sync"]["state"] == "synced").then_some(());
    for skill in ["Go", "Shogi", "Checkers"] {
        stack.wait_for("it is carried over", carried).await;
        stack.rest(Method::POST, &worker, &[("Attributes", &attributes(&[skill]).to_string())]).await;
        let records = async || {
            let history = stack.history(&path, 100).await;
            history.iter().any(|record| record["changes"].to_string().contains(skill)).then_some(())
        };
        stack.wait_for("the overwrite is recorded", records).await;
    }
    stack.wait_for_metric("the contest is counted", |logs| logs.sum("ContestedUsers", None) == 1).await;
    assert!(Alarm::of("contested").is_raised_by("ContestedUsers", 1));
    stack.drop_callbacks(true).await;
    stack.rest(Method::POST, &worker, &[("Attributes", &attributes(&["Checkers"]).to_string())]).await;
    stack.run_schedule_of("Reconcile").await;
    stack.wait_for_metric("and again", |logs| logs.sum("ContestedUsers", None) >= 2).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_waits_for_taskrouter_is_counted_with_its_age() {
    let stack = TestStack::start().await;
    let (path, _) = stack.log_in_zelda().await;
    stack.inject(&json!({"rest": {"status": 503}})).await;
    stack.send_ok(Method::PUT, &format!("{path}/skills/Chess"), &json!({"level": 3})).await;
    // As if it had begun ten minutes ago.
    let since = Timestamp::now() - SignedDuration::from_mins(10);
    let client = tests::dynamodb(&stack.running);
    let text = |text: String| AttributeValue::S(text);
    let user_id = path.trim_start_matches("/users/");
    client
        .update_item()
        .table_name(physical("Directory"))
        .key("pk", text(format!("USER#{user_id}")))
        .key("sk", text("OUTBOX".to_owned()))
        .update_expression("SET since = :since, due_at = :since")
        .condition_expression("attribute_exists(pending)")
        .expression_attribute_values(":since", text(format!("{since:.3}")))
        .send()
        .await
        .unwrap();
    let alarm = Alarm::of("outbox-age");
    let is_old =
        |logs: &Logs| logs.metric("OldestOutbox").iter().any(|(_, age)| alarm.is_raised_by("OldestOutbox", *age));
    assert!(!is_old(&Logs::read(stack.data.path())), "it is not raised by what has just been made");
    stack.run_schedule_of("Sync").await;
    stack.wait_for_metric("the age is counted", is_old).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reconciliation_that_fails_and_one_that_brakes_are_counted() {
    let stack = TestStack::start().await;
    let (_, worker) = stack.log_in_zelda().await;
    stack.inject(&json!({"rest": {"status": 503}})).await;
    stack.run_schedule_of("Reconcile").await;
    let logs = Logs::read(stack.data.path());
    assert_eq!(
        (logs.metric("ReconciliationsDone").last(), logs.sum("ReconciliationsDone", None)),
        (Some(&(None, 0)), 0)
    );
    assert_eq!(logs.of("reconcile").last().unwrap()["code"], "interrupted");
    assert!(Alarm::of("reconciliation-failing").is_raised_by("ReconciliationsDone", 0));

    // Another workspace: none of the known workers is in it.
    stack.drop_callbacks(true).await;
    let owner = stack.get_json("/users?q=olga").await["items"][0]["worker"]["sid"].as_str().unwrap().to_owned();
    for worker in [worker.trim_start_matches('/'), &owner] {
        stack.remove_worker(worker).await;
    }
    stack.run_schedule_of("Reconcile").await;
    let logs = Logs::read(stack.data.path());
    assert_eq!((logs.sum("ReconciliationsBraked", None), logs.sum("ReconciliationsDone", None)), (1, 0));
    assert_eq!(logs.of("reconcile").last().unwrap()["code"], "braked");
    assert!(Alarm::of("reconciliation-braked").is_raised_by("ReconciliationsBraked", 1));
    stack.stop().await;
}
