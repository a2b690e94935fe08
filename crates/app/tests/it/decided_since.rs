//! What the deployment or an operator decides reaches people whose attributes stay the same (rules 3, 13 and 24), and what
//! nobody reads reaches nothing.

use domain::{
    Role, Status, User, WorkerSid,
    audit::{Action, Subject},
    policy::{Policy, RoleAuthority, SkillAuthority},
    test_support::stored,
};
use serde_json::{Value, json};
use store::{ChangeOrigin, CommitUser, UserChange, ViewDetails, ViewHistory, ViewUser};
use uuid::Uuid;

use crate::support::{Fixture, Report, TaskRouter, TestIngest, report, user_of_identity};

fn attributes(role: &str) -> Value {
    json!({"full_name": "Ada", "email": "ada@example.com", "roles": [role]})
}

/// A change of activity: the attributes are those of the last report.
fn activity(second: i64, role: &str) -> Report {
    report(second, "WK1", "ada", &attributes(role))
}

async fn logged_in(fixture: &Fixture, role: &str) -> TestIngest {
    let ingest = fixture.ingest(TaskRouter::default());
    report(1, "WK1", "ada", &attributes(role)).deliver(&ingest).await;
    ingest
}

async fn ada(ingest: &TestIngest) -> User {
    user_of_identity(&ingest.store.directory, "ada").await
}

async fn decide(ingest: &TestIngest, action: Action, change: impl FnOnce(&mut User)) {
    let before = ada(ingest).await;
    let origin = ChangeOrigin::operator("test", jiff::Timestamp::UNIX_EPOCH, Uuid::now_v7());
    let change = UserChange::new(Some(&before), before.with(change), origin, action);
    ingest.store.directory.commit_user(change).await.unwrap();
}

#[tokio::test]
async fn rule_3_whom_the_deployment_names_later_is_an_account_owner_from_the_next_callback_on() {
    let fixture = Fixture::new().await;
    let mut ingest = logged_in(&fixture, "admin").await;
    ingest.policy.account_owners.insert(stored("Ada"));
    activity(2, "admin").deliver(&ingest).await;
    assert_eq!(ada(&ingest).await.managed.role, Role::AccountOwner);
}

#[tokio::test]
async fn rule_3_whom_the_deployment_names_is_an_account_owner_again_after_a_demotion() {
    let fixture = Fixture::new().await;
    let mut ingest = logged_in(&fixture, "admin").await;
    ingest.policy.account_owners.insert(stored("ada"));
    activity(2, "admin").deliver(&ingest).await;
    report(2, "WK2", "owner", &attributes("admin")).deliver(&ingest).await;
    decide(&ingest, Action::Edited, |user| user.managed.role = Role::SystemAdmin).await;
    activity(3, "admin").deliver(&ingest).await;
    assert_eq!(ada(&ingest).await.managed.role, Role::AccountOwner);
}

#[tokio::test]
async fn rule_24_a_role_edited_here_follows_the_login_as_soon_as_the_identity_provider_has_authority() {
    let fixture = Fixture::new().await;
    let mut ingest = logged_in(&fixture, "supervisor").await;
    decide(&ingest, Action::Edited, |user| {
        (user.managed.role, user.managed.role_granted) = (Role::SystemAdmin, true);
    })
    .await;
    ingest.policy = Policy { roles: RoleAuthority::IdentityProvider, ..ingest.policy };
    activity(2, "supervisor").deliver(&ingest).await;
    assert_eq!(ada(&ingest).await.managed.role, Role::Supervisor);
}

#[tokio::test]
async fn rule_24_after_a_change_of_the_authority_over_skills_the_same_report_is_applied_once_more() {
    let fixture = Fixture::new().await;
    let mut ingest = logged_in(&fixture, "agent").await;
    let applied = async |ingest: &TestIngest| {
        let worker = ingest.store.directory.worker(&WorkerSid::new("WK1")).await.unwrap().unwrap();
        (worker.applied_hash.unwrap(), ada(ingest).await.revision)
    };
    let first = applied(&ingest).await;
    activity(2, "agent").deliver(&ingest).await;
    assert_eq!(applied(&ingest).await, first, "passed over");
    ingest.policy.skills = SkillAuthority::Shared;
    activity(3, "agent").deliver(&ingest).await;
    let again = applied(&ingest).await;
    assert_ne!(again.0, first.0, "applied under the new policy");
    activity(4, "agent").deliver(&ingest).await;
    assert_eq!(applied(&ingest).await, again, "passed over");
}

