//! Validation of Flex tokens (rules 5, 25).

use serde_json::{Value, json};
use tokio::time::Instant;
use twilio::{Config, TokenAnswer, TwilioError, ValidateToken};
use wiremock::matchers::{basic_auth, body_json, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::mock::{ACCOUNT, VALIDATE, client, client_with, mount, mount_first, published};

fn valid() -> Value {
    json!({
        "valid": true, "code": 0, "message": null,
        "expiration": "2018-09-24T23:22:44.240Z",
        "realm_user_id": "user@example.com",
        "identity": "user_40example_2Ecom",
        "roles": ["agent"],
        "worker_sid": "WK1"
    })
}

async fn validate(twilio: &impl ValidateToken) -> Result<Option<TokenAnswer>, TwilioError> {
    twilio.validate_token(&"the-flex-token".into()).await
}

/// The client's result for one response.
async fn verdict(status: u16, body: Value) -> Result<Option<TokenAnswer>, TwilioError> {
    let twilio = MockServer::start().await;
    mount(&twilio, "POST", VALIDATE, ResponseTemplate::new(status).set_body_json(body), 1).await;
    validate(&client(&twilio)).await
}

#[tokio::test]
async fn a_good_token_says_whose_it_is_and_until_when() {
    let twilio = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(VALIDATE))
        .and(basic_auth(ACCOUNT, "the-auth-token"))
        .and(body_json(json!({"token": "the-flex-token"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(valid()))
        .expect(1)
        .mount(&twilio)
        .await;
    let token = validate(&client(&twilio)).await.unwrap().unwrap();
    assert_eq!(token.worker_sid, "WK1");
    assert_eq!(token.roles, ["agent"]);
    assert_eq!(token.expiration.unwrap().to_string(), "2018-09-24T23:22:44.24Z");
}

#[tokio::test]
async fn a_token_that_twilio_does_not_know_lets_nobody_in() {
    for status in [200, 400, 401, 403] {
        let refused = verdict(status, json!({"valid": false, "message": "not valid"})).await;
        assert_eq!(refused.unwrap(), None, "{status}");
    }
}

#[tokio::test]
async fn the_verdict_counts_and_not_the_status() {
    assert!(verdict(400, valid()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_good_token_without_a_worker_lets_nobody_in() {
    // Only a worker leads to a profile.
    let mut without_worker = valid();
    without_worker["worker_sid"] = json!(null);
    assert_eq!(verdict(200, without_worker).await.unwrap(), None);
}

#[tokio::test]
async fn rule_34_a_field_of_the_answer_that_cannot_be_read_is_unknown_and_the_others_count() {
    let mut odd = valid();
    odd["expiration"] = json!("tomorrow");
    odd["identity"] = json!(7);
    odd["roles"] = json!([7, "agent"]);
    let token = verdict(200, odd).await.unwrap().unwrap();
    assert_eq!((&*token.worker_sid, &*token.roles, token.expiration), ("WK1", &["agent".to_owned()][..], None));
}

#[tokio::test]
async fn no_answer_about_the_token_is_not_a_bad_token() {
    let mut undecided = valid();
    undecided["valid"] = json!("yes");
    let error = verdict(200, undecided).await.unwrap_err();
    assert!(matches!(error, TwilioError::Malformed(_)), "{error:?}");

    let wrong_credentials = json!({"code": 20003, "message": "Authenticate", "status": 401});
    let error = verdict(401, wrong_credentials).await.unwrap_err();
    assert!(matches!(error, TwilioError::Unauthorized { status: 401, code: Some(20003) }), "{error:?}");
}

#[tokio::test]
async fn a_passing_fault_of_the_identity_service_is_not_noticed() {
    let twilio = MockServer::start().await;
    mount_first(&twilio, "POST", VALIDATE, ResponseTemplate::new(503).set_body_json(valid())).await;
    mount(&twilio, "POST", VALIDATE, ResponseTemplate::new(200).set_body_json(valid()), 1).await;
    assert!(validate(&client(&twilio)).await.unwrap().is_some());
}

#[tokio::test]
async fn too_many_requests_cost_one_request() {
    let twilio = MockServer::start().await;
    mount(&twilio, "POST", VALIDATE, ResponseTemplate::new(429).insert_header("Retry-After", "0"), 1).await;
    assert!(matches!(validate(&client(&twilio)).await, Err(TwilioError::Throttled { .. })));
}

#[tokio::test]
async fn an_answer_that_never_comes_is_waited_for_once_and_not_as_long_as_that_of_another_request() {
    // Takes connections, and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = client_with(format!("http://{}", silent.local_addr().unwrap()), Config::DEFAULT_TIMEOUT);
    tokio::time::pause();
    let start = Instant::now();
    assert!(matches!(validate(&client).await, Err(TwilioError::Timeout)));
    assert!((Config::TOKEN_CHECK_TIMEOUT..Config::DEFAULT_TIMEOUT).contains(&start.elapsed()), "{:?}", start.elapsed());
    silent.set_nonblocking(true).unwrap();
    assert!(silent.accept().is_ok() && silent.accept().is_err(), "one request");
}

#[tokio::test]
async fn the_published_answers_are_read() {
    let Some(published) = published("token_validate.json") else { return };
    let token = verdict(200, published["valid"].clone()).await.unwrap().unwrap();
    assert_eq!(token.worker_sid, "WKxxx");
    assert_eq!(verdict(200, published["invalid"].clone()).await.unwrap(), None);
    let printed = format!("{token:?}");
    assert!(!printed.contains("user"), "rule 32: {printed}");
}
