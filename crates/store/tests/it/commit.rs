use domain::{
    Level, Record, Refusal, Role, SkillName, Team, TeamId, User,
    audit::{Action, Subject},
    test_support::{self, stored},
};
use jiff::Timestamp;
use store::{
    ChangeOrigin, CommitTeam, CommitUser, ImportSkills, StoreError, TeamChange, UserChange, ViewDetails, ViewHistory,
    ViewUser,
};
use uuid::Uuid;

use crate::support::{Fixture, edit, operator};

#[tokio::test]
async fn rule_31_a_change_is_recorded_with_each_field_before_and_after_newest_first() {
    let fixture = Fixture::new().await;
    let ada = fixture.directory.commit_user(edit(None, test_support::agent("ada"))).await.unwrap();
    let after = ada.with(|user| {
        user.managed.role = Role::Supervisor;
        user.managed.act_as_agent = true;
    });
    fixture.directory.commit_user(edit(Some(&ada), after)).await.unwrap();
    let (records, next) = fixture.directory.history(Subject::User(ada.user_id), None, 1).await.unwrap();
    let changes = records[0].changes.iter().map(|c| (c.field.as_str(), c.before.to_string(), c.after.to_string()));
    assert_eq!(
        changes.collect::<Vec<_>>(),
        [
            ("role", "\"agent\"".to_owned(), "\"supervisor\"".to_owned()),
            ("act_as_agent", "false".to_owned(), "true".to_owned()),
        ]
    );
    let (records, next) = fixture.directory.history(Subject::User(ada.user_id), next, 1).await.unwrap();
    assert!(records[0].changes.iter().any(|change| change.field == "identity" && change.before.is_null()));
    let (records, _) = fixture.directory.history(Subject::User(ada.user_id), next, 1).await.unwrap();
    assert_eq!(records, []);
}

#[tokio::test]
async fn rule_31_a_change_that_changes_nothing_leaves_no_record_and_no_version() {
    let fixture = Fixture::new().await;
    let ada = fixture.directory.commit_user(edit(None, test_support::agent("ada"))).await.unwrap();
    let repeated = fixture.directory.commit_user(edit(Some(&ada), ada.clone())).await.unwrap();
    assert_eq!(repeated.version, ada.version);
    assert_eq!(fixture.directory.history(Subject::User(ada.user_id), None, 10).await.unwrap().0.len(), 1);
}

#[tokio::test]
async fn rule_31_a_history_is_in_the_order_of_the_changes_although_the_clocks_of_two_functions_differ() {
    let fixture = Fixture::new().await;
    let at = |millis| ChangeOrigin::operator("test", Timestamp::from_millisecond(millis).unwrap(), Uuid::now_v7());
    let user = async |before: Option<&User>, after, millis| {
        let change = UserChange::new(before, after, at(millis), Action::Edited);
        fixture.directory.commit_user(change).await.unwrap()
    };
    let ada = user(None, test_support::agent("ada"), 9_000).await;
    let early = user(Some(&ada), ada.with(|ada| ada.managed.role = Role::Supervisor), 8_700).await;
    let same = user(Some(&early), early.with(|ada| ada.managed.role = Role::SystemAdmin), 9_001).await;
    let late = user(Some(&same), same.with(|ada| ada.managed.role = Role::Supervisor), 9_500).await;
    let millis = [&ada, &early, &same, &late].map(|user| user.updated_at.as_millisecond());
    assert_eq!(millis, [9_000, 9_001, 9_002, 9_500]);
    let (records, _) = fixture.directory.history(Subject::User(ada.user_id), None, 10).await.unwrap();
    let after = |record: &Record| record.changes.iter().find(|change| change.field == "role").unwrap().after.clone();
    assert_eq!(
        records.iter().map(after).collect::<Vec<_>>(),
        ["supervisor", "system_admin", "supervisor", "agent"],
        "newest first"
    );

    let far_ahead = user(Some(&late), late.with(|ada| ada.managed.role = Role::SystemAdmin), 90_000).await;
    let now = user(Some(&far_ahead), far_ahead.with(|ada| ada.managed.role = Role::Agent), 20_000).await;
    assert_eq!(now.updated_at.as_millisecond(), 20_000, "one wrong clock makes no other time wrong");

    let team = Team::new(TeamId::new(Uuid::from_u128(7)), stored("Sales"), Timestamp::UNIX_EPOCH);
    let commit = async |before: Option<&Team>, after, millis| {
        let change = TeamChange { before, after, origin: at(millis), action: Action::Edited, skills: None };
        fixture.directory.commit_team(change).await.unwrap()
    };
    let team = commit(None, team, 9_000).await;
    let renamed = commit(Some(&team), Team { name: stored("Support"), ..team.clone() }, 8_700).await;
    fixture.directory.delete_team(&renamed, at(8_500)).await.unwrap();
    let (records, _) = fixture.directory.history(Subject::Team(team.team_id), None, 10).await.unwrap();
    let actions = records.iter().map(|record| (record.action, record.at.as_millisecond())).collect::<Vec<_>>();
    assert_eq!(actions, [(Action::Deleted, 9_002), (Action::Edited, 9_001), (Action::Edited, 9_000)]);
}

