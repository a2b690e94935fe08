//! What a run finds and applies.

use domain::{Level, Role, SkillName, Status, reconciliation::ReconciliationState};
use serde_json::json;

use super::world::{World, name, sid};
use crate::sync::{
    taskrouter::{AVAILABLE, OFFLINE},
    world::attributes,
};

fn english() -> SkillName {
    SkillName::new("English").unwrap()
}

#[tokio::test]
async fn rule_23_an_existing_workspace_is_adopted_unchanged_and_nothing_is_written_to_it() {
    let world = World::new(7).await;
    let run = world.run().await;
    assert_eq!((run.found.workers, run.done.adopted, run.left), (7, 7, 0));
    for user in world.users().await {
        assert_eq!(user.managed.assigned_skills.get(&english()), Some(&Some(Level(80))));
    }
    world.carry_over().await;
    assert_eq!(world.fake.calls(), ["list", "list", "list"], "nothing is fetched and nothing written");
}

#[tokio::test]
async fn rule_28_where_both_sides_agree_a_run_writes_nothing_and_fetches_nobody() {
    let world = World::adopted(7).await;
    let before = world.state().await;
    let run = world.run().await;
    assert_eq!((run.done.adopted, run.done.repaired, run.done.woken), (0, 0, 0));
    assert_eq!((run.state, run.found.users), (ReconciliationState::Done, 7));
    assert_eq!(world.state().await, before);
    assert_eq!(world.fake.calls(), ["list", "list", "list"]);
}

#[tokio::test]
async fn rule_28_whatever_callbacks_were_lost_one_run_brings_both_sides_together() {
    let world = World::adopted(6).await;
    world.log_in_unheard(10);
    let mut renamed = attributes("agent", &[("English", 80)]);
    renamed["full_name"] = json!("Ada King");
    world.overwrite_unheard(0, &renamed);
    world.fake.change(&sid(1), |worker| worker.name = "renamed".to_owned());
    world.fake.change(&sid(2), |worker| worker.activity = OFFLINE.to_owned());
    world.fake.remove(&sid(3));
    world.fake.remove(&sid(4));
    world.fake.put("WK9999", &name(4), attributes("agent", &[("English", 80)]).to_string());

    let run = world.run().await;
    assert_eq!((run.done.missing.count, run.left, run.done.unresolved.count), (2, 0, 0), "{run:?}");
    world.carry_over().await;
    let [here, there] = world.both_sides().await;
    assert_eq!(here, there);
    assert_eq!(world.user(0).await.name(), "Ada King");
    let gone = world.user(3).await;
    assert_eq!((gone.managed.status, gone.taskrouter.worker_sid), (Status::Active, None), "rule 28: the user stays");
    let activity = world.worker(2).await.activity;
    assert_eq!(activity, "offline");
    let before = world.state().await;
    let run = world.run().await;
    assert_eq!((run.done.repaired, run.done.woken, world.state().await == before), (0, 0, true));
}

#[tokio::test]
async fn rule_28_of_300_logins_whose_callbacks_were_lost_each_is_listed_once() {
    let world = World::adopted(0).await;
    (0..300).for_each(|n| world.log_in_unheard(n));
    let run = world.run().await;
    assert_eq!((run.done.adopted, world.users().await.len()), (300, 300));
    let [here, there] = world.both_sides().await;
    assert_eq!(here, there);
}

#[tokio::test]
async fn rule_24_what_another_tool_overwrote_unheard_is_reverted_by_sync_and_recorded() {
    let world = World::adopted(3).await;
    world.set_skills(1, &[("English", 90)]).await;
    world.carry_over().await;
    world.deliver(world.callback(1)).await;
    world.overwrite_unheard(1, &attributes("agent", &[("English", 5)]));
    let run = world.run().await;
    assert_eq!(
        (run.found.differing.count, run.found.differing.first[0].fields.clone()),
        (1, vec!["skills".to_owned()])
    );
    world.carry_over().await;
    assert_eq!(world.fake.attributes(&sid(1))["routing"]["levels"]["English"], 90);
    assert_eq!(world.drift(1).await.len(), 1);
}

#[tokio::test]
async fn rule_28_a_user_whose_carrying_over_was_lost_is_woken() {
    let world = World::adopted(2).await;
    world.set_skills(0, &[("English", 90)]).await;
    world.forget_outbox(0).await;
    let run = world.run().await;
    assert_eq!((run.found.differing.count, run.done.woken, run.done.repaired), (1, 1, 0));
    world.carry_over().await;
    assert_eq!(world.fake.attributes(&sid(0))["routing"]["levels"]["English"], 90);
}

#[tokio::test]
async fn rule_28_who_is_pending_is_left_to_sync_and_who_is_stuck_is_woken() {
    let world = World::adopted(2).await;
    world.set_skills(0, &[("English", 90)]).await;
    let run = world.run().await;
    assert_eq!((run.found.differing.count, run.found.stuck.count, run.done.woken), (0, 0, 0));
    world.clock.advance(600);
    let run = world.run().await;
    assert_eq!((run.found.stuck.first.clone(), run.done.woken), (vec![world.user(0).await.user_id], 1));
}

