//! Temporary skills start and end by a schedule, each minute (rule 36).
//!
//! Of each user who is due, the profile is read with strong consistency, the rule says what is to start or to end by now, and
//! one transaction writes it, on condition that the profile has not changed. A conflict is decided again; a second runner
//! finds that nothing is due any more. What is left, because a runner has died, failed or run out of time, is due until it
//! is done, and so is what an outage has delayed. What becomes due before a run ends is read with the rest and waited for.

use std::time::Duration;

use domain::{Actor, Source, UserId, temporary_skill::turn};
use jiff::Timestamp;
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
        let until = Instant::now() + self.pace.run_for;
        let mut next_user = interval(self.pace.between.max(Duration::from_micros(1)));
        next_user.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for DueUser { user_id, due_at } in self.store.due_temporary_skills(self.horizon(), DUE_AT_ONCE).await? {
            let early = due_at.duration_since(self.time_and_ids.now());
            sleep(Duration::try_from(early).unwrap_or_default()).await;
            next_user.tick().await;
            // One user must not hold up the others.
            if let Err(error) = self.of_user(user_id, request_id).await {
                all = false;
                tracing::error!(%user_id, %error, "failed to start or end temporary skills; the schedule tries again");
            }
            if Instant::now() >= until {
                break;
            }
        }
        Ok(all)
    }

    fn horizon(&self) -> Timestamp {
        let now = self.time_and_ids.now();
        now.checked_add(self.pace.ahead).unwrap_or(now)
    }

    /// Does to this user what is due: what ends and what starts each has a record of its own.
    async fn of_user(&self, user_id: UserId, request_id: &str) -> Result<(), ChangeError> {
        while retry_on_conflict(|| self.step(user_id, request_id)).await? {}
        Ok(())
    }

    /// Whether something was due, and is done.
    async fn step(&self, user_id: UserId, request_id: &str) -> Result<bool, ChangeError> {
        let read_set = ReadSet { users: [user_id].into(), ..ReadSet::default() };
        let snapshot = self.store.snapshot(&read_set).await?;
        let now = self.time_and_ids.now();
        let Some(user) = snapshot.users.get(&user_id) else { return Ok(false) };
        let Some((after, action)) = turn(user, now) else { return Ok(false) };
        let change_id = self.time_and_ids.ordered_id();
        let (actor, source) = (Actor::System, Source::Schedule);
        let origin = ChangeOrigin { actor, source, request_id, caller: None, now, change_id };
        self.store.commit_turn(user, after, origin, action).await?;
        Ok(true)
    }
}
