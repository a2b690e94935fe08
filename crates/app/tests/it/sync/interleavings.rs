//! The races of edits, callbacks and two invocations of sync that end well, each with its steps forced. Their numbers are
//! those of the list of interleavings that the protocol must survive; 1 and 13 are with those who leave, 5 with the crashes,
//! 7 with the rules of roles, 8 and 12 with ingest.

use app::sync::Outcome;
use domain::policy::{Policy, SkillAuthority};

use super::{
    taskrouter::Fault,
    world::{SID, World, attributes, skills},
};

#[tokio::test]
async fn interleaving_2_what_was_read_before_an_edit_is_not_written_after_it() {
    // Rule 24. S1 reads the first decision; the second is made and carried over; S1 goes on.
    let world = World::new().await;
    world.set_skills(&[("French", 1)]).await;
    let other = world.clone();
    world.fake.steps.at("sync_step", async move || {
        other.set_skills(&[("German", 2)]).await;
        assert_eq!(other.run().await, Outcome::Done);
    });
    world.run().await;
    world.assert_routed(&["German"]);
    assert!(!world.is_pending().await && world.drift().await.is_empty());
    let updates = world.fake.calls().into_iter().filter(|call| *call == "update").count();
    assert_eq!(updates, 1, "the first decision was never written");
}

#[tokio::test]
async fn interleaving_3_a_decision_that_was_taken_back_is_not_written() {
    let world = World::new().await;
    world.set_skills(&[("French", 1)]).await;
    let other = world.clone();
    world.fake.steps.at("sync_step", async move || {
        other.set_skills(&[("English", 80)]).await;
        assert_eq!(other.run().await, Outcome::Done);
    });
    world.run().await;
    world.assert_routed(&["English"]);
    assert!(!world.is_pending().await);
    assert!(!world.fake.calls().contains(&"update"));
}

#[tokio::test]
async fn interleaving_4_a_write_that_lost_its_answer_is_not_taken_for_another_writers() {
    let world = World::new().await;
    world.fake.fail_next(Fault::AnswerLost);
    world.set_skills(&[("French", 1)]).await;
    assert_eq!(world.run().await, Outcome::TwilioUnavailable);
    world.set_skills(&[("German", 2)]).await;
    world.clock.advance(61);
    assert_eq!(world.run().await, Outcome::Done);
    world.assert_routed(&["German"]);
    assert!(world.drift().await.is_empty());
}

#[tokio::test]
async fn interleaving_4_a_write_that_arrived_stays_agreed_on_when_the_next_one_fails() {
    // Rule 24: the role is edited to agent and, while that is being written, back; the second write fails.
    let world = World::new().await;
    let decide = |role| {
        move |user: &mut domain::User| {
            (user.managed.role, user.managed.login_role) = (role, Some(domain::Role::SystemAdmin));
        }
    };
    world.edit(decide(domain::Role::SystemAdmin)).await;
    world.run().await;
    world.edit(decide(domain::Role::Agent)).await;
    let other = world.clone();
    world.fake.steps.at("updated", async move || {
        other.edit(decide(domain::Role::SystemAdmin)).await;
        other.fake.fail_next(Fault::Unavailable);
    });
    assert_eq!(world.run().await, Outcome::TwilioUnavailable);
    world.clock.advance(61);
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.user().await.managed.role, domain::Role::SystemAdmin);
    assert_eq!(world.fake.attributes(SID)["roles"], serde_json::json!(["admin"]));
    assert!(world.drift().await.is_empty());
}

#[tokio::test]
async fn what_is_refused_for_good_says_nothing_of_a_later_decision() {
    // Rule 24.
    let world = World::new().await;
    world.fake.fail_next(Fault::Refused);
    world.set_skills(&[("French", 1)]).await;
    let other = world.clone();
    world.fake.steps.at("update", async move || other.set_skills(&[("German", 2)]).await);
    world.run().await;
    assert!(world.is_pending().await, "the later decision is still to be carried over");
    assert_eq!(world.run().await, Outcome::Done);
    world.assert_routed(&["German"]);
}

#[tokio::test]
async fn interleaving_6_a_late_echo_does_not_bring_back_what_was_removed_since() {
    let policy = Policy { skills: SkillAuthority::Shared, ..Policy::default() };
    let world = World::with_policy(policy, app::sync::SyncMode::Write).await;
    world.carried(&[("English", 80), ("French", 1)]).await;
    world.carried(&[("English", 80)]).await;
    // The echo of the first write arrives now: it only wakes sync, which looks at what is there.
    world.wake().await;
    world.run().await;
    world.assert_routed(&["English"]);
    assert_eq!(world.user().await.managed.assigned_skills, skills(&[("English", 80)]));
}

#[tokio::test]
async fn two_invocations_on_one_user_write_once() {
    let world = World::new().await;
    world.set_skills(&[("French", 1)]).await;
    let other = world.clone();
    // The first has stored its intent and is about to write.
    world.fake.steps.at("update", async move || assert_eq!(other.run().await, Outcome::NotAsked));
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.fake.calls().into_iter().filter(|call| *call == "update").count(), 1);
    world.assert_routed(&["French"]);
    assert!(!world.is_pending().await);
}

#[tokio::test]
async fn an_edit_while_the_worker_is_being_written_is_carried_over_by_the_same_invocation() {
    let world = World::new().await;
    world.set_skills(&[("French", 1)]).await;
    let other = world.clone();
    world.fake.steps.at("updated", async move || other.set_skills(&[("German", 2)]).await);
    assert_eq!(world.run().await, Outcome::Done);
    world.assert_routed(&["German"]);
    assert!(!world.is_pending().await && world.drift().await.is_empty());
}

#[tokio::test]
async fn interleaving_11_a_wake_about_a_state_that_was_carried_over_long_ago_ends_after_one_call() {
    let world = World::new().await;
    world.carried(&[("French", 1)]).await;
    world.fake.calls();
    world.wake().await;
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(world.fake.calls(), ["fetch"]);
    assert!(world.drift().await.is_empty() && !world.is_pending().await);
}

#[tokio::test]
async fn drift_is_recorded_once_although_an_edit_comes_in_between() {
    let world = World::new().await;
    world.clock.advance(600);
    world.fake.overwrite(SID, &attributes("agent", &[("German", 1)]), "US1", world.clock.second());
    world.wake().await;
    let other = world.clone();
    world.fake.steps.at("updated", async move || other.set_skills(&[("French", 1)]).await);
    assert_eq!(world.run().await, Outcome::Done);
    world.assert_routed(&["French"]);
    assert_eq!(world.drift().await.len(), 1);
}
