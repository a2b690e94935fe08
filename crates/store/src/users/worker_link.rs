//! What a change to a user writes about their workers: which report was applied, and what reports are to be judged by from
//! now on.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{ReportVersion, User, WorkerSid};

use crate::{
    StoreError, UserChange, WorkerItem,
    dynamo::{
        item::{number, text},
        transaction::{Condition, Transaction},
    },
    schema::keys,
};

/// The report that a change applies.
#[derive(Debug, Clone, Copy)]
pub struct AppliedReport<'a> {
    pub worker_sid: &'a WorkerSid,
    /// The report's version, which must still be the latest one, and its hash. If none, no hash is stored.
    pub latest: Option<(ReportVersion, &'a str)>,
    /// Whether the worker is known to be this user's.
    pub is_linked: bool,
}

pub(super) fn write(writes: &mut Transaction<'_>, change: &UserChange<'_>, after: &User) -> Result<(), StoreError> {
    match (change.applied_report, change.before, &after.taskrouter.worker_sid) {
        (Some(applied), _, _) if applied.is_linked && applied.latest.is_none() => Ok(()),
        (Some(applied), _, _) => apply(writes, applied, after),
        (None, Some(before), Some(worker)) if is_decided_anew(before, after) => judge_anew(writes, worker, after),
        _ => Ok(()),
    }
}

/// Whether the next report must not be passed over, even if it is the same as the last one: it may mean something else now
/// (rules 3, 12 and 24).
fn is_decided_anew(before: &User, after: &User) -> bool {
    let decided = |user: &User| (user.managed.role, user.managed.status, user.taskrouter.worker_sid.clone());
    decided(before) != decided(after)
}

fn judge_anew(writes: &mut Transaction<'_>, sid: &WorkerSid, after: &User) -> Result<(), StoreError> {
    let update = "SET entity = :entity, guarded = :guarded REMOVE applied_hash";
    writes.update(&keys::worker(sid), update, [(":entity", text(WorkerItem::NAME)), guarded(sid, after)], None)
}

fn apply(writes: &mut Transaction<'_>, applied: AppliedReport<'_>, after: &User) -> Result<(), StoreError> {
    let key = keys::worker(applied.worker_sid);
    let sets = [(":user_id", text(after.user_id.to_string())), guarded(applied.worker_sid, after)];
    let update = "SET user_id = :user_id, guarded = :guarded";
    // Of two first reports that arrive at once, one creates the user.
    let is_free = "(attribute_not_exists(user_id) OR user_id = :user_id)";
    let Some((version, hash)) = applied.latest else {
        return writes.update(&key, update, sets, Some(Condition::new(is_free, [])));
    };
    let at_ms = (":at_ms", number(version.at_ms));
    let is_latest = match version.version {
        Some(version) => Condition::new(
            format!("{is_free} AND at_ms = :at_ms AND version = :version"),
            [at_ms, (":version", number(version))],
        ),
        None => Condition::new(format!("{is_free} AND at_ms = :at_ms AND attribute_not_exists(version)"), [at_ms]),
    };
    let sets = sets.into_iter().chain([(":hash", text(hash))]);
    writes.update(&key, &format!("{update}, applied_hash = :hash"), sets, Some(is_latest))
}

/// Every report about the current worker of a user who is not active is looked at (rules 12 and 13).
fn guarded(sid: &WorkerSid, after: &User) -> (&'static str, AttributeValue) {
    let is_current = after.taskrouter.worker_sid.as_ref() == Some(sid);
    (":guarded", AttributeValue::Bool(is_current && !after.is_active()))
}
