//! Runs that die, and several at once.

use domain::reconciliation::{Interruption, ReconciliationState};

use store::TrackReconciliation;

use super::world::{World, sid};
use crate::sync::world::attributes;

#[tokio::test]
async fn two_runs_started_at_once_are_one() {
    let world = World::new(4).await;
    let run = || world.reconcile.run(|_| {});
    let (one, other) = tokio::join!(run(), run());
    assert_eq!([one.unwrap(), other.unwrap()].iter().flatten().count(), 1);
    assert_eq!(world.users().await.len(), 4);
}

#[tokio::test]
async fn a_runner_that_has_lost_its_claim_stops() {
    let world = World::new(2).await;
    let beside = world.clone();
    world.fake.steps.at("listed", move || async move {
        let claimed = beside.directory.reconciliation().await.unwrap().unwrap();
        beside.directory.put_reconciliation(Some(claimed.revision), claimed).await.unwrap();
    });
    assert_eq!(world.reconcile.run(|_| {}).await.unwrap(), None);
    let left = world.directory.reconciliation().await.unwrap().unwrap();
    assert_eq!(left.state, ReconciliationState::Running, "the other runner ends it");
}

#[tokio::test]
async fn while_twilio_is_down_a_run_stops_and_says_so_and_the_next_one_goes_on() {
    let world = World::adopted(7).await;
    world.log_in_unheard(8);
    world.fake.fail_after_pages(Some(1));
    let half = world.run().await;
    assert_eq!((half.state, half.interruption), (ReconciliationState::Running, Some(Interruption::TwilioUnavailable)));
    assert_eq!((half.done.adopted, half.done.missing.count), (0, 0), "half a list says nothing of who is missing");
    world.fake.fail_after_pages(None);
    let whole = world.run().await;
    assert_eq!((whole.state, whole.reconciliation_id), (ReconciliationState::Done, half.reconciliation_id));
    assert_eq!(whole.done.adopted, 1);
}

#[tokio::test]
async fn while_twilio_fetches_nobody_nobody_is_missing_and_the_rest_is_left_to_the_next_run() {
    let world = World::adopted(7).await;
    for n in 0..4 {
        world.fake.remove(&sid(n));
    }
    let beside = world.clone();
    world.fake.steps.at("sync_states", move || async move { beside.fake.set_down(true) });
    let run = world.run().await;
    assert_eq!((run.interruption, run.done.missing.count), (Some(Interruption::TwilioUnavailable), 0));
    world.fake.set_down(false);
    assert_eq!(world.run().await.done.missing.count, 4);
}

/// A workspace in which something of everything is to be done.
async fn mixed() -> World {
    let world = World::adopted(4).await;
    world.set_skills(3, &[("English", 90)]).await;
    world.carry_over().await;
    world.deliver(world.callback(3)).await;
    world.carry_over().await;
    world.log_in_unheard(5);
    world.overwrite_unheard(0, &attributes("agent", &[("English", 80), ("French", 1)]));
    world.fake.remove(&sid(1));
    world.fake.change(&sid(2), |worker| worker.hides_attributes = true);
    world.overwrite_unheard(2, &attributes("supervisor", &[("English", 80)]));
    world.overwrite_unheard(3, &attributes("agent", &[]));
    world
}

#[tokio::test]
async fn rule_28_a_run_that_dies_between_any_two_of_its_calls_is_gone_on_with() {
    let expected = mixed().await;
    expected.run().await;
    expected.carry_over().await;
    let expected = expected.both_sides().await;
    let mut died = 0;
    for calls in 0.. {
        let world = mixed().await;
        let steps = world.fake.steps.clone();
        steps.die_after(calls);
        let ended = steps.run(world.reconcile.run(|_| {})).await;
        steps.live();
        world.clock.advance(61);
        let run = world.run().await;
        assert_eq!((run.state, run.left), (ReconciliationState::Done, 0), "after {calls} calls");
        world.carry_over().await;
        assert_eq!(world.both_sides().await, expected, "after {calls} calls");
        assert_eq!(world.fake.attributes(&sid(3))["routing"]["levels"]["English"], 90, "after {calls} calls");
        assert_eq!(world.drift(3).await.len(), 1, "after {calls} calls");
        if ended.is_some() {
            break;
        }
        died += 1;
    }
    assert!(died > 20, "{died}");
}
