//! What happens beside a run (interleavings 10 and 11).

use serde_json::json;
use store::{ContestedSkills, SurveyDirectory, WakeUsers};

use super::world::{World, sid};
use crate::sync::world::attributes;

fn renamed(name: &str) -> serde_json::Value {
    let mut attributes = attributes("agent", &[("English", 80)]);
    attributes["full_name"] = json!(name);
    attributes
}

#[tokio::test]
async fn rule_28_interleaving_10_a_callback_wins_over_a_page_that_is_older_whatever_our_clock_says() {
    let world = World::adopted(2).await;
    world.overwrite_unheard(0, &renamed("Older"));
    world.fake.freeze_list();
    world.clock.advance(2);
    let (beside, clock_ahead) = (world.clone(), world.clock.clone());
    world.fake.steps.at("listed", move || async move {
        beside.overwrite_unheard(0, &renamed("Newer"));
        beside.deliver(beside.callback(0)).await;
        clock_ahead.advance(2);
    });
    world.run().await;
    assert_eq!(world.user(0).await.name(), "Newer");
    // The same with a page that was listed before the callback came.
    world.run().await;
    assert_eq!(world.user(0).await.name(), "Newer");
}

#[tokio::test]
async fn rule_28_interleaving_11_after_an_edit_was_carried_over_a_stale_page_leads_to_one_fetch_and_no_drift() {
    let world = World::adopted(2).await;
    world.fake.freeze_list();
    world.set_skills(0, &[("English", 90)]).await;
    world.carry_over().await;
    world.fake.calls();
    world.run().await;
    world.carry_over().await;
    assert_eq!(world.fake.calls(), ["list", "fetch"]);
    assert_eq!(world.drift(0).await, []);
    assert_eq!(world.fake.attributes(&sid(0))["routing"]["levels"]["English"], 90);
    assert_eq!(world.directory.pending_users().await.unwrap(), []);
}

#[tokio::test]
async fn rule_28_interleaving_11_a_user_who_is_woken_by_a_page_that_was_right_once_is_compared_and_left() {
    let world = World::adopted(2).await;
    world.set_skills(0, &[("English", 90)]).await;
    world.forget_outbox(0).await;
    let beside = world.clone();
    // Between the comparison and its turn the edit is carried over after all.
    world.fake.steps.at("wake", move || async move {
        let user_id = beside.user(0).await.user_id;
        let (token, now) = (uuid::Uuid::new_v4(), app::TimeAndIds::now(&beside.clock));
        beside.directory.wake(user_id, token, now, ContestedSkills::Leave).await.unwrap();
        beside.carry_over().await;
        beside.fake.calls();
    });
    assert_eq!(world.run().await.done.woken, 1);
    world.carry_over().await;
    assert_eq!(world.fake.calls(), ["fetch"]);
    assert_eq!(world.drift(0).await, []);
}

#[tokio::test]
async fn a_worker_that_comes_twice_because_the_list_has_moved_is_taken_in_once() {
    let world = World::new(7).await;
    world.fake.repeat_in_lists();
    let run = world.run().await;
    assert_eq!((run.found.workers, run.done.adopted, world.users().await.len()), (7, 7, 7));
}

#[tokio::test]
async fn a_worker_that_changes_between_the_list_and_its_turn_is_taken_in_as_it_is_in_the_end() {
    let world = World::new(1).await;
    let beside = world.clone();
    world.fake.steps.at("record_report", move || async move {
        beside.overwrite_unheard(0, &renamed("Later"));
        beside.deliver(beside.callback(0)).await;
    });
    world.run().await;
    assert_eq!((world.users().await.len(), world.user(0).await.name().to_owned()), (1, "Later".to_owned()));
}

#[tokio::test]
async fn a_worker_that_the_list_has_lost_is_missing_only_if_a_fetch_answers_404() {
    let world = World::adopted(3).await;
    world.fake.freeze_list();
    world.log_in_unheard(7);
    world.reconcile.worker(&domain::WorkerSid::new(sid(7))).await.unwrap();
    let run = world.run().await;
    assert_eq!(run.done.missing.count, 0);
    assert!(world.user(7).await.taskrouter.worker_sid.is_some());
}

#[tokio::test]
async fn rule_28_a_worker_whom_neither_side_knows_is_not_recorded_as_deleted() {
    let world = World::new(0).await;
    world.reconcile.worker(&domain::WorkerSid::new(sid(0))).await.unwrap();
    world.log_in_unheard(0);
    world.reconcile.worker(&domain::WorkerSid::new(sid(0))).await.unwrap();
    assert!(world.user(0).await.taskrouter.worker_sid.is_some());
}

#[tokio::test]
async fn rule_28_a_worker_that_another_workspace_did_not_have_is_taken_back() {
    let world = World::adopted(3).await;
    let held = world.fake.worker(&sid(0)).unwrap();
    world.fake.remove(&sid(0));
    assert_eq!(world.run().await.done.missing.count, 1);
    world.fake.put(&sid(0), &held.name, held.attributes);
    world.run().await;
    let user = world.user(0).await;
    assert_eq!(user.taskrouter.worker_sid.map(|sid| sid.to_string()), Some(sid(0)));
    assert!(!world.worker(0).await.deleted);
}

#[tokio::test]
async fn rule_28_a_change_within_the_second_of_a_later_callback_is_not_passed_over() {
    let world = World::adopted(2).await;
    // An event of a second later than the worker's own time, and then a change whose callback is lost.
    let mut callback = world.callback(0);
    callback.version.at_ms += 20_000;
    world.deliver(callback).await;
    world.overwrite_unheard(0, &renamed("Later"));
    world.run().await;
    assert_eq!(world.user(0).await.name(), "Later");
}
