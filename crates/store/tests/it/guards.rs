//! Changes that rely on a skill, a team or the caller's permissions, and what takes them away (rules 5 and 21).

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Actor, Role, Skill, SkillName, Source, Status, Team, TeamId, User,
    audit::Action,
    team::Teams,
    test_support::{self, stored, user_with_role},
};
use jiff::{SignedDuration, Timestamp};
use store::{
    ChangeOrigin, CommitSkill, CommitTeam, CommitUser, Directory, ImportSkills, StoreError, UserChange, ViewCatalog,
    schema::keys::{self, GUARDS, Key},
};
use uuid::Uuid;

use crate::support::{Fixture, edit, operator};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn english() -> SkillName {
    SkillName::new("English").unwrap()
}

fn with_english(user: &User) -> User {
    user.with(|user| user.managed.assigned_skills = [(english(), None)].into())
}

/// At this second, by this caller as they were read.
fn by(caller: Option<&User>, second: i64) -> ChangeOrigin<'_> {
    let now = NOW + SignedDuration::from_secs(second);
    let origin = ChangeOrigin::operator("test", now, Uuid::now_v7());
    let Some(user) = caller else { return origin };
    let actor = Actor::User { user_id: user.user_id, role: user.managed.role };
    ChangeOrigin { actor, source: Source::Api, caller, ..origin }
}

impl Fixture {
    async fn import_english(&self) -> Skill {
        self.directory.import_skills(&[english()], operator()).await.unwrap().remove(&english()).unwrap()
    }

    async fn add(&self, user: User) -> User {
        self.directory.commit_user(edit(None, user)).await.unwrap()
    }

    /// As a deletion that died has left the guards.
    async fn close(&self, key: impl Fn(u8) -> Key, until: i64) {
        for number in 0..GUARDS {
            let mut item = key(number).attributes();
            item.insert("closed_until".to_owned(), AttributeValue::N(until.to_string()));
            item.insert("closed_by".to_owned(), AttributeValue::S("another deletion".to_owned()));
            let put = self.directory.client().put_item().table_name(self.directory.name());
            put.set_item(Some(item)).send().await.unwrap();
        }
    }

    /// Assigns a skill as it was read.
    async fn assign(&self, user: &User, skill: &Skill, origin: ChangeOrigin<'_>) -> Result<User, StoreError> {
        let read: BTreeMap<_, _> = [(skill.name.clone(), skill.clone())].into();
        let change = UserChange::new(Some(user), with_english(user), origin, Action::Edited);
        self.directory.commit_user(UserChange { skills: Some(&read), ..change }).await
    }

