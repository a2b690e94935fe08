//! Events of Event Streams: an array, each at least once, in no order (rules 28 and 34).

use std::time::Duration;

use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use store::Directory;

use crate::request::{Fixture, TaskRouter, streamed};

const TAKEN: Result<StatusCode, &str> = Ok(StatusCode::NO_CONTENT);

/// An event of the worker `WK1`, after so many seconds.
fn event(name: &str, second: u32, version: u32) -> Value {
    let attributes = json!({"full_name": format!("Ada {version}"), "email": "ada@example.com", "roles": ["agent"]});
    json!({"specversion": "1.0", "type": format!("com.twilio.taskrouter.{name}"), "id": format!("EZ{second}"),
        "data": {"payload": {"sid": format!("EV{second}"), "account_sid": "AC1", "workspace_sid": "WS1",
            "timestamp": format!("2026-11-26T10:00:{second:02}.000Z"), "worker_sid": "WK1", "worker_name": "ada",
            "worker_attributes": attributes.to_string(), "worker_activity_name": "Available",
            "worker_version": version.to_string()}}})
}

fn of_worker(sid: &str, mut event: Value) -> Value {
    event["data"]["payload"]["worker_sid"] = json!(sid);
    event["data"]["payload"]["worker_name"] = json!(sid);
    event
}

async fn post(fixture: &Fixture, events: &Value) -> Result<StatusCode, &'static str> {
    fixture.post(streamed(&events.to_string())).await
}

fn handed_over(fixture: &Fixture) -> Vec<String> {
    fixture.reconcile.workers.lock().unwrap().clone()
}

#[tokio::test]
async fn rule_28_events_in_any_order_and_twice_lead_to_the_latest_state() {
    let (created, updated) = (event("worker.created", 0, 0), event("worker.attributes.update", 5, 3));
    for order in [json!([created, updated]), json!([updated, created]), json!([updated, created, updated, created])] {
        let fixture = Fixture::new().await;
        for _ in 0..2 {
            assert_eq!(post(&fixture, &order).await, TAKEN);
            assert_eq!(fixture.ada().await.unwrap().name(), "Ada 3");
        }
        assert!(handed_over(&fixture).is_empty());
    }
}

#[tokio::test]
async fn rule_34_unknown_foreign_and_bad_events_do_not_cost_the_others() {
    let fixture = Fixture::new().await;
    let mut foreign = of_worker("WK9", event("worker.created", 0, 0));
    foreign["data"]["payload"]["workspace_sid"] = json!("WS9");
    let mut nameless = event("worker.created", 0, 0);
    nameless["data"]["payload"]["worker_sid"] = json!(null);
    let test = json!({"type": "com.twilio.eventstreams.test-event", "data": {}});
    let events = json!([null, test, event("task.created", 0, 0), foreign, nameless, event("worker.created", 0, 0)]);
    assert_eq!(post(&fixture, &events).await, TAKEN);
    assert!(fixture.ada().await.is_some());
    let foreign = domain::WorkerSid::new("WK9");
    assert_eq!(store::ViewUser::worker(&fixture.ingest.store, &foreign).await.unwrap(), None);
}

#[tokio::test]
async fn an_empty_array_is_taken_and_what_is_none_is_refused() {
    let fixture = Fixture::new().await;
    assert_eq!(post(&fixture, &json!([])).await, TAKEN);
    for body in [json!({}), json!("x"), event("worker.created", 0, 0)] {
        assert_eq!(post(&fixture, &body).await, Err("invalid-callback"), "{body}");
    }
}

#[tokio::test]
async fn events_whose_body_is_not_the_signed_one_are_refused() {
    let fixture = Fixture::new().await;
    let mut request = streamed(&json!([event("worker.created", 0, 0)]).to_string());
    *request.body_mut() = json!([event("worker.created", 1, 1)]).to_string().into();
    assert_eq!(fixture.post(request).await, Err("wrong-signature"));
    let mut form = streamed("[]");
    form.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    assert_eq!(fixture.post(form).await, Err("wrong-signature"));
    assert_eq!(fixture.ada().await, None);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_looked_at() {
    let fixture = Fixture::new().await;
    let body = format!("[{}]", " ".repeat(256 * 1024 - 2));
    assert_eq!(fixture.post(streamed(&body)).await, TAKEN);
    let mut longer = streamed("[]");
    *longer.body_mut() = format!("{body} ").into();
    assert_eq!(fixture.post(longer).await, Err("body-too-large"));
}

#[tokio::test]
async fn rule_28_the_workers_of_events_that_cannot_be_applied_are_each_handed_over_once() {
    let mut fixture = Fixture::new().await;
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let table = fixture.ingest.store.name().to_owned();
    fixture.ingest.store = Directory::new(embedded::client_at(format!("http://{nowhere}")), table);
    let (created, updated) = (event("worker.created", 0, 0), event("worker.attributes.update", 5, 3));
    assert_eq!(post(&fixture, &json!([of_worker("WK2", created), updated, updated])).await, TAKEN);
    assert_eq!(handed_over(&fixture), ["WK1", "WK2"]);
}

#[tokio::test]
async fn rule_28_the_answer_to_many_slow_events_comes_before_event_streams_gives_up_waiting() {
    let mut fixture = Fixture::new().await;
    fixture.ingest.taskrouter = TaskRouter::Hanging;
    // Without attributes, TaskRouter has to be asked.
    let ambiguous = |n: u32| {
        let mut event = of_worker(&format!("WK{n}"), event("worker.created", n, 0));
        event["data"]["payload"]["worker_attributes"] = json!(null);
        event
    };
    let events = json!((1..=40).map(ambiguous).collect::<Vec<_>>());
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    assert_eq!(post(&fixture, &events).await, TAKEN);
    assert_eq!(handed_over(&fixture).len(), 40);
    assert!(start.elapsed() < Duration::from_secs(3), "handing over takes at most two more: {:?}", start.elapsed());
}

#[tokio::test]
async fn rule_28_if_not_even_handing_over_succeeds_event_streams_is_to_send_all_of_them_again() {
    let mut fixture = Fixture::new().await;
    fixture.reconcile.fails = true;
    let mut ambiguous = of_worker("WK2", event("worker.created", 0, 0));
    ambiguous["data"]["payload"]["worker_attributes"] = json!(null);
    let events = json!([ambiguous, event("worker.created", 0, 0)]);
    assert_eq!(post(&fixture, &events).await, Err("unavailable"));
    assert!(fixture.ada().await.is_some(), "the others are applied all the same");
    fixture.reconcile.fails = false;
    assert_eq!(post(&fixture, &events).await, TAKEN);
    assert_eq!(handed_over(&fixture), ["WK2"]);
}
