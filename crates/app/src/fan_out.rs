//! Fan-out: a changed team reaches its members (rules 15 to 18 and 21).
//!
//! A change of what a team grants leaves a fan-out, in its own transaction. It is carried out here in steps: each marks
//! the outboxes of the next members, so that `sync` looks at them, and moves the fan-out on, in one transaction on
//! condition that no later change has come and no other invocation has moved it. So no member is marked twice for one
//! change, a crash resumes where the last step ended, and a later change begins with the first member again. Members
//! who join or leave in between need no care: their own edit marks them, and `sync` reads the team after that.
//!
//! Marking is paced, because a large team must not hold up what others change: the stream hands marked users to `sync` in
//! the order in which they were marked. [`Pace`] bounds the users that one team adds to the stream in a second. How many are
//! carried over at a time is bounded by `sync` alone, by its event source mapping and its own limit; what is marked faster
//! than that waits in the stream and, as outboxes, in the table.

use std::time::Duration;

use domain::TeamId;
use store::{FanOut, FanOutStep, FanOutTeams, StoreError};
use tokio::time::Instant;

use crate::TimeAndIds;

/// The fan-outs that one run of the schedule takes up.
const DUE_AT_ONCE: usize = 100;

/// How fast members are marked, and for how long at a time.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The members of one step; with the fan-out itself they are the items of one transaction.
    pub members: usize,
    /// Between two steps.
    pub pause: Duration,
    /// After this time no further step begins. What is left is due at the schedule.
    pub run_for: Duration,
}

impl Default for Pace {
    /// 25 users a second, about what one invocation of `sync` carries over: 1,000 members in one run, which ends before the
    /// schedule's next minute.
    fn default() -> Self {
        Self { members: 25, pause: Duration::from_secs(1), run_for: Duration::from_secs(50) }
    }
}

#[derive(Debug)]
pub struct TeamFanOut<S, C> {
    pub store: S,
    pub time_and_ids: C,
    pub pace: Pace,
}

impl<S: FanOutTeams + Sync, C: TimeAndIds> TeamFanOut<S, C> {
    /// Continues the fan-out of this team, if there is one.
    pub async fn of_team(&self, team_id: TeamId) -> Result<(), StoreError> {
        self.advance(team_id, Instant::now() + self.pace.run_for).await
    }

    /// Continues every fan-out that is due: one whose invocation failed, died or ran out of time. Whether all could be
    /// continued.
    pub async fn due(&self) -> Result<bool, StoreError> {
        let mut all = true;
        let until = Instant::now() + self.pace.run_for;
        for team_id in self.store.due_fan_outs(self.time_and_ids.now(), DUE_AT_ONCE).await? {
            // One team must not hold up the others.
            if let Err(error) = self.advance(team_id, until).await {
                all = false;
                tracing::error!(%team_id, %error, "failed to mark the members of a team; the schedule tries again");
            }
            if !self.may_go_on(until).await {
                break;
            }
        }
        Ok(all)
    }

    async fn advance(&self, team_id: TeamId, until: Instant) -> Result<(), StoreError> {
        let mut left_at: Option<FanOut> = None;
        while let Some(fan_out) = self.store.fan_out(team_id).await? {
            if left_at.is_some_and(|left_at| is_moved_on(&left_at, &fan_out)) {
                tracing::debug!(%team_id, "another invocation is at the fan-out");
                return Ok(());
            }
            left_at = match self.step(&fan_out).await {
                Ok(None) => return Ok(()),
                Ok(moved) => moved,
                Err(error) if error.can_redecide() => Some(fan_out),
                Err(error) => return Err(error),
            };
            if !self.may_go_on(until).await {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Marks the next members. None if they were the last ones.
    async fn step(&self, fan_out: &FanOut) -> Result<Option<FanOut>, StoreError> {
        let (members, reached) = self.store.next_members(fan_out, self.pace.members).await?;
        let members = members.into_iter().map(|member| (member, self.time_and_ids.random_id())).collect();
        self.store.fan_out_step(FanOutStep { fan_out, members, reached, now: self.time_and_ids.now() }).await?;
        Ok(reached.map(|member| FanOut { last_marked: Some(member), ..fan_out.clone() }))
    }

    async fn may_go_on(&self, until: Instant) -> bool {
        let has_time = Instant::now() + self.pace.pause < until;
        if has_time {
            tokio::time::sleep(self.pace.pause).await;
        }
        has_time
    }
}

/// Whether another invocation has carried out a step of the same change.
fn is_moved_on(left_at: &FanOut, now: &FanOut) -> bool {
    left_at.generation == now.generation && left_at.last_marked != now.last_marked
}