#[tokio::test]
async fn rule_12_a_worker_of_a_deactivated_user_that_left_offline_unheard_is_woken() {
    let world = World::adopted(2).await;
    world.set_status(0, Status::Deactivated).await;
    world.carry_over().await;
    world.deliver(world.callback(0)).await;
    world.carry_over().await;
    world.fake.change(&sid(0), |worker| worker.activity = AVAILABLE.to_owned());
    let run = world.run().await;
    assert_eq!(run.found.differing.first[0].fields, ["activity"]);
    world.carry_over().await;
    assert_eq!(world.fake.worker(&sid(0)).unwrap().activity, OFFLINE);
}

#[tokio::test]
async fn rule_13_a_worker_of_a_deleted_user_is_extra_and_is_removed_again() {
    let world = World::adopted(2).await;
    world.set_status(0, Status::Deleted).await;
    world.carry_over().await;
    world.run().await;
    world.fake.put("WK9999", &name(0), attributes("agent", &[]).to_string());
    world.run().await;
    world.forget_outbox(0).await;
    let run = world.run().await;
    assert_eq!((run.found.extra.count, run.done.woken), (1, 1), "{run:?}");
    world.carry_over().await;
    assert!(world.fake.worker("WK9999").is_none());
    assert_eq!(world.users().await.len(), 2);
}

#[tokio::test]
async fn rule_23_unmanaged_workers_are_reported_and_left_alone() {
    let world = World::new(2).await;
    world.fake.put("WKbot", "bot", json!({"full_name": "Bot", "routing": {"skills": ["English"]}}).to_string());
    for _ in 0..2 {
        let run = world.run().await;
        assert_eq!((run.found.unmanaged.count, run.found.unmanaged.first[0].as_str()), (1, "WKbot"));
    }
    assert_eq!(world.users().await.len(), 2);
    assert!(!world.fake.calls().contains(&"fetch"));
}

#[tokio::test]
async fn rule_16_skills_of_workers_that_the_catalog_lacks_are_reported() {
    let world = World::adopted(1).await;
    world.set_skills(0, &[("English", 90)]).await;
    world.carry_over().await;
    world.overwrite_unheard(0, &attributes("agent", &[("English", 90), ("Klingon", 1)]));
    let run = world.run().await;
    assert_eq!(run.found.unknown_skills.first, [SkillName::new("Klingon").unwrap()]);
}

#[tokio::test]
async fn rule_28_a_list_that_leaves_attributes_out_says_nothing_of_them() {
    let world = World::adopted(3).await;
    world.fake.change(&sid(0), |worker| worker.hides_attributes = true);
    world.overwrite_unheard(0, &attributes("supervisor", &[("English", 80)]));
    world.fake.put(&sid(5), &name(5), attributes("agent", &[]).to_string());
    world.fake.change(&sid(5), |worker| worker.hides_attributes = true);
    world.run().await;
    assert_eq!(world.user(5).await.managed.role, Role::Agent, "a new one is fetched");
    world.fake.calls();
    let run = world.run().await;
    assert_eq!((run.done.repaired, world.user(0).await.managed.assigned_skills.len()), (0, 1));
    assert!(!world.fake.calls().contains(&"fetch"), "what has not changed since is not fetched again");
}

#[tokio::test]
async fn rule_24_the_level_of_a_skill_without_levels_is_no_difference() {
    let world = World::adopted(1).await;
    world.skill_without_levels("English").await;
    world.edit(0, |user| user.managed.assigned_skills = [(english(), None)].into()).await;
    world.carry_over().await;
    world.deliver(world.callback(0)).await;
    world.carry_over().await;
    world.overwrite_unheard(0, &attributes("agent", &[("English", 1)]));
    assert_eq!(world.run().await.found.differing.count, 0);
}

#[tokio::test]
async fn rule_28_a_single_worker_is_taken_in_at_once() {
    let world = World::new(2).await;
    world.reconcile.worker(&domain::WorkerSid::new(sid(1))).await.unwrap();
    assert_eq!(world.users().await.len(), 1);
    world.fake.remove(&sid(1));
    world.reconcile.worker(&domain::WorkerSid::new(sid(1))).await.unwrap();
    assert_eq!(world.user(1).await.taskrouter.worker_sid, None);
}

#[tokio::test]
async fn rule_6_each_run_compares_the_search_entries_of_the_next_users() {
    let world = World::adopted(5).await;
    let mut indexed = vec![world.items(|entity| entity == "search").await];
    for _ in 0..4 {
        world.run().await;
        indexed.push(world.items(|entity| entity == "search").await);
    }
    assert!(indexed.is_sorted_by(|before, after| before < after), "{indexed:?}");
    let run = world.run().await;
    assert_eq!(run.done.entries, 0, "it begins again with the first user");
}
