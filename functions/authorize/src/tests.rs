use std::{collections::HashMap, sync::Mutex};

use app::SystemTimeAndIds;
use domain::{Identity, ReportVersion, Status, test_support};
use jiff::Timestamp;
use serde_json::json;
use store::WorkerItem;
use twilio::TokenAnswer;

use super::*;

const TOMORROW: &str = "2999-01-01T00:00:00Z";

/// A directory of one user, and a Twilio that knows tokens and counts requests.
#[derive(Default)]
struct World {
    user: Mutex<Option<User>>,
    tokens: HashMap<&'static str, serde_json::Value>,
    asked: Mutex<usize>,
    deleted: bool,
    down: bool,
}

impl ViewUser for World {
    async fn user(&self, _: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.user.lock().unwrap().clone())
    }

    async fn worker(&self, sid: &WorkerSid) -> Result<Option<WorkerItem>, StoreError> {
        let user_id = self.user.lock().unwrap().as_ref().map(|user| user.user_id);
        let worker = WorkerItem {
            user_id,
            reported: ReportVersion::EARLIEST,
            activity: String::new(),
            applied_hash: None,
            deleted: self.deleted,
        };
        Ok((sid.as_str() == "WK1").then_some(worker))
    }

    async fn user_id_of_identity(&self, _: &Identity) -> Result<Option<UserId>, StoreError> {
        Ok(None)
    }
}

impl ValidateToken for World {
    async fn validate_token(&self, token: &SecretString) -> Result<Option<TokenAnswer>, TwilioError> {
        use secrecy::ExposeSecret;
        *self.asked.lock().unwrap() += 1;
        if self.down {
            return Err(TwilioError::Timeout);
        }
        Ok(self.tokens.get(token.expose_secret()).cloned().map(|answer| serde_json::from_value(answer).unwrap()))
    }
}

fn world(user: &User, token_roles: &[&str]) -> World {
    let user = user.with(|user| user.taskrouter.worker_sid = Some(WorkerSid::new("WK1")));
    let answer = json!({"worker_sid": "WK1", "identity": "ada", "roles": token_roles, "expiration": TOMORROW});
    World { user: Mutex::new(Some(user)), tokens: [("token", answer)].into(), ..World::default() }
}

async fn asks(world: &World, tokens: &TokenCache, header: Option<&str>) -> Result<serde_json::Value, AuthorizeError> {
    let headers = header.map_or_else(|| json!({}), |header| json!({"authorization": header}));
    let request =
        json!({"version": "2.0", "type": "REQUEST", "headers": headers, "requestContext": {"http": {"method": "GET"}}});
    let decision = handle(world, world, tokens, &SystemTimeAndIds, serde_json::from_value(request).unwrap()).await?;
    Ok(serde_json::to_value(decision).unwrap())
}

async fn role(world: &World) -> Option<String> {
    let decision = asks(world, &TokenCache::default(), Some("Bearer token")).await.unwrap();
    decision["context"]["role"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn rule_5_a_deactivated_or_deleted_person_is_let_in_nowhere_from_that_moment_on() {
    let world = world(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    let tokens = TokenCache::default();
    assert_eq!(asks(&world, &tokens, Some("Bearer token")).await.unwrap()["isAuthorized"], true);
    for status in [Status::Deactivated, Status::Deleted] {
        world.user.lock().unwrap().as_mut().unwrap().managed.status = status;
        let refused = asks(&world, &tokens, Some("Bearer token")).await.unwrap();
        assert_eq!(refused, json!({"isAuthorized": false}), "{status}");
    }
}

#[tokio::test]
async fn rule_25_an_agent_who_writes_admin_into_their_attributes_is_an_agent() {
    let claims =
        test_support::user_with_role("mallory", Role::SystemAdmin).with(|user| user.managed.role_granted = false);
    assert_eq!(role(&world(&claims, &["agent"])).await.as_deref(), Some("agent"));
    assert_eq!(role(&world(&claims, &["wfo.full_access"])).await, None);
    let given_here = test_support::user_with_role("ada", Role::Supervisor);
    assert_eq!(role(&world(&given_here, &["agent"])).await.as_deref(), Some("supervisor"));
}

#[tokio::test]
async fn twilio_unreachable_is_an_error_and_never_allowed() {
    let world = World { down: true, ..world(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]) };
    assert!(asks(&world, &TokenCache::default(), Some("Bearer token")).await.is_err());
}

#[tokio::test]
async fn a_token_that_twilio_does_not_know_is_refused_and_so_is_what_is_no_token() {
    let world = world(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    for header in [Some("Bearer other"), Some("Basic token"), Some("Bearer "), Some("token"), None] {
        assert_eq!(
            asks(&world, &TokenCache::default(), header).await.unwrap(),
            json!({"isAuthorized": false}),
            "{header:?}"
        );
    }
}

#[tokio::test]
async fn twilio_is_asked_once_a_minute_for_a_token_and_never_believed_past_its_end() {
    let mut world = world(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    let (tokens, token) = (TokenCache::default(), SecretString::from("token"));
    let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let at = |seconds| start + jiff::SignedDuration::from_secs(seconds);
    for (second, asked) in [(0, 1), (59, 1), (60, 2)] {
        tokens.validate(&world, &token, at(second)).await.unwrap();
        assert_eq!(*world.asked.lock().unwrap(), asked, "after {second} s");
    }
    world.tokens.get_mut("token").unwrap()["expiration"] = json!("2026-11-22T10:02:10Z");
    tokens.validate(&world, &token, at(120)).await.unwrap();
    world.tokens.clear();
    assert!(tokens.validate(&world, &token, at(129)).await.unwrap().is_some());
    assert_eq!(tokens.validate(&world, &token, at(130)).await.unwrap(), None);
}

#[tokio::test]
async fn the_token_of_a_worker_that_was_removed_or_replaced_opens_nothing() {
    let removed = World { deleted: true, ..world(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]) };
    assert_eq!(role(&removed).await, None);
    let replaced = world(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    replaced.user.lock().unwrap().as_mut().unwrap().taskrouter.worker_sid = Some(WorkerSid::new("WK2"));
    assert_eq!(role(&replaced).await, None);
}

#[tokio::test]
async fn a_worker_that_the_directory_does_not_know_is_nobody() {
    let mut world = world(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    world.tokens.get_mut("token").unwrap()["worker_sid"] = json!("WK9");
    assert_eq!(role(&world).await, None);
}
