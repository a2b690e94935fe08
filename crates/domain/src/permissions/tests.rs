use super::*;
use crate::Status;
use crate::test_support::{agent, user_with_role};

fn caller(role: Role) -> Caller {
    Caller { user_id: user_with_role("caller", role).user_id, role }
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
    ("manage_teams", "a y y y"),
    ("archive_teams", "a s y y"),
    ("delete_teams", "a s y y"),
    ("manage_skills", "a s y y"),
    ("delete_skills", "a s y y"),
    ("view_reconciliations", "a y y y"),
    ("start_reconciliations", "a s y y"),
];

/// Callers as above; for each the targets: agent, supervisor, system admin, account owner, oneself.
const ON_A_USER: &[(&str, [&str; 4])] = &[
    ("edit_user", ["a a a a a", "y y y y y", "y y y y y", "y y y y y"]),
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
    let ada_asks = Caller { user_id: ada.user_id, role: ada.managed.role };
    let raise = Operation::ChangeRole(&ada, Role::AccountOwner);
    assert_eq!(authorize(ada_asks, raise), Err(Refusal::OwnRole));
    assert_eq!(authorize(ada_asks, Operation::ChangeRole(&ada, Role::Agent)), Ok(()));
}

#[test]
fn rule_2_only_admins_try_again_to_remove_a_deleted_user_from_taskrouter() {
    let deleted = agent("ada").with(|user| user.managed.status = Status::Deleted);
    let code = |role| authorize(caller(role), Operation::RequestSync(&deleted)).err().map(|refusal| refusal.code());
    assert_eq!(code(Role::Agent), Some("agents-may-not"));
    assert_eq!(code(Role::Supervisor), Some("supervisors-may-not"));
    assert_eq!((code(Role::SystemAdmin), code(Role::AccountOwner)), (None, None));
}

#[test]
fn rule_29_an_export_is_for_the_one_who_asked_and_for_admins() {
    let somebody_elses = Operation::ViewJob { requested_by: agent("ada").user_id };
    assert_eq!(authorize(caller(Role::Supervisor), somebody_elses), Err(Refusal::ForeignJob));
    assert_eq!(
        authorize(caller(Role::Supervisor), Operation::ViewJob { requested_by: caller(Role::Supervisor).user_id }),
        Ok(())
    );
    assert_eq!(authorize(caller(Role::SystemAdmin), somebody_elses), Ok(()));
}

#[test]
fn rule_1_an_agent_is_told_of_no_powers_and_an_account_owner_of_all() {
    assert_eq!(permitted_operations(Role::Agent), [""; 0]);
    assert_eq!(permitted_operations(Role::AccountOwner).len(), rows().len());
    assert!(!permitted_operations(Role::Supervisor).contains(&"delete"));
}

#[test]
fn rule_5_what_somebody_is_now_counts_and_not_what_they_were_when_their_token_was_checked() {
    let was_admin = caller(Role::SystemAdmin);
    let now = |profile: &User| reauthorize(was_admin, Some(profile), Role::SystemAdmin).map(|caller| caller.role);
    assert_eq!(now(&user_with_role("ada", Role::Supervisor)), Ok(Role::Supervisor));
    let away = user_with_role("ada", Role::SystemAdmin).with(|user| user.managed.status = Status::Deactivated);
    assert_eq!(now(&away), Err(Refusal::CallerMayNoLonger));
    assert_eq!(reauthorize(was_admin, None, Role::SystemAdmin), Err(Refusal::CallerMayNoLonger));
}

#[test]
fn rule_25_a_role_that_nobody_gave_here_is_capped_by_the_token_also_at_the_end() {
    let claims = user_with_role("ada", Role::SystemAdmin).with(|user| user.managed.role_granted = false);
    assert_eq!(reauthorize(caller(Role::Agent), Some(&claims), Role::Agent).unwrap().role, Role::Agent);
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
