//! Flex tokens (rules 5, 25).

use domain::WorkerSid;
use serde_json::json;
use twilio::{FetchWorker, ListWorkers, ValidateToken};

use crate::client::client;
use crate::harness::{Twilio, alice, text};

#[tokio::test]
async fn a_token_says_whose_it_is() {
    let twilio = Twilio::start().await;
    let mut claims = alice();
    claims["roles"] = json!(["admin", "wfo.full_access"]);
    let session = twilio.log_in(claims).await;
    let answer = twilio.validate(&session["token"]).await;
    let names = ["code", "expiration", "identity", "message", "realm_user_id", "roles", "valid", "worker_sid"];
    assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), names);
    assert_eq!(answer["valid"], true);
    assert_eq!(answer["identity"], "alice_40example_2Ecom");
    assert_eq!(answer["realm_user_id"], "alice@example.com");
    assert_eq!(answer["roles"], json!(["admin", "wfo.full_access"]));
    assert_eq!(answer["worker_sid"], session["worker_sid"]);
}

#[tokio::test]
async fn a_token_has_the_form_of_flexs_five_parts_of_which_the_second_is_empty() {
    let twilio = Twilio::start().await;
    let session = twilio.log_in(alice()).await;
    let parts: Vec<&str> = text(&session, "token").split('.').collect();
    assert_eq!(parts.iter().map(|part| part.is_empty()).collect::<Vec<_>>(), [false, true, false, false, false]);
    let is_base64url = |part: &&str| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    assert!(parts.iter().all(is_base64url), "{parts:?}");
    assert_ne!(twilio.log_in(alice()).await["token"], session["token"]);
}

#[tokio::test]
async fn a_token_that_nobody_was_given_is_not_valid() {
    let twilio = Twilio::start().await;
    for token in [json!("made-up"), json!(""), json!(7), json!(null)] {
        let answer = twilio.validate(&token).await;
        assert_eq!(answer, json!({"valid": false, "message": "not valid"}));
    }
}

#[tokio::test]
async fn the_directorys_own_client_works_against_it() {
    let twilio = Twilio::start().await;
    let session = twilio.log_in(alice()).await;
    let client = client(&twilio);
    let sid = text(&session, "worker_sid");
    let holder = client.validate_token(&text(&session, "token").into()).await.unwrap().unwrap();
    assert_eq!(holder.worker_sid, sid);
    assert_eq!(client.validate_token(&"made-up".into()).await.unwrap(), None);
    let worker = client.fetch_worker(&WorkerSid::new(sid)).await.unwrap().unwrap();
    assert_eq!((&*worker.friendly_name, worker.version), ("alice@example.com", Some(1)));
    assert!(client.fetch_worker(&WorkerSid::new("WK0")).await.unwrap().is_none());
    let page = client.list_workers(None).await.unwrap();
    assert_eq!((page.items.len(), page.next), (1, None));
}

#[tokio::test]
async fn who_is_logged_in_is_listed_once_with_the_latest_token() {
    let twilio = Twilio::start().await;
    twilio.log_in(alice()).await;
    let latest = twilio.log_in(alice()).await;
    let mut nobody = alice();
    nobody["identity"] = json!("a-left@example.com");
    let left = twilio.log_in(nobody).await;
    let path = format!("/Workers/{}", text(&left, "worker_sid"));
    twilio.post(&path, &[("ActivitySid", simulator::OFFLINE_ACTIVITY_SID)]).await;
    assert_eq!(twilio.delete(&path).await, 204);

    let (status, listed) = twilio.sim(reqwest::Method::GET, "logins", json!({})).await;
    let expected = json!({"items": [{
        "identity": "alice@example.com", "full_name": "Alice", "roles": ["agent"],
        "worker_sid": latest["worker_sid"], "token": latest["token"],
    }]});
    assert_eq!((status, listed), (200, expected));
}
