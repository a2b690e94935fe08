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

/// How long an attempt is believed to be alive, and how long a response is stored.
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

    /// Ada posts this.
    async fn post(&self, request: &Request, answer: impl FnOnce(ResourceId) -> HttpResult) -> Response<Body> {
        self.post_at(START, request, answer).await
    }

    async fn post_at(
        &self,
        now: Timestamp,
        request: &Request,
        answer: impl FnOnce(ResourceId) -> HttpResult,
    ) -> Response<Body> {
        let ada = caller("ada");
        let answer = once(&self.directory, &FixedTime(now), &ada, request, |id| async move { answer(id) }).await;
        answer.unwrap_or_else(|problem| problem.respond(&ada.request_id))
    }

    /// Ada posts this, and the function dies with the work done. Gives the id of what it has made.
    async fn dies(&self, request: &Request) -> Uuid {
        let (made, id) = oneshot::channel();
        let ada = caller("ada");
        let dying = once(&self.directory, &FixedTime(START), &ada, request, |id| async move {
            made.send(id.uuid()).unwrap();
            pending().await
        });
        tokio::select! {
            id = id => id.unwrap(),
            _ = dying => unreachable!(),
        }
    }
}

fn caller(who: &str) -> AuthenticatedCaller {
    let caller = Caller { user_id: test_support::agent(who).user_id, role: Role::Supervisor };
    AuthenticatedCaller { caller, token_role: caller.role, request_id: format!("request of {who}") }
}

fn with_key() -> Builder {
    http::Request::builder().method("POST").uri("https://api.example.com/teams?a=1").header("idempotency-key", "k")
}

fn request(body: &str) -> Request {
    with_key().body(Body::from(body)).unwrap()
}

fn makes(id: ResourceId) -> HttpResult {
    let headers = [("location", format!("/teams/{}", id.uuid())), ("etag", "\"1\"".to_owned())];
    json_with(201, &json!({"team_id": id.uuid()}), &headers)
}

fn never(_: ResourceId) -> HttpResult {
    panic!("it is handled again")
}

fn document(response: &Response<Body>) -> Value {
    serde_json::from_slice(response.body().as_ref()).unwrap()
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_again_and_is_told_so() {
    let fixture = Fixture::new().await;
    let first = fixture.post(&request("{}"), makes).await;
    let mut again = fixture.post(&request("{}"), never).await;
    assert_eq!(again.headers_mut().remove("idempotency-replayed").unwrap(), "true");
    assert_eq!((again.status(), again.headers()), (first.status(), first.headers()));
    assert_eq!(document(&again), document(&first));
}

#[tokio::test]
async fn without_a_key_every_request_is_handled() {
    let fixture = Fixture::new().await;
    let request = Request::new(Body::from("{}"));
    let (first, second) = (fixture.post(&request, makes).await, fixture.post(&request, makes).await);
    assert_ne!(first.headers()["location"], second.headers()["location"]);
    assert!(!second.headers().contains_key("idempotency-replayed"));
}

#[tokio::test]
async fn an_answer_without_a_body_is_replayed_without_one() {
    let fixture = Fixture::new().await;
    let nothing = |_| Ok(Response::builder().status(204).header("preference-applied", "return=minimal"));
    let nothing = |id| nothing(id).map(|answer| answer.body(Body::Empty).unwrap());
    fixture.post(&request("{}"), nothing).await;
    let again = fixture.post(&request("{}"), never).await;
    assert_eq!((again.status().as_u16(), again.body().is_empty()), (204, true));
    assert_eq!(again.headers()["preference-applied"], "return=minimal");
}

#[tokio::test]
async fn a_refusal_is_kept_as_it_was() {
    let fixture = Fixture::new().await;
    let refuses = |_| Err(Problem::new(409, "team-name-taken", "There is a team of this name."));
    let first = fixture.post(&request("{}"), refuses).await;
    let again = fixture.post(&request("{}"), never).await;
    assert_eq!(document(&again), document(&first));
    assert_eq!(document(&again)["request_id"], "request of ada");
    assert_eq!(again.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn a_503_is_not_kept() {
    let fixture = Fixture::new().await;
    let mut tried = None;
    let busy = |id: ResourceId| {
        tried = Some(id.uuid());
        Err(Problem::unavailable(&StoreError::Conflict))
    };
    assert_eq!(fixture.post(&request("{}"), busy).await.status(), 503);
    let again = fixture.post(&request("{}"), makes).await;
    assert_eq!(again.status(), 201);
    assert_eq!(document(&again)["team_id"], tried.unwrap().to_string(), "it makes what the first would have made");
}

#[tokio::test]
async fn another_body_path_query_or_precondition_is_refused() {
    let fixture = Fixture::new().await;
    fixture.post(&request("{}"), makes).await;
    let to = |uri: &str| with_key().uri(uri).body(Body::from("{}")).unwrap();
    let if_match = with_key().header("if-match", "\"2\"").body(Body::from("{}")).unwrap();
    let others =
        [request("{ }"), to("https://api.example.com/users?a=1"), to("https://api.example.com/teams?a=2"), if_match];
    for other in others {
        let answer = fixture.post(&other, never).await;
        assert_eq!(
            (answer.status().as_u16(), document(&answer)["title"].as_str()),
            (422, Some("Unprocessable Content"))
        );
        assert_eq!(document(&answer)["code"], "idempotency-key-reused");
    }
}

#[tokio::test]
async fn another_caller_may_use_the_same_key() {
    let fixture = Fixture::new().await;
    let adas = fixture.post(&request("{}"), makes).await;
    let graces =
        once(&fixture.directory, &FixedTime(START), &caller("grace"), &request("{}"), |id| async move { makes(id) })
            .await;
    assert_ne!(document(&graces.unwrap()), document(&adas));
}

#[tokio::test]
async fn while_the_first_is_under_way_the_caller_is_asked_to_wait() {
    let fixture = Fixture::new().await;
    fixture.dies(&request("{}")).await;
    let again = fixture.post_at(START + LEASE - A_MOMENT, &request("{}"), never).await;
    assert_eq!((again.status().as_u16(), &again.headers()["retry-after"]), (409, &"1".parse().unwrap()));
    assert_eq!(document(&again)["code"], "idempotency-key-in-use");
}

#[tokio::test]
async fn a_crashed_first_attempt_frees_the_key_after_its_lease_and_the_next_makes_the_same_id() {
    let fixture = Fixture::new().await;
    let made = fixture.dies(&request("{}")).await;
    let again = fixture.post_at(START + LEASE, &request("{}"), makes).await;
    assert_eq!(document(&again)["team_id"], made.to_string());
}

#[tokio::test]
async fn a_day_later_the_request_is_new() {
    let fixture = Fixture::new().await;
    let first = fixture.post(&request("{}"), makes).await;
    let next_day = fixture.post_at(START + RETENTION, &request("{}"), makes).await;
    assert_ne!(document(&next_day), document(&first));
}

/// A directory that cannot keep an answer.
struct Forgetful(Directory);

impl IdempotencyStore for Forgetful {
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
    let forgetful = Forgetful(fixture.directory.clone());
    let answer =
        once(&forgetful, &FixedTime(START), &caller("ada"), &request("{}"), |id| async move { makes(id) }).await;
    assert_eq!(answer.unwrap().status(), 201);
}
