use app::{ChangeError, FixedTime, restore::restore_user};
use domain::{
    Actor, Role, SkillName, Source, Status, Team, TeamId, User,
    audit::{Action, Subject},
    permissions::Caller,
    status::StatusChange,
    test_support::{agent, stored, user_with_role},
};
use embedded::Dynamo;
use jiff::Timestamp;
use store::{
    ChangeOrigin, CommitTeam, CommitUser, Directory, ImportSkills, ReadSet, ReadSnapshot, TeamChange, UserChange,
    ViewHistory,
};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn operator() -> ChangeOrigin<'static> {
    ChangeOrigin::operator("test", NOW, Uuid::now_v7())
}

fn team_id(number: u128) -> TeamId {
    TeamId::new(Uuid::from_u128(number))
}

async fn directory(dynamo: &Dynamo) -> Directory {
    let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
    for number in [1, 2] {
        let after = Team::new(team_id(number), stored(&format!("Team {number}")), NOW);
        let team = TeamChange { before: None, after, origin: operator(), action: Action::Created, skills: None };
        directory.commit_team(team).await.unwrap();
    }
    directory
}

async fn commit(directory: &Directory, before: Option<&User>, after: User, action: Action) -> User {
    directory.commit_user(UserChange::new(before, after, operator(), action)).await.unwrap()
}

async fn delete(directory: &Directory, user: &User) -> User {
    let owner = Caller::new(user_with_role("olga", Role::AccountOwner).user_id, Role::AccountOwner);
    let after = StatusChange::Delete.apply(user, &owner).unwrap();
    commit(directory, Some(user), after, Action::Deleted).await
}

#[tokio::test]
async fn rule_13_an_operator_brings_back_a_deleted_person_with_the_teams_and_skills_that_are_there_still() {
    let dynamo = Dynamo::memory().await.unwrap();
    let directory = directory(&dynamo).await;
    let skill_names = (0..100).map(|n| SkillName::new(&format!("S{n}")).unwrap()).collect::<Vec<_>>();
    directory.import_skills(&skill_names, operator()).await.unwrap();
    let assigned_skills = skill_names.iter().map(|name| (name.clone(), None)).collect();
    let ada = user_with_role("ada", Role::Supervisor).with(|user| {
        user.managed.teams = [team_id(1), team_id(2)].into();
        user.managed.assigned_skills = assigned_skills;
    });
    let ada = commit(&directory, None, ada, Action::Adopted).await;
    let deleted_user = delete(&directory, &ada).await;
    assert_eq!(
        (deleted_user.managed.status, deleted_user.managed.teams.len(), deleted_user.managed.assigned_skills.len()),
        (Status::Deleted, 0, 0)
    );
    let team = directory.team(2).await;
    directory.delete_team(&team, operator()).await.unwrap();

    let restored = restore_user(&directory, &FixedTime(NOW), ada.user_id, "test").await.unwrap();

    assert_eq!((restored.user.managed.status, restored.user.managed.role), (Status::Active, Role::Supervisor));
    assert_eq!((restored.user.managed.teams, restored.lost_teams), ([team_id(1)].into(), [team_id(2)].into()));
    assert_eq!((restored.user.managed.assigned_skills, restored.lost_skills), (ada.managed.assigned_skills, [].into()));
    let (history, _) = directory.history(Subject::User(ada.user_id), None, 1).await.unwrap();
    let record = &history[0];
    assert_eq!((record.action, record.actor, record.source), (Action::Restored, Actor::Operator, Source::Operator));
}

#[tokio::test]
async fn whoever_is_not_deleted_is_not_restored() {
    let dynamo = Dynamo::memory().await.unwrap();
    let directory = directory(&dynamo).await;
    let ada = commit(&directory, None, agent("ada"), Action::Adopted).await;
    let refused = restore_user(&directory, &FixedTime(NOW), ada.user_id, "test").await;
    assert!(matches!(refused, Err(ChangeError::Refused(refusal)) if refusal.code() == "not-deleted"));
}

trait FetchTeam {
    async fn team(&self, number: u128) -> Team;
}

impl FetchTeam for Directory {
    async fn team(&self, number: u128) -> Team {
        let wanted = ReadSet { teams: [team_id(number)].into(), ..ReadSet::default() };
        self.snapshot(&wanted).await.unwrap().teams.remove(&team_id(number)).unwrap()
    }
}
