//! Why a bulk job, its plan or an undo is refused.

use thiserror::Error;
use uuid::Uuid;

use crate::{Quoted, RefusalKind};

/// Worded for the user who made the request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BulkRefusal {
    /// The caller's other job.
    #[error("Your bulk job {0} is still at work. Wait until it is done, or cancel it.")]
    BulkRunning(Uuid),
    /// A bulk edit without any change.
    #[error("The change is empty. State at least one of skills, teams, role, act_as_agent, status.")]
    EmptyBulkEdit,
    /// Users are deleted one by one, because a deletion has no undo.
    #[error("Users cannot be deleted in bulk: status is active or deactivated.")]
    DeletedInBulk,
    /// What would be changed now is not what the plan showed.
    #[error("This user has been changed since the plan was made, in what it would change. Make another plan.")]
    ChangedSincePlan,
    /// A plan was decided by what its requester may do.
    #[error("This plan was made for another user. Make one of your own, and apply that.")]
    ForeignPlan,
    /// A team that a bulk edit both adds and removes.
    #[error("The team {0} is to be added and to be removed. Name it once.")]
    AddedAndRemoved(Quoted),
    /// What a job is doing instead of waiting for its plan to be applied.
    #[error("This job is {0}: only a plan that is finished and was not applied can be applied.")]
    NotPlanned(&'static str),
    /// The plan's hash.
    #[error("The plan of this job is {0}, another one than the request names. Look at it again, then apply it.")]
    OtherPlan(String),
    /// The files of a plan are kept for 31 days, and an erasure removes those that name the user.
    #[error(
        "The plan was deleted: it is too old, or the personal data of one of its users was erased. Make another one."
    )]
    PlanGone,
    /// A plan is kept for an hour.
    #[error("This plan is older than an hour. Make another one.")]
    PlanExpired,
    /// The brake of bulk jobs.
    #[error(
        "This would deactivate, demote or strip of all skills {0} user{s}. If that is what you want, repeat this number in confirm.",
        s = if *.0 == 1 { "" } else { "s" }
    )]
    ConfirmDrastic(u64),
    /// Only what runs or waits can be cancelled.
    #[error("This job is {0}: only a bulk job that is queued, running or planned can be cancelled.")]
    NotCancellable(&'static str),
    /// A record of a history, or a job, that changed nothing that can go back.
    #[error(
        "There is nothing to undo: it changed no role, status, Act as Agent, teams or skills, or it was a deletion."
    )]
    NothingToUndo,
    /// The id of a record that the user's history does not have.
    #[error("There is no record {0} in the history of this user.")]
    UnknownRecord(Quoted),
    /// Rule 31 keeps the record; what it describes is too long ago.
    #[error("This is more than 30 days ago and cannot be undone any more. Edit the users instead.")]
    TooLateToUndo,
    /// A row that adds a user, whose identity another user has since the plan; the plan names it.
    #[error("Since the plan was made, another user has got the identity of this row. Make another plan.")]
    IdentityTakenSince,
    /// A user whom a job has added.
    #[error(
        "This user was added by the job, and an undo deletes no user. Delete the user separately if they should not be there."
    )]
    AddedByJob,
}

impl BulkRefusal {
    /// The stable name of this refusal, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BulkRunning(_) => "bulk-running",
            Self::EmptyBulkEdit => "empty-bulk-edit",
            Self::DeletedInBulk => "deleted-in-bulk",
            Self::ChangedSincePlan => "changed-since-plan",
            Self::ForeignPlan => "foreign-plan",
            Self::AddedAndRemoved(_) => "repeated-team",
            Self::NotPlanned(_) => "not-planned",
            Self::OtherPlan(_) => "other-plan",
            Self::PlanGone => "plan-gone",
            Self::PlanExpired => "plan-expired",
            Self::ConfirmDrastic(_) => "confirm-drastic",
            Self::NotCancellable(_) => "not-cancellable",
            Self::NothingToUndo => "nothing-to-undo",
            Self::UnknownRecord(_) => "unknown-record",
            Self::TooLateToUndo => "too-late-to-undo",
            Self::IdentityTakenSince => "identity-taken",
            Self::AddedByJob => "added-by-job",
        }
    }

    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::BulkRunning(_)
            | Self::ChangedSincePlan
            | Self::NotPlanned(_)
            | Self::OtherPlan(_)
            | Self::PlanGone
            | Self::PlanExpired
            | Self::ConfirmDrastic(_)
            | Self::NotCancellable(_)
            | Self::NothingToUndo
            | Self::TooLateToUndo
            | Self::IdentityTakenSince
            | Self::AddedByJob => RefusalKind::Conflict,
            Self::EmptyBulkEdit | Self::DeletedInBulk | Self::AddedAndRemoved(_) => RefusalKind::Invalid,
            Self::ForeignPlan => RefusalKind::NotAllowed,
            Self::UnknownRecord(_) => RefusalKind::NotFound,
        }
    }
}
