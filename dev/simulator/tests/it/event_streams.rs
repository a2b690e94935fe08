//! Event Streams: sinks, subscriptions, and what they deliver.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ACCOUNT, ReceivedCallback, Twilio, WORKSPACE, alice, text};

/// The fields of Twilio's document `twilio_events_v1`.
const SINK: [&str; 9] =
    ["date_created", "date_updated", "description", "links", "sid", "sink_configuration", "sink_type", "status", "url"];
const SUBSCRIPTION: [&str; 9] = [
    "account_sid",
    "date_created",
    "date_updated",
    "description",
    "links",
    "receive_events_from_subaccounts",
    "sid",
    "sink_sid",
    "url",
];
const SUBSCRIBED: [&str; 5] = ["account_sid", "schema_version", "subscription_sid", "type", "url"];

fn fields(resource: &Value) -> Vec<&str> {
    resource.as_object().unwrap().keys().map(String::as_str).collect()
}

fn event_type(name: &str) -> String {
    json!({"type": format!("com.twilio.taskrouter.{name}"), "schema_version": 4}).to_string()
}

async fn sink(twilio: &Twilio) -> Value {
    let configuration = json!({"destination": twilio.receiver.url(), "method": "POST"}).to_string();
    let form = [("Description", "ours"), ("SinkConfiguration", &configuration), ("SinkType", "webhook")];
    let (status, sink) = twilio.post(&twilio.url("/v1/Sinks"), &form).await;
    assert_eq!(status, 201, "{sink}");
    sink
}

async fn subscription(twilio: &Twilio, sink: &Value, types: &[&str]) -> Value {
    let types = types.iter().map(|name| event_type(name)).collect::<Vec<_>>();
    let mut form = vec![("Description", "ours"), ("SinkSid", text(sink, "sid"))];
    form.extend(types.iter().map(|listed| ("Types", listed.as_str())));
    let (status, made) = twilio.post(&twilio.url("/v1/Subscriptions"), &form).await;
    assert_eq!(status, 201, "{made}");
    made
}

async fn without_callbacks(twilio: &Twilio) {
    assert_eq!(twilio.post("", &[("EventCallbackUrl", "")]).await.0, 200);
}

fn event(arrived: &ReceivedCallback) -> Value {
    let events: Value = serde_json::from_slice(&arrived.body).unwrap();
    assert_eq!(events.as_array().unwrap().len(), 1);
    events[0].clone()
}

#[tokio::test]
async fn sinks_and_subscriptions_have_the_fields_that_twilio_gives_them_and_can_be_listed_and_deleted() {
    let twilio = Twilio::start().await;
    let sink = sink(&twilio).await;
    assert_eq!((fields(&sink), text(&sink, "status"), text(&sink, "sink_type")), (SINK.into(), "active", "webhook"));
    assert_eq!(twilio.get(text(&sink, "url")).await, sink);
    let subscription = subscription(&twilio, &sink, &["worker.created", "worker.deleted"]).await;
    assert_eq!(fields(&subscription), SUBSCRIPTION);
    assert_eq!(twilio.get(text(&subscription, "url")).await, subscription);
    let listed = twilio.get(text(&subscription["links"], "subscribed_events")).await;
    assert_eq!((fields(&listed["types"][0]), listed["types"].as_array().unwrap().len()), (SUBSCRIBED.into(), 2));
    assert_eq!(twilio.get(&twilio.url("/v1/Sinks")).await["sinks"], json!([sink]));
    let by_sink = twilio.url(&format!("/v1/Subscriptions?SinkSid={}", text(&sink, "sid")));
    assert_eq!(twilio.get(&by_sink).await["subscriptions"], json!([subscription]));

    let delete = async |resource: &Value| {
        twilio.rest(Method::DELETE, text(resource, "url")).send().await.unwrap().status().as_u16()
    };
    assert_eq!(delete(&sink).await, 400, "it is in use");
    assert_eq!((delete(&subscription).await, delete(&sink).await, delete(&sink).await), (204, 204, 404));
}

