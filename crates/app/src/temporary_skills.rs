//! Temporary skills start and end by a schedule, each minute (rule 36).
//!
//! Of each user who is due, the profile is read with strong consistency, the rule says what is to start or to end by now, and
//! one transaction writes it, on condition that the profile has not changed. A conflict is decided again; a second runner
//! finds that nothing is due any more. What is left, because a runner has died, failed or run out of time, is due until it
//! is done, and so is what an outage has delayed. What becomes due before a run ends is read with the rest and waited for.

use std::{collections::BTreeSet, ops::ControlFlow, time::Duration};

use domain::{Actor, Source, Time, UserId, temporary_skill::turn};
use store::{ChangeOrigin, DueUser, ReadSet, ReadSnapshot, TurnSkills};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::{ChangeError, TimeAndIds, change::retry_on_conflict};

/// The users whom one run of the schedule takes up, at most: as many as it has time for.
const DUE_AT_ONCE: usize = 1_250;

/// How fast users are changed, and for how long at a time.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// From the change of one user to that of the next one, at least.
    pub between: Duration,
    /// After this time no further user is begun. The rest is due at the next minute.
    pub run_for: Duration,
    /// A run waits for what becomes due within this time.
    pub ahead: Duration,
}

impl Default for Pace {
    /// 25 users a second, as members of a changed team are marked: about what one invocation of `sync` carries over. A run ends
    /// before the schedule's next minute, and waits for whom it can still reach.
    fn default() -> Self {
        let (between, run_for) = (Duration::from_millis(40), Duration::from_secs(50));
        Self { between, run_for, ahead: run_for }
    }
}

#[derive(Debug)]
pub struct SkillTurns<S, C> {
    pub store: S,
    pub time_and_ids: C,
    pub pace: Pace,
}

impl<S: ReadSnapshot + TurnSkills + Sync, C: TimeAndIds> SkillTurns<S, C> {
    /// Starts and ends what is due, soonest first, each at its time. `request_id` stands in the audit records. Whether it
    /// could be done for all users.
    pub async fn due(&self, request_id: &str) -> Result<bool, ChangeError> {
        let mut all = true;
        let end = Instant::now() + self.pace.run_for;
        let mut next_user = interval(self.pace.between.max(Duration::from_micros(1)));
        next_user.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let now = self.time_and_ids.now();
        let by = now.checked_add(self.pace.ahead).unwrap_or(now);
        let due = self.store.due_temporary_skills(by, DUE_AT_ONCE).await?;
        let mut due = due.into_iter().map(|DueUser { user_id, due_at }| (due_at, user_id)).collect::<BTreeSet<_>>();
        while let Some((due_at, user_id)) = due.pop_first() {
            if !self.wait_until(due_at, end).await {
                break;
            }
            next_user.tick().await;
            match self.of_user(user_id, request_id).await {
                Ok(next) => due.extend(next.filter(|next| **next <= by).map(|next| (next, user_id))),
                // One user must not hold up the others.
                Err(error) => {
                    all = false;
                    tracing::error!(%user_id, %error, "failed to start or end temporary skills; the schedule tries again");
                }
            }
            if Instant::now() >= end {
                break;
            }
        }
        Ok(all)
    }

    /// Whether this time comes before the run ends.
    async fn wait_until(&self, time: Time, end: Instant) -> bool {
        loop {
            // Read again after the wait: the clock may have been set back meanwhile.
            let early = time.duration_since(self.time_and_ids.now());
            let early = Duration::try_from(early).unwrap_or_default();
            let left = end.saturating_duration_since(Instant::now());
            if early.is_zero() || left.is_zero() {
                return early.is_zero();
            }
            sleep(early.min(left)).await;
        }
    }

    /// Does to this user what is due: what ends and what starts each has a record of its own. When something is due next.
    async fn of_user(&self, user_id: UserId, request_id: &str) -> Result<Option<Time>, ChangeError> {
        loop {
            if let ControlFlow::Break(next) = retry_on_conflict(|| self.step(user_id, request_id)).await? {
                return Ok(next);
            }
        }
    }

    /// Does what is due first. If nothing is: when something will be.
    async fn step(&self, user_id: UserId, request_id: &str) -> Result<ControlFlow<Option<Time>>, ChangeError> {
        let read_set = ReadSet { users: [user_id].into(), ..ReadSet::default() };
        let snapshot = self.store.snapshot(&read_set).await?;
        let now = self.time_and_ids.now();
        let Some(user) = snapshot.users.get(&user_id) else { return Ok(ControlFlow::Break(None)) };
        let Some((after, action)) = turn(user, now) else { return Ok(ControlFlow::Break(user.managed.next_turn())) };
        let change_id = self.time_and_ids.ordered_id();
        let (actor, source) = (Actor::System, Source::Schedule);
        let origin = ChangeOrigin { actor, source, request_id, caller: None, now, change_id };
        self.store.commit_turn(user, after, origin, action).await?;
        Ok(ControlFlow::Continue(()))
    }
}