#[tokio::test]
async fn of_two_edits_made_from_the_same_reading_one_is_told_to_read_again() {
    let fixture = Fixture::new().await;
    let ada = fixture.directory.commit_user(edit(None, test_support::agent("ada"))).await.unwrap();
    let after = |name: &str| ada.with(|user| user.idp.full_name = Some(name.to_owned()));
    fixture.directory.commit_user(edit(Some(&ada), after("Ada"))).await.unwrap();
    let second = fixture.directory.commit_user(edit(Some(&ada), after("Ida"))).await;
    assert!(matches!(second, Err(StoreError::Conflict)), "{second:?}");
    assert_eq!(fixture.directory.user(ada.user_id).await.unwrap().unwrap().name(), "Ada");
}

#[tokio::test]
async fn rule_22_an_identity_belongs_to_one_person_without_regard_to_case() {
    let fixture = Fixture::new().await;
    fixture.directory.commit_user(edit(None, test_support::agent("ada"))).await.unwrap();
    let namesake = test_support::agent("other").with(|user| user.identity = stored("ADA"));
    assert!(matches!(fixture.directory.commit_user(edit(None, namesake)).await, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn rule_3_the_last_active_account_owner_stays() {
    let fixture = Fixture::new().await;
    let [olga, otto] = ["olga", "otto"].map(|name| test_support::user_with_role(name, Role::AccountOwner));
    let olga = fixture.directory.commit_user(edit(None, olga)).await.unwrap();
    let otto = fixture.directory.commit_user(edit(None, otto)).await.unwrap();
    let demoted = |user: &User| user.with(|user| user.managed.role = Role::SystemAdmin);
    let (first, second) = tokio::join!(
        fixture.directory.commit_user(edit(Some(&olga), demoted(&olga))),
        fixture.directory.commit_user(edit(Some(&otto), demoted(&otto))),
    );
    let refused = if first.is_ok() { second } else { first };
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::LastAccountOwner))), "{refused:?}");
}

#[tokio::test]
async fn nobody_joins_a_team_that_is_not_there() {
    let fixture = Fixture::new().await;
    let team_id = TeamId::new(Uuid::from_u128(7));
    let member = || test_support::agent("ada").with(|user| user.managed.teams = [team_id].into());
    assert!(matches!(fixture.directory.commit_user(edit(None, member())).await, Err(StoreError::Conflict)));
    fixture.put_team(Team::new(team_id, stored("Sales"), Timestamp::UNIX_EPOCH)).await;
    assert_eq!(fixture.directory.commit_user(edit(None, member())).await.unwrap().managed.teams, [team_id].into());
}

#[tokio::test]
async fn rule_23_somebody_with_more_skills_than_a_transaction_takes_is_adopted_with_all_of_them() {
    let fixture = Fixture::new().await;
    let skill = |i: i64| (SkillName::adopted(&format!("skill {i}")).unwrap(), Some(Level(i)));
    let names = (0..200).map(|i| skill(i).0).collect::<Vec<_>>();
    fixture.directory.import_skills(&names, operator()).await.unwrap();
    let many = test_support::agent("ada").with(|user| user.managed.assigned_skills = (0..200).map(skill).collect());
    fixture.directory.commit_user(edit(None, many.clone())).await.unwrap();
    assert_eq!(
        fixture.directory.user(many.user_id).await.unwrap().unwrap().managed.assigned_skills,
        many.managed.assigned_skills
    );
}

#[tokio::test]
async fn what_taskrouter_should_see_differently_is_put_into_the_outbox_and_nothing_else_is() {
    let fixture = Fixture::new().await;
    let ada = fixture.directory.commit_user(edit(None, test_support::agent("ada"))).await.unwrap();
    let ada = fixture
        .directory
        .commit_user(edit(Some(&ada), ada.with(|user| user.idp.full_name = Some("Ada".into()))))
        .await
        .unwrap();
    assert!(fixture.directory.details(&ada).await.unwrap().outbox.is_none());
    fixture
        .directory
        .commit_user(edit(Some(&ada), ada.with(|user| user.managed.role = Role::Supervisor)))
        .await
        .unwrap();
    assert!(fixture.directory.details(&ada).await.unwrap().outbox.is_some());
}
