use super::matrix::decision_for;
use super::*;
use crate::Status;
use crate::test_support::{agent, user_with_role};

fn caller(role: Role) -> Caller {
    Caller::new(user_with_role("caller", role).user_id, role)
}

/// The meaning of the letters in the tables below.
fn meaning(letter: char) -> Option<&'static str> {
    match letter {
        'y' => None,
        'a' => Some("agents-may-not"),
        's' => Some("supervisors-may-not"),
        'o' => Some("account-owners-only"),
        'r' => Some("own-role"),
        't' => Some("own-status"),
        'u' => Some("outside-led-teams"),
        'n' => Some("team-not-led"),
        'l' => Some("no-led-team"),
        'j' => Some("somebody-elses-job"),
        other => panic!("no meaning: {other}"),
    }
}

/// Callers: agent, supervisor, system admin, account owner.
const ON_THE_DIRECTORY: &[(&str, &str)] = &[
    ("view_users", "a y y y"),
    ("export_users", "a y y y"),
    ("see_jobs", "a j y y"),
    ("add_agent", "a y y y"),
    ("add_supervisor", "a s y y"),
    ("add_system_admin", "a s y y"),
    ("add_account_owner", "a s o y"),
    ("view_catalog", "a y y y"),
    ("create_teams", "a y y y"),
    ("manage_teams", "a y y y"),
    ("archive_teams", "a s y y"),
    ("delete_teams", "a s y y"),
    ("manage_skills", "a s y y"),
    ("delete_skills", "a s y y"),
    ("manage_presets", "a s y y"),
    ("view_reconciliations", "a y y y"),
    ("start_reconciliations", "a s y y"),
];

/// Callers as above; for each the targets: agent, supervisor, system admin, account owner, oneself.
const ON_A_USER: &[(&str, [&str; 4])] = &[
    ("edit_user", ["a a a a a", "y y y y y", "y y y y y", "y y y y y"]),
    ("change_leads", ["a a a a a", "s s s s s", "y y y y y", "y y y y y"]),
    ("assign_skills", ["a a a a a", "y y y y y", "y y y y y", "y y y y y"]),
    ("request_sync", ["a a a a a", "y y y y y", "y y y y y", "y y y y y"]),
    ("decide_drift", ["a a a a a", "s s s s s", "y y y y y", "y y y y y"]),
    ("make_agent", ["a a a a a", "s s s s s", "y y y o y", "y y y y y"]),
    ("make_supervisor", ["a a a a a", "s s s s s", "y y y o y", "y y y y y"]),
    ("make_system_admin", ["a a a a a", "s s s s s", "y y y o y", "y y y y y"]),
    ("make_account_owner", ["a a a a a", "s s s s s", "o o o o r", "y y y y y"]),
    ("deactivate", ["a a a a a", "s s s s s", "y y y o t", "y y y y t"]),
    ("reactivate", ["a a a a a", "s s s s s", "y y y o t", "y y y y t"]),
    ("delete", ["a a a a a", "s s s s s", "y y y o t", "y y y y t"]),
];

fn cells(row: &str) -> Vec<Option<&'static str>> {
    row.split(' ').map(|cell| meaning(cell.chars().next().unwrap())).collect()
}

#[test]
fn rules_1_to_4_each_cell_of_the_powers_table_says_what_the_rules_say() {
    let refusal_code = |caller, row, target| decision(caller, row, target).err().map(|refusal| refusal.code());
    let (on_a_user, on_the_directory): (Vec<&Row>, Vec<&Row>) = rows().iter().partition(|row| row.has_target);
    assert_eq!(on_the_directory.len(), ON_THE_DIRECTORY.len());
    assert_eq!(on_a_user.len(), ON_A_USER.len());
    for (row, (name, expected)) in on_the_directory.into_iter().zip(ON_THE_DIRECTORY) {
        assert_eq!(row.name, *name);
        let codes = CALLERS.map(|caller| refusal_code(caller, row, Target::Caller));
        assert_eq!(codes.to_vec(), cells(expected), "{name}");
    }
    for (row, (name, expected)) in on_a_user.into_iter().zip(ON_A_USER) {
        assert_eq!(row.name, *name);
        for (caller, expected) in CALLERS.into_iter().zip(expected) {
            let codes = Target::ALL.map(|target| refusal_code(caller, row, target));
            assert_eq!(codes.to_vec(), cells(expected), "{name} by {caller}");
        }
    }
}

/// A supervisor where supervisors change only what belongs to the teams that they lead.
fn lead(leads: impl IntoIterator<Item = TeamId>) -> Caller {
    Caller { scope: SupervisorScope::Teams, leads: leads.into_iter().collect(), ..caller(Role::Supervisor) }
}