#[tokio::test]
async fn rule_13_a_restored_user_has_the_name_under_which_they_logged_in_while_deleted() {
    let fixture = Fixture::new().await;
    let ingest = logged_in(&fixture, "agent").await;
    decide(&ingest, Action::Deleted, |user| user.managed.status = Status::Deleted).await;
    let renamed = json!({"full_name": "Ada King", "email": "king@example.com", "roles": ["agent"]});
    report(2, "WK1", "ada", &renamed).deliver(&ingest).await;
    assert_eq!(ada(&ingest).await.name(), "Ada", "a tombstone keeps its name");
    decide(&ingest, Action::Restored, |user| user.managed.status = Status::Active).await;
    report(3, "WK1", "ada", &renamed).deliver(&ingest).await;
    assert_eq!((ada(&ingest).await.name(), ada(&ingest).await.email()), ("Ada King", Some("king@example.com")));
}

#[tokio::test]
async fn rule_12_no_report_about_a_user_who_is_not_active_is_passed_over() {
    let fixture = Fixture::new().await;
    let ingest = logged_in(&fixture, "agent").await;
    let guarded = async || {
        let sid = ada(&ingest).await.taskrouter.worker_sid.unwrap();
        ingest.store.directory.worker(&sid).await.unwrap().unwrap().guarded
    };
    assert!(!guarded().await);
    decide(&ingest, Action::Deactivated, |user| user.managed.status = Status::Deactivated).await;
    assert!(guarded().await);
    decide(&ingest, Action::Reactivated, |user| user.managed.status = Status::Active).await;
    assert!(!guarded().await);
    decide(&ingest, Action::Deleted, |user| {
        (user.managed.status, user.taskrouter.worker_sid) = (Status::Deleted, None);
    })
    .await;
    report(2, "WK2", "ada", &attributes("agent")).deliver(&ingest).await;
    assert!(guarded().await, "of a new worker as well");
}

#[tokio::test]
async fn rule_24_an_attribute_that_the_directory_does_not_read_changes_nothing() {
    let fixture = Fixture::new().await;
    let ingest = logged_in(&fixture, "agent").await;
    let (before, version) = (ada(&ingest).await, ada(&ingest).await.version);
    let mut with_plugin = attributes("agent");
    with_plugin["last_seen_by_plugin"] = json!("2026-11-25T10:00:00Z");
    report(2, "WK1", "ada", &with_plugin).deliver(&ingest).await;
    let after = ada(&ingest).await;
    assert_eq!((&after, after.version), (&before, version));
    assert!(ingest.store.directory.details(&after).await.unwrap().outbox.is_none());
}

#[tokio::test]
async fn bookkeeping_moves_the_revision_and_not_the_version() {
    let fixture = Fixture::new().await;
    let ingest = logged_in(&fixture, "agent").await;
    let before = ada(&ingest).await;
    // An earlier report that arrives late is the one that the user is adopted from.
    let mut earlier = report(0, "WK1", "ada", &attributes("agent"));
    earlier.version.version = Some(0);
    earlier.deliver(&ingest).await;
    let after = ada(&ingest).await;
    assert_eq!((after.version, after.updated_at), (before.version, before.updated_at));
    assert_eq!(after.revision, before.revision + 1);
}

#[tokio::test]
async fn interleaving_8_an_edit_that_read_before_a_report_does_not_undo_its_bookkeeping() {
    // Rule 28: the report moves the revision alone, which is what every write is conditional on.
    let fixture = Fixture::new().await;
    let ingest = logged_in(&fixture, "agent").await;
    let read_before = ada(&ingest).await;
    let mut earlier = report(0, "WK1", "ada", &attributes("agent"));
    earlier.version.version = Some(0);
    earlier.deliver(&ingest).await;
    let reported = ada(&ingest).await;
    assert_eq!((reported.version, reported.revision), (read_before.version, read_before.revision + 1));
    let after = read_before.with(|user| user.managed.act_as_agent = true);
    let origin = ChangeOrigin::operator("test", jiff::Timestamp::UNIX_EPOCH, Uuid::now_v7());
    let edit = UserChange::new(Some(&read_before), after, origin, Action::Edited);
    assert!(matches!(ingest.store.directory.commit_user(edit).await, Err(store::StoreError::Conflict)));
    assert_eq!(ada(&ingest).await, reported);
}

#[tokio::test]
async fn interleaving_12_after_a_crash_between_the_two_writes_the_newer_callback_counts_and_is_recorded_once() {
    // Rule 28.
    let fixture = Fixture::new().await;
    let ingest = logged_in(&fixture, "agent").await;
    let named = |second, name: &str| {
        let attributes = json!({"full_name": name, "email": "ada@example.com", "roles": ["agent"]});
        report(second, "WK1", "ada", &attributes)
    };
    named(2, "Ada King").deliver_with_crash(&ingest).await;
    named(3, "Ada Lovelace").deliver(&ingest).await;
    named(2, "Ada King").deliver(&ingest).await;
    named(3, "Ada Lovelace").deliver(&ingest).await;
    let user = ada(&ingest).await;
    assert_eq!(user.name(), "Ada Lovelace");
    let history = ingest.store.directory.history(Subject::User(user.user_id), None, 10).await.unwrap().0;
    assert_eq!(history.iter().map(|record| record.action).collect::<Vec<_>>(), [Action::Login, Action::Adopted]);
}
