//! Reconciliations: all workers in TaskRouter are compared with the directory, and what callbacks have missed is repaired
//! (rules 22 to 24 and 28).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};
use uuid::Uuid;

use crate::{SkillName, Time, UserId, WorkerSid};

/// The examples of one finding that a report names.
const MAX_EXAMPLES: usize = 20;

/// How long one that was asked for may wait for its runner, before another one may be asked for.
const START_WINDOW: Duration = Duration::from_mins(1);

/// So many workers may be rewritten, or be missing, however many there are.
const ALWAYS_ALLOWED: u64 = 25;

/// Of all workers, one in this many may be.
const ALLOWED_SHARE: u64 = 20;

/// With fewer users nothing can be said of the workspace.
const FEWEST_OF_A_WORKSPACE: u64 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReconciliationState {
    /// Asked for; no runner has claimed it yet.
    Queued,
    /// A runner is at it, or the next one goes on with it.
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
    /// Whether somebody has read the report of one that was braked, and wants it all the same.
    #[serde(default)]
    pub confirmed: bool,
    pub started_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
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
    /// Users of whom something is to be carried over, and nobody has come to it.
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
    /// Twilio refuses the list of workers, or it does not end: somebody has to look.
    TwilioRefuses,
    OutOfTime,
}

/// Why nothing was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Brake {
    /// No user's worker is in this workspace.
    UnknownWorkspace { users: u64 },
    /// Too many workers would be rewritten although nothing was to be carried over.
    ManyRewrites { workers: u64, of: u64 },
    /// Too many users' workers are missing.
    ManyMissing { workers: u64, of: u64 },
}

/// What the brake is decided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Users with a worker.
    pub users: u64,
    /// Of their workers, those in TaskRouter's list.
    pub listed: u64,
    /// Of these, those that would be rewritten although nothing was to be carried over.
    pub rewrites: u64,
}

impl Tally {
    /// Why a reconciliation that finds this must not go on before somebody has confirmed it: the workspace may be the wrong
    /// one, or the table may have been restored.
    #[must_use]
    pub const fn brake(self) -> Option<Brake> {
        let Self { users, listed, rewrites } = self;
        let missing = users.saturating_sub(listed);
        if users >= FEWEST_OF_A_WORKSPACE && listed == 0 {
            Some(Brake::UnknownWorkspace { users })
        } else if is_too_many(missing, users) {
            Some(Brake::ManyMissing { workers: missing, of: users })
        } else if is_too_many(rewrites, listed) {
            Some(Brake::ManyRewrites { workers: rewrites, of: listed })
        } else {
            None
        }
    }
}

const fn is_too_many(workers: u64, of: u64) -> bool {
    workers > ALWAYS_ALLOWED && workers * ALLOWED_SHARE > of
}

impl fmt::Display for Brake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownWorkspace { users } => {
                write!(f, "None of the {users} known workers is in this workspace. Check that it is the right one.")
            }
            Self::ManyRewrites { workers, of } => {
                write!(
                    f,
                    "{workers} of {of} workers would be rewritten although nothing was to be carried over. Check whether \
                     the table was restored, or whether another tool has changed them."
                )
            }
            Self::ManyMissing { workers, of } => {
                write!(f, "{workers} of {of} workers are missing in TaskRouter. Check that it is the right workspace.")
            }
        }
    }
}

