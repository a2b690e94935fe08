//! Temporary skills start and end by the schedule (rule 36), whatever fails in between.

use std::{sync::Arc, time::Duration};

use app::{
    sync::Outcome,
    temporary_skills::{Pace, SkillTurns},
};
use domain::{
    Actor, Level, Refusal, Role, SkillName, Source, Status, Team, TeamId, TemporarySkill, User,
    audit::Action,
    edit::{assign_skill, remove_skill},
    permissions::Caller,
    temporary_skill::{Period, assign_temporarily},
    test_support::{agent, stored, user_with_role},
};
use store::{
    ChangeOrigin, CommitSkill, CommitTeam, CommitUser, Directory, TeamChange, UserChange, ViewSkill, ViewUser,
};
use uuid::Uuid;

mod waiting;

use crate::sync::{
    taskrouter::Fault,
    world::{Clock, SID, Stepped, World, skills},
};

type Turns = SkillTurns<Stepped, Clock>;

fn name(name: &str) -> SkillName {
    SkillName::new(name).unwrap()
}

fn turns(world: &World) -> Turns {
    let pace = Pace { between: Duration::ZERO, run_for: Duration::from_mins(1), ahead: Duration::ZERO };
    SkillTurns { store: world.sync.store.clone(), time_and_ids: world.clock.clone(), pace }
}

/// These of Ada's skills, each with a level, from one second on until another, from now.
async fn assign(world: &World, of: &[(&str, i64, i64, i64)]) {
    let now = world.clock.second();
    let time = |seconds| jiff::Timestamp::from_second(now + seconds).unwrap().into();
    let temporary = of.iter().map(|&(skill, level, from, until)| {
        let (level, active) = (Some(Level(level)), from <= 0);
        (name(skill), TemporarySkill { level, from: time(from), until: time(until), active })
    });
    let temporary = temporary.collect();
    world.edit(|user| user.managed.temporary_skills = temporary).await;
    assert_eq!(world.run().await, Outcome::Done);
}

/// The schedule's minute, after so many seconds; whether all was done.
async fn minute_after(world: &World, seconds: i64) -> bool {
    world.clock.advance(seconds);
    turns(world).due("schedule").await.unwrap()
}

/// The skills in TaskRouter, with their levels.
fn routed(world: &World) -> serde_json::Value {
    world.fake.attributes(SID)["routing"]["levels"].clone()
}

async fn actions(world: &World) -> Vec<Action> {
    let of_schedule = world.history().await.into_iter().filter(|record| record.source == Source::Schedule);
    of_schedule.map(|record| record.action).collect()
}

async fn has_holder(directory: &Directory, skill: &str, user: &User) -> bool {
    let key = [("pk", format!("HAS#{skill}")), ("sk", format!("USER#{}", user.user_id))];
    let key = key.map(|(name, value)| (name.to_owned(), aws_sdk_dynamodb::types::AttributeValue::S(value)));
    let item = directory.client().get_item().table_name(directory.name()).set_key(Some(key.into())).send().await;
    item.unwrap().item.is_some()
}

#[tokio::test]
async fn rule_36_what_was_before_is_in_effect_again_when_a_temporary_skill_ends() {
    let world = World::new().await;
    assign(&world, &[("English", 10, 60, 120), ("French", 20, 60, 120)]).await;
    assert_eq!(routed(&world), serde_json::json!({"English": 80}));
    assert!(minute_after(&world, 59).await);
    assert!(!world.is_pending().await, "nothing is due");
    minute_after(&world, 1).await;
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(routed(&world), serde_json::json!({"English": 10, "French": 20}));
    minute_after(&world, 60).await;
    assert_eq!(world.run().await, Outcome::Done);
    assert_eq!(routed(&world), serde_json::json!({"English": 80}));
    assert_eq!(actions(&world).await, [Action::TemporarySkillsEnded, Action::TemporarySkillsStarted]);
    let user = world.user().await;
    assert!(user.managed.temporary_skills.is_empty());
    let record = &world.history().await[0];
    assert_eq!((record.actor, record.request_id.as_str(), &*record.at), (Actor::System, "schedule", &*user.updated_at));
    minute_after(&world, 600).await;
    assert_eq!(world.user().await, user, "there is nothing more to do");
    assert!(has_holder(&world.directory, "English", &user).await);
    assert!(!has_holder(&world.directory, "French", &user).await);
}

