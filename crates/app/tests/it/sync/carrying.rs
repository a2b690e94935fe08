//! What is decided here is in TaskRouter soon after, with as few calls as possible.

use app::sync::{Outcome, SyncMode};
use domain::{Role, SkillName, policy::Policy};
use serde_json::json;

use super::world::{SID, World, attributes};

#[tokio::test]
async fn rule_26_an_edit_is_carried_over_by_two_calls_and_everything_else_is_kept() {
    let world = World::new().await;
    world.fake.change(SID, |worker| {
        worker.attributes = r#"{"x": 1e999 , "full_name":"A\ud800", "roles":["agent"],"routing":{"skills":["English"],"levels":{"English":80}}}"#.to_owned();
    });
    world.set_skills(&[("English", 80), ("French", 7)]).await;
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.fake.calls(), ["fetch", "update"]);
    let written = world.fake.worker(SID).unwrap().attributes;
    assert_eq!(
        written,
        r#"{"x": 1e999 , "full_name":"A\ud800", "roles":["agent"],"routing":{"skills":["English","French"],"levels":{"English":80,"French":7}}}"#
    );
    assert!(!world.is_pending().await);
}

#[tokio::test]
async fn rule_26_a_worker_that_matches_is_not_rewritten() {
    let world = World::new().await;
    world.fake.change(SID, |worker| worker.attributes = worker.attributes.replace("80", "80.0"));
    world.wake().await;
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.fake.calls(), ["fetch"]);
    assert!(!world.is_pending().await && world.drift().await.is_empty());
}

#[tokio::test]
async fn where_nothing_is_to_be_carried_over_taskrouter_is_not_asked() {
    let world = World::new().await;
    assert_eq!(world.run().await, Outcome::NotAsked);
    assert_eq!(world.fake.calls(), [""; 0]);
}

#[tokio::test]
async fn no_echo_what_was_carried_over_is_left_alone_afterwards() {
    let world = World::new().await;
    world.carried(&[("French", 7)]).await;
    world.fake.calls();
    // The callback of our own write wakes sync once more.
    world.wake().await;
    world.run().await;
    world.run().await;
    assert_eq!(world.fake.calls(), ["fetch"]);
    assert!(world.drift().await.is_empty());
}

#[tokio::test]
async fn rule_11_who_stops_acting_as_agent_has_no_routing_skills_and_gets_them_back() {
    let world = World::new().await;
    world.edit(|user| user.managed.role = Role::Supervisor).await;
    world.run().await;
    world.assert_routed(&[]);
    assert_eq!(world.fake.attributes(SID)["roles"], json!(["supervisor"]));
    world.edit(|user| user.managed.act_as_agent = true).await;
    world.run().await;
    world.assert_routed(&["English"]);
}

#[tokio::test]
async fn rule_24_a_disabled_skill_that_is_assigned_again_is_enabled() {
    let world = World::new().await;
    let mut disabled = attributes("agent", &[]);
    disabled["disabled_skills"] = json!({"skills": ["English"], "levels": {"English": 80}});
    world.fake.overwrite(SID, &disabled, "US1", 0);
    world.wake().await;
    world.run().await;
    let english = SkillName::new("English").unwrap();
    assert!(world.user().await.taskrouter.disabled_skills.contains(&english));
    assert!(world.drift().await.is_empty());
    world.assert_routed(&[]);
    world.edit(|user| user.taskrouter.disabled_skills.clear()).await;
    world.run().await;
    world.assert_routed(&["English"]);
    assert_eq!(world.fake.attributes(SID)["disabled_skills"]["skills"], json!([]));
}

#[tokio::test]
async fn in_observe_mode_nothing_is_written_and_a_lowered_role_is_accepted() {
    let world = World::with_policy(Policy::default(), SyncMode::Observe).await;
    world.edit(|user| user.managed.login_role = Some(Role::SystemAdmin)).await;
    world.edit(|user| user.managed.role = Role::SystemAdmin).await;
    world.fake.overwrite(SID, &attributes("supervisor", &[("French", 1)]), "US1", 0);
    assert_eq!(world.run().await, Outcome::Later);
    assert!(!world.fake.calls().contains(&"update"));
    assert_eq!(world.user().await.managed.role, Role::Supervisor);
    assert!(world.is_pending().await);
    // When the deployment writes, what waited is due at once.
    assert_eq!(world.due().await, [world.user_id]);
    assert_eq!(
        store::CarryToTaskRouter::due(&world.directory, app::TimeAndIds::now(&world.clock), false, 9).await.unwrap(),
        []
    );
}
