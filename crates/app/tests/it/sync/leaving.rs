//! Users who are deactivated or deleted (rules 12 and 13).

use app::sync::Outcome;
use domain::{Status, WorkerSid};

use super::{
    taskrouter::{AVAILABLE, OFFLINE},
    world::{SID, World, attributes},
};

#[tokio::test]
async fn rule_12_in_one_write_a_deactivated_users_worker_is_offline_without_reservations_and_skills() {
    let world = World::new().await;
    world.fake.change(SID, |worker| worker.reservations = vec!["pending", "accepted"]);
    world.set_status(Status::Deactivated).await;
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.fake.calls(), ["fetch", "flex", "activity", "update"]);
    let worker = world.fake.worker(SID).unwrap();
    assert_eq!((worker.activity.as_str(), worker.reservations), (OFFLINE, vec!["accepted"]));
    world.assert_routed(&[]);
    assert!(world.drift().await.is_empty(), "no other writer has done anything");

    world.set_status(Status::Active).await;
    world.run().await;
    world.assert_routed(&["English"]);
}

/// Interleaving 1.
#[tokio::test]
async fn rule_12_a_deactivated_user_who_moves_to_available_is_moved_offline_every_time_at_most_once_a_minute_from_the_third_on()
 {
    let world = World::new().await;
    world.set_status(Status::Deactivated).await;
    world.run().await;
    let moves = async || {
        world.fake.change(SID, |worker| worker.activity = AVAILABLE.to_owned());
        world.wake().await;
        world.run().await
    };
    for time in 1..=2 {
        assert_eq!(moves().await, Outcome::Done);
        assert_eq!((world.fake.worker(SID).unwrap().activity.as_str(), world.drift().await.len()), (OFFLINE, time));
        world.clock.advance(5);
    }
    assert_eq!(moves().await, Outcome::Later);
    assert_eq!(world.fake.worker(SID).unwrap().activity, AVAILABLE);
    assert_eq!(world.due().await, []);
    world.clock.advance(55);
    assert_eq!(world.due().await, [world.user_id]);
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.fake.worker(SID).unwrap().activity, OFFLINE);
}

#[tokio::test]
async fn rule_12_without_an_offline_activity_this_is_said_and_tried_again() {
    let world = World::new().await;
    world.fake.without_flex();
    world.set_status(Status::Deactivated).await;
    assert_eq!(world.run().await, Outcome::Later);
    let failure = world.state().await.failure.unwrap();
    assert!(failure.reason.advice().contains("taskrouter_offline_activity_sid"), "{failure:?}");
    assert!(world.is_pending().await);
    assert_eq!(world.fake.worker(SID).unwrap().activity, AVAILABLE);
    world.assert_routed(&[]);
}

#[tokio::test]
async fn rule_12_a_deactivated_user_goes_offline_even_if_the_attributes_cannot_be_written() {
    let too_long = format!(r#"{{"roles":["agent"],"routing":{{"skills":["x"]}},"note":"{}"}}"#, "x".repeat(4_040));
    for attributes in ["{".to_owned(), too_long] {
        let world = World::new().await;
        world.fake.change(SID, |worker| worker.attributes = attributes);
        world.set_status(Status::Deactivated).await;
        assert_eq!(world.run().await, Outcome::Done);
        assert_eq!(world.fake.worker(SID).unwrap().activity, OFFLINE);
        assert!(world.state().await.failure.is_some());
    }
}

#[tokio::test]
async fn rule_13_a_deleted_users_worker_is_offline_at_once_and_removed_as_soon_as_its_tasks_are_done() {
    let world = World::new().await;
    world.fake.change(SID, |worker| worker.reservations = vec!["pending", "accepted", "wrapping"]);
    world.set_status(Status::Deleted).await;
    assert_eq!(world.run().await, Outcome::Later);
    let worker = world.fake.worker(SID).unwrap();
    assert_eq!((worker.activity.as_str(), worker.reservations), (OFFLINE, vec!["accepted", "wrapping"]));
    world.assert_routed(&[]);
    assert_eq!(world.state().await.waits_for_tasks, Some(2));
    world.fake.change(SID, |worker| worker.reservations.clear());
    world.clock.advance(61);
    assert_eq!(world.due().await, [world.user_id]);
    assert_eq!(world.run().await, Outcome::Done);
    assert!(world.fake.worker(SID).is_none() && !world.is_pending().await);
    assert_eq!(world.state().await.waits_for_tasks, None);
}

#[tokio::test]
async fn rule_13_a_deleted_user_whose_attributes_are_no_json_is_removed_all_the_same() {
    let world = World::new().await;
    world.fake.change(SID, |worker| worker.attributes = "{".to_owned());
    world.set_status(Status::Deleted).await;
    assert_eq!(world.run().await, Outcome::Done);
    assert!(world.fake.worker(SID).is_none());
}

/// Interleaving 13.
#[tokio::test]
async fn rule_13_a_deleted_user_who_returns_as_another_worker_while_the_first_is_being_removed_loses_both() {
    let world = World::new().await;
    world.fake.change(SID, |worker| worker.reservations = vec!["accepted"]);
    world.set_status(Status::Deleted).await;
    assert_eq!(world.run().await, Outcome::Later);
    // The first worker was renamed; the old name logs in again.
    world.fake.put("WK2", "ada", attributes("agent", &[("English", 80)]).to_string());
    world.edit(|user| user.taskrouter.worker_sid = Some(WorkerSid::new("WK2"))).await;
    world.run().await;
    assert!(world.fake.worker("WK2").is_none());
    assert!(world.fake.worker(SID).is_some(), "it still has a task");
    world.fake.change(SID, |worker| worker.reservations.clear());
    world.clock.advance(61);
    assert_eq!(world.run().await, Outcome::Done);
    assert!(world.fake.worker(SID).is_none());
}

#[tokio::test]
async fn rule_13_a_user_restored_while_their_worker_is_being_removed_keeps_it() {
    let world = World::new().await;
    world.set_status(Status::Deleted).await;
    let (steps, restored) = (world.fake.steps.clone(), world.clone());
    steps.at("fetched", async move || restored.set_status(Status::Active).await);
    assert_eq!(world.run().await, Outcome::Done);
    world.assert_routed(&["English"]);
    assert!(!world.fake.calls().contains(&"delete"));
}

#[tokio::test]
async fn rule_22_who_returns_as_a_new_worker_has_role_and_skills_as_they_were() {
    let world = World::new().await;
    world.fake.remove(SID);
    world.fake.put("WK2", "ada", attributes("supervisor", &[]).to_string());
    world.edit(|user| user.taskrouter.worker_sid = Some(WorkerSid::new("WK2"))).await;
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.fake.attributes("WK2"), attributes("agent", &[("English", 80)]));
    assert!(world.drift().await.is_empty(), "no other writer has overwritten anything in this worker");
}
