use super::*;
use crate::{Level, Role, SkillName};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn english(level: i64) -> Skills {
    [(SkillName::new("English").unwrap(), Some(Level(level)))].into()
}

fn agent_with(skills: Skills) -> OwnedAttributes {
    OwnedAttributes { roles: [Role::Agent].into(), skills, ..OwnedAttributes::default() }
}

fn carried(worker_sid: &str) -> Carried {
    let worker_sid = WorkerSid::new(worker_sid);
    Carried { worker_sid, attributes: agent_with(english(80)), offline: false, at: at(1) }
}

fn writing_until(second: i64) -> SyncState {
    let intent = Intent {
        id: Uuid::from_u128(1),
        worker_sid: WorkerSid::new("WK1"),
        attributes: agent_with(english(90)),
        offline: false,
        lease_until: at(second),
    };
    SyncState { intent: Some(intent), ..SyncState::default() }
}

fn moved_offline_at(seconds: &[i64]) -> SyncState {
    SyncState { moved_offline_at: seconds.iter().map(|second| at(*second)).collect(), ..SyncState::default() }
}

/// Overwritten so often in a row, each time 59 seconds after a write, the last time at this second.
fn overwritten(times: i64, last: i64) -> Contest {
    (1..=times).fold(Contest::default(), |contest, time| {
        let now = last - (times - time) * 60;
        contest.overwritten(at(now - 59), at(now), &english(80))
    })
}

#[test]
fn rule_24_what_was_agreed_on_about_another_worker_is_no_base() {
    let state = SyncState { carried: Some(carried("WK1")), ..SyncState::default() };
    assert_eq!(state.base(&WorkerSid::new("WK1")), Some(&carried("WK1")));
    assert_eq!(state.base(&WorkerSid::new("WK2")), None);
}

#[test]
fn another_invocation_may_be_writing_until_its_lease_ends() {
    assert_eq!([59, 60, 61].map(|second| writing_until(60).is_busy(at(second))), [true, false, false]);
    assert!(!SyncState::default().is_busy(at(0)));
}

#[test]
fn rule_12_from_the_third_time_within_a_minute_a_worker_is_moved_offline_once_a_minute() {
    for moves in [&[][..], &[100], &[110, 50]] {
        assert_eq!(moved_offline_at(moves).may_move_offline_at(at(110)), at(110), "{moves:?}");
    }
    assert_eq!(moved_offline_at(&[100, 51]).may_move_offline_at(at(110)), at(160));
}

#[test]
fn failures_with_the_same_reason_are_counted_from_the_first_and_another_reason_begins_anew() {
    let failure = |reason, since, attempts| Some(SyncFailure { reason, since: at(since).into(), attempts });
    let once = SyncState::default().failed(FailureReason::TwilioUnavailable, at(1));
    assert_eq!(once.failure, failure(FailureReason::TwilioUnavailable, 1, 1));
    let twice = once.failed(FailureReason::TwilioUnavailable, at(2));
    assert_eq!(twice.failure, failure(FailureReason::TwilioUnavailable, 1, 2));
    let refused = twice.failed(FailureReason::Refused, at(3));
    assert_eq!(refused.failure, failure(FailureReason::Refused, 3, 1));
}

#[test]
fn a_failed_write_stays_known_because_taskrouter_may_have_it_and_keeps_no_other_writer_away() {
    let failed = writing_until(60).failed(FailureReason::TwilioUnavailable, at(10));
    assert_eq!(failed.intent, writing_until(10).intent);
    assert!(!failed.is_busy(at(10)));
}

#[test]
fn what_both_sides_agree_on_replaces_intent_failure_and_recorded_drift_and_leaves_the_rest() {
    let found = FoundWorker { attributes: agent_with(english(1)), activity_sid: "WA1".to_owned() };
    let before = SyncState {
        revision: 7,
        recorded: Some(found),
        contest: overwritten(3, 600),
        ..writing_until(60).failed(FailureReason::Refused, at(2))
    };
    let agreed = before.agreed(carried("WK1"));
    let expected =
        SyncState { revision: 7, carried: Some(carried("WK1")), contest: overwritten(3, 600), ..SyncState::default() };
    assert_eq!(agreed, expected);
}

#[test]
fn only_what_time_and_operators_do_not_mend_waits_for_another_decision_and_each_reason_says_what_to_do() {
    for (reason, is_final, advice) in [
        (FailureReason::TwilioUnavailable, false, "tried again every minute"),
        (FailureReason::CredentialsRejected, false, "An operator has to renew them"),
        (FailureReason::NoOfflineActivity, false, "taskrouter_offline_activity_sid"),
        (FailureReason::Refused, true, "POST /users/{user_id}/sync"),
        (FailureReason::UnreadableAttributes, true, "POST /users/{user_id}/sync"),
        (FailureReason::AttributesTooLong, true, "Remove skills"),
    ] {
        assert_eq!(reason.is_final(), is_final, "{reason:?}");
        assert!(reason.advice().contains(advice), "{reason:?}");
    }
}

#[test]
fn rule_24_skills_overwritten_three_times_in_a_row_within_a_minute_of_our_write_are_contested() {
    assert!(!Contest::default().is_on() && !overwritten(2, 600).is_on());
    let contested = overwritten(3, 600);
    assert_eq!((contested.since, contested.last), (Some(at(600).into()), Some(at(600))));
    let later = contested.overwritten(at(9_000), at(9_059), &english(80));
    assert_eq!((later.since, later.last, later.overwrites), (Some(at(600).into()), Some(at(9_059)), 4));
}

#[test]
fn rule_24_an_overwrite_a_minute_after_our_write_is_the_first_of_a_new_row() {
    let late = overwritten(2, 600).overwritten(at(700), at(760), &english(80));
    assert_eq!((late.overwrites, late.is_on()), (1, false));
}

#[test]
fn rule_24_a_contest_ends_with_another_decision_or_a_quiet_day() {
    const DAY: i64 = 24 * 3_600;
    let contested = overwritten(3, 600);
    assert_eq!(contested.as_of(at(600 + DAY - 1), &english(80)), contested);
    assert_eq!(contested.as_of(at(600 + DAY), &english(80)), Contest::default());
    assert_eq!(contested.as_of(at(601), &english(81)), Contest::default());
    assert_eq!([DAY - 1, DAY].map(|later| contested.is_quiet(at(600 + later))), [false, true]);
    assert!(!Contest::default().is_quiet(at(DAY)), "never overwritten");
}

#[test]
fn a_state_without_a_contest_is_stored_without_one_and_a_contest_is_stored() {
    let stored = |contest| serde_json::to_value(SyncState { contest, ..SyncState::default() }).unwrap();
    assert_eq!(stored(Contest::default()), serde_json::json!({"revision": 0}));
    assert_eq!(stored(overwritten(1, 600))["contest"]["overwrites"], 1);
}
