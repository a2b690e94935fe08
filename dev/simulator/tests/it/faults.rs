//! Faults.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Twilio, alice, text};

const CREATED: &str = "worker.created";
const ACTIVITY: &str = "worker.activity.update";

#[tokio::test]
async fn callbacks_can_be_lost() {
    // rule 28
    let mut twilio = Twilio::start().await;
    twilio.faults(json!({"callbacks": {"drop": true}})).await;
    twilio.log_in(alice()).await;
    assert_eq!(twilio.receiver.received_event_types(), Vec::<String>::new());
    twilio.end_faults().await;
    twilio.worker("bob").await;
}

#[tokio::test]
async fn the_next_few_callbacks_can_be_lost() {
    let mut twilio = Twilio::start().await;
    twilio.faults(json!({"callbacks": {"drop": 1}})).await;
    twilio.log_in(alice()).await;
    assert_eq!(twilio.receiver.received_event_types(), [ACTIVITY]);
}

#[tokio::test]
async fn callbacks_can_come_more_than_once() {
    // rule 28
    let mut twilio = Twilio::start().await;
    twilio.faults(json!({"callbacks": {"duplicate": true}})).await;
    twilio.log_in(alice()).await;
    assert_eq!(twilio.receiver.received_event_types(), [CREATED, CREATED, ACTIVITY, ACTIVITY]);
    twilio.faults(json!({"callbacks": {"duplicate": 2}})).await;
    twilio.worker("bob").await;
    let repeated = [twilio.receiver.next().await, twilio.receiver.next().await];
    assert_eq!(repeated[0].field("Sid"), repeated[1].field("Sid"));
}

#[tokio::test]
async fn a_logins_callbacks_can_come_in_reverse() {
    // rule 28
    let mut twilio = Twilio::start().await;
    twilio.faults(json!({"callbacks": {"reorder": true}})).await;
    twilio.log_in(alice()).await;
    assert_eq!(twilio.receiver.received_event_types(), [ACTIVITY, CREATED]);
}

#[tokio::test]
async fn held_callbacks_come_out_in_reverse_when_the_faults_end_or_there_are_eight() {
    let mut twilio = Twilio::start().await;
    twilio.faults(json!({"callbacks": {"reorder": true}})).await;
    let create = async |twilio: &Twilio, number: usize| {
        let name = format!("person{number}");
        assert_eq!(twilio.post("/Workers", &[("FriendlyName", &name)]).await.0, 201);
    };
    for number in 0..9 {
        create(&twilio, number).await;
    }
    for number in (0..8).rev() {
        assert_eq!(twilio.receiver.next().await.field("WorkerName"), format!("person{number}"));
    }
    create(&twilio, 9).await;
    assert!(twilio.receiver.received().is_empty(), "two are held");
    twilio.end_faults().await;
    let rest: Vec<String> = twilio.receiver.received().iter().map(|arrived| arrived.field("WorkerName")).collect();
    assert_eq!(rest, ["person9", "person8"]);
}

#[tokio::test]
async fn callbacks_can_be_late() {
    let mut twilio = Twilio::start().await;
    twilio.faults(json!({"callbacks": {"delay_ms": 300}})).await;
    let start = Instant::now();
    twilio.log_in(alice()).await;
    assert_eq!(twilio.receiver.received().len(), 2);
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(300), "{took:?}");
}