#[tokio::test]
async fn rule_36_a_schedule_that_was_down_starts_late_and_ends_late_and_never_starts_what_is_over() {
    let world = World::new().await;
    assign(&world, &[("English", 10, 60, 600), ("French", 20, 60, 120)]).await;
    minute_after(&world, 300).await;
    assert_eq!(actions(&world).await, [Action::TemporarySkillsStarted, Action::TemporarySkillsEnded]);
    world.run().await;
    assert_eq!(routed(&world), serde_json::json!({"English": 10}));
    let ended = &world.history().await[1].changes[0];
    assert_eq!(ended.before["French"]["active"], false, "it never started");
    minute_after(&world, 3_600).await;
    world.run().await;
    assert_eq!(routed(&world), serde_json::json!({"English": 80}));
}

#[tokio::test]
async fn rule_36_a_start_and_an_end_while_twilio_is_down_are_carried_over_later() {
    let world = World::new().await;
    assign(&world, &[("English", 10, 60, 120)]).await;
    world.fake.fail_next(Fault::Unavailable);
    minute_after(&world, 60).await;
    assert_eq!(world.run().await, Outcome::TwilioUnavailable);
    assert_eq!(world.user().await.managed.assigned_now(), skills(&[("English", 10)]), "it is in effect here");
    world.clock.advance(50);
    world.sync.sync_due().await.unwrap();
    world.clock.advance(15);
    world.sync.sync_due().await.unwrap();
    assert_eq!(routed(&world), serde_json::json!({"English": 10}));
    world.fake.fail_next(Fault::Unavailable);
    minute_after(&world, 60).await;
    assert_eq!(world.run().await, Outcome::TwilioUnavailable);
    world.clock.advance(61);
    world.sync.sync_due().await.unwrap();
    assert_eq!(routed(&world), serde_json::json!({"English": 80}));
}

#[tokio::test]
async fn rule_36_what_the_teams_grant_by_then_is_in_effect_when_a_temporary_skill_ends() {
    let world = World::new().await;
    world.carried(&[]).await;
    let team_id = TeamId::new(Uuid::from_u128(7));
    let origin = || ChangeOrigin::operator("test", jiff::Timestamp::UNIX_EPOCH, Uuid::now_v7());
    let team = Team::new(team_id, stored("Sales"), jiff::Timestamp::UNIX_EPOCH);
    let granting = |level| Team { skills: skills(&[("English", level)]), ..team.clone() };
    let commit = |before, after| TeamChange { before, after, origin: origin(), action: Action::Edited, skills: None };
    let before = world.directory.commit_team(commit(None, granting(30))).await.unwrap();
    world.edit(|user| user.managed.teams = [team_id].into()).await;
    assign(&world, &[("English", 10, 0, 60)]).await;
    assert_eq!(routed(&world), serde_json::json!({"English": 10}));
    let raised = Team { skills: skills(&[("English", 40)]), ..before.clone() };
    world.directory.commit_team(commit(Some(&before), raised)).await.unwrap();
    minute_after(&world, 60).await;
    world.run().await;
    assert_eq!(routed(&world), serde_json::json!({"English": 40}));
}

#[tokio::test]
async fn rule_36_who_leaves_or_joins_a_team_meanwhile_has_what_it_grants_or_not_when_a_temporary_skill_ends() {
    let world = World::new().await;
    world.carried(&[]).await;
    let team_id = TeamId::new(Uuid::from_u128(7));
    let origin = ChangeOrigin::operator("test", jiff::Timestamp::UNIX_EPOCH, Uuid::now_v7());
    let team = Team::new(team_id, stored("Sales"), jiff::Timestamp::UNIX_EPOCH);
    let after = Team { skills: skills(&[("English", 40)]), ..team };
    let change = TeamChange { before: None, after, origin, action: Action::Edited, skills: None };
    world.directory.commit_team(change).await.unwrap();
    let without = routed(&world);
    for (teams, then) in [(Some(team_id), serde_json::json!({"English": 40})), (None, without)] {
        assign(&world, &[("English", 10, 0, 60)]).await;
        world.edit(|user| user.managed.teams = teams.into_iter().collect()).await;
        world.run().await;
        assert_eq!(routed(&world), serde_json::json!({"English": 10}));
        minute_after(&world, 60).await;
        world.run().await;
        assert_eq!(routed(&world), then);
    }
}

