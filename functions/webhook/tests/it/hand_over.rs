//! Callbacks that cannot be applied: their workers are handed over to `reconcile`, so that no login is lost (rule 28).

use std::time::Duration;

use lambda_http::http::StatusCode;
use store::Directory;

use crate::request::{Fixture, TaskRouter, login, signed};

/// A login of which the callback says too little: TaskRouter has to be asked.
fn ambiguous() -> Vec<(&'static str, String)> {
    login().into_iter().filter(|(name, _)| *name != "WorkerAttributes").collect()
}

fn handed_over(fixture: &Fixture) -> Vec<String> {
    fixture.reconcile.workers.lock().unwrap().clone()
}

#[tokio::test]
async fn rule_28_a_callback_that_needs_taskrouter_while_it_is_unreachable_is_taken_and_handed_over() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.post(signed(&ambiguous())).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(handed_over(&fixture), ["WK1"]);
}

#[tokio::test]
async fn rule_28_a_callback_is_taken_and_handed_over_while_the_table_is_unreachable() {
    let mut fixture = Fixture::new().await;
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let table = fixture.ingest.store.name().to_owned();
    fixture.ingest.store = Directory::new(embedded::client_at(format!("http://{nowhere}")), table);
    assert_eq!(fixture.post(signed(&login())).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(handed_over(&fixture), ["WK1"]);
}

#[tokio::test]
async fn rule_28_a_callback_is_taken_and_handed_over_while_the_table_rejects_every_request() {
    let mut fixture = Fixture::new().await;
    fixture.ingest.store = Directory::new(fixture.ingest.store.client().clone(), "another-table".to_owned());
    assert_eq!(fixture.post(signed(&login())).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(handed_over(&fixture), ["WK1"]);
}

#[tokio::test]
async fn rule_28_a_callback_is_handed_over_before_the_function_is_out_of_time() {
    let mut fixture = Fixture::new().await;
    fixture.ingest.taskrouter = TaskRouter::Hanging;
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    assert_eq!(fixture.post(signed(&ambiguous())).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(handed_over(&fixture), ["WK1"]);
    // Handing over takes at most two seconds more, and the function has ten.
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[tokio::test]
async fn rule_28_a_callback_that_cannot_be_handed_over_either_is_answered_503_for_twilio_to_try_again() {
    let mut fixture = Fixture::new().await;
    fixture.reconcile.fails = true;
    assert_eq!(fixture.post(signed(&ambiguous())).await, Err("unavailable"));
    fixture.ingest.taskrouter = TaskRouter::Hanging;
    tokio::time::pause();
    assert_eq!(fixture.post(signed(&ambiguous())).await, Err("unavailable"));
}
