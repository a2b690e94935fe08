//! What others write to a worker (rule 24).

use app::sync::{Outcome, SyncMode};
use domain::{
    Role,
    policy::{Policy, SkillAuthority},
};
use serde_json::json;

use super::world::{SID, World, attributes, skills};

#[tokio::test]
async fn rule_24_a_login_that_overwrites_roles_and_skills_is_reverted_once_and_recorded_with_its_author() {
    let world = World::new().await;
    world.clock.advance(600);
    world.fake.overwrite(SID, &attributes("admin", &[("French", 1)]), "USclaims", world.clock.second());
    world.wake().await;
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.fake.calls(), ["fetch", "events", "update"]);
    assert_eq!(world.fake.attributes(SID), attributes("agent", &[("English", 80)]));
    let [record] = &world.drift().await[..] else { panic!("not one record of drift") };
    assert_eq!(record.author.as_ref().unwrap().actor_sid.as_deref(), Some("USclaims"));
    let fields = record.changes.iter().map(|change| (&*change.field, &change.before, &change.after));
    let [roles, skills] = &fields.collect::<Vec<_>>()[..] else { panic!("two fields have drifted") };
    assert_eq!(*roles, ("roles", &json!(["agent"]), &json!(["system_admin"])));
    assert_eq!(*skills, ("skills", &json!({"English": 80}), &json!({"French": 1})));

    world.wake().await;
    world.run().await;
    assert_eq!((world.drift().await.len(), world.fake.calls()), (1, vec!["fetch"]));
}

#[tokio::test]
async fn rule_24_a_role_that_the_identity_provider_has_lowered_is_accepted_and_recorded_as_no_drift() {
    let world = World::new().await;
    world
        .edit(|user| (user.managed.role, user.managed.login_role) = (Role::SystemAdmin, Some(Role::SystemAdmin)))
        .await;
    world.run().await;
    world.fake.overwrite(SID, &attributes("supervisor", &[]), "US1", 0);
    world.wake().await;
    world.run().await;
    let user = world.user().await;
    assert_eq!((user.managed.role, world.drift().await.len()), (Role::Supervisor, 0));
    assert_eq!(world.history().await[0].changes[0].field, "role");
}

#[tokio::test]
async fn rule_24_skills_that_are_overwritten_three_times_within_a_minute_each_are_contested_until_another_decision() {
    let world = World::new().await;
    world.carried(&[("English", 80)]).await;
    for overwrites in 1..=3 {
        world.clock.advance(20);
        world.fake.overwrite(SID, &attributes("agent", &[("French", overwrites)]), "US1", world.clock.second());
        world.wake().await;
        world.run().await;
        world.assert_routed(if overwrites < 3 { &["English"] } else { &["French"] });
    }
    assert!(world.state().await.contest.is_on());
    assert!(!world.is_pending().await, "it is left alone");
    world.wake().await;
    world.run().await;
    world.assert_routed(&["French"]);
    world.carried(&[("German", 5)]).await;
    world.assert_routed(&["German"]);
    assert!(!world.state().await.contest.is_on());
}

#[tokio::test]
async fn rule_24_a_contest_ends_after_a_quiet_day_and_slow_overwrites_are_none() {
    let world = World::new().await;
    world.carried(&[("English", 80)]).await;
    for overwrites in 1..=4 {
        world.clock.advance(61);
        world.fake.overwrite(SID, &attributes("agent", &[("French", overwrites)]), "US1", world.clock.second());
        world.wake().await;
        world.run().await;
        world.assert_routed(&["English"]);
    }
    for overwrites in 1..=3 {
        world.clock.advance(20);
        world.fake.overwrite(SID, &attributes("agent", &[("French", overwrites)]), "US1", world.clock.second());
        world.wake().await;
        world.run().await;
    }
    world.assert_routed(&["French"]);
    world.clock.advance(24 * 3_600);
    world.wake().await;
    world.run().await;
    world.assert_routed(&["English"]);
}

#[tokio::test]
async fn rule_24_with_skill_authority_shared_skills_edited_elsewhere_are_accepted_and_join_the_catalog() {
    let policy = Policy { skills: SkillAuthority::Shared, ..Policy::default() };
    let world = World::with_policy(policy, SyncMode::Write).await;
    world.clock.advance(600);
    world.fake.overwrite(SID, &attributes("agent", &[("Unheard_of", 3)]), "US1", world.clock.second());
    world.wake().await;
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.fake.calls(), ["fetch"]);
    assert_eq!(world.user().await.managed.assigned_skills, skills(&[("Unheard_of", 3)]));
    assert!(world.drift().await.is_empty());
}

#[tokio::test]
async fn rule_24_a_browser_that_saves_a_stale_copy_is_reverted() {
    let policy = Policy { skills: SkillAuthority::Shared, ..Policy::default() };
    let world = World::with_policy(policy, SyncMode::Write).await;
    world.carried(&[("English", 80), ("French", 7)]).await;
    world.clock.advance(60);
    world.fake.overwrite(SID, &attributes("agent", &[("English", 80)]), "US1", world.clock.second());
    world.wake().await;
    world.run().await;
    world.assert_routed(&["English", "French"]);
    assert_eq!(world.drift().await.len(), 1);
}