#[tokio::test]
async fn rule_36_what_is_assigned_permanently_meanwhile_counts_at_once_and_stays() {
    let world = World::new().await;
    let admin = Caller::new(agent("adam").user_id, Role::SystemAdmin);
    let english = world.directory.skill(&name("English")).await.unwrap().unwrap();
    assign(&world, &[("English", 10, 0, 60)]).await;
    let after = assign_skill(&world.user().await, &admin, &english, Some(Level(70)), None).unwrap();
    world.edit(|user| *user = after).await;
    world.run().await;
    assert_eq!(routed(&world), serde_json::json!({"English": 70}));
    minute_after(&world, 60).await;
    assert_eq!((routed(&world), actions(&world).await), (serde_json::json!({"English": 70}), vec![]));
    assign(&world, &[("English", 10, 0, 60)]).await;
    let after = remove_skill(&world.user().await, &admin, &english.name).unwrap();
    world.edit(|user| *user = after).await;
    minute_after(&world, 60).await;
    world.run().await;
    assert_eq!((routed(&world), actions(&world).await), (serde_json::json!({}), vec![]));
}

#[tokio::test]
async fn rule_36_one_that_is_extended_just_as_it_ends_goes_on() {
    let world = World::new().await;
    assign(&world, &[("English", 10, 0, 60)]).await;
    let there = world.clone();
    world.sync.store.steps.at("commit_turn", move || async move {
        let english = there.directory.skill(&name("English")).await.unwrap().unwrap();
        let admin = Caller::new(agent("adam").user_id, Role::SystemAdmin);
        let now = jiff::Timestamp::from_second(there.clock.second()).unwrap();
        let period = Period { from: None, until: (now + Duration::from_mins(1)).into() };
        let user = there.user().await;
        let after = assign_temporarily(&user, &admin, &english, Some(Level(10)), None, (period, now)).unwrap();
        there.edit(|user| *user = after).await;
    });
    assert!(minute_after(&world, 60).await);
    assert_eq!(
        (world.user().await.managed.assigned_now(), actions(&world).await),
        (skills(&[("English", 10)]), vec![])
    );
    minute_after(&world, 60).await;
    assert_eq!(world.user().await.managed.assigned_now(), skills(&[("English", 80)]));
}

#[tokio::test]
async fn rule_12_a_deactivated_user_gets_no_skill_by_it_and_a_reactivated_one_has_what_is_in_effect_by_then() {
    let world = World::new().await;
    assign(&world, &[("French", 10, 60, 300)]).await;
    world.set_status(Status::Deactivated).await;
    world.run().await;
    minute_after(&world, 60).await;
    world.run().await;
    world.assert_routed(&[]);
    world.set_status(Status::Active).await;
    world.run().await;
    world.assert_routed(&["English", "French"]);
    world.set_status(Status::Deactivated).await;
    minute_after(&world, 300).await;
    world.set_status(Status::Active).await;
    world.run().await;
    world.assert_routed(&["English"]);
}

#[tokio::test]
async fn rule_21_a_skill_is_not_deleted_while_somebody_is_to_have_it() {
    let world = World::new().await;
    assign(&world, &[("French", 10, 60, 120)]).await;
    let french = world.directory.skill(&name("French")).await.unwrap().unwrap();
    let delete = async || {
        let origin = ChangeOrigin::operator("test", jiff::Timestamp::now(), Uuid::now_v7());
        world.directory.delete_skill(&french, origin).await
    };
    let refused = delete().await.unwrap_err();
    assert!(matches!(&refused, store::StoreError::Refused(Refusal::SkillInUse { users: 1, .. })), "{refused:?}");
    minute_after(&world, 600).await;
    delete().await.unwrap();
}

/// Two users, of whom one has a start and an end at once, and the other one an end.
async fn two_users() -> (World, User) {
    let world = World::new().await;
    assign(&world, &[("English", 10, 0, 60), ("French", 20, 60, 600)]).await;
    let (until, from) = (world.clock.second() + 50, world.clock.second());
    let time = |second| jiff::Timestamp::from_second(second).unwrap().into();
    let german = TemporarySkill { level: None, from: time(from), until: time(until), active: true };
    let eve = user_with_role("eve", Role::Agent).with(|user| {
        user.managed.temporary_skills = [(name("German"), german)].into();
        (user.version, user.revision) = (0, 0);
    });
    let origin = ChangeOrigin::operator("test", time_of(&world), Uuid::now_v7());
    world.directory.commit_user(UserChange::new(None, eve.clone(), origin, Action::Created)).await.unwrap();
    (world, eve)
}

