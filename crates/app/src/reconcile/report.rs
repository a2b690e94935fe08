//! A reconciliation as the API and the operator's command show it.

use domain::{
    SkillName, Time, UserId, WorkerSid,
    reconciliation::{Brake, Difference, Interruption, Reconciliation, ReconciliationState, Sample},
};
use serde::Serialize;
use uuid::Uuid;

/// Progress while it runs, and the report afterwards.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    reconciliation_id: Uuid,
    state: ReconciliationState,
    /// Null if the schedule or an operator has started it.
    requested_by: Option<UserId>,
    confirmed: bool,
    started_at: Time,
    finished_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    brake: Option<BrakeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interruption: Option<Interruption>,
    workers: u64,
    users: u64,
    unmanaged: &'a Sample<WorkerSid>,
    extra: &'a Sample<UserId>,
    missing: &'a Sample<UserId>,
    differing: &'a Sample<Difference>,
    contested: &'a Sample<UserId>,
    failed: &'a Sample<UserId>,
    stuck: &'a Sample<UserId>,
    unknown_skills: &'a Sample<SkillName>,
    unreadable: u64,
    adopted: u64,
    repaired: u64,
    woken: u64,
    unresolved: &'a Sample<WorkerSid>,
    entries_repaired: u64,
    left: u64,
}

/// Why nothing was applied.
#[derive(Debug, Serialize)]
struct BrakeView {
    #[serde(flatten)]
    brake: Brake,
    detail: String,
}

impl<'a> From<&'a Reconciliation> for Report<'a> {
    fn from(of: &'a Reconciliation) -> Self {
        let Reconciliation { found, done, .. } = of;
        Self {
            reconciliation_id: of.reconciliation_id,
            state: of.state,
            requested_by: of.requested_by,
            confirmed: of.confirmed.is_some(),
            started_at: of.started_at,
            finished_at: of.finished_at,
            brake: of.brake.map(|brake| BrakeView { brake, detail: brake.to_string() }),
            interruption: of.interruption,
            workers: found.workers,
            users: found.users,
            unmanaged: &found.unmanaged,
            extra: &found.extra,
            missing: &done.missing,
            differing: &found.differing,
            contested: &found.contested,
            failed: &found.failed,
            stuck: &found.stuck,
            unknown_skills: &found.unknown_skills,
            unreadable: found.unreadable,
            adopted: done.adopted,
            repaired: done.repaired,
            woken: done.woken,
            unresolved: &done.unresolved,
            entries_repaired: done.entries,
            left: of.left,
        }
    }
}
