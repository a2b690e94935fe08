use std::future::pending;

use app::{AuthenticatedCaller, FixedTime};
use domain::{Role, permissions::Caller, test_support};
use embedded::Dynamo;
use http_api::{
    HttpResult, Problem,
    idempotency::{ResourceId, once},
    response::json_with,
};
use jiff::{SignedDuration, Timestamp};
use lambda_http::{
    Body, Request, Response,
    http::{self, request::Builder},
};
use serde_json::{Value, json};
use store::{Attempt, Directory, IdempotencyStore, KeyState, StoreError, StoredResponse};
use tokio::sync::oneshot;
use uuid::Uuid;

/// The lease of an attempt, and the retention of a response.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
const RETENTION: SignedDuration = SignedDuration::from_hours(24);
const START: Timestamp = Timestamp::UNIX_EPOCH;
const A_MOMENT: SignedDuration = SignedDuration::from_millis(1);

struct Fixture {
    directory: Directory,
    _dynamo: Dynamo,
}

impl Fixture {
    async fn new() -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        Self { directory: Directory::new(dynamo.client(), dynamo.fresh_table().unwrap()), _dynamo: dynamo }
    }

    async fn post(&self, request: &Request, handler: impl FnOnce(ResourceId) -> HttpResult) -> Response<Body> {
        self.post_at(START, request, handler).await
    }

    async fn post_at(
        &self,
        now: Timestamp,
        request: &Request,
        handler: impl FnOnce(ResourceId) -> HttpResult,
    ) -> Response<Body> {
        let ada = caller("ada");
        let response = once(&self.directory, &FixedTime(now), &ada, request, |id| async move { handler(id) }).await;
        response.unwrap_or_else(|problem| problem.respond(&ada.request_id))
    }

    /// The function crashes after it has handled the request; returns the id of the created resource.
    async fn crash(&self, request: &Request) -> Uuid {
        let (send_id, id) = oneshot::channel();
        let ada = caller("ada");
        let request_future = once(&self.directory, &FixedTime(START), &ada, request, |id| async move {
            send_id.send(id.uuid()).unwrap();
            pending().await
        });
        tokio::select! {
            id = id => id.unwrap(),
            _ = request_future => unreachable!(),
        }
    }
}

fn caller(name: &str) -> AuthenticatedCaller {
    let caller = Caller::new(test_support::agent(name).user_id, Role::Supervisor);
    AuthenticatedCaller { token_role: caller.role, caller, request_id: format!("request of {name}") }
}

fn with_key() -> Builder {
    http::Request::builder().method("POST").uri("https://api.example.com/teams?a=1").header("idempotency-key", "k")
}

fn request(body: &str) -> Request {
    with_key().body(Body::from(body)).unwrap()
}

fn create_team(id: ResourceId) -> HttpResult {
    let headers = [("location", format!("/teams/{}", id.uuid())), ("etag", "\"1\"".to_owned())];
    json_with(201, &json!({"team_id": id.uuid()}), &headers)
}

fn must_not_run(_: ResourceId) -> HttpResult {
    panic!("it is handled again")
}

