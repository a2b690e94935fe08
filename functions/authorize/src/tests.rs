use std::{collections::HashMap, sync::Mutex};

use app::SystemTimeAndIds;
use domain::{Identity, ReportVersion, Status, User, WorkerSid, test_support};
use invoke::InvokeError;
use jiff::Timestamp;
use serde_json::json;
use store::WorkerItem;
use twilio::TokenAnswer;

use super::*;

mod tokens;

const TOMORROW: &str = "2999-01-01T00:00:00Z";

/// Of the form of a Flex token.
const TOKEN: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9.XFBoMYUZodetZdvTiFvSkQ";

const BEARER: &str = "Bearer eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9.XFBoMYUZodetZdvTiFvSkQ";

/// A stub of a directory with one user, and of Twilio with these tokens; it counts the validations.
#[derive(Default)]
struct Stub {
    user: Mutex<Option<User>>,
    tokens: HashMap<&'static str, serde_json::Value>,
    validations: Mutex<usize>,
    deleted: bool,
    /// What Twilio answers instead.
    twilio_fault: Mutex<Option<fn() -> TwilioError>>,
    /// The worker of the user, if `reconcile` has not heard of it yet.
    unknown: Mutex<bool>,
    reconcile_fails: bool,
    reconciled: Mutex<Vec<String>>,
    /// The calls to the table.
    reads: Mutex<Vec<&'static str>>,
}

impl ViewUser for Stub {
    async fn user(&self, user_id: UserId) -> Result<Option<User>, StoreError> {
        self.reads.lock().unwrap().push("user");
        Ok(self.profile(user_id))
    }

    async fn worker(&self, sid: &WorkerSid) -> Result<Option<WorkerItem>, StoreError> {
        self.reads.lock().unwrap().push("worker");
        Ok(self.item_of_worker(sid))
    }

    async fn user_id_of_identity(&self, _: &Identity) -> Result<Option<UserId>, StoreError> {
        Ok(None)
    }
}

impl ReadSnapshot for Stub {
    async fn snapshot(&self, read_set: &ReadSet) -> Result<Snapshot, StoreError> {
        self.reads.lock().unwrap().push("both");
        let users = read_set.users.iter().filter_map(|user_id| Some((*user_id, self.profile(*user_id)?)));
        let worker = read_set.worker.as_ref().and_then(|sid| self.item_of_worker(sid));
        Ok(Snapshot { users: users.collect(), worker, ..Snapshot::default() })
    }
}

impl Stub {
    fn profile(&self, user_id: UserId) -> Option<User> {
        self.user.lock().unwrap().clone().filter(|user| user.user_id == user_id)
    }

    fn item_of_worker(&self, sid: &WorkerSid) -> Option<WorkerItem> {
        let user_id = self.user.lock().unwrap().as_ref().map(|user| user.user_id);
        let is_known = !*self.unknown.lock().unwrap();
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
        (is_known && sid.as_str() == "WK1").then_some(worker)
    }

    fn take_reads(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.reads.lock().unwrap())
    }
}

impl ValidateToken for Stub {
    async fn validate_token(&self, token: &SecretString) -> Result<Option<TokenAnswer>, TwilioError> {
        use secrecy::ExposeSecret;
        *self.validations.lock().unwrap() += 1;
        if let Some(fault) = *self.twilio_fault.lock().unwrap() {
            return Err(fault());
        }
        Ok(self.tokens.get(token.expose_secret()).and_then(|answer| TokenAnswer::read(&answer.to_string())))
    }
}

/// A `reconcile` that makes the worker of the stub known.
struct Reconcile<'a>(&'a Stub);

impl ReconcileWorker for Reconcile<'_> {
    async fn reconcile(&self, worker_sid: &WorkerSid) -> Result<(), InvokeError> {
        self.0.reconciled.lock().unwrap().push(worker_sid.to_string());
        if self.0.reconcile_fails {
            return Err(InvokeError("timed out".to_owned()));
        }
        *self.0.unknown.lock().unwrap() = false;
        Ok(())
    }
}

fn stub(user: &User, token_roles: &[&str]) -> Stub {
    let user = user.with(|user| user.taskrouter.worker_sid = Some(WorkerSid::new("WK1")));
    let answer = json!({"worker_sid": "WK1", "identity": "ada", "roles": token_roles, "expiration": TOMORROW});
    Stub { user: Mutex::new(Some(user)), tokens: [(TOKEN, answer)].into(), ..Stub::default() }
}

