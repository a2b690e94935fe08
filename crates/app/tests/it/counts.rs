//! Counts that pages show: kept for a minute, and counted again by one caller at a time.

use std::collections::{BTreeMap, BTreeSet};

use app::{
    FixedTime,
    counts::{member_counts, skill_counts},
};
use domain::{
    Counted, MemberCount, Skill, SkillName, Team, TeamId, User,
    audit::Action,
    catalog::SkillCounts,
    test_support::{self, stored},
};
use embedded::Dynamo;
use jiff::{SignedDuration, Timestamp};
use store::{
    ChangeOrigin, CommitTeam, CommitUser, CountsOf, Directory, ImportSkills, KeepCounts, ListTeams, TeamChange,
    UserChange, ViewCatalog,
};
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

fn origin() -> ChangeOrigin<'static> {
    ChangeOrigin::operator("test", at(0), Uuid::now_v7())
}

fn english() -> SkillName {
    SkillName::new("English").unwrap()
}

/// A catalog with English, and a team that grants it.
struct World {
    directory: Directory,
    skill: Skill,
    team: Team,
    _dynamo: Dynamo,
}

impl World {
    async fn new() -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        let skill = directory.import_skills(&[english()], origin()).await.unwrap().remove(&english()).unwrap();
        let team = Team::new(TeamId::new(Uuid::from_u128(7)), stored("Sales"), at(0));
        let after = Team { skills: [(english(), None)].into(), ..team };
        let change = TeamChange { before: None, after, origin: origin(), action: Action::Created, skills: None };
        let team = directory.commit_team(change).await.unwrap();
        Self { directory, skill, team, _dynamo: dynamo }
    }

    /// A member who has the skill assigned too.
    async fn add(&self, name: &str) -> User {
        let user = test_support::agent(name).with(|user| {
            user.managed.teams = [self.team.team_id].into();
            user.managed.assigned_skills = [(english(), None)].into();
        });
        self.directory.commit_user(UserChange::new(None, user, origin(), Action::Created)).await.unwrap()
    }

    async fn page(&self, second: i64) -> Option<Counted<SkillCounts>> {
        let page = skill_counts(&self.directory, &FixedTime(at(second)), &[&self.skill]).await.unwrap();
        page.get(&english()).copied()
    }

    async fn members(&self, second: i64) -> Option<Counted<MemberCount>> {
        let teams = std::slice::from_ref(&self.team);
        member_counts(&self.directory, &FixedTime(at(second)), teams).await.unwrap().get(&self.team.team_id).copied()
    }
}

fn counted(users: usize, second: i64) -> Option<Counted<SkillCounts>> {
    Counted::new(SkillCounts { users, teams: 1, inheriting_users: users }, at(second)).into()
}

fn with_members(members: usize, second: i64) -> Option<Counted<MemberCount>> {
    Counted::new(MemberCount { members }, at(second)).into()
}

#[tokio::test]
async fn a_page_shows_the_same_counts_for_a_minute_and_says_when_they_were_counted() {
    let world = World::new().await;
    assert_eq!((world.page(0).await, world.members(5).await), (counted(0, 0), with_members(0, 5)));
    world.add("ada").await;
    assert_eq!((world.page(59).await, world.members(64).await), (counted(0, 0), with_members(0, 5)));
    assert_eq!((world.page(60).await, world.members(65).await), (counted(1, 60), with_members(1, 65)));
}

#[tokio::test]
async fn while_one_caller_counts_others_show_what_is_kept_and_one_that_died_keeps_them_for_its_lease_alone() {
    let world = World::new().await;
    let lease = async |of, second| world.directory.lease_counting(of, Uuid::new_v4(), at(second)).await.unwrap();
    for of in [CountsOf::Skills, CountsOf::Teams] {
        assert!(lease(of, 0).await);
        assert!(!lease(of, 30).await);
    }
    assert_eq!((world.page(30).await, world.members(30).await), (None, None), "never counted");
    assert_eq!((world.page(31).await, world.members(31).await), (counted(0, 31), with_members(0, 31)));
    world.add("ada").await;
    assert!(lease(CountsOf::Skills, 100).await, "who has counted gives the lease up");
    assert_eq!(world.page(101).await, counted(0, 31));
    assert_eq!(world.members(101).await, with_members(1, 101), "teams are counted by a lease of their own");
}

