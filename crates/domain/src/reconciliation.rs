//! Reconciliations: all workers in TaskRouter are compared with the directory, and what callbacks have missed is repaired
//! (rules 22 to 24 and 28).

mod brake;
mod differing;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

use crate::{SkillName, Time, UserId, WorkerSid};

pub use brake::{Brake, Tally};
pub use differing::Differing;

/// The examples of one finding that a report names.
const MAX_EXAMPLES: usize = 20;

/// How long one that was asked for may wait for its runner, before another one may be asked for.
const START_WINDOW: Duration = Duration::from_mins(1);

/// How long a confirmation counts: as long as it may take to apply what was confirmed.
const CONFIRMATION: Duration = Duration::from_hours(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReconciliationState {
    /// Asked for; no runner has claimed it yet.
    Queued,
    /// A runner works on it, or the next one continues it.
    Running,
    /// Everything that was found is applied.
    Done,
    /// Nothing was applied: it waits to be confirmed.
    Braked,
}

/// The latest reconciliation: its progress while it runs, its report afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reconciliation {
    pub reconciliation_id: Uuid,
    /// Counts the writes.
    pub revision: u64,
    pub state: ReconciliationState,
    /// None if the schedule or an operator has started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<UserId>,
    /// The brake that an admin has read of and confirms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Brake>,
    pub started_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// Why nothing was applied; of the last comparison that has succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brake: Option<Brake>,
    /// Why the last runner left it unfinished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interruption: Option<Interruption>,
    /// By the latest comparison.
    #[serde(default)]
    pub found: Found,
    /// By all runners together.
    #[serde(default)]
    pub done: Done,
    /// What is found and not applied yet.
    #[serde(default)]
    pub left: u64,
    /// Until when its runner is believed to be alive, in milliseconds since 1970.
    #[serde(default)]
    pub lease_until_ms: i64,
    /// Where the next one goes on to compare search and filter entries; none at the first user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_cursor: Option<String>,
}

/// What the comparison has found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Found {
    /// Workers in TaskRouter.
    pub workers: u64,
    /// Users who have one.
    pub users: u64,
    /// Workers without one of the three roles: no access, never written to (rule 23).
    pub unmanaged: Sample<WorkerSid>,
    /// Deleted users who have a worker (rule 13).
    pub extra: Sample<UserId>,
    /// Users whose worker shows something else than it should, although nothing was to be carried over.
    pub differing: Sample<Difference>,
    /// Of these, whose skills another writer contests (rule 24).
    pub contested: Sample<UserId>,
    /// Of these, whom TaskRouter refuses for good: they wait for another decision.
    pub failed: Sample<UserId>,
    /// Users with a pending intent that was not carried over in time.
    pub stuck: Sample<UserId>,
    /// Skills of workers that the catalog lacks.
    pub unknown_skills: Sample<SkillName>,
    /// Entries of TaskRouter's list without a SID that can be read.
    pub unreadable: u64,
}

/// What was applied.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Done {
    /// Workers that the directory did not know.
    pub adopted: u64,
    /// Workers of whom a callback was missed.
    pub repaired: u64,
    /// Users who are compared again, one by one: what differs is carried over, reverted or accepted.
    pub woken: u64,
    /// Users whose worker no longer exists (rule 28).
    pub missing: Sample<UserId>,
    /// Workers that could not be applied; the next reconciliation tries again.
    pub unresolved: Sample<WorkerSid>,
    /// Search and filter entries that were missing, or stale.
    pub entries: u64,
}

/// How many there are, and the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample<T> {
    pub count: u64,
    pub first: Vec<T>,
}

/// A user whose worker shows something else than it should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub user_id: UserId,
    /// `role`, `skills`, `activity`.
    pub fields: Vec<String>,
}

/// Why a reconciliation is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interruption {
    /// Twilio does not answer, or asks to wait.
    TwilioUnavailable,
    /// Twilio refuses the list of workers, or it does not end: an operator has to look.
    TwilioRefuses,
    OutOfTime,
}

impl Reconciliation {
    #[must_use]
    pub fn queued(
        reconciliation_id: Uuid,
        requested_by: Option<UserId>,
        confirmed: Option<Brake>,
        now: Timestamp,
    ) -> Self {
        Self {
            reconciliation_id,
            revision: 0,
            state: ReconciliationState::Queued,
            requested_by,
            confirmed,
            started_at: now.into(),
            finished_at: None,
            brake: None,
            interruption: None,
            found: Found::default(),
            done: Done::default(),
            left: 0,
            lease_until_ms: 0,
            index_cursor: None,
        }
    }

