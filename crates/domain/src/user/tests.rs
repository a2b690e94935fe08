use super::*;
use crate::{
    Level, SkillName,
    test_support::{agent, stored, user_with_role},
};

fn english() -> SkillName {
    SkillName::new("English").unwrap()
}

/// Whether the change is seen by this comparison of before and after.
fn is_seen(differs: fn(&User, &User) -> bool, before: &User, change: impl FnOnce(&mut User)) -> bool {
    differs(&before.with(change), before)
}

#[test]
fn a_user_is_called_by_the_identity_until_a_login_has_stated_a_name() {
    let ada = agent("ada").with(|user| user.idp.full_name = None);
    assert_eq!((ada.name(), ada.email()), ("ada", None));
    let stated = ada.with(|user| {
        user.idp.full_name = Some("Ada Lovelace".to_owned());
        user.idp.email = Some(stored("ada@example.com"));
    });
    assert_eq!((stated.name(), stated.email()), ("Ada Lovelace", Some("ada@example.com")));
}

#[test]
fn rule_33_what_a_login_states_is_shown_without_what_shows_nothing() {
    let invisible = "\u{200B}".to_owned();
    let stated = IdpProfile {
        full_name: Some("A\u{200B}da".to_owned()),
        email: Some(EmailAddress::reported("ada\u{200B}@example.com")),
        picture: Some(invisible.clone()),
    };
    let email = Some(EmailAddress::reported("ada@example.com"));
    assert_eq!(stated.shown(), IdpProfile { full_name: Some("Ada".to_owned()), email, picture: None });
    let email = Some(EmailAddress::reported(invisible.clone()));
    assert_eq!(IdpProfile { full_name: Some(invisible), email, picture: None }.shown(), IdpProfile::default());
}

#[test]
fn rules_11_and_12_active_agents_receive_tasks_and_others_if_they_act_as_agent() {
    let supervisor = user_with_role("ada", Role::Supervisor);
    let acting = supervisor.with(|user| user.managed.act_as_agent = true);
    assert_eq!([&agent("ada"), &supervisor, &acting].map(User::receives_tasks), [true, false, true]);
    for status in [Status::Deactivated, Status::Deleted] {
        let inactive = [agent("ada"), acting.clone()].map(|user| user.with(|user| user.managed.status = status));
        assert_eq!(inactive.map(|user| user.receives_tasks()), [false, false], "{status}");
    }
}

#[test]
fn rule_31_the_history_shows_each_field_before_and_after() {
    let ada = agent("ada");
    let after = ada.with(|user| {
        user.managed.role = Role::Supervisor;
        user.taskrouter.disabled_skills = [english()].into();
    });
    let change = |field: &str, before, after| Change { field: field.to_owned(), before, after };
    let expected =
        [change("role", json!("agent"), json!("supervisor")), change("disabled_skills", json!([]), json!(["English"]))];
    assert_eq!(User::changes(Some(&ada), &after), expected);
    let created = User::changes(None, &ada);
    assert!(created.contains(&change("name", json!(null), json!("ada"))), "{created:?}");
    assert!(created.iter().all(|change| change.before.is_null() && !change.after.is_null()), "{created:?}");
}

#[test]
fn rule_22_a_new_spelling_of_the_identity_is_written_although_it_is_the_same_identity() {
    let ada = agent("ada");
    assert!(is_seen(User::differs_from, &ada, |user| user.identity = Identity::reported("ADA").unwrap()));
    assert!(is_seen(User::differs_from, &ada, |user| user.managed.act_as_agent = true));
    assert!(!is_seen(User::differs_from, &ada, |_| ()));
}

