//! Temporary skills: each is in effect while its time lasts, and no longer (rule 36).

use app::TimeAndIds as _;
use domain::{Record, Source, TemporarySkills, Time, User, audit::Action};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::world::World;

/// What the schedule may be late in a quiet world, with clocks that are off.
const LATE: SignedDuration = SignedDuration::from_secs(62);

impl World {
    pub(super) async fn check_temporary_skills(&self, users: &[User]) {
        let now = self.clock.now();
        for user in users {
            for (skill, temporary) in &user.managed.temporary_skills {
                let started = is_over(temporary.from, now);
                if is_over(temporary.until, now) == Some(true)
                    || started.is_some_and(|started| started != temporary.active)
                {
                    let id = user.user_id;
                    self.violated(format!("rule 36: at {now} {skill} of {id} is {temporary:?}"));
                }
            }
            for record in self.records(user).await.iter().filter(|record| record.source == Source::Schedule) {
                self.check_turn(user, record);
            }
        }
    }

    /// Nothing starts or ends before its time.
    fn check_turn(&self, user: &User, record: &Record) {
        let of = |value: &Value| serde_json::from_value::<TemporarySkills>(value.clone()).unwrap_or_default();
        let change = record.changes.iter().find(|change| change.field == "temporary_skills");
        let (before, after) = change.map(|change| (of(&change.before), of(&change.after))).unwrap_or_default();
        let is_due = match record.action {
            Action::TemporarySkillsStarted => after.iter().all(|(skill, now)| {
                before.get(skill).is_some_and(|before| before.active == now.active || now.from <= record.at)
            }),
            Action::TemporarySkillsEnded => {
                before.iter().all(|(skill, before)| after.contains_key(skill) || before.until <= record.at)
            }
            _ => false,
        };
        if !is_due || before == after {
            self.violated(format!("rule 36: of {}, at {}: {before:?} becomes {after:?}", user.user_id, record.at));
        }
    }
}

/// Whether the time is past; none while the schedule may be at it.
fn is_over(time: Time, now: Timestamp) -> Option<bool> {
    let since = now.duration_since(*time);
    if since > LATE { Some(true) } else { (since < SignedDuration::ZERO).then_some(false) }
}
