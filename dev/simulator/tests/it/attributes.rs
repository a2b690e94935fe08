//! Attributes are kept as they are written (rules 26, 34).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Twilio, alice, text};

/// Half a surrogate pair, a number beyond a double, a key twice, and spaces.
const ODD: &str = r#"{ "half":"\ud800", "\udfff":1e999, "a":1,"a": 12345678901234567890123456789012 ,"url":"\/x" }"#;

#[tokio::test]
async fn attributes_are_stored_and_returned_character_for_character() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let path = format!("/Workers/{}", text(&worker, "sid"));
    assert_eq!(twilio.post(&path, &[("Attributes", ODD)]).await.1["attributes"], ODD);
    assert_eq!(twilio.receiver.next().await.field("WorkerAttributes"), ODD);
    assert_eq!(twilio.get(&path).await["attributes"], ODD);
    let (_, created) = twilio.post("/Workers", &[("FriendlyName", "bob"), ("Attributes", ODD)]).await;
    assert_eq!(created["attributes"], ODD);
}

#[tokio::test]
async fn what_differs_only_in_a_long_number_or_in_a_key_given_twice_is_a_change() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let path = format!("/Workers/{}", text(&worker, "sid"));
    twilio.post(&path, &[("Attributes", ODD)]).await;
    for other in [ODD.replace("012 ,", "013 ,"), r#"{"a":1,"a":2}"#.to_owned(), r#"{"a":2}"#.to_owned()] {
        twilio.post(&path, &[("Attributes", &other)]).await;
    }
    for version in ["1", "2", "3", "4"] {
        assert_eq!(twilio.receiver.next().await.field("WorkerVersion"), version);
    }
}

#[tokio::test]
async fn another_spelling_is_kept_but_is_no_change() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let path = format!("/Workers/{}", text(&worker, "sid"));
    twilio.post(&path, &[("Attributes", r#"{"a":[1,"/"]}"#)]).await;
    let spelled = r#"{ "a": [1, "\/"] }"#;
    let answer = twilio.rest(Method::POST, &path).form(&[("Attributes", spelled)]).send().await.unwrap();
    assert_eq!(answer.headers()["etag"], "\"1\"");
    assert_eq!(answer.json::<Value>().await.unwrap()["attributes"], spelled);
    assert_eq!(twilio.receiver.next().await.event_type(), "worker.attributes.update");
    assert!(twilio.receiver.received().is_empty());
}

#[tokio::test]
async fn a_login_edits_what_it_claims_and_leaves_the_rest_as_written() {
    // rule 24
    let twilio = Twilio::start().await;
    let path = format!("/Workers/{}", text(&twilio.log_in(alice()).await, "worker_sid"));
    let before = r#"{ "roles" :["admin"], "odd":"\ud800","routing":{"skills":[ "a" ]},"full_name" : "Old", "n":1e999}"#;
    assert_eq!(twilio.post(&path, &[("Attributes", before)]).await.0, 200);
    let mut claims = alice();
    claims["attributes"] = json!({"routing": {"skills": []}, "department": "x"});
    twilio.log_in(claims).await;
    let expected = r#"{ "roles" :["agent"], "odd":"\ud800","routing":{"skills":[]},"full_name" : "Alice", "n":1e999,"email":"alice@example.com","department":"x"}"#;
    assert_eq!(twilio.get(&path).await["attributes"], expected);
}

#[tokio::test]
async fn claims_arrive_as_they_are_written() {
    // rule 34
    let twilio = Twilio::start().await;
    let login = r#"{"identity":"z","full_name":"Z","email":"z","roles":[],"attributes":{"odd":"\ud800","n":1e999}}"#;
    let url = twilio.url("/sim/logins");
    let session: Value = reqwest::Client::new().post(url).body(login).send().await.unwrap().json().await.unwrap();
    let worker = twilio.get(&format!("/Workers/{}", text(&session, "worker_sid"))).await;
    assert!(text(&worker, "attributes").ends_with(r#""odd":"\ud800","n":1e999}"#), "{worker}");
    let (status, refusal) = twilio
        .sim(Method::POST, "logins", {
            let mut claims = alice();
            claims["attributes"] = json!([]);
            claims
        })
        .await;
    assert_eq!((status, &refusal["message"]), (400, &json!("attributes must be an object")));
}

#[tokio::test]
async fn attributes_nested_as_deep_as_they_can_be_are_compared() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let path = format!("/Workers/{}", text(&worker, "sid"));
    for inner in ["1", " 1", "2"] {
        let deep = format!("{{\"a\":{}{inner}{}}}", "[".repeat(2040), "]".repeat(2040));
        assert_eq!(twilio.post(&path, &[("Attributes", &deep)]).await.1["attributes"], deep);
    }
}
