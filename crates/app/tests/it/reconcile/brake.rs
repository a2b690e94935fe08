//! The brake, and what lifts it.

use app::{
    AuthenticatedCaller, ChangeError,
    reconcile::{confirm_reconciliation, request_reconciliation},
};
use domain::{
    Role,
    permissions::Caller,
    reconciliation::{Brake, Reconciliation, ReconciliationState},
};
use uuid::Uuid;

use super::world::{World, name, sid};
use crate::sync::world::attributes;

/// An admin asks for a reconciliation.
async fn request(world: &World, confirm: Option<Uuid>) -> Result<Reconciliation, ChangeError> {
    let admin = world.user(0).await;
    if admin.managed.role != Role::SystemAdmin {
        let make_admin = |user: &mut domain::User| {
            (user.managed.role, user.managed.role_granted) = (Role::SystemAdmin, true);
            user.managed.act_as_agent = true;
        };
        world.edit(0, make_admin).await;
        world.carry_over().await;
    }
    let caller = AuthenticatedCaller {
        caller: Caller::new(admin.user_id, Role::SystemAdmin),
        token_role: Role::SystemAdmin,
        request_id: String::new(),
    };
    request_reconciliation(&world.directory, &world.clock, &caller, Uuid::new_v4(), confirm).await
}

#[tokio::test]
async fn rule_28_in_the_wrong_workspace_nothing_is_written_and_nobody_loses_their_worker() {
    let world = World::adopted(4).await;
    for n in 0..4 {
        world.fake.remove(&sid(n));
        world.log_in_unheard(100 + n);
    }
    let before = world.state().await;
    for _ in 0..2 {
        let run = world.run().await;
        assert_eq!((run.state, run.brake), (ReconciliationState::Braked, Some(Brake::UnknownWorkspace { users: 4 })));
        assert_eq!(world.state().await, before);
    }
    assert!(!world.fake.calls().iter().any(|call| *call != "list"));
}

/// 30 users; everybody's worker was changed since the table was backed up.
async fn restored() -> World {
    let world = World::adopted(30).await;
    for n in 0..30 {
        world.set_skills(n, &[("English", 90)]).await;
    }
    world.carry_over().await;
    world.run().await;
    world.carry_over().await;
    for n in 0..30 {
        world.overwrite_unheard(n, &attributes("agent", &[("English", 10)]));
    }
    world
}

#[tokio::test]
async fn rule_28_after_the_table_was_restored_the_brake_holds_until_it_is_confirmed_and_then_both_sides_agree() {
    let world = restored().await;
    let before = world.state().await;
    let braked = world.run().await;
    assert_eq!(braked.brake, Some(Brake::ManyRewrites { workers: 30, of: 30 }));
    assert_eq!(world.state().await, before);

    let wrong = request(&world, Some(Uuid::nil())).await.unwrap_err();
    assert!(wrong.to_string().contains("wait to be confirmed"), "{wrong}");
    // The schedule looks again meanwhile.
    let again = world.run().await;
    assert_eq!((again.state, again.reconciliation_id), (ReconciliationState::Braked, braked.reconciliation_id));
    let queued = request(&world, Some(braked.reconciliation_id)).await.unwrap();
    assert_eq!((queued.state, queued.confirmed), (ReconciliationState::Queued, again.brake));
    assert_eq!(world.run().await.state, ReconciliationState::Done);
    world.carry_over().await;
    for n in 0..30 {
        assert_eq!(world.fake.attributes(&sid(n))["routing"]["levels"]["English"], 90, "{}", name(n));
    }
    world.run().await;
    world.carry_over().await;
    assert_eq!(world.run().await.found.differing.count, 0);
}

