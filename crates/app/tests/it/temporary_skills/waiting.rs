//! A run waits for what becomes due while it lasts, on a clock that runs with the waiting.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use app::{
    TimeAndIds,
    temporary_skills::{Pace, SkillTurns},
};
use domain::{Level, TemporarySkill, User, UserId, audit::Action, test_support::agent};
use jiff::{SignedDuration, Timestamp};
use store::{ChangeOrigin, DueUser, ReadSet, ReadSnapshot, Snapshot, StoreError, TurnSkills};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::name;

/// Runs with tokio's time, which stands still while anything works. May be set.
struct Clock {
    start: Instant,
    set_ms: AtomicI64,
}

impl TimeAndIds for &Clock {
    fn now(&self) -> Timestamp {
        let ran = SignedDuration::try_from(self.start.elapsed()).unwrap();
        second(0) + ran + SignedDuration::from_millis(self.set_ms.load(Ordering::Relaxed))
    }

    fn random_id(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn ordered_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// Users in memory, and what was done when, in milliseconds.
struct Memory {
    clock: Clock,
    users: Mutex<BTreeMap<UserId, User>>,
    turns: Mutex<Vec<(i64, Action)>>,
}

impl ReadSnapshot for &Memory {
    async fn snapshot(&self, _: &ReadSet) -> Result<Snapshot, StoreError> {
        Ok(Snapshot { users: self.users.lock().unwrap().clone(), ..Snapshot::default() })
    }
}

impl TurnSkills for &Memory {
    async fn due_temporary_skills(&self, by: Timestamp, _: usize) -> Result<Vec<DueUser>, StoreError> {
        let users = self.users.lock().unwrap();
        let due = users.values().filter_map(|user| {
            let due_at = user.managed.next_turn().filter(|due| **due <= by)?;
            Some(DueUser { user_id: user.user_id, due_at })
        });
        Ok(due.collect())
    }

    async fn commit_turn(
        &self,
        _: &User,
        after: User,
        origin: ChangeOrigin<'_>,
        action: Action,
    ) -> Result<User, StoreError> {
        self.turns.lock().unwrap().push((origin.now.duration_since(second(0)).as_millis().try_into().unwrap(), action));
        self.users.lock().unwrap().insert(after.user_id, after.clone());
        Ok(after)
    }
}

impl Memory {
    /// A user for each of these, who have one skill each, from one second until another.
    fn with(periods: &[&[(&str, i64, i64)]]) -> Self {
        let users = periods.iter().enumerate().map(|(n, periods)| {
            let mut user = agent(&format!("Agent {n}"));
            user.managed.temporary_skills = periods
                .iter()
                .map(|&(skill, from, until)| {
                    let (from, until) = (second(from).into(), second(until).into());
                    (name(skill), TemporarySkill { level: Some(Level(1)), from, until, active: false })
                })
                .collect();
            (user.user_id, user)
        });
        let clock = Clock { start: Instant::now(), set_ms: AtomicI64::default() };
        Self { clock, users: Mutex::new(users.collect()), turns: Mutex::default() }
    }

    /// What one run has done when, in milliseconds, and when it has ended.
    async fn run(&self) -> (Vec<(i64, Action)>, Duration) {
        let turns = SkillTurns { store: self, time_and_ids: &self.clock, pace: Pace::default() };
        assert!(turns.due("schedule").await.unwrap());
        (std::mem::take(&mut *self.turns.lock().unwrap()), self.clock.start.elapsed())
    }
}

const STARTED: Action = Action::TemporarySkillsStarted;
const ENDED: Action = Action::TemporarySkillsEnded;

#[tokio::test(start_paused = true)]
async fn rule_36_a_run_waits_for_what_becomes_due_before_it_ends_and_does_each_at_its_time() {
    let users = Memory::with(&[&[("French", 20, 45)], &[("French", 5, 100)], &[("French", 51, 100)]]);
    let (turns, ended) = users.run().await;
    assert_eq!(turns, [(5_000, STARTED), (20_000, STARTED), (45_000, ENDED)]);
    assert_eq!(ended, Duration::from_secs(45), "no other time comes before the run ends");
}

#[tokio::test(start_paused = true)]
async fn rule_36_where_one_skill_follows_another_both_turn_at_their_times() {
    let users = Memory::with(&[&[("French", -60, 10), ("German", 10, 30), ("English", 31, 100)]]);
    let (turns, _) = users.run().await;
    assert_eq!(turns, [(0, STARTED), (10_000, ENDED), (10_000, STARTED), (30_000, ENDED), (31_000, STARTED)]);
}

#[tokio::test(start_paused = true)]
async fn rule_36_a_clock_that_is_set_back_meanwhile_starts_nothing_early_and_holds_no_run_longer() {
    let users = Memory::with(&[&[("French", 20, 100)], &[("French", 45, 100)]]);
    let set_back = async {
        sleep(Duration::from_secs(10)).await;
        users.clock.set_ms.store(-15_000, Ordering::Relaxed);
    };
    let ((turns, ended), ()) = tokio::join!(users.run(), set_back);
    assert_eq!(turns, [(20_000, STARTED)]);
    assert_eq!(ended, Pace::default().run_for, "what is left is due at the next minute");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_users_of_one_moment_turn_within_a_minute() {
    let periods: Vec<&[(&str, i64, i64)]> = vec![&[("French", 5, 100)]; 1_000];
    let (turns, _) = Memory::with(&periods).run().await;
    assert_eq!(turns.len(), 1_000);
    assert!(turns.iter().all(|(at_ms, _)| (5_000..=65_000).contains(at_ms)), "{:?}", turns.last());
}
