use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use app::SystemTimeAndIds;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Role, job::JobState, test_support};
use embedded::Dynamo;
use export::{PresignDownload, PresignError, StartJob, handle};
use http_api::HttpResult;
use invoke::InvokeError;
use lambda_http::{Body, Request, Response};
use serde_json::{Value, json};
use store::{Directory, StoreJobs};
use uuid::Uuid;

/// Services that record the started jobs.
#[derive(Default)]
struct StubServices {
    fails: AtomicBool,
    started: Mutex<Vec<Uuid>>,
}

impl StartJob for StubServices {
    async fn start(&self, job_id: Uuid) -> Result<(), InvokeError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(InvokeError("TooManyRequestsException".to_owned()));
        }
        self.started.lock().unwrap().push(job_id);
        Ok(())
    }
}

impl PresignDownload for StubServices {
    async fn presign(&self, _: &str) -> Result<String, PresignError> {
        Err(PresignError("there is no file".to_owned()))
    }
}

struct Fixture {
    directory: Directory,
    services: StubServices,
    _dynamo: Dynamo,
}

impl Fixture {
    async fn new() -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        Self { directory, services: StubServices::default(), _dynamo: dynamo }
    }

    async fn post(&self, key: Option<&str>) -> HttpResult {
        handle(&self.directory, &self.services, &SystemTimeAndIds, request(key)).await
    }

    fn started(&self) -> Vec<Uuid> {
        self.services.started.lock().unwrap().clone()
    }

    /// Removes the stored responses and ends the leases, as if each attempt had crashed before storing its response.
    async fn expire_attempts(&self) {
        let (client, name) = (self.directory.client(), self.directory.name());
        let items = client.scan().table_name(name).send().await.unwrap().items.unwrap();
        for mut item in items.into_iter().filter(|item| item["entity"].as_s().unwrap() == "idempotency") {
            item.remove("response");
            item.insert("lease_until_ms".to_owned(), AttributeValue::N("0".to_owned()));
            client.put_item().table_name(name).set_item(Some(item)).send().await.unwrap();
        }
    }
}

/// A supervisor requests an export of all users.
fn request(key: Option<&str>) -> Request {
    let caller = json!({"user_id": test_support::agent("ada").user_id, "role": Role::Supervisor, "token_role": Role::Supervisor});
    let event = json!({
        "version": "2.0",
        "routeKey": "POST /exports",
        "rawPath": "/exports",
        "rawQueryString": "",
        "headers": key.map_or(json!({}), |key| json!({"idempotency-key": key})),
        "requestContext": {
            "authorizer": {"lambda": caller},
            "http": {"method": "POST", "path": "/exports", "protocol": "HTTP/1.1"},
            "requestId": "test",
            "routeKey": "POST /exports",
            "stage": "$default",
            "timeEpoch": 0
        },
        "body": "{}",
        "isBase64Encoded": false
    });
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

fn job_id(response: &Response<Body>) -> Uuid {
    let document: Value = serde_json::from_slice(response.body().as_ref()).unwrap();
    assert_eq!(response.status(), 202, "{document}");
    document["job_id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_export_that_is_asked_for_twice_with_one_key_is_started_once() {
    let fixture = Fixture::new().await;
    let first = fixture.post(Some("k")).await.unwrap();
    let repeated = fixture.post(Some("k")).await.unwrap();
    assert_eq!((job_id(&repeated), &repeated.headers()["location"]), (job_id(&first), &first.headers()["location"]));
    assert_eq!(fixture.started(), [job_id(&first)]);
}

#[tokio::test]
async fn rule_29_one_export_of_a_person_runs_at_a_time_and_the_refusal_names_it() {
    let fixture = Fixture::new().await;
    let first = job_id(&fixture.post(Some("k")).await.unwrap());
    let refused = fixture.post(None).await.unwrap_err();
    assert_eq!((refused.status, refused.code), (409, "export-running"));
    assert!(refused.detail.contains(&first.to_string()), "{}", refused.detail);
    assert_eq!(job_id(&fixture.post(Some("k")).await.unwrap()), first, "the same request is answered by the first job");
    fixture.expire_attempts().await;
    assert_eq!(job_id(&fixture.post(Some("k")).await.unwrap()), first, "also where its answer was lost");
    fixture.directory.abandon_job(first, "The test is over.").await.unwrap();
    let next = job_id(&fixture.post(None).await.unwrap());
    assert_ne!(next, first);
    assert_eq!(fixture.post(None).await.unwrap_err().code, "export-running");
}

#[tokio::test]
async fn rule_29_of_exports_that_are_asked_for_at_once_one_is_started() {
    let fixture = Fixture::new().await;
    let results = futures_util::future::join_all((0..8).map(|_| fixture.post(None))).await;
    let (started, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!((started.len(), fixture.started().len()), (1, 1));
    for problem in refused {
        // Who was not faster several times is told to come back.
        assert!(["export-running", "unavailable"].contains(&problem.unwrap_err().code));
    }
}

#[tokio::test]
async fn an_attempt_that_died_with_its_job_made_is_followed_by_one_that_finds_the_job() {
    let fixture = Fixture::new().await;
    let first = fixture.post(Some("k")).await.unwrap();
    fixture.expire_attempts().await;
    let repeated = fixture.post(Some("k")).await.unwrap();
    assert_eq!(job_id(&repeated), job_id(&first));
    assert!(!repeated.headers().contains_key("idempotency-replayed"));
}

#[tokio::test]
async fn an_export_that_could_not_be_started_is_started_by_the_same_request() {
    let fixture = Fixture::new().await;
    fixture.services.fails.store(true, Ordering::Relaxed);
    assert_eq!(fixture.post(Some("k")).await.unwrap_err().status, 503);
    fixture.services.fails.store(false, Ordering::Relaxed);
    let repeated = fixture.post(Some("k")).await.unwrap();
    assert_eq!(fixture.started(), [job_id(&repeated)]);
    let job = fixture.directory.job(job_id(&repeated)).await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Queued);
}
