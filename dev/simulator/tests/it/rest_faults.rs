//! Faults of REST requests besides a status: lost and missing responses, headers, patterns of paths.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use simulator::OFFLINE_ACTIVITY_SID;

use crate::harness::{Twilio, text};

const CHANGED: [(&str, &str); 1] = [("Attributes", r#"{"a":1}"#)];

fn path(worker: &Value) -> String {
    format!("/Workers/{}", text(worker, "sid"))
}

/// Sends a request that gets no response, and gives up when its fault, the last one that is set, was counted.
async fn send_in_vain(twilio: &Twilio, request: RequestBuilder) {
    let sent = tokio::spawn(request.send());
    wait_for(async || {
        let (_, faults) = twilio.sim(Method::GET, "faults", Value::Null).await;
        faults["rest"].as_array().unwrap().last().unwrap()["times"] == 0
    })
    .await;
    assert!(!sent.is_finished());
    sent.abort();
}

async fn wait_for(mut condition: impl AsyncFnMut() -> bool) {
    let met = async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), met).await.expect("the condition should have been met");
}

#[tokio::test]
async fn a_change_can_be_made_and_its_response_lost() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let path = path(&worker);
    twilio.faults(json!({"rest": {"method": "POST", "lose_response": true, "times": 1}})).await;
    let error = twilio.rest(Method::POST, &path).form(&CHANGED).send().await.unwrap_err();
    assert!(error.is_request() && error.status().is_none() && !error.is_timeout(), "{error:?}");
    assert_eq!(twilio.receiver.next().await.event_type(), "worker.attributes.update");
    assert_eq!(twilio.get(&path).await["attributes"], r#"{"a":1}"#);
    let stale = twilio.rest(Method::POST, &path).header("If-Match", "\"0\"").form(&CHANGED).send().await.unwrap();
    assert_eq!(stale.status(), 412, "it was one version");
}

#[tokio::test]
async fn a_change_can_be_made_and_answered_with_an_error_or_not_at_all() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let path = path(&worker);
    twilio.faults(json!({"rest": {"method": "POST", "lose_response": true, "status": 503}})).await;
    assert_eq!(twilio.post(&path, &CHANGED).await.0, 503);
    assert_eq!(twilio.get(&path).await["attributes"], r#"{"a":1}"#);
    twilio.faults(json!({"rest": {"method": "DELETE", "lose_response": true, "hang": true}})).await;
    let sent = tokio::spawn(twilio.rest(Method::DELETE, &path).send());
    while twilio.receiver.next().await.event_type() != "worker.deleted" {}
    assert_eq!(twilio.get(&path).await["status"], 404);
    assert!(!sent.is_finished());
    sent.abort();
}

#[tokio::test]
async fn a_request_can_wait_for_ever_and_change_nothing() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    twilio.faults(json!({"rest": {"method": "POST", "hang": true, "times": 1}})).await;
    send_in_vain(&twilio, twilio.rest(Method::POST, &path(&worker)).form(&CHANGED)).await;
    assert_eq!(twilio.get(&path(&worker)).await["attributes"], "{}");
    twilio.end_faults().await;
    assert_eq!(twilio.post(&path(&worker), &CHANGED).await.0, 200);
}

#[tokio::test]
async fn a_call_without_a_response_is_listed_without_a_status() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    twilio.faults(json!({"rest": [{"method": "POST", "lose_response": true}, {"hang": true, "times": 1}]})).await;
    twilio.rest(Method::POST, &path(&worker)).form(&CHANGED).send().await.unwrap_err();
    send_in_vain(&twilio, twilio.rest(Method::DELETE, &path(&worker))).await;
    let statuses = async || {
        let (_, calls) = twilio.sim(Method::GET, "calls", Value::Null).await;
        calls["items"].as_array().unwrap().iter().map(|call| call["status"].clone()).collect::<Vec<_>>()
    };
    wait_for(async || statuses().await.len() == 3).await;
    assert_eq!(statuses().await, [json!(201), Value::Null, Value::Null]);
}

#[tokio::test]
async fn too_many_requests_come_with_twilios_headers_and_those_of_the_fault() {
    let twilio = Twilio::start().await;
    twilio.faults(json!({"rest": {"status": 429, "headers": {"Retry-After": "2"}}})).await;
    let answer = twilio.rest(Method::GET, "/Workers").send().await.unwrap();
    assert_eq!(answer.status(), 429);
    let headers = answer.headers();
    for (name, value) in [("x-rate-limit-limit", "100"), ("x-rate-limit-remaining", "0"), ("retry-after", "2")] {
        assert_eq!(headers[name], value, "{name}");
    }
    twilio.faults(json!({"rest": {"headers": {"X-Rate-Limit-Remaining": "3"}}})).await;
    let answer = twilio.rest(Method::GET, "/Workers").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-rate-limit-remaining"], "3");
}

#[tokio::test]
async fn a_fault_can_be_of_one_path_and_the_first_that_fits_counts() {
    let mut twilio = Twilio::start().await;
    let (alice, bob) = (twilio.worker("alice").await, twilio.worker("bob").await);
    let of_alice = format!("*{}", path(&alice));
    twilio
        .faults(json!({"rest": [
            {"path": of_alice, "status": 500, "times": 1},
            {"path": "*/Workers/WK*", "method": "POST", "status": 503},
            {"path": "*/Configuration", "status": 502}
        ]}))
        .await;
    for (path, expected) in [(path(&alice), json!(500)), (path(&alice), Value::Null), (path(&bob), Value::Null)] {
        assert_eq!(twilio.get(&path).await["status"], expected);
    }
    assert_eq!(twilio.post(&path(&bob), &CHANGED).await.0, 503);
    assert_eq!(twilio.get("/Workers").await["workers"].as_array().unwrap().len(), 2);
    assert_eq!(twilio.get(&twilio.url("/v1/Configuration")).await["status"], 502);
    let (_, faults) = twilio.sim(Method::GET, "faults", Value::Null).await;
    assert_eq!((&faults["rest"][0]["times"], &faults["tokens"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn callbacks_of_rest_changes_have_the_same_faults_as_those_of_logins() {
    // rule 28
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let path = path(&worker);
    let attributes = async |twilio: &Twilio, text: &str| {
        assert_eq!(twilio.post(&path, &[("Attributes", text)]).await.0, 200);
    };
    twilio.faults(json!({"callbacks": {"drop": 1}})).await;
    attributes(&twilio, r#"{"a":1}"#).await;
    attributes(&twilio, r#"{"a":2}"#).await;
    assert_eq!(twilio.receiver.next().await.field("WorkerAttributes"), r#"{"a":2}"#);
    twilio.faults(json!({"callbacks": {"duplicate": true, "delay_ms": 50}})).await;
    attributes(&twilio, r#"{"a":3}"#).await;
    let copies = [twilio.receiver.next().await, twilio.receiver.next().await];
    assert_eq!(copies[0].body, copies[1].body);
    twilio.faults(json!({"callbacks": {"reorder": true}})).await;
    attributes(&twilio, r#"{"a":4}"#).await;
    twilio.post(&path, &[("ActivitySid", simulator::AVAILABLE_ACTIVITY_SID)]).await;
    twilio.post(&path, &[("ActivitySid", OFFLINE_ACTIVITY_SID)]).await;
    assert_eq!(twilio.delete(&path).await, 204);
    twilio.end_faults().await;
    let versions: Vec<String> =
        twilio.receiver.received().iter().map(|arrived| arrived.field("WorkerVersion")).collect();
    assert_eq!(versions, ["6", "6", "5", "4"]);
}