fn time_of(world: &World) -> jiff::Timestamp {
    jiff::Timestamp::from_second(world.clock.second()).unwrap()
}

async fn assert_turned(world: &World, eve: &User, when: &str) {
    assert_eq!(world.user().await.managed.assigned_now(), skills(&[("English", 80), ("French", 20)]), "{when}");
    let expected = [Action::TemporarySkillsStarted, Action::TemporarySkillsEnded];
    assert_eq!(actions(world).await, expected, "each is recorded once, {when}");
    let eve = world.directory.user(eve.user_id).await.unwrap().unwrap();
    assert!(eve.managed.temporary_skills.is_empty(), "{when}");
    assert!(world.is_pending().await, "{when}");
}

#[tokio::test]
async fn rule_36_a_run_that_dies_between_any_two_of_its_calls_is_gone_on_with() {
    let mut died = 0;
    for calls in 0.. {
        let (world, eve) = two_users().await;
        world.clock.advance(60);
        let steps = &world.sync.store.steps;
        steps.die_after(calls);
        let ended = steps.run(turns(&world).due("schedule")).await;
        steps.live();
        assert!(minute_after(&world, 60).await);
        assert_turned(&world, &eve, &format!("after {calls} calls")).await;
        if ended.is_some() {
            break;
        }
        died += 1;
    }
    assert!(died > 6, "{died}");
}

#[tokio::test]
async fn rule_36_two_runs_at_once_start_and_end_everything_once() {
    for step in ["due_temporary_skills", "snapshot", "commit_turn"] {
        let (world, eve) = two_users().await;
        world.clock.advance(60);
        let there = Arc::new(turns(&world));
        world.sync.store.steps.at(step, move || async move {
            assert!(there.due("schedule").await.unwrap());
        });
        assert!(turns(&world).due("schedule").await.unwrap());
        assert_turned(&world, &eve, step).await;
    }
}

#[tokio::test]
async fn rule_36_a_user_who_cannot_be_read_does_not_hold_up_the_others() {
    let (world, eve) = two_users().await;
    let spoil = |sets: &'static str| {
        let update = world.directory.client().update_item().table_name(world.directory.name());
        let key = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
        let update = update.key("pk", key(format!("USER#{}", eve.user_id))).key("sk", key("PROFILE".to_owned()));
        update.update_expression(sets)
    };
    let wrong = aws_sdk_dynamodb::types::AttributeValue::Bool(true);
    spoil("SET act_as_agent = :a, #r = :r")
        .expression_attribute_names("#r", "role")
        .expression_attribute_values(":a", wrong.clone())
        .expression_attribute_values(":r", wrong)
        .send()
        .await
        .unwrap();
    assert!(!minute_after(&world, 60).await, "the run says that a user could not be changed");
    assert_eq!(world.user().await.managed.assigned_now(), skills(&[("English", 80), ("French", 20)]));
}

#[tokio::test]
async fn a_run_ends_when_its_time_is_over_and_the_next_minute_goes_on() {
    let (world, eve) = two_users().await;
    world.clock.advance(60);
    let hurried = SkillTurns { pace: Pace { run_for: Duration::ZERO, ..turns(&world).pace }, ..turns(&world) };
    assert!(hurried.due("schedule").await.unwrap());
    let eve_now = world.directory.user(eve.user_id).await.unwrap().unwrap();
    assert!(eve_now.managed.temporary_skills.is_empty(), "who is due longest comes first");
    assert_eq!(actions(&world).await, []);
    assert!(hurried.due("schedule").await.unwrap());
    assert_turned(&world, &eve, "at the next minute").await;
}

#[tokio::test]
async fn where_nothing_is_due_the_schedule_makes_one_query() {
    let world = World::new().await;
    assign(&world, &[("French", 20, 60, 120)]).await;
    world.sync.store.steps.die_after(1);
    let ended = world.sync.store.steps.run(turns(&world).due("schedule")).await;
    assert!(ended.is_some(), "it made more than one call");
}