    /// A new one after `last`.
    #[must_use]
    pub fn following(self, last: Option<&Self>) -> Self {
        let Some(last) = last else { return self };
        Self { revision: last.revision, index_cursor: last.index_cursor.clone(), ..self }
    }

    /// Whether a runner is at it, or about to begin.
    #[must_use]
    pub fn is_busy(&self, now: Timestamp) -> bool {
        match self.state {
            ReconciliationState::Queued => now < *self.started_at + START_WINDOW,
            ReconciliationState::Running => now.as_millisecond() < self.lease_until_ms,
            ReconciliationState::Done | ReconciliationState::Braked => false,
        }
    }

    /// Whether there is something for the next runner to continue.
    #[must_use]
    pub const fn is_unfinished(&self) -> bool {
        matches!(self.state, ReconciliationState::Queued | ReconciliationState::Running)
    }

    /// What a runner that begins now works on: the unfinished one, else a new one. None if another runner is at it. One that
    /// is queued waits for any runner. One that was braked is looked at again under its id, by which it can be confirmed, and
    /// stays braked until that has succeeded.
    #[must_use]
    pub fn claimed(last: Option<&Self>, new_id: Uuid, lease: Duration, now: Timestamp) -> Option<Self> {
        let claimed = match last {
            Some(last) if last.state == ReconciliationState::Running && last.is_busy(now) => return None,
            Some(last) if last.is_unfinished() || last.state == ReconciliationState::Braked => {
                let is_valid = now < *last.started_at + CONFIRMATION;
                Self { confirmed: last.confirmed.filter(|_| is_valid), finished_at: None, ..last.clone() }
            }
            last => Self::queued(new_id, None, None, now).following(last),
        };
        Some(Self { state: ReconciliationState::Running, interruption: None, ..claimed }.extended(lease, now))
    }

    /// With the lease of a runner that is alive.
    #[must_use]
    pub fn extended(mut self, lease: Duration, now: Timestamp) -> Self {
        self.lease_until_ms = (now + lease).as_millisecond();
        self
    }

    /// Ended: applied, or braked.
    #[must_use]
    pub fn finished(self, brake: Option<Brake>, now: Timestamp) -> Self {
        let state = if brake.is_some() { ReconciliationState::Braked } else { ReconciliationState::Done };
        Self { state, brake, finished_at: Some(now.into()), lease_until_ms: 0, ..self }
    }

    /// Why it must not be applied, if that was not confirmed. A brake that is worse than the one before gets an id of its own:
    /// a confirmation is one of what was read.
    #[must_use]
    pub fn braked_by(mut self, brake: Option<Brake>, new_id: Uuid) -> (Self, Option<Brake>) {
        let brake = brake.filter(|brake| self.confirmed.is_none_or(|confirmed| !brake.is_covered_by(confirmed)));
        if let Some((brake, before)) = brake.zip(self.brake)
            && !brake.is_covered_by(before)
        {
            self.reconciliation_id = new_id;
        }
        (self, brake)
    }

    /// Left for the next runner. One that was braked before, and could not be looked at again, is braked still.
    #[must_use]
    pub fn interrupted(self, interruption: Interruption, now: Timestamp) -> Self {
        let interrupted = Self { interruption: Some(interruption), lease_until_ms: 0, ..self };
        match interrupted.brake {
            Some(brake) if interrupted.confirmed.is_none() => interrupted.finished(Some(brake), now),
            _ => interrupted,
        }
    }

    /// What is applied in part was confirmed once: the rest is looked at anew.
    #[must_use]
    pub fn partly_applied(self, interruption: Interruption, now: Timestamp) -> Self {
        Self { confirmed: None, brake: None, ..self }.interrupted(interruption, now)
    }
}

impl<T> Sample<T> {
    pub fn add(&mut self, example: T) {
        self.count += 1;
        if self.first.len() < MAX_EXAMPLES {
            self.first.push(example);
        }
    }
}

impl<T> Default for Sample<T> {
    fn default() -> Self {
        Self { count: 0, first: Vec::new() }
    }
}

impl<T> Extend<T> for Sample<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, examples: I) {
        examples.into_iter().for_each(|example| self.add(example));
    }
}

#[cfg(test)]
mod tests;
