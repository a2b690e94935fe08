//! What Twilio refuses or does not answer, and invocations that die.

use std::collections::BTreeSet;

use app::sync::Outcome;
use domain::{Status, sync_state::FailureReason};

use super::{
    taskrouter::Fault,
    world::{SID, World, attributes},
};

#[tokio::test]
async fn attributes_that_are_no_json_are_never_overwritten() {
    let world = World::new().await;
    world.fake.change(SID, |worker| worker.attributes = "{\"a\":".to_owned());
    world.set_skills(&[("French", 7)]).await;
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.fake.worker(SID).unwrap().attributes, "{\"a\":");
    assert_eq!(world.state().await.failure.unwrap().reason, FailureReason::UnreadableAttributes);
    assert!(!world.is_pending().await, "it waits for a human");
}

#[tokio::test]
async fn rule_27_attributes_that_would_be_too_long_are_not_sent() {
    let world = World::new().await;
    world.fake.change(SID, |worker| {
        worker.attributes = worker.attributes.replacen('{', &format!("{{\"note\":\"{}\",", "x".repeat(3_980)), 1);
    });
    world.fake.calls();
    world.set_skills(&[("English", 80), ("French", 7)]).await;
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.fake.calls(), ["fetch"]);
    assert_eq!(world.state().await.failure.unwrap().reason, FailureReason::AttributesTooLong);
}

#[tokio::test]
async fn what_twilio_refuses_for_good_is_kept_with_the_user_until_another_decision() {
    let world = World::new().await;
    world.fake.fail_next(Fault::Refused);
    world.set_skills(&[("French", 7)]).await;
    assert_eq!(world.run().await, Outcome::Done);
    let failure = world.state().await.failure.unwrap();
    assert_eq!((failure.reason, failure.attempts), (FailureReason::Refused, 1));
    assert!(!world.is_pending().await);
    world.carried(&[("German", 5)]).await;
    world.assert_routed(&["German"]);
    assert_eq!(world.state().await.failure, None);
}

#[tokio::test]
async fn what_twilio_does_not_answer_is_tried_again_a_minute_later() {
    let world = World::new().await;
    world.fake.fail_next(Fault::Unavailable);
    world.set_skills(&[("French", 7)]).await;
    assert_eq!(world.run().await, Outcome::TwilioUnavailable);
    assert_eq!(world.state().await.failure.unwrap().reason, FailureReason::TwilioUnavailable);
    assert_eq!(world.due().await, []);
    world.clock.advance(61);
    assert_eq!(world.due().await, [world.user_id]);
    world.sync.sync_due().await.unwrap();
    world.assert_routed(&["French"]);
    assert!(!world.is_pending().await && world.state().await.failure.is_none());
}

#[tokio::test]
async fn what_twilio_does_not_answer_in_the_first_seconds_of_a_run_of_the_schedule_is_due_at_the_next_one() {
    let world = World::new().await;
    world.fake.fail_next(Fault::Unavailable);
    world.set_skills(&[("French", 7)]).await;
    world.clock.advance(10);
    assert_eq!(world.run().await, Outcome::TwilioUnavailable);
    world.clock.advance(50);
    world.sync.sync_due().await.unwrap();
    world.assert_routed(&["French"]);
}

#[tokio::test]
async fn while_twilio_is_down_only_the_schedule_asks_and_once_a_run() {
    let world = World::new().await;
    world.fake.set_down(true);
    for _ in 0..3 {
        world.wake().await;
        world.sync.sync_changed(BTreeSet::from([world.user_id])).await.unwrap();
    }
    assert_eq!(world.fake.calls().len(), 3);
    world.set_skills(&[("French", 7)]).await;
    world.sync.sync_changed(BTreeSet::from([world.user_id])).await.unwrap();
    assert_eq!(world.fake.calls().len(), 0, "the stream's events ask nothing");
    for _ in 0..2 {
        world.clock.advance(61);
        world.sync.sync_due().await.unwrap();
        assert_eq!(world.fake.calls().len(), 1);
    }
    world.fake.set_down(false);
    world.clock.advance(61);
    world.sync.sync_due().await.unwrap();
    world.assert_routed(&["French"]);
    world.set_skills(&[("German", 5)]).await;
    world.sync.sync_changed(BTreeSet::from([world.user_id])).await.unwrap();
    world.assert_routed(&["German"]);
}

#[tokio::test]
async fn rule_28_a_worker_deleted_between_fetch_and_update_leaves_its_user_without_one() {
    let world = World::new().await;
    world.set_skills(&[("French", 7)]).await;
    let fake = world.fake.clone();
    world.fake.steps.at("update", async move || fake.remove(SID));
    assert_eq!(world.run().await, Outcome::Done);
    assert!(!world.is_pending().await && world.user().await.is_active());
}

#[tokio::test]
async fn a_worker_changed_between_fetch_and_update_is_fetched_again() {
    let world = World::new().await;
    world.set_skills(&[("French", 7)]).await;
    let fake = world.fake.clone();
    world.fake.steps.at("update", async move || {
        fake.change(SID, |worker| worker.attributes = worker.attributes.replacen('{', "{\"plugin\":1,", 1));
    });
    assert_eq!(world.run().await, Outcome::Done);
    world.assert_routed(&["French"]);
    assert_eq!(world.fake.attributes(SID)["plugin"], 1);
}

/// Interleaving 5 is one of these: a crash after the write, before clearing.
#[tokio::test]
async fn an_invocation_that_dies_between_any_two_of_its_calls_is_made_good_by_the_next() {
    for steps in 0..30 {
        let world = World::new().await;
        world.clock.advance(600);
        world.fake.overwrite(SID, &attributes("agent", &[("German", 1)]), "US1", world.clock.second());
        world.set_skills(&[("French", 7)]).await;
        world.fake.steps.die_after(steps);
        let died = world.fake.steps.run(world.sync.sync_user(world.user_id)).await.is_none();
        world.fake.steps.live();
        world.clock.advance(91);
        world.sync.sync_due().await.unwrap();
        world.assert_routed(&["French"]);
        assert!(!world.is_pending().await, "after {steps} steps");
        assert_eq!(world.drift().await.len(), 1, "after {steps} steps");
        if !died {
            return;
        }
    }
    panic!("an invocation has more than 30 steps");
}

#[tokio::test]
async fn rule_13_a_removal_that_dies_between_any_two_of_its_calls_is_made_good_by_the_next() {
    for steps in 0..40 {
        let world = World::new().await;
        world.set_status(Status::Deleted).await;
        world.fake.steps.die_after(steps);
        let died = world.fake.steps.run(world.sync.sync_user(world.user_id)).await.is_none();
        world.fake.steps.live();
        world.clock.advance(91);
        world.sync.sync_due().await.unwrap();
        assert!(world.fake.worker(SID).is_none() && !world.is_pending().await, "after {steps} steps");
        if !died {
            return;
        }
    }
    panic!("a removal has more than 40 steps");
}