async fn authorize(
    stub: &Stub,
    tokens: &TokenCache,
    header: Option<&str>,
) -> Result<serde_json::Value, AuthorizeError> {
    authorize_with(stub, tokens, &UnknownWorkers::new(Reconcile(stub)), header).await
}

async fn authorize_with(
    stub: &Stub,
    tokens: &TokenCache,
    unknown_workers: &UnknownWorkers<Reconcile<'_>>,
    header: Option<&str>,
) -> Result<serde_json::Value, AuthorizeError> {
    let headers = header.map_or_else(|| json!({}), |header| json!({"authorization": header}));
    let request =
        json!({"version": "2.0", "type": "REQUEST", "headers": headers, "requestContext": {"http": {"method": "GET"}}});
    let request = serde_json::from_value(request).unwrap();
    let decision =
        handle(stub, stub, tokens, unknown_workers, &SystemTimeAndIds, SupervisorScope::All, request).await?;
    Ok(serde_json::to_value(decision).unwrap())
}

async fn role_of_token(stub: &Stub) -> Option<String> {
    let decision = authorize(stub, &TokenCache::default(), Some(BEARER)).await.unwrap();
    decision["context"]["role"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn rule_5_a_deactivated_or_deleted_person_is_let_in_nowhere_from_that_moment_on() {
    let stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    let tokens = TokenCache::default();
    assert_eq!(authorize(&stub, &tokens, Some(BEARER)).await.unwrap()["isAuthorized"], true);
    for status in [Status::Deactivated, Status::Deleted] {
        stub.user.lock().unwrap().as_mut().unwrap().managed.status = status;
        let refused = authorize(&stub, &tokens, Some(BEARER)).await.unwrap();
        assert_eq!(refused, json!({"isAuthorized": false}), "{status}");
    }
}

#[tokio::test]
async fn rule_5_worker_and_profile_are_read_for_each_request_in_one_call_while_the_token_is_remembered() {
    let mut stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    let tokens = TokenCache::default();
    for reads in [&["worker", "user"][..], &["both"], &["both"]] {
        assert_eq!(authorize(&stub, &tokens, Some(BEARER)).await.unwrap()["isAuthorized"], true);
        assert_eq!(stub.take_reads(), reads);
    }
    stub.user.lock().unwrap().as_mut().unwrap().managed.role = Role::Supervisor;
    assert_eq!(authorize(&stub, &tokens, Some(BEARER)).await.unwrap()["context"]["role"], "supervisor");
    stub.deleted = true;
    assert_eq!(authorize(&stub, &tokens, Some(BEARER)).await.unwrap()["isAuthorized"], false);
    assert_eq!(stub.take_reads(), ["both", "both"]);
}

#[tokio::test]
async fn rule_22_a_remembered_token_opens_what_the_workers_user_of_now_may_and_not_the_one_of_before() {
    let stub = stub(&test_support::user_with_role("ada", Role::AccountOwner), &["admin"]);
    let tokens = TokenCache::default();
    authorize(&stub, &tokens, Some(BEARER)).await.unwrap();
    let bob = test_support::user_with_role("bob", Role::Supervisor);
    *stub.user.lock().unwrap() = Some(bob.with(|user| user.taskrouter.worker_sid = Some(WorkerSid::new("WK1"))));
    stub.take_reads();
    for reads in [&["both", "worker", "user"][..], &["both"]] {
        let decision = authorize(&stub, &tokens, Some(BEARER)).await.unwrap();
        assert_eq!(decision["context"]["user_id"], json!(bob.user_id));
        assert_eq!((&decision["context"]["role"], stub.take_reads()), (&json!("supervisor"), reads.to_vec()));
    }
    *stub.unknown.lock().unwrap() = true;
    assert_eq!(authorize(&stub, &tokens, Some(BEARER)).await.unwrap()["isAuthorized"], true, "reconciled");
    assert_eq!(*stub.reconciled.lock().unwrap(), ["WK1"]);
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
    let stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    *stub.twilio_fault.lock().unwrap() = Some(|| TwilioError::Timeout);
    assert!(authorize(&stub, &TokenCache::default(), Some(BEARER)).await.is_err());
}

#[tokio::test]
async fn a_token_that_twilio_does_not_know_is_refused_and_so_is_what_is_no_token() {
    let stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    for header in [Some(&*tokens::made_up(1)), Some("Basic token"), Some("Bearer "), Some(TOKEN), None] {
        assert_eq!(
            authorize(&stub, &TokenCache::default(), header).await.unwrap(),
            json!({"isAuthorized": false}),
            "{header:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_without_a_readable_end_counts_once_and_one_without_readable_roles_opens_nothing() {
    let mut stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    stub.tokens.get_mut(TOKEN).unwrap()["expiration"] = json!("tomorrow");
    let tokens = TokenCache::default();
    for validations in [1, 2] {
        assert_eq!(authorize(&stub, &tokens, Some(BEARER)).await.unwrap()["isAuthorized"], true);
        assert_eq!(*stub.validations.lock().unwrap(), validations);
    }
    stub.tokens.get_mut(TOKEN).unwrap()["roles"] = json!("admin");
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
async fn a_worker_of_whom_twilio_tells_no_more_is_nobody() {
    let mut stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    stub.tokens.get_mut(TOKEN).unwrap()["worker_sid"] = json!("WK9");
    assert_eq!(role_of_token(&stub).await, None);
    assert_eq!(*stub.reconciled.lock().unwrap(), ["WK9"]);
}

#[tokio::test]
async fn rule_28_a_login_whose_callback_was_lost_opens_the_door_at_the_first_request() {
    let user = test_support::user_with_role("ada", Role::SystemAdmin);
    let stub = Stub { unknown: Mutex::new(true), ..stub(&user, &["admin"]) };
    assert_eq!(role_of_token(&stub).await.as_deref(), Some("system_admin"));
    assert_eq!(*stub.reconciled.lock().unwrap(), ["WK1"]);
}

#[tokio::test]
async fn a_known_worker_and_a_token_without_a_role_cause_no_reconciliation() {
    let admin = test_support::user_with_role("ada", Role::SystemAdmin);
    let deactivated =
        test_support::user_with_role("ada", Role::SystemAdmin).with(|user| user.managed.status = Status::Deactivated);
    for stub in [
        stub(&admin, &["admin"]),
        stub(&deactivated, &["admin"]),
        Stub { deleted: true, ..stub(&admin, &["admin"]) },
        Stub { unknown: Mutex::new(true), ..stub(&admin, &["wfo.full_access"]) },
    ] {
        role_of_token(&stub).await;
        assert!(stub.reconciled.lock().unwrap().is_empty(), "{:?}", stub.tokens);
    }
}

#[tokio::test]
async fn a_worker_that_cannot_be_reconciled_is_denied_and_asked_for_again_after_a_minute() {
    let user = test_support::user_with_role("ada", Role::SystemAdmin);
    let stub = Stub { unknown: Mutex::new(true), reconcile_fails: true, ..stub(&user, &["admin"]) };
    let (tokens, unknown_workers) = (TokenCache::default(), UnknownWorkers::new(Reconcile(&stub)));
    for _ in 0..3 {
        let denied = authorize_with(&stub, &tokens, &unknown_workers, Some(BEARER)).await.unwrap();
        assert_eq!(denied, json!({"isAuthorized": false}));
    }
    assert_eq!(*stub.reconciled.lock().unwrap(), ["WK1"]);
    // What an attempt that came too late has done counts.
    *stub.unknown.lock().unwrap() = false;
    let allowed = authorize_with(&stub, &tokens, &unknown_workers, Some(BEARER)).await.unwrap();
    assert_eq!(allowed["isAuthorized"], true);
}

#[tokio::test]
async fn an_unknown_worker_is_reconciled_once_a_minute_each() {
    let stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
    let unknown_workers = UnknownWorkers::new(Reconcile(&stub));
    let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    for (second, sid, reconciled) in [(0, "WK8", 1), (1, "WK9", 2), (59, "WK8", 2), (60, "WK8", 3), (61, "WK9", 4)] {
        let now = start + jiff::SignedDuration::from_secs(second);
        unknown_workers.reconcile(&WorkerSid::new(sid), now).await;
        assert_eq!(stub.reconciled.lock().unwrap().len(), reconciled, "{sid} after {second} s");
    }
}
