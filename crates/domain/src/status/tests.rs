use super::*;
use crate::{
    Level, Role, SkillName, Time,
    test_support::{agent, record, stored, user_with_role},
};
use uuid::Uuid;

fn owner() -> Caller {
    Caller::new(user_with_role("olga", Role::AccountOwner).user_id, Role::AccountOwner)
}

fn ada() -> User {
    let skill = SkillName::new("English").unwrap();
    agent("ada").with(|user| {
        user.managed.teams = [TeamId::new(Uuid::from_u128(1))].into();
        user.managed.assigned_skills = [(skill, Some(Level(5)))].into();
    })
}

fn after(change: StatusChange, user: &User) -> User {
    change.apply(user, &owner()).unwrap()
}

#[test]
fn rule_12_reactivating_restores_role_teams_and_skills_as_they_were() {
    let away = after(StatusChange::Deactivate, &ada());
    assert_eq!(away.managed.status, Status::Deactivated);
    assert!(!away.receives_tasks());
    assert_eq!(after(StatusChange::Reactivate, &away), ada());
}

#[test]
fn rule_12_the_same_again_changes_nothing() {
    let away = after(StatusChange::Deactivate, &ada());
    assert_eq!(after(StatusChange::Deactivate, &away), away);
    assert_eq!(after(StatusChange::Reactivate, &ada()), ada());
    let deleted_user = after(StatusChange::Delete, &ada());
    assert_eq!(after(StatusChange::Delete, &deleted_user), deleted_user);
}

#[test]
fn rule_14_a_deleted_persons_teams_give_them_up_and_name_and_email_stay() {
    let named = ada().with(|user| user.idp.email = Some(stored("ada@example.com")));
    let deleted_user = after(StatusChange::Delete, &named);
    assert_eq!(
        (deleted_user.managed.status, deleted_user.managed.teams.len(), deleted_user.managed.assigned_skills.len()),
        (Status::Deleted, 0, 0)
    );
    assert_eq!((deleted_user.name(), deleted_user.email()), (named.name(), named.email()));
}

#[test]
fn rule_13_a_tombstone_is_neither_deactivated_nor_reactivated() {
    let deleted_user = after(StatusChange::Delete, &ada());
    for change in [StatusChange::Deactivate, StatusChange::Reactivate] {
        assert_eq!(change.apply(&deleted_user, &owner()), Err(Refusal::DeletedUser));
    }
}

#[test]
fn rules_12_and_13_the_human_step_is_named() {
    assert!(StatusChange::Deactivate.next_step().unwrap().detail.contains("billing"));
    let after_deletion = StatusChange::Delete.next_step().unwrap().detail;
    for step in ["identity provider", "Twilio Console", "deprovision the Flex user"] {
        assert!(after_deletion.contains(step), "{step}");
    }
    assert_eq!(StatusChange::Reactivate.next_step(), None);
}

#[test]
fn rule_13_an_operator_restores_what_is_there_still() {
    let away = after(StatusChange::Deactivate, &ada());
    let deleted_user = after(StatusChange::Delete, &away);
    let history = [
        record(Action::LoginRefused, Some(&deleted_user), &deleted_user),
        record(Action::Deleted, Some(&away), &deleted_user),
        record(Action::Deactivated, Some(&ada()), &away),
    ];
    let former = StateBeforeDeletion::from_history(&history);
    assert_eq!(former.restore(&deleted_user, |_| true, |_| true), Ok(away.clone()));
    let less = former.restore(&deleted_user, |_| false, |_| false).unwrap();
    assert_eq!((less.managed.teams.len(), less.managed.assigned_skills.len()), (0, 0));
    assert_eq!(former.restore(&away, |_| true, |_| true), Err(Refusal::NotDeleted(Status::Deactivated)));
}

#[test]
fn rule_2_a_deleted_user_leads_no_team_and_a_restored_one_those_that_they_are_in_again() {
    let [one, two] = [1, 2].map(|number| TeamId::new(Uuid::from_u128(number)));
    let lead = user_with_role("ada", Role::Supervisor).with(|user| {
        user.managed.teams = [one, two].into();
        user.managed.leads = [one, two].into();
    });
    assert_eq!(after(StatusChange::Deactivate, &lead).managed.leads, lead.managed.leads);
    let deleted_user = after(StatusChange::Delete, &lead);
    assert_eq!(deleted_user.managed.leads, [].into());
    let former = StateBeforeDeletion::from_history(&[record(Action::Deleted, Some(&lead), &deleted_user)]);
    assert_eq!(former.restore(&deleted_user, |_| true, |_| true), Ok(lead));
    assert_eq!(former.restore(&deleted_user, |team| team == two, |_| true).unwrap().managed.leads, [two].into());
}

#[test]
fn rule_36_a_deleted_user_has_no_temporary_skills_and_a_restored_one_has_those_that_the_schedule_is_to_start() {
    let skill = |name: &str| SkillName::new(name).unwrap();
    let of = |active| {
        let time = |second| Time::from(jiff::Timestamp::from_second(second).unwrap());
        TemporarySkill { level: None, from: time(10), until: time(20), active }
    };
    let ada = ada().with(|user| {
        user.managed.temporary_skills = [(skill("French"), of(true)), (skill("Greek"), of(false))].into();
    });
    assert_eq!(after(StatusChange::Deactivate, &ada).managed.temporary_skills, ada.managed.temporary_skills);
    let deleted_user = after(StatusChange::Delete, &ada);
    assert_eq!(deleted_user.managed.temporary_skills, [].into());
    let former = StateBeforeDeletion::from_history(&[record(Action::Deleted, Some(&ada), &deleted_user)]);
    let restored = former.restore(&deleted_user, |_| true, |name| name.as_str() != "Greek").unwrap();
    assert_eq!(restored.managed.temporary_skills, [(skill("French"), of(false))].into());
}

#[test]
fn rule_13_a_deletion_in_several_steps_is_restored_as_a_whole() {
    let half = ada().with(|user| {
        user.managed.status = Status::Deleted;
        user.managed.teams = [].into();
    });
    let deleted_user = after(StatusChange::Delete, &half);
    let history = [
        record(Action::Deleted, Some(&half), &deleted_user),
        record(Action::LoginRefused, Some(&half), &half),
        record(Action::Deleted, Some(&ada()), &half),
        record(Action::Edited, Some(&agent("ada")), &ada()),
    ];
    assert_eq!(StateBeforeDeletion::from_history(&history).restore(&deleted_user, |_| true, |_| true), Ok(ada()));
}
