use std::{collections::HashMap, sync::Mutex};

use app::SystemTimeAndIds;
use domain::{Identity, ReportVersion, Status, User, test_support};
use jiff::Timestamp;
use serde_json::json;
use store::WorkerItem;
use twilio::TokenAnswer;

use super::*;

const TOMORROW: &str = "2999-01-01T00:00:00Z";

/// A stub of a directory with one user, and of Twilio with these tokens; it counts the validations.
#[derive(Default)]
struct Stub {
    user: Mutex<Option<User>>,
    tokens: HashMap<&'static str, serde_json::Value>,
    validations: Mutex<usize>,
    deleted: bool,
    twilio_unavailable: bool,
}

impl ViewUser for Stub {
    async fn user(&self, _: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.user.lock().unwrap().clone())
    }

    async fn worker(&self, sid: &WorkerSid) -> Result<Option<WorkerItem>, StoreError> {
        let user_id = self.user.lock().unwrap().as_ref().map(|user| user.user_id);
        let worker = WorkerItem {
            user_id,
            reported: ReportVersion::EARLIEST,
            activity: String::new(),
            other_chars: None,
            attributes_at: None,
            applied_hash: None,
            guarded: false,
            deleted: self.deleted,
        };
        Ok((sid.as_str() == "WK1").then_some(worker))
    }

    async fn user_id_of_identity(&self, _: &Identity) -> Result<Option<UserId>, StoreError> {
        Ok(None)
    }
}

impl ValidateToken for Stub {
    async fn validate_token(&self, token: &SecretString) -> Result<Option<TokenAnswer>, TwilioError> {
        use secrecy::ExposeSecret;
        *self.validations.lock().unwrap() += 1;
        if self.twilio_unavailable {
            return Err(TwilioError::Timeout);
        }
        Ok(self.tokens.get(token.expose_secret()).and_then(|answer| TokenAnswer::read(&answer.to_string())))
    }
}

fn stub(user: &User, token_roles: &[&str]) -> Stub {
    let user = user.with(|user| user.taskrouter.worker_sid = Some(WorkerSid::new("WK1")));
    let answer = json!({"worker_sid": "WK1", "identity": "ada", "roles": token_roles, "expiration": TOMORROW});
    Stub { user: Mutex::new(Some(user)), tokens: [("token", answer)].into(), ..Stub::default() }
}

async fn authorize(
    stub: &Stub,
    tokens: &TokenCache,
    header: Option<&str>,
) -> Result<serde_json::Value, AuthorizeError> {
    let headers = header.map_or_else(|| json!({}), |header| json!({"authorization": header}));
    let request =
        json!({"version": "2.0", "type": "REQUEST", "headers": headers, "requestContext": {"http": {"method": "GET"}}});
    let decision = handle(stub, stub, tokens, &SystemTimeAndIds, serde_json::from_value(request).unwrap()).await?;
    Ok(serde_json::to_value(decision).unwrap())
}

async fn role_of_token(stub: &Stub) -> Option<String> {
    let decision = authorize(stub, &TokenCache::default(), Some("Bearer token")).await.unwrap();
    decision["context"]["role"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn rule_5_a_deactivated_or_deleted_person_is_let_in_nowhere_from_that_moment_on() {
    let stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    let tokens = TokenCache::default();
    assert_eq!(authorize(&stub, &tokens, Some("Bearer token")).await.unwrap()["isAuthorized"], true);
    for status in [Status::Deactivated, Status::Deleted] {
        stub.user.lock().unwrap().as_mut().unwrap().managed.status = status;
        let refused = authorize(&stub, &tokens, Some("Bearer token")).await.unwrap();
        assert_eq!(refused, json!({"isAuthorized": false}), "{status}");
    }
}

#[tokio::test]
async fn rule_25_an_agent_who_writes_admin_into_their_attributes_is_an_agent() {
    let user =
        test_support::user_with_role("mallory", Role::SystemAdmin).with(|user| user.managed.role_granted = false);
    assert_eq!(role_of_token(&stub(&user, &["agent"])).await.as_deref(), Some("agent"));
    assert_eq!(role_of_token(&stub(&user, &["wfo.full_access"])).await, None);
    let granted = test_support::user_with_role("ada", Role::Supervisor);
    assert_eq!(role_of_token(&stub(&granted, &["agent"])).await.as_deref(), Some("supervisor"));
}

#[tokio::test]
async fn twilio_unreachable_is_an_error_and_never_allowed() {
    let stub =
        Stub { twilio_unavailable: true, ..stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]) };
    assert!(authorize(&stub, &TokenCache::default(), Some("Bearer token")).await.is_err());
}

#[tokio::test]
async fn a_token_that_twilio_does_not_know_is_refused_and_so_is_what_is_no_token() {
    let stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    for header in [Some("Bearer other"), Some("Basic token"), Some("Bearer "), Some("token"), None] {
        assert_eq!(
            authorize(&stub, &TokenCache::default(), header).await.unwrap(),
            json!({"isAuthorized": false}),
            "{header:?}"
        );
    }
}

#[tokio::test]
async fn twilio_is_asked_once_a_minute_for_a_token_and_never_believed_past_its_end() {
    let mut stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    let (tokens, token) = (TokenCache::default(), SecretString::from("token"));
    let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let at = |seconds| start + jiff::SignedDuration::from_secs(seconds);
    for (second, validations) in [(0, 1), (59, 1), (60, 2)] {
        tokens.validate(&stub, &token, at(second)).await.unwrap();
        assert_eq!(*stub.validations.lock().unwrap(), validations, "after {second} s");
    }
    stub.tokens.get_mut("token").unwrap()["expiration"] = json!("2026-11-22T10:02:10Z");
    tokens.validate(&stub, &token, at(120)).await.unwrap();
    stub.tokens.clear();
    assert!(tokens.validate(&stub, &token, at(129)).await.unwrap().is_some());
    assert_eq!(tokens.validate(&stub, &token, at(130)).await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_without_a_readable_end_counts_once_and_one_without_readable_roles_opens_nothing() {
    let mut stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    stub.tokens.get_mut("token").unwrap()["expiration"] = json!("tomorrow");
    let tokens = TokenCache::default();
    for validations in [1, 2] {
        assert_eq!(authorize(&stub, &tokens, Some("Bearer token")).await.unwrap()["isAuthorized"], true);
        assert_eq!(*stub.validations.lock().unwrap(), validations);
    }
    stub.tokens.get_mut("token").unwrap()["roles"] = json!("admin");
    assert_eq!(role_of_token(&stub).await, None);
}

#[tokio::test]
async fn the_token_of_a_worker_that_was_removed_or_replaced_opens_nothing() {
    let removed = Stub { deleted: true, ..stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]) };
    assert_eq!(role_of_token(&removed).await, None);
    let replaced = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    replaced.user.lock().unwrap().as_mut().unwrap().taskrouter.worker_sid = Some(WorkerSid::new("WK2"));
    assert_eq!(role_of_token(&replaced).await, None);
}

#[tokio::test]
async fn a_worker_that_the_directory_does_not_know_is_nobody() {
    let mut stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    stub.tokens.get_mut("token").unwrap()["worker_sid"] = json!("WK9");
    assert_eq!(role_of_token(&stub).await, None);
}