fn document(response: &Response<Body>) -> Value {
    serde_json::from_slice(response.body().as_ref()).unwrap()
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_again_and_is_told_so() {
    let fixture = Fixture::new().await;
    let first = fixture.post(&request("{}"), create_team).await;
    let mut repeated = fixture.post(&request("{}"), must_not_run).await;
    assert_eq!(repeated.headers_mut().remove("idempotency-replayed").unwrap(), "true");
    assert_eq!((repeated.status(), repeated.headers()), (first.status(), first.headers()));
    assert_eq!(document(&repeated), document(&first));
}

#[tokio::test]
async fn without_a_key_every_request_is_handled() {
    let fixture = Fixture::new().await;
    let request = Request::new(Body::from("{}"));
    let (first, second) = (fixture.post(&request, create_team).await, fixture.post(&request, create_team).await);
    assert_ne!(first.headers()["location"], second.headers()["location"]);
    assert!(!second.headers().contains_key("idempotency-replayed"));
}

#[tokio::test]
async fn an_answer_without_a_body_is_replayed_without_one() {
    let fixture = Fixture::new().await;
    let nothing = |_| Ok(Response::builder().status(204).header("preference-applied", "return=minimal"));
    let nothing = |id| nothing(id).map(|response| response.body(Body::Empty).unwrap());
    fixture.post(&request("{}"), nothing).await;
    let repeated = fixture.post(&request("{}"), must_not_run).await;
    assert_eq!((repeated.status().as_u16(), repeated.body().is_empty()), (204, true));
    assert_eq!(repeated.headers()["preference-applied"], "return=minimal");
}

#[tokio::test]
async fn a_refusal_is_kept_as_it_was() {
    let fixture = Fixture::new().await;
    let refuse = |_| Err(Problem::new(409, "team-name-taken", "There is a team of this name."));
    let first = fixture.post(&request("{}"), refuse).await;
    let repeated = fixture.post(&request("{}"), must_not_run).await;
    assert_eq!(document(&repeated), document(&first));
    assert_eq!(document(&repeated)["request_id"], "request of ada");
    assert_eq!(repeated.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn a_503_is_not_kept() {
    let fixture = Fixture::new().await;
    let mut attempted_id = None;
    let busy = |id: ResourceId| {
        attempted_id = Some(id.uuid());
        Err(Problem::unavailable(&StoreError::Conflict))
    };
    assert_eq!(fixture.post(&request("{}"), busy).await.status(), 503);
    let repeated = fixture.post(&request("{}"), create_team).await;
    assert_eq!(repeated.status(), 201);
    assert_eq!(
        document(&repeated)["team_id"],
        attempted_id.unwrap().to_string(),
        "it makes what the first would have made"
    );
}

#[tokio::test]
async fn another_body_path_query_or_precondition_is_refused() {
    let fixture = Fixture::new().await;
    fixture.post(&request("{}"), create_team).await;
    let to = |uri: &str| with_key().uri(uri).body(Body::from("{}")).unwrap();
    let if_match = with_key().header("if-match", "\"2\"").body(Body::from("{}")).unwrap();
    let others =
        [request("{ }"), to("https://api.example.com/users?a=1"), to("https://api.example.com/teams?a=2"), if_match];
    for other in others {
        let response = fixture.post(&other, must_not_run).await;
        assert_eq!(
            (response.status().as_u16(), document(&response)["title"].as_str()),
            (422, Some("Unprocessable Content"))
        );
        assert_eq!(document(&response)["code"], "idempotency-key-reused");
    }
}

#[tokio::test]
async fn another_caller_may_use_the_same_key() {
    let fixture = Fixture::new().await;
    let adas_response = fixture.post(&request("{}"), create_team).await;
    let graces_response = once(
        &fixture.directory,
        &FixedTime(START),
        &caller("grace"),
        &request("{}"),
        |id| async move { create_team(id) },
    )
    .await;
    assert_ne!(document(&graces_response.unwrap()), document(&adas_response));
}

#[tokio::test]
async fn while_the_first_is_under_way_the_caller_is_asked_to_wait() {
    let fixture = Fixture::new().await;
    fixture.crash(&request("{}")).await;
    let repeated = fixture.post_at(START + LEASE - A_MOMENT, &request("{}"), must_not_run).await;
    assert_eq!((repeated.status().as_u16(), &repeated.headers()["retry-after"]), (409, &"1".parse().unwrap()));
    assert_eq!(document(&repeated)["code"], "idempotency-key-in-use");
}

#[tokio::test]
async fn a_crashed_first_attempt_frees_the_key_after_its_lease_and_the_next_makes_the_same_id() {
    let fixture = Fixture::new().await;
    let team_id = fixture.crash(&request("{}")).await;
    let repeated = fixture.post_at(START + LEASE, &request("{}"), create_team).await;
    assert_eq!(document(&repeated)["team_id"], team_id.to_string());
}

#[tokio::test]
async fn a_day_later_the_request_is_new() {
    let fixture = Fixture::new().await;
    let first = fixture.post(&request("{}"), create_team).await;
    let next_day = fixture.post_at(START + RETENTION, &request("{}"), create_team).await;
    assert_ne!(document(&next_day), document(&first));
}

/// A store that fails to store responses.
struct FailingCompletion(Directory);

impl IdempotencyStore for FailingCompletion {
    async fn start_attempt(&self, attempt: &Attempt, now: Timestamp) -> Result<KeyState, StoreError> {
        self.0.start_attempt(attempt, now).await
    }
    async fn complete_attempt(&self, _: &Attempt, _: &StoredResponse) -> Result<(), StoreError> {
        Err(StoreError::Unavailable("timed out".to_owned()))
    }
    async fn release_attempt(&self, attempt: &Attempt) -> Result<(), StoreError> {
        self.0.release_attempt(attempt).await
    }
}

#[tokio::test]
async fn what_was_done_is_answered_also_where_the_answer_cannot_be_kept() {
    let fixture = Fixture::new().await;
    let store = FailingCompletion(fixture.directory.clone());
    let response =
        once(&store, &FixedTime(START), &caller("ada"), &request("{}"), |id| async move { create_team(id) }).await;
    assert_eq!(response.unwrap().status(), 201);
}
