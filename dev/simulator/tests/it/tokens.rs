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
