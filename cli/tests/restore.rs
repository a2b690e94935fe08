//! Restoring, against an embedded DynamoDB.
#![allow(clippy::unwrap_used)]

use cli::{RestoreError, restore};
use domain::{
    Actor, Role, SkillName, Source, Status, Team, TeamId, User,
    audit::Action,
    people::{agent, somebody},
    permissions::Caller,
    status::StatusChange,
};
use embedded::Dynamo;
use jiff::Timestamp;
use store::{
    ChangeOrigin, Commit, CommitUser, Directory,
    history::{Subject, ViewHistory},
    teams::{CommitTeam, TeamChange},
};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn team_id(number: u128) -> TeamId {
    TeamId::new(Uuid::from_u128(number))
}

async fn directory(dynamo: &Dynamo) -> Directory {
    let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
    for number in [1, 2] {
        let after = Team::new(team_id(number), format!("Team {number}"), NOW);
        let by = ChangeOrigin::operator("test", NOW);
        let team = TeamChange { before: None, after, by, action: Action::Created, skills: None };
        directory.commit_team(team).await.unwrap();
    }
    directory
}

async fn changed(directory: &Directory, before: Option<&User>, after: User, action: Action) -> User {
    directory.commit(Commit::new(before, after, ChangeOrigin::operator("test", NOW), action)).await.unwrap()
}

async fn deleted(directory: &Directory, user: &User) -> User {
    let owner = Caller { user_id: somebody("olga", Role::AccountOwner).user_id, role: Role::AccountOwner };
    let after = StatusChange::Delete.apply(user, owner).unwrap();
    changed(directory, Some(user), after, Action::Deleted).await
}

// rule 13
#[tokio::test]
async fn rule_13_an_operator_brings_back_a_deleted_person_with_the_teams_and_skills_that_are_there_still() {
    let dynamo = Dynamo::memory().await.unwrap();
    let directory = directory(&dynamo).await;
    let many = (0..100).map(|n| SkillName::new(&format!("S{n}")).unwrap()).collect::<Vec<_>>();
    directory.import_skills(many.iter(), ChangeOrigin::operator("test", NOW)).await.unwrap();
    let assigned_skills = many.iter().map(|name| (name.clone(), None)).collect();
    let ada = User { teams: [team_id(1), team_id(2)].into(), assigned_skills, ..somebody("ada", Role::Supervisor) };
    let ada = changed(&directory, None, ada, Action::Adopted).await;
    let gone = deleted(&directory, &ada).await;
    assert_eq!((gone.status, gone.teams.len(), gone.assigned_skills.len()), (Status::Deleted, 0, 0));
    let team = directory.team(2).await;
    directory.delete_team(&team, ChangeOrigin::operator("test", NOW)).await.unwrap().unwrap();

    let restored = restore(&directory, ada.user_id, NOW).await.unwrap();

    assert_eq!((restored.user.status, restored.user.role), (Status::Active, Role::Supervisor));
    assert_eq!((restored.user.teams, restored.teams_lost), ([team_id(1)].into(), [team_id(2)].into()));
    assert_eq!((restored.user.assigned_skills, restored.skills_lost), (ada.assigned_skills, [].into()));
    let (history, _) = directory.history(Subject::User(ada.user_id), None, 1).await.unwrap();
    let record = &history[0];
    assert_eq!((record.action, record.actor, record.source), (Action::Restored, Actor::Operator, Source::Operator));
}

#[tokio::test]
async fn whoever_is_not_deleted_is_not_restored() {
    let dynamo = Dynamo::memory().await.unwrap();
    let directory = directory(&dynamo).await;
    let ada = changed(&directory, None, agent("ada"), Action::Adopted).await;
    let refused = restore(&directory, ada.user_id, NOW).await;
    assert!(matches!(refused, Err(RestoreError::Refused(refusal)) if refusal.code() == "not-deleted"));
}

trait OneTeam {
    async fn team(&self, number: u128) -> Team;
}

impl OneTeam for Directory {
    async fn team(&self, number: u128) -> Team {
        let wanted = store::ReadSet { teams: [team_id(number)].into(), ..store::ReadSet::default() };
        store::ReadSnapshot::snapshot(self, &wanted).await.unwrap().teams.remove(&team_id(number)).unwrap()
    }
}
