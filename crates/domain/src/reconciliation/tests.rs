use super::*;

const LEASE: Duration = Duration::from_mins(1);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn rewrites(workers: u64) -> Brake {
    Brake::ManyRewrites { workers, of: 1_000 }
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
    let queued = Reconciliation::queued(id(1), None, Some(rewrites(30)), at(0));
    assert!(queued.is_busy(at(59)) && !queued.is_busy(at(60)), "it may be asked for again if no runner comes");
    let claimed = Reconciliation::claimed(Some(&queued), id(2), LEASE, at(1)).unwrap();
    assert_eq!((claimed.confirmed, claimed.reconciliation_id), (Some(rewrites(30)), id(1)));
}

#[test]
fn one_that_was_braked_keeps_the_id_by_which_it_can_be_confirmed() {
    let run = Reconciliation::claimed(None, id(1), LEASE, at(0)).unwrap();
    let braked = run.finished(Some(Brake::UnknownWorkspace { users: 2 }), at(1));
    let again = Reconciliation::claimed(Some(&braked), id(2), LEASE, at(900)).unwrap();
    assert_eq!((again.reconciliation_id, again.confirmed), (id(1), None));
    let unanswered = again.interrupted(Interruption::TwilioUnavailable, at(901));
    assert_eq!((unanswered.state, unanswered.brake), (ReconciliationState::Braked, braked.brake));
}

#[test]
fn a_confirmation_counts_for_what_was_read_for_an_hour_and_for_one_application() {
    let confirmed = Reconciliation::queued(id(1), None, Some(rewrites(30)), at(0));
    let brake_of = |run: &Reconciliation, found| run.clone().braked_by(Some(found), id(9)).1;
    assert_eq!(brake_of(&confirmed, rewrites(55)), None);
    assert_eq!(brake_of(&confirmed, rewrites(56)), Some(rewrites(56)));
    let missing = Brake::ManyMissing { workers: 30, of: 1_000 };
    assert_eq!(brake_of(&confirmed, missing), Some(missing));
    let late = Reconciliation::claimed(Some(&confirmed), id(2), LEASE, at(3_600)).unwrap();
    assert_eq!(late.confirmed, None);
    assert_eq!(confirmed.partly_applied(Interruption::OutOfTime, at(1)).confirmed, None);
}

#[test]
fn a_brake_that_has_become_worse_is_to_be_read_before_it_is_confirmed() {
    let run = Reconciliation::claimed(None, id(1), LEASE, at(0)).unwrap().finished(Some(rewrites(30)), at(1));
    let same = run.clone().braked_by(Some(rewrites(40)), id(9)).0;
    let worse = run.braked_by(Some(rewrites(400)), id(9)).0;
    assert_eq!((same.reconciliation_id, worse.reconciliation_id), (id(1), id(9)));
}

#[test]
fn a_report_counts_all_and_names_the_first() {
    let mut sample = Sample::default();
    sample.extend(0..100);
    assert_eq!((sample.count, sample.first.len()), (100, MAX_EXAMPLES));
}

#[test]
fn a_new_one_goes_on_counting_writes_and_comparing_entries_where_the_last_one_ended() {
    let last = Reconciliation {
        revision: 7,
        index_cursor: Some("user 5".to_owned()),
        ..Reconciliation::queued(id(1), None, None, at(0)).finished(None, at(1))
    };
    let next = Reconciliation::claimed(Some(&last), id(2), LEASE, at(2)).unwrap();
    let expected = Reconciliation {
        revision: 7,
        index_cursor: last.index_cursor.clone(),
        state: ReconciliationState::Running,
        lease_until_ms: 62_000,
        ..Reconciliation::queued(id(2), None, None, at(2))
    };
    assert_eq!(next, expected);
}

#[test]
fn one_that_is_begun_or_asked_for_is_unfinished_and_one_that_ended_is_neither_that_nor_busy() {
    let queued = Reconciliation::queued(id(1), None, None, at(0));
    let running = Reconciliation::claimed(Some(&queued), id(2), LEASE, at(0)).unwrap();
    assert!(queued.is_unfinished() && running.is_unfinished());
    for brake in [None, Some(rewrites(30))] {
        let ended = running.clone().finished(brake, at(1));
        assert!(!ended.is_unfinished() && !ended.is_busy(at(1)));
        assert_eq!((ended.finished_at, ended.lease_until_ms, ended.brake), (Some(at(1).into()), 0, brake));
    }
}

#[test]
fn what_is_begun_again_is_not_finished_and_not_interrupted_any_more() {
    let braked = Reconciliation::claimed(None, id(1), LEASE, at(0)).unwrap().finished(Some(rewrites(30)), at(1));
    let again = Reconciliation::claimed(Some(&braked), id(2), LEASE, at(2)).unwrap();
    assert_eq!((again.finished_at, again.state), (None, ReconciliationState::Running));
    let left = Reconciliation::claimed(None, id(1), LEASE, at(0)).unwrap().interrupted(Interruption::OutOfTime, at(5));
    assert_eq!(
        (left.interruption, left.is_busy(at(5))),
        (Some(Interruption::OutOfTime), false),
        "any runner may go on"
    );
    let again = Reconciliation::claimed(Some(&left), id(2), LEASE, at(6)).unwrap();
    assert_eq!((again.reconciliation_id, again.interruption), (id(1), None));
}

#[test]
fn what_was_confirmed_and_applied_in_part_is_looked_at_anew_by_the_next_runner() {
    let braked = Reconciliation::claimed(None, id(1), LEASE, at(0)).unwrap().finished(Some(rewrites(30)), at(1));
    let confirmed = Reconciliation { confirmed: braked.brake, ..braked };
    let applying = Reconciliation::claimed(Some(&confirmed), id(2), LEASE, at(3)).unwrap();
    let waiting = applying.clone().interrupted(Interruption::OutOfTime, at(4));
    assert_eq!(
        (waiting.state, waiting.confirmed),
        (ReconciliationState::Running, Some(rewrites(30))),
        "not applied yet"
    );
    let left = applying.partly_applied(Interruption::OutOfTime, at(4));
    assert_eq!((left.state, left.confirmed, left.brake), (ReconciliationState::Running, None, None));
}