fn team(number: u128) -> TeamId {
    TeamId::new(uuid::Uuid::from_u128(number))
}

fn member(teams: &[u128]) -> User {
    agent("ada").with(|user| user.managed.teams = teams.iter().copied().map(team).collect())
}

/// What differs where supervisors change only their own teams: on a team that they lead or its member, and on another.
const IN_SCOPE_TEAMS: &[(&str, &str)] = &[
    ("add_agent", "y l"),
    ("create_teams", "s s"),
    ("manage_teams", "y n"),
    ("edit_user", "y u"),
    ("assign_skills", "y u"),
    ("request_sync", "y u"),
];

#[test]
fn rule_2_where_supervisors_change_only_their_own_teams_the_rest_of_the_table_is_as_it_was() {
    for row in rows() {
        for target in Target::ALL {
            let code = |caller: &Caller| decision_for(caller, row, target).err().map(|refusal| refusal.code());
            let usual = code(&caller(Role::Supervisor));
            let expected = IN_SCOPE_TEAMS.iter().find(|(name, _)| *name == row.name);
            let expected = expected.map_or(vec![usual, usual], |(_, expected)| cells(expected));
            assert_eq!(vec![code(&lead([team(1)])), code(&lead([]))], expected, "{}, {target:?}", row.name);
        }
        for role in [Role::Agent, Role::SystemAdmin, Role::AccountOwner] {
            let scoped = Caller { scope: SupervisorScope::Teams, ..caller(role) };
            for target in Target::ALL {
                assert_eq!(decision_for(&scoped, row, target), decision_for(&caller(role), row, target), "{role}");
            }
        }
    }
}

#[test]
fn rule_2_one_led_team_among_a_users_teams_is_enough_and_a_lead_is_no_exception_to_themselves() {
    let may = |caller: &Caller, user: &User| authorize(caller, Operation::EditUser(user)).is_ok();
    assert!(may(&lead([team(1), team(3)]), &member(&[1, 2])));
    assert!(!may(&lead([team(3)]), &member(&[1, 2])));
    let own = |teams: &[u128]| member(teams).with(|user| user.user_id = lead([]).user_id);
    assert!(may(&lead([team(1)]), &own(&[1])) && !may(&lead([]), &own(&[1])));
}

#[test]
fn rule_2_a_supervisor_changes_memberships_of_led_teams_alone() {
    let change = |to: &[u128]| {
        let wanted = member(to).managed.teams;
        authorize(&lead([team(1), team(2)]), Operation::ChangeTeams(&member(&[1, 3]), &wanted))
    };
    for allowed in [&[1, 3][..], &[2, 3], &[3], &[1, 2, 3]] {
        assert_eq!(change(allowed), Ok(()), "{allowed:?}");
    }
    assert_eq!(change(&[1]), Err(Refusal::TeamNotLed((&team(3)).into())));
    assert_eq!(change(&[1, 3, 4]), Err(Refusal::TeamNotLed((&team(4)).into())));
}

#[test]
fn rule_2_a_supervisor_adds_users_only_to_led_teams() {
    let add =
        |role, teams: &[u128]| authorize(&lead([team(1)]), Operation::AddUser(role, &member(teams).managed.teams));
    assert_eq!(add(Role::Agent, &[1]), Ok(()));
    assert_eq!(add(Role::Agent, &[1, 2]), Err(Refusal::TeamNotLed((&team(2)).into())));
    assert_eq!(add(Role::Agent, &[]), Err(Refusal::NoLedTeam));
    assert_eq!(add(Role::Supervisor, &[1]).unwrap_err().code(), "supervisors-may-not");
}

#[test]
fn rule_5_the_teams_that_somebody_leads_now_count() {
    let led = user_with_role("ada", Role::Supervisor).with(|user| user.managed.leads = [team(1)].into());
    let now = reauthorize(&lead([team(2)]), Some(&led), Role::Agent).unwrap();
    assert_eq!((now.leads, now.scope), ([team(1)].into(), SupervisorScope::Teams));
}

#[test]
fn the_page_of_powers_is_what_the_code_decides() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(page, document()).unwrap();
    }
    let written = std::fs::read_to_string(page).unwrap_or_default();
    assert!(
        written == document(),
        "docs/permissions.md is not what the code decides; run UPDATE_DOCS=1 cargo test -p domain"
    );
}

#[test]
fn rule_3_nobody_raises_their_own_role_and_everybody_may_lower_it() {
    let ada = user_with_role("ada", Role::SystemAdmin);
    let ada_asks = &Caller::new(ada.user_id, ada.managed.role);
    let raise = Operation::ChangeRole(&ada, Role::AccountOwner);
    assert_eq!(authorize(ada_asks, raise), Err(Refusal::OwnRole));
    assert_eq!(authorize(ada_asks, Operation::ChangeRole(&ada, Role::Agent)), Ok(()));
}