    /// A new user joins a team as it was read.
    async fn join(&self, name: &str, team: &Team, origin: ChangeOrigin<'_>) -> Result<User, StoreError> {
        let read: Teams = [(team.team_id, team.clone())].into();
        let member = test_support::agent(name).with(|user| user.managed.teams = [team.team_id].into());
        let change = UserChange::new(None, member, origin, Action::Created);
        self.directory.commit_user(UserChange { teams: Some(&read), ..change }).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_a_skill_that_is_deleted_while_a_change_that_has_read_it_assigns_it_is_either_gone_or_assigned() {
    let fixture = Fixture::new().await;
    let mut skill = fixture.import_english().await;
    let (mut deleted, mut kept) = (0, 0);
    // Later each time: before the guards are closed, among them, after them.
    for requests in 0.. {
        let ada = fixture.add(test_support::agent(&format!("ada {requests}"))).await;
        let deleting = async |directory: Directory| directory.delete_skill(&skill, operator()).await;
        let raced = fixture.race(requests, deleting, fixture.assign(&ada, &skill, by(None, 0))).await;
        let users = fixture.directory.skill_usage(&english()).await.unwrap().users;
        match (raced.first, raced.second) {
            (Ok(()), Err(StoreError::Conflict)) => {
                assert_eq!(users, [].into());
                skill = fixture.import_english().await;
                deleted += 1;
            }
            (Err(StoreError::Refused(_) | StoreError::Conflict), Ok(holder)) => {
                assert_eq!(users, [holder.user_id].into());
                fixture.directory.commit_user(edit(Some(&holder), ada)).await.unwrap();
                kept += 1;
            }
            other => panic!("neither gone nor assigned: {other:?}"),
        }
        if raced.is_over {
            break;
        }
    }
    assert!(deleted > 0 && kept > 0, "both have come first: {deleted} {kept}");
}

#[tokio::test]
async fn rule_21_what_was_under_way_when_a_skill_was_deleted_is_not_written_even_if_the_name_is_in_use_again() {
    let fixture = Fixture::new().await;
    let ada = fixture.add(test_support::agent("ada")).await;
    let read = fixture.import_english().await;
    fixture.directory.delete_skill(&read, by(None, 10)).await.unwrap();
    let assigned = async |skill: &Skill, second| fixture.assign(&ada, skill, by(None, second)).await;
    assert!(matches!(assigned(&read, 9).await, Err(StoreError::Conflict)));
    let new = fixture.import_english().await;
    assert!(matches!(assigned(&read, 9).await, Err(StoreError::Conflict)));
    fixture.directory.delete_skill(&new, by(None, 11)).await.unwrap();
    for under_way in [&read, &new] {
        assert!(matches!(assigned(under_way, 9).await, Err(StoreError::Conflict)));
    }
    let newest = fixture.import_english().await;
    assert!(assigned(&newest, 11).await.is_ok(), "what is created anew can be assigned at once");
}

#[tokio::test]
async fn rule_21_a_refused_deletion_leaves_a_skill_and_a_team_open() {
    let fixture = Fixture::new().await;
    let (ada, grace) = (fixture.add(test_support::agent("ada")).await, fixture.add(test_support::agent("grace")).await);
    let skill = fixture.import_english().await;
    fixture.assign(&ada, &skill, by(None, 0)).await.unwrap();
    assert!(matches!(fixture.directory.delete_skill(&skill, operator()).await, Err(StoreError::Refused(_))));
    fixture.assign(&grace, &skill, by(None, 0)).await.unwrap();

    let team = fixture.put_team(Team::new(TeamId::new(Uuid::from_u128(7)), stored("Sales"), NOW)).await;
    fixture.join("edith", &team, by(None, 0)).await.unwrap();
    assert!(matches!(fixture.directory.delete_team(&team, operator()).await, Err(StoreError::Refused(_))));
    fixture.join("mary", &team, by(None, 0)).await.unwrap();
}

#[tokio::test]
async fn rule_21_what_was_under_way_when_a_team_was_deleted_is_not_written() {
    let fixture = Fixture::new().await;
    let team = fixture.put_team(Team::new(TeamId::new(Uuid::from_u128(7)), stored("Sales"), NOW)).await;
    fixture.directory.delete_team(&team, by(None, 10)).await.unwrap();
    assert!(matches!(fixture.join("ada", &team, by(None, 9)).await, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn rule_21_guards_that_a_deletion_which_died_has_closed_open_again_after_its_time() {
    let fixture = Fixture::new().await;
    let (ada, skill) = (fixture.add(test_support::agent("ada")).await, fixture.import_english().await);
    fixture.close(|number| keys::skill_guard(&skill.name, skill.guard_id, number), 30).await;
    for closed_at in [0, 29, 30] {
        assert!(matches!(fixture.assign(&ada, &skill, by(None, closed_at)).await, Err(StoreError::Conflict)));
        let other = fixture.directory.delete_skill(&skill, by(None, closed_at)).await;
        assert!(matches!(other, Err(StoreError::Conflict)), "who has closed them deletes it: {other:?}");
    }
    let ada = fixture.assign(&ada, &skill, by(None, 31)).await.unwrap();
    let without = ada.with(|ada| ada.managed.assigned_skills.clear());
    fixture.directory.commit_user(edit(Some(&ada), without)).await.unwrap();
    fixture.directory.delete_skill(&skill, by(None, 31)).await.unwrap();
}

#[tokio::test]
async fn rule_5_what_a_caller_was_doing_when_their_permissions_changed_is_not_written_and_the_new_ones_count_at_once() {
    let fixture = Fixture::new().await;
    let ada = fixture.add(test_support::agent("ada")).await;
    let admin = fixture.add(user_with_role("boss", Role::SystemAdmin)).await;
    let change = async |caller: &User, second| {
        let after = ada.with(|ada| ada.managed.act_as_agent = true);
        fixture
            .directory
            .commit_user(UserChange::new(Some(&ada), after, by(Some(caller), second), Action::Edited))
            .await
    };
    let set = async |user: &User, second, set: &dyn Fn(&mut User)| {
        let after = user.with(|user| set(user));
        fixture
            .directory
            .commit_user(UserChange::new(Some(user), after, by(None, second), Action::Edited))
            .await
            .unwrap()
    };
    let supervisor = set(&admin, 10, &|user| user.managed.role = Role::Supervisor).await;
    assert!(matches!(change(&admin, 9).await, Err(StoreError::Conflict)));
    let renamed = set(&supervisor, 11, &|user| user.idp.full_name = Some("Boss".to_owned())).await;
    assert_eq!(renamed.guard_id, supervisor.guard_id, "a new name takes nothing away");
    let deactivated = set(&renamed, 12, &|user| user.managed.status = Status::Deactivated).await;
    let active = set(&deactivated, 13, &|user| user.managed.status = Status::Active).await;
    for under_way in [&admin, &supervisor, &renamed] {
        assert!(matches!(change(under_way, 9).await, Err(StoreError::Conflict)));
    }
    assert!(change(&active, 13).await.is_ok());
}

#[tokio::test]
async fn rule_5_a_change_of_permissions_that_is_not_written_leaves_the_caller_those_they_have() {
    let fixture = Fixture::new().await;
    let ada = fixture.add(test_support::agent("ada")).await;
    let boss = fixture.add(user_with_role("boss", Role::SystemAdmin)).await;
    let seen_since = boss.with(|boss| boss.idp.full_name = Some("Boss".to_owned()));
    let now = fixture.directory.commit_user(edit(Some(&boss), seen_since)).await.unwrap();
    let stale = boss.with(|boss| boss.managed.role = Role::Supervisor);
    let demoted =
        fixture.directory.commit_user(UserChange::new(Some(&boss), stale, by(None, 10), Action::Edited)).await;
    assert!(matches!(demoted, Err(StoreError::Conflict)));
    let after = ada.with(|ada| ada.managed.act_as_agent = true);
    let change = UserChange::new(Some(&ada), after, by(Some(&now), 10), Action::Edited);
    fixture.directory.commit_user(change).await.unwrap();
}
