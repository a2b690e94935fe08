//! Users for tests, here and in the crates above (feature `test-support`).
#![expect(clippy::missing_panics_doc, reason = "a test that misuses these is wrong")]

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    Actor, Identity, Provenance, Record, ReportRef, ReportVersion, Role, Source, User, UserId, WorkerSid, audit::Action,
};

/// An active agent of this name, with nothing else. The id is derived from the name.
#[must_use]
pub fn agent(name: &str) -> User {
    let id = name.bytes().fold(0_u128, |id, byte| id.wrapping_mul(257).wrapping_add(u128::from(byte)));
    let identity = Identity::reported(name).or_else(|| Identity::reported("unnamed")).expect("not empty");
    let mut user = User::new(UserId::new(Uuid::from_u128(id)), identity, Timestamp::UNIX_EPOCH);
    user.idp.full_name = Some(name.to_owned());
    user.managed.login_role = Some(Role::Agent);
    user.managed.provenance = Provenance::Managed;
    (user.version, user.revision) = (1, 1);
    user
}

/// An active user of this name and role, whose role was given here.
#[must_use]
pub fn user_with_role(name: &str, role: Role) -> User {
    agent(name).with(|user| {
        user.managed.role = role;
        user.managed.role_granted = true;
        user.managed.login_role = Some(role);
    })
}

/// The report about this worker at this second, with this version.
#[must_use]
pub fn report_ref(worker_sid: &str, second: i64, version: u64) -> ReportRef {
    let version = ReportVersion { at_ms: second * 1_000, version: Some(version) };
    ReportRef { worker_sid: WorkerSid::new(worker_sid), version }
}

/// A value of a text type such as `TeamName`, unchecked, as if it had been read from the table.
#[must_use]
pub fn stored<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(text.into()).expect("a text type is stored as its text")
}

/// What the history says of a change by an operator.
#[must_use]
pub fn record(action: Action, before: Option<&User>, after: &User) -> Record {
    Record {
        record_id: Uuid::nil(),
        at: Timestamp::UNIX_EPOCH.into(),
        actor: Actor::Operator,
        source: Source::Api,
        request_id: "test".into(),
        action,
        author: None,
        changes: User::changes(before, after),
    }
}
