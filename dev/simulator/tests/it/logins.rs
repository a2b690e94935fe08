//! Logins have the effects of a Flex login (rules 22, 24).

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::{AVAILABLE_ACTIVITY_SID, OFFLINE_ACTIVITY_SID};
use tokio::task::JoinSet;

use crate::harness::{Twilio, alice, attributes, text};

#[tokio::test]
async fn a_first_login_makes_a_worker_and_tells_the_directory_before_it_answers() {
    let mut twilio = Twilio::start().await;
    let session = twilio.log_in(alice()).await;
    let arrived = twilio.receiver.received();
    let types: Vec<String> = arrived.iter().map(crate::harness::ReceivedCallback::event_type).collect();
    assert_eq!(types, ["worker.created", "worker.activity.update"]);
    assert!(arrived.iter().all(|callback| twilio.receiver.is_signed(callback)));
    assert_eq!(session.get("callbacks"), None);

    let worker = twilio.get(&format!("/Workers/{}", text(&session, "worker_sid"))).await;
    assert_eq!(worker["friendly_name"], "alice@example.com");
    assert_eq!(worker["activity_name"], "Available");
    let attributes = attributes(&worker);
    assert_eq!(attributes["contact_uri"], "client:alice_40example_2Ecom");
    assert_eq!(attributes["roles"], json!(["agent"]));
    assert_eq!((&attributes["full_name"], &attributes["email"]), (&json!("Alice"), &json!("alice@example.com")));
    assert!(attributes["image_url"].is_string());
}

#[tokio::test]
async fn a_later_login_overwrites_the_claims_and_nothing_else() {
    let mut twilio = Twilio::start().await;
    let first = twilio.log_in(alice()).await;
    let path = format!("/Workers/{}", text(&first, "worker_sid"));
    let edited = json!({
        "contact_uri": "client:kept", "full_name": "Changed", "email": "e", "roles": ["admin", "wfo.full_access"],
        "routing": {"skills": ["french"], "levels": {"french": 5}}, "location": "Bonn"
    });
    let edit = [("Attributes", edited.to_string()), ("ActivitySid", OFFLINE_ACTIVITY_SID.to_owned())];
    let edit: Vec<(&str, &str)> = edit.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(twilio.post(&path, &edit).await.0, 200);

    let mut claims = alice();
    claims["identity"] = json!("ALICE@example.com");
    claims["attributes"] = json!({"location": "Paris"});
    let second = twilio.log_in(claims).await;
    assert_eq!(second["worker_sid"], first["worker_sid"], "friendly names know no case");
    let worker = twilio.get(&path).await;
    let expected = json!({
        "contact_uri": "client:kept", "full_name": "Alice", "email": "alice@example.com", "roles": ["agent"],
        "routing": {"skills": ["french"], "levels": {"french": 5}}, "location": "Paris"
    });
    assert_eq!(attributes(&worker), expected);
    assert_eq!(worker["friendly_name"], "alice@example.com");
    assert_eq!(worker["activity_sid"], AVAILABLE_ACTIVITY_SID);
    let types = twilio.receiver.received_event_types();
    assert_eq!(types.len(), 6, "{types:?}");
    assert_eq!(types[4..], ["worker.attributes.update", "worker.activity.update"]);
}

#[tokio::test]
async fn a_login_that_changes_nothing_tells_nothing() {
    let mut twilio = Twilio::start().await;
    let first = twilio.log_in(alice()).await;
    twilio.receiver.received();
    let second = twilio.log_in(alice()).await;
    assert_eq!(twilio.receiver.received_event_types(), Vec::<String>::new());
    assert_eq!(first["worker_sid"], second["worker_sid"]);
    assert_ne!(first["token"], second["token"]);
}

#[tokio::test]
async fn a_login_leaves_a_break_alone() {
    let twilio = Twilio::start().await;
    let session = twilio.log_in(alice()).await;
    let path = format!("/Workers/{}", text(&session, "worker_sid"));
    let on_break = twilio.get("/Activities?FriendlyName=Break").await["activities"][0]["sid"].clone();
    twilio.post(&path, &[("ActivitySid", on_break.as_str().unwrap())]).await;
    twilio.log_in(alice()).await;
    assert_eq!(twilio.get(&path).await["activity_name"], "Break");
}

#[tokio::test]
async fn a_login_says_which_callbacks_the_directory_refused() {
    let twilio = Twilio::start().await;
    twilio.receiver.respond_with(503);
    let session = twilio.log_in(alice()).await;
    let refused = json!([
        {"event_type": "worker.created", "status": 503},
        {"event_type": "worker.activity.update", "status": 503}
    ]);
    assert_eq!(session["callbacks"], refused);
}

#[tokio::test]
async fn a_login_with_a_claim_missing_misspelt_or_impossible_is_refused_with_what_is_wrong() {
    let mut twilio = Twilio::start().await;
    let mut nameless = alice();
    nameless.as_object_mut().unwrap().remove("full_name");
    let mut misspelt = alice();
    misspelt["role"] = json!("admin");
    let mut endless = alice();
    endless["attributes"] = json!({"note": "x".repeat(4096)});
    let cases = [(nameless, "full_name"), (misspelt, "role"), (endless, "4096"), (Value::Null, "identity")];
    for (claims, named) in cases {
        let (status, problem) = twilio.sim(Method::POST, "logins", claims).await;
        assert_eq!(status, 400);
        assert!(text(&problem, "message").contains(named), "{problem}");
    }
    assert_eq!(twilio.get("/Workers").await["workers"], json!([]));
    assert!(twilio.receiver.received().is_empty());
}

#[tokio::test]
async fn many_people_can_log_in_at_once_and_nobody_is_made_twice() {
    let mut twilio = Twilio::start().await;
    let mut logins = JoinSet::new();
    for number in 0..100 {
        let mut claims = alice();
        claims["identity"] = json!(format!("person{}@example.com", number % 50));
        let url = format!("{}/sim/logins", twilio.simulator.url());
        logins.spawn(async move { reqwest::Client::new().post(url).json(&claims).send().await.unwrap().status() });
    }
    assert!(logins.join_all().await.iter().all(StatusCode::is_success));
    let listed = twilio.get("/Workers?PageSize=1000").await["workers"].as_array().unwrap().len();
    assert_eq!((listed, twilio.receiver.received().len()), (50, 100));
}
