//! Callbacks, as TaskRouter posts them (rule 28).

use reqwest::Method;
use serde_json::json;
use simulator::{API_KEY_SECRET, API_KEY_SID, AVAILABLE_ACTIVITY_SID, FLEX_USER_SID};

use crate::harness::{ACCOUNT, Twilio, WORKSPACE, alice, text};

/// The names documented or observed on every callback about a worker.
const EVERY: [&str; 17] = [
    "AccountSid",
    "EventDescription",
    "EventType",
    "OperatingUnitSid",
    "ResourceSid",
    "ResourceType",
    "Sid",
    "Timestamp",
    "TimestampMs",
    "WorkerActivityName",
    "WorkerActivitySid",
    "WorkerAttributes",
    "WorkerName",
    "WorkerSid",
    "WorkerVersion",
    "WorkspaceName",
    "WorkspaceSid",
];
const ACTIVITY: [&str; 4] = [
    "WorkerPreviousActivityName",
    "WorkerPreviousActivitySid",
    "WorkerTimeInPreviousActivity",
    "WorkerTimeInPreviousActivityMs",
];

fn sorted(names: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().map(Into::into).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_worker_made_changed_and_removed_is_told_in_order_and_signed() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let path = format!("/Workers/{}", text(&worker, "sid"));
    twilio.post(&path, &[("Attributes", r#"{"a":1}"#)]).await;
    twilio.delete(&path).await;
    for (version, event_type) in [(1, "worker.attributes.update"), (1, "worker.deleted")] {
        let arrived = twilio.receiver.next().await;
        assert!(twilio.receiver.is_signed(&arrived));
        assert_eq!(arrived.header("user-agent"), "TwilioProxy/1.1");
        assert_eq!(sorted(arrived.names()), EVERY);
        let callback = arrived.parsed();
        assert_eq!((&*callback.account_sid, &*callback.workspace_sid), (ACCOUNT, WORKSPACE));
        assert_eq!(callback.event_type, event_type);
        let report = callback.worker.unwrap();
        assert_eq!((report.worker_sid.as_str(), report.version.version), (text(&worker, "sid"), Some(version)));
        assert_eq!(report.identity.unwrap().as_str(), "alice");
    }
}

#[tokio::test]
async fn attributes_come_with_their_slashes_escaped_as_twilio_does() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let attributes = r#"{"url":"https://example.com/a","done":"\/"}"#;
    twilio.post(&format!("/Workers/{}", text(&worker, "sid")), &[("Attributes", attributes)]).await;
    let arrived = twilio.receiver.next().await;
    let escaped = r#"{"url":"https:\/\/example.com\/a","done":"\/"}"#;
    assert_eq!(arrived.field("WorkerAttributes"), escaped);
    assert_eq!(arrived.field("EventDescription"), format!("Worker alice updated attributes to {escaped}"));
}

#[tokio::test]
async fn a_change_of_activity_says_where_the_worker_was_and_how_long() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    twilio.post(&format!("/Workers/{}", text(&worker, "sid")), &[("ActivitySid", AVAILABLE_ACTIVITY_SID)]).await;
    let arrived = twilio.receiver.next().await;
    assert_eq!(sorted(arrived.names()), sorted(EVERY.into_iter().chain(ACTIVITY)));
    assert_eq!(arrived.field("WorkerActivityName"), "Available");
    assert_eq!(arrived.field("WorkerPreviousActivityName"), "Offline");
    let lasted_ms: i64 = arrived.field("WorkerTimeInPreviousActivityMs").parse().unwrap();
    assert!((0..60_000).contains(&lasted_ms));
}

#[tokio::test]
async fn a_new_name_alone_is_not_told() {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let path = format!("/Workers/{}", text(&worker, "sid"));
    twilio.post(&path, &[("FriendlyName", "bob")]).await;
    twilio.post(&path, &[("Attributes", r#"{"a":1}"#)]).await;
    let arrived = twilio.receiver.next().await;
    assert_eq!((&*arrived.event_type(), &*arrived.field("WorkerName")), ("worker.attributes.update", "bob"));
}

#[tokio::test]
async fn what_happened_can_be_read_newest_first() {
    let mut twilio = Twilio::start().await;
    let alice = twilio.worker("alice").await;
    let bob = twilio.worker("bob").await;
    let all = twilio.get("/Events").await;
    let sids: Vec<&str> = all["events"].as_array().unwrap().iter().map(|event| text(event, "resource_sid")).collect();
    assert_eq!(sids, [text(&bob, "sid"), text(&alice, "sid")]);
    let of_alice = twilio.get(&format!("/Events?WorkerSid={}", text(&alice, "sid"))).await;
    assert_eq!(of_alice["events"].as_array().unwrap().len(), 1);
    assert_eq!(of_alice["events"][0]["event_data"]["worker_name"], "alice");
    assert_eq!(twilio.get("/Events?EventType=worker.deleted").await["events"], json!([]));
    assert_eq!(twilio.get("/Events?EndDate=2008-01-03T00:00:00Z").await["events"], json!([]));
    assert_eq!(twilio.get("/Events?StartDate=yesterday").await["status"], 400);
}

#[tokio::test]
async fn every_change_says_who_made_it() {
    // rule 24: drift is recorded with who did it
    let twilio = Twilio::start().await;
    let sid = text(&twilio.log_in(alice()).await, "worker_sid").to_owned();
    let own = format!("/Workers/{sid}");
    twilio.post(&own, &[("Attributes", r#"{"by":"account"}"#)]).await;
    let url = twilio.url(&format!("/v1/Workspaces/{WORKSPACE}{own}"));
    let by_key = reqwest::Client::new().post(url).basic_auth(API_KEY_SID, Some(API_KEY_SECRET));
    let answer = by_key.form(&[("Attributes", r#"{"by":"key"}"#)]).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let user = "US11111111111111111111111111111111";
    for request in
        [json!({"worker_sid": sid, "skills": ["a"]}), json!({"worker_sid": sid, "skills": ["b"], "user_sid": user})]
    {
        assert_eq!(twilio.sim(Method::POST, "skills-panel", request).await.0, 200);
    }
    let mut claims = alice();
    claims["attributes"] = json!({"routing": {"skills": []}});
    twilio.log_in(claims).await;
    let changes = twilio.get(&format!("/Events?WorkerSid={sid}&EventType=worker.attributes.update")).await;
    let actors: Vec<_> = changes["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (text(event, "actor_type"), text(event, "actor_sid"), text(event, "source")))
        .collect();
    let expected = [
        ("workspace", WORKSPACE, "twilio"),
        ("user", user, "web"),
        ("user", FLEX_USER_SID, "web"),
        ("api_key", API_KEY_SID, "api"),
        ("account", ACCOUNT, "api"),
    ];
    assert_eq!(actors, expected);
    assert_eq!(changes["events"][3]["event_data"]["worker_attributes"], r#"{"by":"key"}"#);
    assert_eq!(changes["events"][3]["source_ip_address"], "127.0.0.1");
}

#[tokio::test]
async fn events_are_read_by_period_and_one_by_one() {
    let mut twilio = Twilio::start().await;
    twilio.worker("alice").await;
    let event = twilio.get("/Events?Minutes=1").await["events"][0].clone();
    let date = text(&event, "event_date");
    for (period, count) in [
        (format!("StartDate={date}"), 1),
        ("StartDate=2100-01-01T00:00:00Z".to_owned(), 0),
        ("StartDate=2008-01-01T00:00:00Z&EndDate=2100-01-01T00:00:00Z".to_owned(), 1),
        ("Minutes=0".to_owned(), 0),
    ] {
        let events = twilio.get(&format!("/Events?{period}")).await;
        assert_eq!(events["events"].as_array().unwrap().len(), count, "{period}");
    }
    assert_eq!(twilio.get(&format!("/Events/{}", text(&event, "sid"))).await, event);
    assert_eq!(twilio.get("/Events/EV0").await["status"], 404);
}