#[test]
fn rule_2_only_admins_try_again_to_remove_a_deleted_user_from_taskrouter() {
    let deleted = agent("ada").with(|user| user.managed.status = Status::Deleted);
    let code = |role| authorize(&caller(role), Operation::RequestSync(&deleted)).err().map(|refusal| refusal.code());
    assert_eq!(code(Role::Agent), Some("agents-may-not"));
    assert_eq!(code(Role::Supervisor), Some("supervisors-may-not"));
    assert_eq!((code(Role::SystemAdmin), code(Role::AccountOwner)), (None, None));
}

#[test]
fn rule_29_an_export_is_for_the_one_who_asked_and_for_admins() {
    let somebody_elses = Operation::ViewJob { requested_by: agent("ada").user_id };
    assert_eq!(authorize(&caller(Role::Supervisor), somebody_elses), Err(Refusal::ForeignJob));
    assert_eq!(
        authorize(&caller(Role::Supervisor), Operation::ViewJob { requested_by: caller(Role::Supervisor).user_id }),
        Ok(())
    );
    assert_eq!(authorize(&caller(Role::SystemAdmin), somebody_elses), Ok(()));
}

#[test]
fn rule_1_an_agent_is_told_of_no_powers_and_an_account_owner_of_all() {
    assert_eq!(permitted_operations(&caller(Role::Agent)), [""; 0]);
    assert_eq!(permitted_operations(&caller(Role::AccountOwner)).len(), rows().len());
    assert!(!permitted_operations(&caller(Role::Supervisor)).contains(&"delete"));
}

#[test]
fn rule_5_what_somebody_is_now_counts_and_not_what_they_were_when_their_token_was_checked() {
    let was_admin = caller(Role::SystemAdmin);
    let now = |profile: &User| reauthorize(&was_admin, Some(profile), Role::SystemAdmin).map(|caller| caller.role);
    assert_eq!(now(&user_with_role("ada", Role::Supervisor)), Ok(Role::Supervisor));
    let away = user_with_role("ada", Role::SystemAdmin).with(|user| user.managed.status = Status::Deactivated);
    assert_eq!(now(&away), Err(Refusal::CallerMayNoLonger));
    assert_eq!(reauthorize(&was_admin, None, Role::SystemAdmin), Err(Refusal::CallerMayNoLonger));
}

#[test]
fn rule_25_a_role_that_nobody_gave_here_is_capped_by_the_token_also_at_the_end() {
    let claims = user_with_role("ada", Role::SystemAdmin).with(|user| user.managed.role_granted = false);
    assert_eq!(reauthorize(&caller(Role::Agent), Some(&claims), Role::Agent).unwrap().role, Role::Agent);
}

#[test]
fn rule_25_attributes_grant_nobody_more_than_their_token_states() {
    let claims_admin = user_with_role("mallory", Role::SystemAdmin).with(|user| user.managed.role_granted = false);
    assert_eq!(effective_role(&claims_admin, Some(Role::Agent)), Some(Role::Agent));
    assert_eq!(effective_role(&claims_admin, None), None);
    let granted = user_with_role("ada", Role::Supervisor);
    assert_eq!(effective_role(&granted, Some(Role::Agent)), Some(Role::Supervisor));
    assert_eq!(effective_role(&granted, None), None, "rule 23");
    let lowered = claims_admin.with(|user| user.managed.role = Role::Supervisor);
    assert_eq!(effective_role(&lowered, Some(Role::SystemAdmin)), Some(Role::Supervisor));
}

#[test]
fn rule_5_a_token_counts_for_an_active_user_with_the_worker_that_it_was_issued_to() {
    let sid = |sid: &str| Some(WorkerSid::new(sid));
    let ada = user_with_role("ada", Role::Supervisor).with(|user| user.taskrouter.worker_sid = sid("WK1"));
    let role = |user: &User, stated| authenticate(user, &WorkerSid::new("WK1"), stated);
    assert_eq!(role(&ada, Some(Role::Agent)), Some(Role::Supervisor));
    assert_eq!(role(&ada, None), None, "rule 23");
    for status in [Status::Deactivated, Status::Deleted] {
        assert_eq!(role(&ada.with(|user| user.managed.status = status), Some(Role::Agent)), None, "{status}");
    }
    for other in [sid("WK2"), None] {
        assert_eq!(role(&ada.with(|user| user.taskrouter.worker_sid = other), Some(Role::Agent)), None);
    }
}