#[test]
fn rule_5_another_role_or_status_takes_away_what_the_user_was_about_to_do() {
    let revokes = User::revokes_permissions_of;
    let admin = user_with_role("ada", Role::SystemAdmin);
    assert!(is_seen(revokes, &admin, |user| user.managed.role = Role::Supervisor));
    assert!(is_seen(revokes, &admin, |user| user.managed.status = Status::Deactivated));
    assert!(is_seen(revokes, &admin, |user| user.managed.role_granted = false), "the token caps it from now on");
    assert!(!is_seen(revokes, &admin, |user| user.managed.act_as_agent = true));
    let away = admin.with(|user| user.managed.status = Status::Deactivated);
    assert!(!is_seen(revokes, &away, |user| user.managed.status = Status::Deleted), "there was nothing to take");
    assert!(!is_seen(revokes, &agent("ada"), |user| user.managed.role = Role::Supervisor), "agents change nothing");
}

#[test]
fn rule_5_leading_a_team_no_more_takes_away_what_the_user_was_about_to_do_and_leading_another_one_does_not() {
    let revokes = User::revokes_permissions_of;
    let [one, two] = [1, 2].map(|number| TeamId::new(Uuid::from_u128(number)));
    let lead = user_with_role("ada", Role::Supervisor).with(|user| user.managed.leads = [one].into());
    assert!(is_seen(revokes, &lead, |user| user.managed.leads.clear()));
    assert!(is_seen(revokes, &lead, |user| user.managed.leads = [two].into()));
    assert!(!is_seen(revokes, &lead, |user| user.managed.leads = [one, two].into()));
    assert!(!is_seen(revokes, &lead, |user| user.managed.teams = [two].into()));
}

#[test]
fn rule_2_leading_ends_with_the_membership_and_with_becoming_an_agent() {
    let [one, two] = [1, 2].map(|number| TeamId::new(Uuid::from_u128(number)));
    let lead = user_with_role("ada", Role::Supervisor).with(|user| {
        user.managed.teams = [one, two].into();
        user.managed.leads = [one, two].into();
    });
    let after = |change: fn(&mut User)| {
        lead.with(|user| {
            change(user);
            user.managed.end_leads();
        })
        .managed
        .leads
    };
    assert_eq!(after(|_| ()), [one, two].into());
    assert_eq!(after(|user| user.managed.teams = [TeamId::new(Uuid::from_u128(2))].into()), [two].into());
    assert_eq!(after(|user| user.managed.role = Role::Agent), [].into());
}

#[test]
fn a_user_written_before_there_were_leads_leads_no_team_and_one_who_leads_none_is_written_as_before() {
    let ada = user_with_role("ada", Role::Supervisor);
    let item = serde_json::to_value(&ada).unwrap();
    assert_eq!(item.get("leads"), None);
    assert_eq!(serde_json::from_value::<User>(item).unwrap(), ada);
}

#[test]
fn rule_26_taskrouter_is_told_of_role_status_teams_skills_and_act_as_agent_and_of_nothing_else() {
    let (differs, ada) = (User::routing_differs, agent("ada"));
    assert!(is_seen(differs, &ada, |user| user.managed.role = Role::Supervisor));
    assert!(is_seen(differs, &ada, |user| user.managed.status = Status::Deactivated));
    assert!(is_seen(differs, &ada, |user| user.managed.act_as_agent = true));
    assert!(is_seen(differs, &ada, |user| user.managed.teams = [TeamId::new(Uuid::nil())].into()));
    assert!(is_seen(differs, &ada, |user| user.managed.assigned_skills = [(english(), Some(Level(1)))].into()));
    assert!(is_seen(differs, &ada, |user| user.taskrouter.disabled_skills = [english()].into()));
    assert!(!is_seen(differs, &ada, |user| user.idp.full_name = Some("Ada Lovelace".to_owned())));
}

#[test]
fn rule_3_who_is_deactivated_or_has_another_role_is_no_active_account_owner() {
    let owner = user_with_role("olga", Role::AccountOwner);
    assert!(owner.is_active_owner());
    assert!(!owner.with(|user| user.managed.status = Status::Deactivated).is_active_owner());
    assert!(!user_with_role("ada", Role::SystemAdmin).is_active_owner());
}
