//! Fan-out: how far a change of a team has reached its members. The change begins it, in its own transaction (rules 15 to 18
//! and 21); each step marks the outboxes of some members and moves it on, in one transaction.

use jiff::Timestamp;
use std::time::Duration;
use uuid::Uuid;

use domain::{TeamId, UserId};

use crate::{
    ChangeOrigin, Cursor, Directory, FanOutTeams, StoreError,
    dynamo::{
        item::text,
        query_page::Direction,
        transaction::{Condition, Transaction},
    },
    schema::{
        items::{FanOut, TeamRef, UserRef, read_all},
        keys,
    },
    users::outbox,
};

/// How long after the change, or after a step, the schedule leaves a fan-out to the invocation that is at it. Longer than a
/// step takes with its pause and retries.
const STEP_TIME: Duration = Duration::from_secs(20);

/// A step of a fan-out. It is written on condition that the fan-out is as it was read.
#[derive(Debug, Clone)]
pub struct FanOutStep<'a> {
    /// As it was read.
    pub fan_out: &'a FanOut,
    /// The members that are marked, in order of id, each with a token of its own; so many that they fit in a transaction.
    pub members: Vec<(UserId, Uuid)>,
    /// The member after whom the next step goes on. None if there are no more members: the fan-out ends.
    pub reached: Option<UserId>,
    pub now: Timestamp,
}

/// The fan-out of this change. It replaces that of an earlier one, wherever it is.
pub(crate) fn begin(team_id: TeamId, origin: &ChangeOrigin<'_>) -> FanOut {
    FanOut { team_id, generation: origin.change_id, last_marked: None, due_at: (origin.now + STEP_TIME).into() }
}

impl FanOutTeams for Directory {
    async fn fan_out(&self, team_id: TeamId) -> Result<Option<FanOut>, StoreError> {
        self.get(&keys::fan_out(team_id)).await
    }

    async fn next_members(&self, fan_out: &FanOut, limit: usize) -> Result<(Vec<UserId>, Option<UserId>), StoreError> {
        let (pk, prefix) = (keys::team_pk(fan_out.team_id), keys::MEMBER_PREFIX);
        let last = fan_out.last_marked.map(|last| keys::member(fan_out.team_id, last).sk);
        let cursor = last.map(|last| Cursor::new("", None, last));
        let page = self.query_page(&pk, prefix, Direction::Ascending, cursor, limit).await?;
        let members: Vec<UserRef> = read_all(page.items)?;
        let reached = page.after.and_then(|after| keys::parse_member(&after));
        Ok((members.into_iter().map(|member| member.user_id).collect(), reached))
    }

    async fn fan_out_step(&self, step: FanOutStep<'_>) -> Result<(), StoreError> {
        let mut writes = Transaction::new(self);
        for &(user_id, token) in &step.members {
            outbox::mark(&mut writes, user_id, token, step.now)?;
        }
        let (key, is_unchanged) = (keys::fan_out(step.fan_out.team_id), is_unchanged(step.fan_out));
        match step.reached {
            Some(last) => {
                let due_at = outbox::instant(step.now + STEP_TIME);
                let sets = [(":marked", text(last.to_string())), (":due", text(due_at))];
                writes.update(&key, "SET last_marked = :marked, due_at = :due", sets, Some(is_unchanged))?;
            }
            None => writes.delete(&key, Some(is_unchanged))?,
        }
        writes.send(self).await
    }

    async fn due_fan_outs(&self, now: Timestamp, limit: usize) -> Result<Vec<TeamId>, StoreError> {
        let due: Vec<TeamRef> = self.due_in(keys::FAN_OUTS, "due_at <= :at", outbox::instant(now), limit).await?;
        Ok(due.into_iter().map(|team| team.team_id).collect())
    }
}

/// The team has not changed again, and no other invocation has moved the fan-out on.
fn is_unchanged(fan_out: &FanOut) -> Condition {
    let generation = (":generation", text(fan_out.generation.to_string()));
    match fan_out.last_marked {
        None => Condition::new("generation = :generation AND attribute_not_exists(last_marked)", [generation]),
        Some(last) => {
            let last = (":last", text(last.to_string()));
            Condition::new("generation = :generation AND last_marked = :last", [generation, last])
        }
    }
}