#[tokio::test]
async fn what_cannot_be_a_sink_or_a_subscription_is_refused() {
    let twilio = Twilio::start().await;
    let refused = async |path: &str, form: &[(&str, &str)]| twilio.post(&twilio.url(path), form).await.0;
    for configuration in ["{}", "x", r#"{"destination":"nowhere","method":"POST"}"#] {
        let form = [("Description", "x"), ("SinkConfiguration", configuration), ("SinkType", "webhook")];
        assert_eq!(refused("/v1/Sinks", &form).await, 400, "{configuration}");
    }
    let sink = sink(&twilio).await;
    let sid = text(&sink, "sid");
    let created = event_type("worker.created");
    for form in [
        [("Description", "x"), ("SinkSid", "DG1"), ("Types", &created)].as_slice(),
        &[("Description", "x"), ("SinkSid", sid)],
        &[("Description", "x"), ("SinkSid", sid), ("Types", r#"{"type":"worker.created"}"#)],
    ] {
        assert_eq!(refused("/v1/Subscriptions", form).await, 400, "{form:?}");
    }
}

#[tokio::test]
async fn a_subscribed_event_arrives_as_a_signed_array_of_cloud_events() {
    let mut twilio = Twilio::start().await;
    without_callbacks(&twilio).await;
    let sink = sink(&twilio).await;
    subscription(&twilio, &sink, &["worker.created"]).await;
    let session = twilio.log_in(alice()).await;
    let arrived = twilio.receiver.received();
    assert_eq!(arrived.len(), 1, "the activity is not subscribed to");
    assert!(twilio.receiver.is_signed(&arrived[0]));
    assert_eq!(arrived[0].header("content-type"), "application/json");
    let event = event(&arrived[0]);
    assert_eq!((text(&event, "specversion"), text(&event, "type")), ("1.0", "com.twilio.taskrouter.worker.created"));
    let payload = &event["data"]["payload"];
    for (field, expected) in [
        ("eventtype", "worker.created"),
        ("account_sid", ACCOUNT),
        ("workspace_sid", WORKSPACE),
        ("worker_sid", text(&session, "worker_sid")),
        ("worker_name", "alice@example.com"),
        ("worker_version", "0"),
    ] {
        assert_eq!(text(payload, field), expected);
    }
    assert!(text(payload, "worker_attributes").contains("\"full_name\":\"Alice\""));
    assert!(text(payload, "timestamp").parse::<jiff::Timestamp>().is_ok());
    let test = twilio.post(&format!("{}/Test", text(&sink, "url")), &[]).await;
    assert_eq!(test, (201, json!({"result": "submitted"})));
    assert_eq!(text(&self::event(&twilio.receiver.next().await), "type"), "com.twilio.eventstreams.test-event");
}

#[tokio::test]
async fn an_event_that_a_sink_does_not_take_comes_again() {
    // rule 28: at least once
    let mut twilio = Twilio::start().await;
    without_callbacks(&twilio).await;
    let sink = sink(&twilio).await;
    subscription(&twilio, &sink, &["worker.created"]).await;
    twilio.receiver.respond_with(500);
    twilio.post("/Workers", &[("FriendlyName", "alice")]).await;
    let first = twilio.receiver.next().await;
    twilio.receiver.respond_with(204);
    assert_eq!(event(&twilio.receiver.next().await), event(&first));
}

#[tokio::test]
async fn faults_of_callbacks_are_also_those_of_events() {
    // rule 28: twice, and in any order
    let mut twilio = Twilio::start().await;
    without_callbacks(&twilio).await;
    let sink = sink(&twilio).await;
    subscription(&twilio, &sink, &["worker.created", "worker.activity.update"]).await;
    twilio.faults(json!({"callbacks": {"duplicate": true, "reorder": true}})).await;
    twilio.log_in(alice()).await;
    let types =
        twilio.receiver.received().iter().map(|arrived| text(&event(arrived), "type").to_owned()).collect::<Vec<_>>();
    let [activity, created] =
        ["worker.activity.update", "worker.created"].map(|name| format!("com.twilio.taskrouter.{name}"));
    assert_eq!(types, [activity.clone(), activity, created.clone(), created]);
}
