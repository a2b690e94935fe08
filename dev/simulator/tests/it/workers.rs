//! Changes of workers through the REST API.

use reqwest::Method;
use reqwest::header::{ETAG, IF_MATCH};
use serde_json::{Value, json};
use simulator::{AVAILABLE_ACTIVITY_SID, OFFLINE_ACTIVITY_SID};

use crate::harness::{Twilio, WORKSPACE, text};

fn worker_path(worker: &Value) -> String {
    format!("/Workers/{}", text(worker, "sid"))
}

async fn etag(twilio: &Twilio, worker: &Value) -> String {
    let answer = twilio.rest(Method::GET, &worker_path(worker)).send().await.unwrap();
    answer.headers()[ETAG].to_str().unwrap().to_owned()
}

async fn status_if_match(twilio: &Twilio, worker: &Value, etag: &str, attributes: &str) -> u16 {
    let update =
        twilio.rest(Method::POST, &worker_path(worker)).header(IF_MATCH, etag).form(&[("Attributes", attributes)]);
    update.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn every_change_is_one_version_more() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    assert_eq!(etag(&twilio, &worker).await, "\"0\"");
    let both = [("Attributes", r#"{"a":1}"#), ("ActivitySid", AVAILABLE_ACTIVITY_SID)];
    twilio.post(&worker_path(&worker), &both).await;
    assert_eq!(etag(&twilio, &worker).await, "\"1\"");
    twilio.post(&worker_path(&worker), &[("FriendlyName", "bob")]).await;
    assert_eq!(etag(&twilio, &worker).await, "\"2\"");
    twilio.post(&worker_path(&worker), &[("Attributes", r#"{ "a": 1 }"#)]).await;
    assert_eq!(etag(&twilio, &worker).await, "\"2\"", "nothing changed");
}

#[tokio::test]
async fn a_change_made_for_an_older_version_is_refused() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    assert_eq!(status_if_match(&twilio, &worker, "\"0\"", r#"{"a":1}"#).await, 200);
    assert_eq!(status_if_match(&twilio, &worker, "\"0\"", r#"{"a":2}"#).await, 412);
    assert_eq!(status_if_match(&twilio, &worker, "*", r#"{"a":3}"#).await, 200);
    let stale = twilio.rest(Method::DELETE, &worker_path(&worker)).header(IF_MATCH, "\"1\"").send().await.unwrap();
    let refusal: Value = stale.json().await.unwrap();
    assert_eq!((&refusal["status"], &refusal["code"]), (&json!(412), &json!(20412)));
    let current = twilio.rest(Method::DELETE, &worker_path(&worker)).header(IF_MATCH, "\"2\"").send().await.unwrap();
    assert_eq!(current.status(), 204);
}

#[tokio::test]
async fn tags_are_compared_as_http_defines_it() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    for never in ["W/\"0\"", "0", "", "\"1\"", "\"0", "none"] {
        assert_eq!(status_if_match(&twilio, &worker, never, r#"{"a":1}"#).await, 412, "{never}");
    }
    assert_eq!(status_if_match(&twilio, &worker, "\"7\", , \"0\"", r#"{"a":1}"#).await, 200);
    let nobody = json!({"sid": "WK00000000000000000000000000000000"});
    assert_eq!(status_if_match(&twilio, &nobody, "\"0\"", "{}").await, 404);
}

#[tokio::test]
async fn every_answer_about_workers_has_a_tag() {
    let mut twilio = Twilio::start().await;
    let tag = async |request: reqwest::RequestBuilder| {
        let answer = request.send().await.unwrap();
        answer.headers()[ETAG].to_str().unwrap().to_owned()
    };
    let form = [("FriendlyName", "alice")];
    assert_eq!(tag(twilio.rest(Method::POST, "/Workers").form(&form)).await, "\"0\"");
    let empty = tag(twilio.rest(Method::GET, "/Workers?FriendlyName=bob")).await;
    let worker = twilio.worker_named("alice").await;
    assert_eq!(
        tag(twilio.rest(Method::POST, &worker_path(&worker)).form(&[("Attributes", "{\"a\":1}")])).await,
        "\"1\""
    );
    let list = tag(twilio.rest(Method::GET, "/Workers")).await;
    assert_ne!(list, empty);
    assert_eq!(tag(twilio.rest(Method::GET, "/Workers")).await, list);
    twilio.receiver.received();
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case() {
    // rule 22
    let mut twilio = Twilio::start().await;
    let alice = twilio.worker("Alice").await;
    let (status, refusal) = twilio.post("/Workers", &[("FriendlyName", "aLICE")]).await;
    assert_eq!((status, &refusal["code"]), (400, &json!(20001)));
    let bob = twilio.worker("bob").await;
    assert_eq!(twilio.post(&worker_path(&bob), &[("FriendlyName", "ALICE")]).await.0, 400);
    assert_eq!(twilio.post(&worker_path(&alice), &[("FriendlyName", "ALICE")]).await.0, 200);
    assert_eq!(twilio.post(&worker_path(&alice), &[("FriendlyName", "carol")]).await.0, 200);
    assert_eq!(twilio.post(&worker_path(&bob), &[("FriendlyName", "Alice")]).await.0, 200, "a name given up is free");
}

#[tokio::test]
async fn attributes_are_an_object_of_at_most_4096_characters() {
    // rule 27
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let just = format!(r#"{{"a":"{}"}}"#, "ä".repeat(4096 - 8));
    assert_eq!(twilio.post(&worker_path(&worker), &[("Attributes", &just)]).await.0, 200);
    let over = just.replace("{\"a", "{ \"a");
    for refused in [&*over, "[]", "\"a\"", "{", ""] {
        let (status, refusal) = twilio.post(&worker_path(&worker), &[("Attributes", refused)]).await;
        assert_eq!((status, &refusal["status"]), (400, &json!(400)), "{refused}");
    }
    assert_eq!(twilio.get(&worker_path(&worker)).await["attributes"], json!(just));
}

#[tokio::test]
async fn a_name_has_1_to_64_characters() {
    let mut twilio = Twilio::start().await;
    let longest = "ä".repeat(64);
    let worker = twilio.worker(&longest).await;
    for name in [String::new(), format!("{longest}x")] {
        for path in ["/Workers".to_owned(), worker_path(&worker)] {
            let refusal = twilio.refusal(&path, &[("FriendlyName", &name)]).await;
            assert_eq!(refusal, "FriendlyName must have 1 to 64 characters");
        }
    }
    assert_eq!(twilio.refusal("/Workers", &[]).await, "FriendlyName is required");
}

#[tokio::test]
async fn only_an_offline_worker_can_be_removed() {
    // rule 13
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    twilio.post(&worker_path(&worker), &[("ActivitySid", AVAILABLE_ACTIVITY_SID)]).await;
    assert_eq!(twilio.delete(&worker_path(&worker)).await, 400);
    twilio.post(&worker_path(&worker), &[("ActivitySid", OFFLINE_ACTIVITY_SID)]).await;
    assert_eq!(twilio.delete(&worker_path(&worker)).await, 204);
    assert_eq!(twilio.delete(&worker_path(&worker)).await, 404);
    assert_eq!(twilio.get(&worker_path(&worker)).await["code"], 20404);
    let (status, back) = twilio.post("/Workers", &[("FriendlyName", "alice")]).await;
    assert_eq!(status, 201);
    assert_ne!(back["sid"], worker["sid"], "a worker that returns has another SID");
}

#[tokio::test]
async fn reservations_are_rejected_only_with_an_activity_that_is_not_available() {
    // rule 12
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let reject = ("RejectPendingReservations", "true");
    assert_eq!(twilio.post(&worker_path(&worker), &[reject, ("ActivitySid", AVAILABLE_ACTIVITY_SID)]).await.0, 400);
    assert_eq!(twilio.post(&worker_path(&worker), &[reject, ("ActivitySid", OFFLINE_ACTIVITY_SID)]).await.0, 200);
    let nowhere = "WA99999999999999999999999999999999";
    assert_eq!(twilio.post(&worker_path(&worker), &[("ActivitySid", nowhere)]).await.0, 400);
}

#[tokio::test]
async fn who_does_not_know_the_auth_token_gets_nothing() {
    let twilio = Twilio::start().await;
    let url = format!("{}/v1/Workspaces/{WORKSPACE}/Workers", twilio.simulator.url());
    for password in [None, Some("wrong")] {
        let request = reqwest::Client::new().get(&url).basic_auth("AC00000000000000000000000000000000", password);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers()[reqwest::header::WWW_AUTHENTICATE], "Basic realm=\"Twilio API\"");
        let refusal: Value = answer.json().await.unwrap();
        let more_info = "https://www.twilio.com/docs/errors/20003";
        let expected = json!({"code": 20003, "message": "Authenticate", "more_info": more_info, "status": 401});
        assert_eq!(refusal, expected);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_in_twilios_words() {
    let twilio = Twilio::start().await;
    let elsewhere = format!("{}/v1/Workspaces/WS1/Workers", twilio.simulator.url());
    for path in ["/Workers/WK1", "/Workers/WK1/Channels", "/Activities/WA1", "/Nothing", &elsewhere] {
        let refusal = twilio.get(path).await;
        assert_eq!((&refusal["code"], &refusal["status"]), (&json!(20404), &json!(404)), "{path}");
    }
    assert_eq!(twilio.post("/Activities", &[]).await.0, 405);
}