#[tokio::test]
async fn rule_28_a_table_that_was_restored_to_an_hour_ago_writes_nothing_until_it_is_confirmed() {
    let world = World::adopted(30).await;
    let an_hour_ago = world.backup().await;
    for n in 0..30 {
        world.set_skills(n, &[("English", 90)]).await;
    }
    world.carry_over().await;
    world.run().await;
    world.log_in_unheard(40);
    world.run().await;
    world.clock.advance(3_600);
    world.restore(an_hour_ago).await;
    world.fake.calls();

    let braked = world.run().await;
    assert_eq!(braked.brake, Some(Brake::ManyRewrites { workers: 30, of: 30 }));
    world.carry_over().await;
    assert!(world.fake.calls().iter().all(|call| *call == "list"), "nothing is written");
    assert_eq!(world.users().await.len(), 30, "and no user is taken in");
    confirm_reconciliation(&world.directory, &world.clock, braked.reconciliation_id).await.unwrap();
    assert_eq!(world.run().await.state, ReconciliationState::Done);
    world.carry_over().await;
    let [here, there] = world.both_sides().await;
    assert_eq!((here.len(), here == there), (31, true));
    for n in 0..30 {
        assert_eq!(
            world.fake.attributes(&sid(n))["routing"]["levels"]["English"],
            80,
            "as the directory says: {}",
            name(n)
        );
    }
    world.run().await;
    world.carry_over().await;
    assert_eq!(world.run().await.found.differing.count, 0);
}

#[tokio::test]
async fn rule_28_an_operator_confirms_what_was_braked_without_being_a_user_and_nothing_else() {
    let world = restored().await;
    let confirm = async |id| confirm_reconciliation(&world.directory, &world.clock, id).await;
    assert!(confirm(Uuid::nil()).await.is_err());
    let braked = world.run().await;
    let wrong = confirm(Uuid::nil()).await.unwrap_err();
    assert!(wrong.to_string().contains("wait to be confirmed"), "{wrong}");
    let queued = confirm(braked.reconciliation_id).await.unwrap();
    assert_eq!(
        (queued.state, queued.confirmed, queued.requested_by),
        (ReconciliationState::Queued, braked.brake, None)
    );
    let done = world.run().await;
    assert_eq!((done.reconciliation_id, done.state), (queued.reconciliation_id, ReconciliationState::Done));
    assert!(confirm(braked.reconciliation_id).await.is_err(), "it counts once");
}

#[tokio::test]
async fn rule_28_what_is_to_be_carried_over_anyway_does_not_count_for_the_brake() {
    let world = World::adopted(30).await;
    for n in 0..30 {
        world.set_skills(n, &[("English", 90)]).await;
    }
    assert_eq!(world.run().await.state, ReconciliationState::Done);
}

#[tokio::test]
async fn rule_28_what_is_carried_over_while_the_list_is_read_does_not_count_for_the_brake() {
    let world = World::adopted(30).await;
    world.clock.advance(1);
    let beside = world.clone();
    // Everybody is edited and carried over after the users were read, and before their workers are listed.
    world.fake.steps.at("skills", move || async move {
        for n in 0..30 {
            beside.set_skills(n, &[("English", 90)]).await;
        }
        beside.carry_over().await;
    });
    let run = world.run().await;
    assert_eq!((run.state, run.found.differing.count, run.brake), (ReconciliationState::Done, 0, None));
}

#[tokio::test]
async fn rule_28_removing_many_workers_of_deleted_users_counts_for_the_brake() {
    let world = World::adopted(30).await;
    for n in 0..30 {
        world.set_status(n, domain::Status::Deleted).await;
        world.forget_outbox(n).await;
    }
    let run = world.run().await;
    assert_eq!((run.found.extra.count, run.brake), (30, Some(Brake::ManyRewrites { workers: 30, of: 30 })));
}

#[tokio::test]
async fn rule_28_workers_that_have_changed_and_whose_attributes_the_list_leaves_out_count_for_the_brake() {
    let world = World::adopted(30).await;
    for n in 0..30 {
        world.fake.change(&sid(n), |worker| worker.hides_attributes = true);
    }
    assert_eq!(world.run().await.brake, Some(Brake::ManyRewrites { workers: 30, of: 30 }));
}

#[tokio::test]
async fn rule_28_members_whom_a_changed_team_is_about_to_reach_do_not_count_for_the_brake() {
    let world = World::adopted(30).await;
    world.change_team_of_all().await;
    let run = world.run().await;
    assert_eq!((run.state, run.found.differing.count), (ReconciliationState::Done, 0));
}

#[tokio::test]
async fn one_reconciliation_at_a_time_can_be_asked_for() {
    let world = World::adopted(2).await;
    let queued = request(&world, None).await.unwrap();
    let refused = request(&world, None).await.unwrap_err();
    assert!(refused.to_string().contains(&queued.reconciliation_id.to_string()), "{refused}");
    assert_eq!(world.run().await.reconciliation_id, queued.reconciliation_id);
    assert!(request(&world, None).await.is_ok());
}
