//! Concurrent changes of skills (rules 19 and 21).

use domain::{
    Level, Refusal, Skill, SkillName, SkillSetName, Team, TeamId, User,
    audit::{Action, Subject},
    catalog::{SkillSet, SkillUsage},
    test_support::{self, stored},
};
use jiff::{SignedDuration, Timestamp};
use store::{
    ChangeOrigin, CommitSkill, CommitTeam, CommitUser, Directory, ReadSet, ReadSnapshot, StoreError, TeamChange,
    UserChange, ViewCatalog, ViewHistory,
};
use uuid::Uuid;

use crate::support::{Fixture, Raced, edit, operator};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn set() -> SkillSet {
    SkillSet::new(SkillSetName::parse("Languages").unwrap(), Uuid::nil())
}

fn english() -> SkillName {
    SkillName::new("English").unwrap()
}

impl Fixture {
    async fn with_english(self) -> (Self, Skill) {
        self.directory.create_skill_set(&set(), operator()).await.unwrap();
        let english = self.create_english().await;
        (self, english)
    }

    async fn create_english(&self) -> Skill {
        let skill = Skill { skill_set: set().name, ..Skill::imported(english()) };
        self.directory.commit_skill(None, skill, operator(), Action::Created).await.unwrap()
    }

    async fn english(&self) -> Option<Skill> {
        let wanted = ReadSet { skills: [english()].into(), ..ReadSet::default() };
        self.directory.snapshot(&wanted).await.unwrap().skills.remove(&english())
    }

    async fn usage(&self) -> SkillUsage {
        self.directory.skill_usage(&english()).await.unwrap()
    }
}