#[tokio::test]
async fn a_lease_is_given_up_by_its_holder_alone() {
    let world = World::new().await;
    let [dead, next] = [1, 2].map(Uuid::from_u128);
    let lease =
        async |holder, second| world.directory.lease_counting(CountsOf::Teams, holder, at(second)).await.unwrap();
    assert!(lease(dead, 0).await && lease(next, 31).await);
    world.directory.release_counting(CountsOf::Teams, dead).await.unwrap();
    assert!(!lease(dead, 32).await);
    world.directory.release_counting(CountsOf::Teams, next).await.unwrap();
    assert!(lease(dead, 33).await);
}

#[tokio::test]
async fn of_many_teams_each_has_its_own_count_also_after_two_have_swapped_their_names() {
    let world = World::new().await;
    let mut teams = Vec::new();
    for number in 0..20 {
        let after = Team::new(TeamId::new(Uuid::from_u128(100 + number)), stored(&format!("Team {number:02}")), at(0));
        let change = TeamChange { before: None, after, origin: origin(), action: Action::Created, skills: None };
        teams.push(world.directory.commit_team(change).await.unwrap());
    }
    for (name, team) in [("ada", 3), ("grace", 3), ("edith", 17)] {
        let member = test_support::agent(name).with(|user| user.managed.teams = [teams[team].team_id].into());
        world.directory.commit_user(UserChange::new(None, member, origin(), Action::Created)).await.unwrap();
    }
    let members = async |teams: &[Team], second| {
        let counts = member_counts(&world.directory, &FixedTime(at(second)), teams).await.unwrap();
        let members = teams.iter().map(|team| counts.get(&team.team_id).map(|counted| counted.counts.members));
        members.collect::<Vec<_>>()
    };
    let expected = (0..20)
        .map(|number| {
            Some(match number {
                3 => 2,
                17 => 1,
                _ => 0,
            })
        })
        .collect::<Vec<_>>();
    assert_eq!(members(&teams, 0).await, expected);
    let mut swapped = teams.clone();
    (swapped[3].name, swapped[17].name) = (teams[17].name.clone(), teams[3].name.clone());
    assert_eq!(members(&swapped, 1).await, expected, "what is kept under a name is not taken for that of another team");
}

#[tokio::test]
async fn the_list_of_teams_shows_each_as_it_was_last_changed() {
    let world = World::new().await;
    let after = Team { archived: true, skills: BTreeMap::new(), ..world.team.clone() };
    let change =
        TeamChange { before: Some(&world.team), after, origin: origin(), action: Action::Edited, skills: None };
    let archived = world.directory.commit_team(change).await.unwrap();
    let list = async |archived| world.directory.list_teams(archived, None, 10).await.unwrap().0;
    assert_eq!((list(Some(true)).await, list(Some(false)).await), (vec![archived.clone()], vec![]));
    let after = Team { name: stored("Support"), ..archived.clone() };
    let change = TeamChange { before: Some(&archived), after, origin: origin(), action: Action::Edited, skills: None };
    let renamed = world.directory.commit_team(change).await.unwrap();
    assert_eq!(list(None).await, [renamed]);
}

#[tokio::test]
async fn rule_21_a_refusal_counts_what_is_there_and_not_what_is_kept() {
    let world = World::new().await;
    assert_eq!((world.page(0).await, world.members(0).await), (counted(0, 0), with_members(0, 0)));
    let ada = world.add("ada").await;
    let refused = world.directory.delete_team(&world.team, origin()).await.unwrap_err();
    assert!(refused.to_string().contains("members: 1"), "{refused}");
    let users = world.directory.skill_usage(&english()).await.unwrap().users;
    assert_eq!(users, BTreeSet::from([ada.user_id]));
}