impl Reconciliation {
    #[must_use]
    pub fn queued(reconciliation_id: Uuid, requested_by: Option<UserId>, confirmed: bool, now: Timestamp) -> Self {
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

    /// Whether there is something for the next runner to go on with.
    #[must_use]
    pub const fn is_unfinished(&self) -> bool {
        matches!(self.state, ReconciliationState::Queued | ReconciliationState::Running)
    }

    /// What a runner that begins now works on: the unfinished one, else a new one. None if another runner is at it. One that
    /// is queued waits for any runner. One that was braked is looked at again under its id, by which it can be confirmed.
    #[must_use]
    pub fn claimed(last: Option<&Self>, new_id: Uuid, lease: Duration, now: Timestamp) -> Option<Self> {
        let claimed = match last {
            Some(last) if last.state == ReconciliationState::Running && last.is_busy(now) => return None,
            Some(last) if last.is_unfinished() => last.clone(),
            Some(last) if last.state == ReconciliationState::Braked => {
                Self::queued(last.reconciliation_id, last.requested_by, false, now).following(Some(last))
            }
            last => Self::queued(new_id, None, false, now).following(last),
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

    /// Left for the next runner.
    #[must_use]
    pub fn interrupted(self, interruption: Interruption) -> Self {
        Self { interruption: Some(interruption), lease_until_ms: 0, ..self }
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
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_mins(1);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn brake(users: u64, listed: u64, rewrites: u64) -> Option<Brake> {
        Tally { users, listed, rewrites }.brake()
    }

    #[test]
    fn rule_28_more_than_25_workers_and_more_than_5_percent_are_not_rewritten_unasked() {
        assert_eq!(brake(1_000, 1_000, 50), None);
        assert_eq!(brake(1_000, 1_000, 51), Some(Brake::ManyRewrites { workers: 51, of: 1_000 }));
        assert_eq!((brake(100, 100, 25), brake(100, 100, 26).is_some()), (None, true));
    }

    #[test]
    fn rule_28_as_many_users_do_not_lose_their_workers_unasked() {
        assert_eq!(brake(1_000, 950, 0), None);
        assert_eq!(brake(1_000, 949, 0), Some(Brake::ManyMissing { workers: 51, of: 1_000 }));
    }

    #[test]
    fn a_workspace_without_any_known_worker_is_the_wrong_one_however_small_the_directory_is() {
        assert_eq!(brake(2, 0, 0), Some(Brake::UnknownWorkspace { users: 2 }));
        assert_eq!(brake(2, 1, 1), None);
        assert_eq!(brake(1, 0, 0), None, "one user whose worker was deleted");
        assert_eq!(brake(0, 0, 0), None, "nobody is adopted yet");
    }

    #[test]
    fn one_runner_at_a_time_and_the_next_one_goes_on_with_what_a_dead_one_has_left() {
        let first = Reconciliation::claimed(None, id(1), LEASE, at(0)).unwrap();
        assert!(first.is_busy(at(59)));
        assert_eq!(Reconciliation::claimed(Some(&first), id(2), LEASE, at(59)), None);
        let resumed = Reconciliation::claimed(Some(&first), id(2), LEASE, at(60)).unwrap();
        assert_eq!(resumed.reconciliation_id, id(1));
        let done = resumed.finished(None, at(70));
        let next = Reconciliation::claimed(Some(&done), id(3), LEASE, at(71)).unwrap();
        assert_eq!((next.reconciliation_id, next.revision), (id(3), done.revision));
    }

    #[test]
    fn one_that_was_asked_for_is_claimed_as_it_was_asked_for() {
        let queued = Reconciliation::queued(id(1), None, true, at(0));
        assert!(queued.is_busy(at(59)) && !queued.is_busy(at(60)), "it may be asked for again if no runner comes");
        let claimed = Reconciliation::claimed(Some(&queued), id(2), LEASE, at(1)).unwrap();
        assert!(claimed.confirmed && claimed.reconciliation_id == id(1));
    }

    #[test]
    fn one_that_was_braked_keeps_the_id_by_which_it_can_be_confirmed() {
        let run = Reconciliation::claimed(None, id(1), LEASE, at(0)).unwrap();
        let braked = run.finished(Some(Brake::UnknownWorkspace { users: 2 }), at(1));
        let again = Reconciliation::claimed(Some(&braked), id(2), LEASE, at(900)).unwrap();
        assert_eq!((again.reconciliation_id, again.brake, again.confirmed), (id(1), None, false));
    }

    #[test]
    fn a_report_counts_all_and_names_the_first() {
        let mut sample = Sample::default();
        sample.extend(0..100);
        assert_eq!((sample.count, sample.first.len()), (100, MAX_EXAMPLES));
    }
}
