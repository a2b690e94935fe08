//! Timeouts and retries of requests to Twilio.

use std::time::{Duration, Instant};

use domain::WorkerSid;
use twilio::{FetchWorker, TwilioError};
use wiremock::{MockServer, ResponseTemplate};

use crate::mock::{WORKER, client, client_with, mount, mount_first, worker};

fn status(code: u16) -> ResponseTemplate {
    ResponseTemplate::new(code)
}

fn worker_response() -> ResponseTemplate {
    status(200).set_body_json(worker())
}

#[tokio::test]
async fn a_passing_fault_is_not_noticed() {
    for fault in [status(429), status(500), status(503)] {
        let twilio = MockServer::start().await;
        mount_first(&twilio, "GET", WORKER, fault).await;
        mount(&twilio, "GET", WORKER, worker_response(), 1).await;
        assert!(client(&twilio).fetch_worker(&WorkerSid::new("WK1")).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn twilio_is_given_the_time_it_asks_for() {
    let twilio = MockServer::start().await;
    mount_first(&twilio, "GET", WORKER, status(429).insert_header("Retry-After", "1")).await;
    mount(&twilio, "GET", WORKER, worker_response(), 1).await;
    let start = Instant::now();
    assert!(client(&twilio).fetch_worker(&WorkerSid::new("WK1")).await.unwrap().is_some());
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test]
async fn who_must_wait_longer_than_there_is_time_is_told_at_once() {
    let twilio = MockServer::start().await;
    mount(&twilio, "GET", WORKER, status(429).insert_header("Retry-After", "60"), 1).await;
    let start = Instant::now();
    let error = client(&twilio).fetch_worker(&WorkerSid::new("WK1")).await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(error.retry_after(), Some(Duration::from_mins(1)));
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_lasting_fault_is_reported_after_a_few_tries_and_within_the_time() {
    let twilio = MockServer::start().await;
    mount(&twilio, "GET", WORKER, status(503), 2..=4).await;
    let start = Instant::now();
    let error = client(&twilio).fetch_worker(&WorkerSid::new("WK1")).await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert!(matches!(error, TwilioError::Unavailable { status: 503, .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_never_comes_leaves_time_for_a_second_try() {
    let twilio = MockServer::start().await;
    mount_first(&twilio, "GET", WORKER, worker_response().set_delay(Duration::from_mins(1))).await;
    mount(&twilio, "GET", WORKER, worker_response(), 1).await;
    let client = client_with(twilio.uri(), Duration::from_millis(1500));
    assert!(client.fetch_worker(&WorkerSid::new("WK1")).await.unwrap().is_some());
}

#[tokio::test]
async fn answers_that_never_come_end_with_the_calls_time() {
    let twilio = MockServer::start().await;
    mount(&twilio, "GET", WORKER, worker_response().set_delay(Duration::from_mins(1)), 1..).await;
    let start = Instant::now();
    let client = client_with(twilio.uri(), Duration::from_millis(600));
    let error = client.fetch_worker(&WorkerSid::new("WK1")).await.unwrap_err();
    assert!(matches!(error, TwilioError::Timeout), "{error:?}");
    assert!(start.elapsed() < Duration::from_millis(1200), "{:?}", start.elapsed());
}

#[tokio::test]
async fn no_connection_is_an_error_that_may_pass() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = client_with(format!("http://{closed}"), Duration::from_millis(500));
    let error = client.fetch_worker(&WorkerSid::new("WK1")).await.unwrap_err();
    assert!(matches!(error, TwilioError::Unreachable), "{error:?}");
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_refusal_is_not_asked_for_twice() {
    for code in [302, 400, 410, 422] {
        let twilio = MockServer::start().await;
        let body = serde_json::json!({"code": 20003, "message": "alice", "status": code});
        let elsewhere = status(code).insert_header("Location", WORKER).set_body_json(body);
        mount(&twilio, "GET", WORKER, elsewhere, 1).await;
        let error = client(&twilio).fetch_worker(&WorkerSid::new("WK1")).await.unwrap_err();
        assert!(matches!(error, TwilioError::Refused { code: Some(20003), .. }), "{error:?}");
        assert!(!error.is_transient() && !format!("{error:?}").contains("alice"));
    }
}
