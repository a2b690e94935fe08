//! Contested skills are reverted by reconciliations alone, until an admin decides (rule 24).

use app::{AuthenticatedCaller, drift};
use domain::{
    ExpectedVersion, Role, UserId,
    drift::{DriftField, Expected},
    permissions::Caller,
    policy::Policy,
};

use store::SurveyDirectory;

use super::world::{World, sid};
use crate::sync::{taskrouter::Fault, world::attributes};

fn overwritten() -> serde_json::Value {
    attributes("agent", &[("English", 10)])
}

fn level(world: &World) -> i64 {
    world.fake.attributes(&sid(0))["routing"]["levels"]["English"].as_i64().unwrap()
}

/// Another writer overwrites the first user's skills, and its callback is heard.
async fn overwrite(world: &World) {
    world.overwrite_unheard(0, &overwritten());
    world.deliver(world.callback(0)).await;
    world.carry_over().await;
}

async fn contested() -> World {
    let world = World::adopted(2).await;
    world.set_skills(0, &[("English", 90)]).await;
    world.carry_over().await;
    for _ in 0..4 {
        overwrite(&world).await;
    }
    assert_eq!(level(&world), 10, "it is contested");
    world
}

fn admin(world: &World, user_id: UserId) -> AuthenticatedCaller {
    let _ = world;
    AuthenticatedCaller {
        caller: Caller::new(user_id, Role::SystemAdmin),
        token_role: Role::SystemAdmin,
        request_id: String::new(),
    }
}

async fn make_admin(world: &World) -> AuthenticatedCaller {
    world.edit(1, |user| (user.managed.role, user.managed.role_granted) = (Role::SystemAdmin, true)).await;
    world.carry_over().await;
    admin(world, world.user(1).await.user_id)
}

#[tokio::test]
async fn rule_24_contested_skills_are_reverted_at_each_reconciliation_and_stay_contested() {
    let world = contested().await;
    for _ in 0..2 {
        let run = world.run().await;
        assert_eq!((run.found.contested.count, run.done.woken >= 1), (1, true));
        world.carry_over().await;
        assert_eq!(level(&world), 90);
        overwrite(&world).await;
        assert_eq!(level(&world), 10, "in between they are not");
    }
}

#[tokio::test]
async fn rule_24_a_decision_to_revert_ends_the_contest() {
    let world = contested().await;
    let caller = make_admin(&world).await;
    let user_id = world.user(0).await.user_id;
    drift::revert(&world.directory, &world.clock, &caller, (user_id, &ExpectedVersion::Any), DriftField::Skills)
        .await
        .unwrap();
    world.carry_over().await;
    assert_eq!(level(&world), 90);
    overwrite(&world).await;
    assert_eq!(level(&world), 90, "the next overwrite is reverted at once");
}

#[tokio::test]
async fn rule_24_adopting_makes_the_other_writers_skills_the_users_own() {
    let world = contested().await;
    let caller = make_admin(&world).await;
    let user_id = world.user(0).await.user_id;
    let target = (user_id, &ExpectedVersion::Any);
    let (what, policy) = ((DriftField::Skills, Expected::default()), Policy::default());
    let adopt = || drift::adopt(&world.directory, &world.fake, &world.clock, &caller, target, what, &policy);
    let user = adopt().await.unwrap();
    assert_eq!(user.managed.assigned_skills, crate::sync::world::skills(&[("English", 10)]));
    world.carry_over().await;
    assert_eq!((level(&world), world.run().await.found.differing.count), (10, 0));
    let again = adopt().await.unwrap_err().to_string();
    assert!(again.contains("nothing to decide"), "{again}");
}

#[tokio::test]
async fn rule_24_what_taskrouter_refuses_for_good_is_reported_and_not_tried_again_by_reconciliations() {
    let world = World::adopted(1).await;
    world.set_skills(0, &[("English", 90)]).await;
    world.fake.fail_next(Fault::Refused);
    world.carry_over().await;
    world.fake.calls();
    let run = world.run().await;
    assert_eq!((run.found.failed.count, run.done.woken), (1, 0));
    world.carry_over().await;
    assert_eq!(world.fake.calls(), ["list"]);
}

#[tokio::test]
async fn rule_24_a_contest_that_was_quiet_for_a_day_is_over() {
    let world = contested().await;
    world.run().await;
    world.carry_over().await;
    assert_eq!(world.directory.contested_users().await.unwrap().len(), 1);
    world.clock.advance(25 * 3_600);
    world.run().await;
    world.carry_over().await;
    assert_eq!(world.directory.contested_users().await.unwrap().len(), 0);
    assert_eq!(level(&world), 90);
}