#[tokio::test]
async fn so_many_requests_of_a_method_can_fail() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let path = format!("/Workers/{}", text(&worker, "sid"));
    twilio.faults(json!({"rest": {"method": "POST", "status": 429, "times": 2}})).await;
    assert_eq!(twilio.get(&path).await["sid"], worker["sid"]);
    for expected in [429, 429, 200] {
        let (status, answer) = twilio.post(&path, &[("Attributes", r#"{"a":1}"#)]).await;
        assert_eq!(status, expected);
        assert_eq!(answer["code"] == 20429, status == 429);
    }
    assert_eq!(twilio.receiver.next().await.event_type(), "worker.attributes.update");
}

#[tokio::test]
async fn all_requests_can_fail_until_the_faults_end_but_tokens_are_still_checked() {
    let twilio = Twilio::start().await;
    let session = twilio.log_in(alice()).await;
    twilio.faults(json!({"rest": {"status": 503}})).await;
    for _ in 0..3 {
        assert_eq!(twilio.get("/Workers").await["status"], 503);
    }
    assert_eq!(twilio.validate(&session["token"]).await["valid"], true);
    twilio.end_faults().await;
    assert_eq!(twilio.get("/Workers").await["workers"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_token_check_can_fail_while_all_else_works() {
    // rule 25
    let twilio = Twilio::start().await;
    let session = twilio.log_in(alice()).await;
    twilio.faults(json!({"tokens": {"status": 503, "times": 1}})).await;
    assert_eq!(twilio.get("/Workers").await["workers"].as_array().unwrap().len(), 1);
    assert_eq!(twilio.validate(&session["token"]).await["status"], 503);
    assert_eq!(twilio.validate(&session["token"]).await["valid"], true);
}

#[tokio::test]
async fn requests_can_take_time_and_still_be_done() {
    let twilio = Twilio::start().await;
    twilio.faults(json!({"rest": {"latency_ms": 200}})).await;
    let start = Instant::now();
    assert_eq!(twilio.post("/Workers", &[("FriendlyName", "alice")]).await.0, 201);
    assert!(start.elapsed() >= Duration::from_millis(200));
}

/// Words of the language that the simulator is written in.
const RUST: [&str; 17] = [
    "i64", "u16", "u32", "u64", "usize", "f64", "bool", "boolean", "str", "string", "struct", "enum", "variant",
    "tuple", "sequence", "map", "integer",
];

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
}

#[tokio::test]
async fn a_fault_that_cannot_happen_is_refused_with_what_would_be_right() {
    let twilio = Twilio::start().await;
    let long = "x".repeat(10_000);
    let long = long.as_str();
    let impossible = [
        (json!({"callback": {}}), "callbacks"),
        (
            json!({"callbacks": {"drop": "some"}}),
            "callbacks.drop: \"some\" is given, which it cannot be; expected true, false",
        ),
        (
            json!({"callbacks": {"duplicate": -1}}),
            "callbacks.duplicate: -1 is given, which it cannot be; expected true",
        ),
        (json!({"callbacks": {"delay_ms": 1.5}}), "callbacks.delay_ms: 1.5 is given"),
        (
            json!({"callbacks": {"delay_ms": -1}}),
            "callbacks.delay_ms: -1 is given, which it cannot be; expected a whole",
        ),
        (
            json!({"callbacks": {"reorder": "yes"}}),
            "callbacks.reorder: \"yes\" is given, which it cannot be; expected true",
        ),
        (json!({"callbacks": 5}), "callbacks: 5 is given, which it cannot be; expected an object"),
        (json!({"rest": [{"status": 70_000}]}), "rest[0].status: 70000 is given, which it cannot be; expected a whole"),
        (json!({"rest": [{"path": ["x"]}]}), "rest[0].path: a list is given, which it cannot be; expected a text"),
        (json!({"rest": [{"method": long}]}), "not \"xxx"),
        (json!({"rest": [{"headers": {long: 5}}]}), "rest[0].headers.xxx"),
        (json!({"rest": [{"headers": {long: "\n"}}]}), "rest.headers: \"xxx"),
        (json!({"callbacks": {"delay_ms": long}}), "callbacks.delay_ms: \"xxx"),
        (json!({long: 1}), "there is no field \"xxx"),
        (json!({"rest": "all"}), "rest: \"all\" is given, which it cannot be; expected a fault as {method"),
        (json!({"rest": [{"times": "2"}]}), "rest[0].times: \"2\" is given, which it cannot be; expected a whole"),
        (json!({"rest": {"method": "FETCH"}}), "rest.method must be GET, POST or DELETE, not \"FETCH\""),
        (json!({"rest": {"hang": true, "status": 503}}), "rest.status and hang"),
        (json!({"rest": {"headers": {"a b": "c"}}}), "rest.headers: \"a b\""),
        (json!({"rest": {"status": 200}}), "400 to 599"),
        (json!({"tokens": {"status": 200}}), "400 to 599"),
        (Value::Null, "rest"),
    ];
    for (faults, named) in impossible {
        let (status, refusal) = twilio.sim(Method::POST, "faults", faults).await;
        assert_eq!(status, 400);
        let message = text(&refusal, "message");
        assert!(message.contains(named), "{refusal}");
        assert!(!RUST.iter().any(|word| words(message).any(|other| other == *word)), "{refusal}");
        assert!(!message.contains("invalid ") && message.chars().count() < 600, "{refusal}");
    }
    assert_eq!(twilio.get("/Workers").await["workers"], json!([]));
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_whether_it_is_json() {
    let twilio = Twilio::start().await;
    let deep = format!("{{\"rest\": {}{}}}", "[".repeat(200), "]".repeat(200));
    for (body, reason) in [
        ("{\"rest\": ", "this is not JSON: it breaks off being JSON at line 1, column 9"),
        ("{} {}", "this is not JSON: it breaks off being JSON at line 1"),
        ("{\"callbacks\": {\"delay_ms\": 1e999}}", "a number, a text or nesting that cannot be read at line 1"),
        ("{\"rest\": {\"path\": \"\\ud800\"}}", "a number, a text or nesting that cannot be read at line 1"),
        (&*deep, "rest[0]"),
    ] {
        let response =
            reqwest::Client::new().post(twilio.url("/sim/faults")).body(body.to_owned()).send().await.unwrap();
        assert_eq!(response.status(), 400);
        let refusal: Value = response.json().await.unwrap();
        assert!(text(&refusal, "message").contains(reason), "{refusal}");
    }
    let reservation = json!({"worker_sid": "WK0", "status": 5});
    let (status, refusal) = twilio.sim(Method::POST, "reservations", reservation).await;
    assert!(status == 400 && text(&refusal, "message").starts_with("status: 5 is given"), "{refusal}");
}

#[tokio::test]
async fn the_rest_calls_received_can_be_read() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    twilio.faults(json!({"rest": {"method": "get", "status": 503}})).await;
    twilio.get(&format!("/Workers/{}?x=1", text(&worker, "sid"))).await;
    twilio.validate(&json!("made-up")).await;
    let (_, calls) = twilio.sim(Method::GET, "calls", Value::Null).await;
    let seen: Vec<(&str, u64)> = calls["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| (text(call, "method"), call["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(seen, [("POST", 201), ("GET", 503), ("POST", 200)]);
    let path = text(&calls["items"][1], "path");
    assert!(path.ends_with(&format!("/Workers/{}", text(&worker, "sid"))), "{path}");
    assert!(text(&calls["items"][1], "at").parse::<jiff::Timestamp>().is_ok());
}