fn with_english(user: &User) -> User {
    user.with(|user| user.managed.assigned_skills = [(english(), Some(Level(7)))].into())
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_a_skill_that_is_deleted_while_it_is_assigned_is_either_gone_or_assigned() {
    let (fixture, mut skill) = Fixture::new().await.with_english().await;
    let (mut deleted, mut kept) = (0, 0);
    for requests in 0.. {
        let ada =
            fixture.directory.commit_user(edit(None, test_support::agent(&format!("ada {requests}")))).await.unwrap();
        let assigning = fixture.directory.commit_user(edit(Some(&ada), with_english(&ada)));
        let deleting = async |directory: Directory| directory.delete_skill(&skill, operator()).await;
        let Raced { first: deletion, second: assigned, is_over } = fixture.race(requests, deleting, assigning).await;
        let usage = fixture.usage().await;
        if fixture.english().await.is_none() {
            assert!(matches!((&deletion, &assigned), (Ok(()), Err(StoreError::Conflict))), "{deletion:?} {assigned:?}");
            assert_eq!(usage, SkillUsage::default(), "a skill that does not exist has no holders");
            skill = fixture.create_english().await;
            deleted += 1;
        } else {
            assert!(!matches!(deletion, Ok(())), "{deletion:?}");
            kept += 1;
        }
        if let Ok(holder) = assigned {
            assert!(usage.users.contains(&holder.user_id));
            fixture.directory.commit_user(edit(Some(&holder), ada)).await.unwrap();
        }
        if is_over {
            break;
        }
    }
    assert!(deleted > 0 && kept > 0, "both have come first: {deleted} {kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_a_skill_that_is_deleted_while_a_team_begins_to_give_it_is_either_gone_or_given() {
    let (fixture, mut skill) = Fixture::new().await.with_english().await;
    let mut team = fixture.put_team(Team::new(TeamId::new(Uuid::from_u128(7)), stored("Sales"), NOW)).await;
    let (mut deleted, mut kept) = (0, 0);
    for requests in 0.. {
        let after = Team { skills: [(english(), None)].into(), ..team.clone() };
        let granting =
            TeamChange { before: Some(&team), after, origin: operator(), action: Action::Edited, skills: None };
        let granting = fixture.directory.commit_team(granting);
        let deleting = async |directory: Directory| directory.delete_skill(&skill, operator()).await;
        let Raced { first: deletion, second: grant, is_over } = fixture.race(requests, deleting, granting).await;
        let usage = fixture.usage().await;
        if fixture.english().await.is_none() {
            assert!(matches!((&deletion, &grant), (Ok(()), Err(StoreError::Conflict))), "{deletion:?} {grant:?}");
            assert_eq!(usage, SkillUsage::default(), "no team gives a skill that is not there");
            skill = fixture.create_english().await;
            deleted += 1;
        } else {
            assert!(!matches!(deletion, Ok(())), "{deletion:?}");
            kept += 1;
        }
        if let Ok(granting_team) = grant {
            assert!(usage.teams.contains(&granting_team.team_id));
            let after = Team { skills: [].into(), ..granting_team.clone() };
            let change = TeamChange {
                before: Some(&granting_team),
                after,
                origin: operator(),
                action: Action::Edited,
                skills: None,
            };
            team = fixture.directory.commit_team(change).await.unwrap();
        }
        if is_over {
            break;
        }
    }
    assert!(deleted > 0 && kept > 0, "both have come first: {deleted} {kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_a_skill_set_that_is_deleted_while_a_skill_joins_it_is_either_gone_or_has_the_skill() {
    let fixture = Fixture::new().await;
    for requests in 0.. {
        let set = SkillSet::new(stored(&format!("Set {requests}")), Uuid::nil());
        fixture.directory.create_skill_set(&set, operator()).await.unwrap();
        let name = SkillName::new(&format!("Skill_{requests}")).unwrap();
        let skill = Skill { skill_set: set.name.clone(), ..Skill::imported(name.clone()) };
        let creating = fixture.directory.commit_skill(None, skill, operator(), Action::Created);
        let deleting = async |directory: Directory| directory.delete_skill_set(&set, operator()).await;
        let Raced { first: deletion, second: creation, is_over } = fixture.race(requests, deleting, creating).await;
        let wanted =
            ReadSet { skills: [name.clone()].into(), skill_sets: [set.name.clone()].into(), ..ReadSet::default() };
        let snapshot = fixture.directory.snapshot(&wanted).await.unwrap();
        let (has_set, has_skill) = (snapshot.skill_sets.contains_key(&set.name), snapshot.skills.contains_key(&name));
        assert!(has_set || !has_skill, "a skill in a set that is not there: {deletion:?} {creation:?}");
        assert_eq!(!has_set, matches!(deletion, Ok(())), "{deletion:?}");
        if is_over {
            break;
        }
    }
}

#[tokio::test]
async fn rule_21_a_skill_in_use_is_kept_and_it_is_said_how_many_use_it() {
    let (fixture, skill) = Fixture::new().await.with_english().await;
    for name in ["ada", "grace"] {
        fixture.directory.commit_user(edit(None, with_english(&test_support::agent(name)))).await.unwrap();
    }
    let refused = fixture.directory.delete_skill(&skill, operator()).await.unwrap_err();
    let in_use = Refusal::SkillInUse { skill: "English".into(), users: 2, teams: 0 };
    assert!(matches!(&refused, StoreError::Refused(refusal) if *refusal == in_use), "{refused}");
    // The lock is released at once: the skill can be assigned.
    fixture.directory.commit_user(edit(None, with_english(&test_support::agent("edith")))).await.unwrap();
    let refused = fixture.directory.delete_skill_set(&set(), operator()).await.unwrap_err();
    let in_use = Refusal::SkillSetInUse { skill_set: "Languages".into(), users: 3, teams: 0 };
    assert!(matches!(&refused, StoreError::Refused(refusal) if *refusal == in_use), "{refused}");
    fixture.directory.commit_user(edit(None, with_english(&test_support::agent("mary")))).await.unwrap();
}

#[tokio::test]
async fn rule_21_what_a_deletion_that_died_has_closed_opens_again_after_its_time() {
    let (fixture, _) = Fixture::new().await.with_english().await;
    fixture.lock_until("SKILLS", "SKILL#English", 30).await;
    let ada = test_support::agent("ada");
    let assigned_at = async |second: i64| {
        let origin = ChangeOrigin::operator("test", NOW + SignedDuration::from_secs(second), Uuid::now_v7());
        let commit = UserChange::new(None, with_english(&ada), origin, Action::Edited);
        fixture.directory.commit_user(commit).await
    };
    for locked_at in [0, 29, 30] {
        assert!(matches!(assigned_at(locked_at).await, Err(StoreError::Conflict)), "{locked_at}");
    }
    assert!(assigned_at(31).await.is_ok());
}

#[tokio::test]
async fn rule_31_a_skills_history_outlives_it() {
    let (fixture, skill) = Fixture::new().await.with_english().await;
    fixture.directory.delete_skill_set(&set(), operator()).await.unwrap();
    for of in [Subject::Skill(&skill.name), Subject::SkillSet(&set().name)] {
        let (records, _) = fixture.directory.history(of, None, 10).await.unwrap();
        let actions = records.iter().map(|record| record.action).collect::<Vec<_>>();
        assert_eq!(actions, [Action::Deleted, Action::Created]);
    }
}
