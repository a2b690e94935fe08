//! Changes of workers: conditions, repetitions, refusals.

use std::time::Duration;

use domain::WorkerSid;
use parameters::{Parameter, ReadParameter, Reading};
use serde_json::json;
use twilio::{ApiKey, Client, Config, DeleteWorker, FetchWorker, TwilioError, UpdateWorker, WorkerUpdate};
use wiremock::matchers::{basic_auth, body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{
    contract::{answer, check_requests},
    mock::{ACCOUNT, WORKERS, client, client_with, config, mount, mount_first, worker},
};

const SID: &str = "WK0123456789abcdef0123456789abcdef";
const OFFLINE: &str = "WA0123456789abcdef0123456789abcdef";

fn sid() -> WorkerSid {
    WorkerSid::new(SID)
}

fn own() -> String {
    format!("{WORKERS}/{SID}")
}

fn changed() -> ResponseTemplate {
    let mut worker = worker();
    worker["sid"] = json!(SID);
    worker["activity_sid"] = json!(OFFLINE);
    worker["workspace_sid"] = json!("WS00000000000000000000000000000000");
    answer("UpdateWorker", worker).insert_header("ETag", "\"8\"")
}

fn status(code: u16) -> ResponseTemplate {
    ResponseTemplate::new(code)
}

fn update() -> WorkerUpdate {
    WorkerUpdate { attributes: Some(r#"{"full_name":"Ada"}"#.to_owned()), ..WorkerUpdate::default() }
}

async fn update_with(twilio: &MockServer, version: Option<u64>) -> Result<Option<u64>, TwilioError> {
    let worker = client(twilio).update_worker(&sid(), &update(), version).await?;
    Ok(worker.and_then(|worker| worker.version))
}

#[tokio::test]
async fn a_change_is_one_form_on_condition_of_a_version() {
    let twilio = MockServer::start().await;
    let form = format!("Attributes=%7B%7D&ActivitySid={OFFLINE}&RejectPendingReservations=true");
    let mock = Mock::given(method("POST")).and(path(own())).and(header("if-match", "\"7\"")).and(body_string(form));
    mock.respond_with(changed()).expect(1).mount(&twilio).await;
    let update = WorkerUpdate {
        attributes: Some("{}".to_owned()),
        activity_sid: Some(OFFLINE.to_owned()),
        reject_pending_reservations: true,
    };
    let worker = client(&twilio).update_worker(&sid(), &update, Some(7)).await.unwrap().unwrap();
    assert_eq!((&*worker.activity_sid, worker.version), (OFFLINE, Some(8)));
    check_requests(&twilio).await;
}

#[tokio::test]
async fn what_is_not_to_change_is_not_sent() {
    let twilio = MockServer::start().await;
    let only = Mock::given(method("POST")).and(path(own())).and(body_string(format!("ActivitySid={OFFLINE}")));
    only.respond_with(changed()).expect(1).mount(&twilio).await;
    let update = WorkerUpdate { activity_sid: Some(OFFLINE.to_owned()), ..WorkerUpdate::default() };
    client(&twilio).update_worker(&sid(), &update, None).await.unwrap();
    assert!(!twilio.received_requests().await.unwrap()[0].headers.contains_key("if-match"));
}

#[tokio::test]
async fn a_worker_is_deleted_on_condition_of_a_version_and_one_that_is_missing_is_deleted() {
    for code in [204, 404] {
        let twilio = MockServer::start().await;
        let mock = Mock::given(method("DELETE")).and(path(own())).and(header("if-match", "\"7\""));
        mock.respond_with(status(code)).expect(1).mount(&twilio).await;
        client(&twilio).delete_worker(&sid(), Some(7)).await.unwrap();
        check_requests(&twilio).await;
    }
}

#[tokio::test]
async fn a_change_of_a_worker_that_does_not_exist_finds_none() {
    let twilio = MockServer::start().await;
    mount(&twilio, "POST", &own(), status(404), 1).await;
    assert_eq!(update_with(&twilio, Some(7)).await.unwrap(), None);
}

#[tokio::test]
async fn a_sid_that_is_no_segment_of_an_address_is_nobodys() {
    let twilio = MockServer::start().await;
    for wrong in ["", ".", ".."] {
        client(&twilio).delete_worker(&WorkerSid::new(wrong), None).await.unwrap();
        assert_eq!(client(&twilio).fetch_worker(&WorkerSid::new(wrong)).await.unwrap(), None);
    }
    assert_eq!(twilio.received_requests().await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_change_on_condition_of_a_version_is_repeated_and_a_lost_answer_is_told_by_the_version() {
    // The first try was carried out, but its answer was lost.
    for lost in [status(500), status(502), status(504), changed().set_delay(Duration::from_mins(1))] {
        let twilio = MockServer::start().await;
        mount_first(&twilio, "POST", &own(), lost).await;
        mount(&twilio, "POST", &own(), status(412), 1).await;
        let client = client_with(twilio.uri(), Duration::from_secs(2));
        let error = client.update_worker(&sid(), &update(), Some(7)).await.unwrap_err();
        assert!(matches!(error, TwilioError::PreconditionFailed), "{error:?}");
        assert!(!error.is_transient() && !error.is_final());
    }
}

#[tokio::test]
async fn a_change_without_a_version_is_not_repeated_if_it_may_have_been_carried_out() {
    for lost in [status(500), status(502), status(504), status(408), changed().set_delay(Duration::from_mins(1))] {
        let twilio = MockServer::start().await;
        mount(&twilio, "POST", &own(), lost.clone(), 1).await;
        mount(&twilio, "DELETE", &own(), lost, 1).await;
        let client = client_with(twilio.uri(), Duration::from_secs(2));
        assert!(client.update_worker(&sid(), &update(), None).await.unwrap_err().is_transient());
        assert!(client.delete_worker(&sid(), None).await.unwrap_err().is_transient());
    }
}

#[tokio::test]
async fn a_change_that_was_certainly_not_carried_out_is_repeated() {
    for refused in [status(429), status(503)] {
        for version in [None, Some(7)] {
            let twilio = MockServer::start().await;
            mount_first(&twilio, "POST", &own(), refused.clone()).await;
            mount(&twilio, "POST", &own(), changed(), 1).await;
            assert_eq!(update_with(&twilio, version).await.unwrap(), Some(8));
        }
    }
}

#[tokio::test]
async fn a_refusal_says_what_kind_it_is_and_nothing_of_the_person() {
    // rule 32
    let shapes = [
        json!({"code": 20001, "message": "Ada", "more_info": "…", "status": 400}),
        json!({"type": "https://www.twilio.com/docs/api/errors/20001", "title": "Ada", "status": 400, "detail": "Ada",
            "code": 20001}),
    ];
    for body in shapes {
        for code in [400, 401, 403, 409, 412, 413, 422] {
            let twilio = MockServer::start().await;
            mount(&twilio, "POST", &own(), status(code).set_body_json(&body), 1).await;
            let error = update_with(&twilio, Some(7)).await.unwrap_err();
            let is_right = match code {
                401 | 403 => matches!(error, TwilioError::Unauthorized { code: Some(20001), .. }),
                409 => matches!(error, TwilioError::Conflict { code: Some(20001) }),
                412 => matches!(error, TwilioError::PreconditionFailed),
                _ => matches!(error, TwilioError::Refused { code: Some(20001), .. }) && error.is_final(),
            };
            assert!(is_right && !format!("{error} {error:?}").contains("Ada"), "{code}: {error:?}");
        }
    }
}

#[tokio::test]
async fn requests_are_authenticated_by_the_api_key_if_there_is_one() {
    let twilio = MockServer::start().await;
    let key = ApiKey { sid: "SK1".to_owned(), secret: "the-secret".into() };
    let config = Config { api_key: Some(key), ..config(twilio.uri(), Config::DEFAULT_TIMEOUT) };
    let client = Client::new(config).unwrap();
    let authenticated = |user, password| Mock::given(basic_auth(user, password));
    authenticated("SK1", "the-secret").respond_with(changed()).expect(1).mount(&twilio).await;
    client.fetch_worker(&sid()).await.unwrap();
    // A Flex token is validated with the auth token.
    let invalid = status(200).set_body_json(json!({"valid": false}));
    authenticated(ACCOUNT, "the-auth-token").respond_with(invalid).expect(1).mount(&twilio).await;
    assert_eq!(twilio::ValidateToken::validate_token(&client, &"t".into()).await.unwrap(), None);
    assert!(!format!("{client:?}").contains("the-secret"));
}

#[tokio::test]
async fn credentials_that_twilio_rejects_give_way_to_the_next_ones() {
    let twilio = MockServer::start().await;
    let rejected = || status(401).set_body_json(json!({"code": 20003, "status": 401}));
    for (user, password, answer, times) in [
        ("SK1", "old", rejected(), 1),
        ("SK2", "new", changed(), 1),
        (ACCOUNT, "old-token", rejected(), 1),
        (ACCOUNT, "new-token", status(200).set_body_json(json!({"valid": false})), 1),
    ] {
        Mock::given(basic_auth(user, password)).respond_with(answer).expect(times).mount(&twilio).await;
    }
    let key = ApiKey { sid: "SK1".to_owned(), secret: "old,SK2:new".into() };
    let auth_token = "old-token, new-token".into();
    let config = Config { api_key: Some(key), auth_token, ..config(twilio.uri(), Config::DEFAULT_TIMEOUT) };
    let client = Client::new(config).unwrap();
    client.fetch_worker(&sid()).await.unwrap();
    assert_eq!(twilio::ValidateToken::validate_token(&client, &"t".into()).await.unwrap(), None);
}

/// Parameter Store, where the secret has just been changed.
struct Changed(std::sync::Mutex<Vec<&'static str>>);

impl ReadParameter for Changed {
    fn read<'a>(&'a self, _: &'a str) -> Reading<'a> {
        let secret = self.0.lock().unwrap().pop().expect("one read more than expected");
        Box::pin(async move { Ok(secret.into()) })
    }
}

#[tokio::test]
async fn a_changed_secret_takes_effect_when_twilio_rejects_the_one_from_before() {
    let twilio = MockServer::start().await;
    let rejected = || status(401).set_body_json(json!({"code": 20003, "status": 401}));
    Mock::given(basic_auth("SK1", "old")).respond_with(rejected()).expect(1).mount(&twilio).await;
    Mock::given(basic_auth("SK1", "new")).respond_with(changed()).up_to_n_times(1).expect(1).mount(&twilio).await;
    // Once a minute: revoked credentials do not cause a read for each request.
    Mock::given(basic_auth("SK1", "new")).respond_with(rejected()).expect(3).mount(&twilio).await;
    let store = Changed(std::sync::Mutex::new(vec!["new", "old"]));
    let secret = Parameter::read(std::sync::Arc::new(store), "/key").await.unwrap();
    let key = ApiKey { sid: "SK1".to_owned(), secret };
    let client = Client::new(Config { api_key: Some(key), ..config(twilio.uri(), Config::DEFAULT_TIMEOUT) }).unwrap();
    client.fetch_worker(&sid()).await.unwrap();
    for _ in 0..3 {
        assert!(matches!(client.fetch_worker(&sid()).await, Err(TwilioError::Unauthorized { .. })));
    }
}

#[test]
fn rule_32_printing_a_change_tells_nothing_of_the_person() {
    assert!(!format!("{:?}", update()).contains("Ada"));
}
