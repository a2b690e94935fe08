use super::*;
use crate::{Level, Status, Team, TeamId, TeamName, TemporarySkill, test_support};

fn skills(of: &[(&str, i64)]) -> Skills {
    of.iter().map(|(name, level)| (SkillName::new(name).unwrap(), Some(Level(*level)))).collect()
}

fn name(text: &str) -> SkillName {
    SkillName::new(text).unwrap()
}

fn owned(role: Role, of: &[(&str, i64)]) -> OwnedAttributes {
    OwnedAttributes { roles: [role].into(), skills: skills(of), ..OwnedAttributes::default() }
}

fn agent_with(of: &[(&str, i64)]) -> User {
    test_support::user_with_role("ada", Role::Agent).with(|user| user.managed.assigned_skills = skills(of))
}

fn team(of: &[(&str, i64)]) -> (TeamId, Teams) {
    let id = TeamId::new(uuid::Uuid::from_u128(1));
    let team = Team::new(id, TeamName::parse("Sales").unwrap(), Timestamp::UNIX_EPOCH);
    (id, [(id, Team { skills: skills(of), ..team })].into())
}

const CARRIED_AT: Timestamp = Timestamp::UNIX_EPOCH;

/// Judged an hour after the base was carried over.
fn judged(user: &User, base: &OwnedAttributes, fetched: &OwnedAttributes) -> Verdict {
    judged_with(user, &Teams::new(), base, fetched, SkillAuthority::Directory, 3_600)
}

fn judged_with(
    user: &User,
    teams: &Teams,
    base: &OwnedAttributes,
    fetched: &OwnedAttributes,
    skills: SkillAuthority,
    seconds_later: i64,
) -> Verdict {
    let now = Timestamp::from_second(seconds_later).unwrap();
    judge(user, teams, Some((base, CARRIED_AT)), fetched, &Policy { skills, ..Policy::default() }, now)
}

fn drifted(verdict: &Verdict) -> Vec<&str> {
    verdict.drift.iter().map(|change| change.field.as_str()).collect()
}

#[test]
fn rule_11_who_does_not_act_as_agent_has_no_routing_skills() {
    let supervisor = test_support::user_with_role("ada", Role::Supervisor)
        .with(|user| user.managed.assigned_skills = skills(&[("English", 80)]));
    let shown = |user: &User| desired(user, &Teams::new(), &owned(Role::Agent, &[]), &Policy::default());
    assert_eq!(shown(&supervisor), owned(Role::Supervisor, &[]));
    let acting = supervisor.with(|user| user.managed.act_as_agent = true);
    assert_eq!(shown(&acting), owned(Role::Supervisor, &[("English", 80)]));
}

#[test]
fn rule_12_who_is_not_active_has_no_routing_skills_and_keeps_the_role() {
    let deactivated = agent_with(&[("English", 80)]).with(|user| user.managed.status = Status::Deactivated);
    let fetched = owned(Role::Agent, &[("English", 80)]);
    assert_eq!(desired(&deactivated, &Teams::new(), &fetched, &Policy::default()), owned(Role::Agent, &[]));
}

#[test]
fn rule_26_a_role_that_was_never_decided_here_matches_whatever_the_worker_has() {
    let adopted = agent_with(&[]).with(|user| user.managed.role_granted = false);
    let both = OwnedAttributes { roles: [Role::Agent, Role::Supervisor].into(), ..OwnedAttributes::default() };
    assert_eq!(desired(&adopted, &Teams::new(), &both, &Policy::default()), both);
    assert_eq!(desired(&agent_with(&[]), &Teams::new(), &both, &Policy::default()).roles, [Role::Agent].into());
    let follows_login = Policy { roles: RoleAuthority::IdentityProvider, ..Policy::default() };
    assert_eq!(desired(&agent_with(&[]), &Teams::new(), &both, &follows_login), both);
}

#[test]
fn rule_26_an_account_owner_is_an_admin_to_taskrouter() {
    let owner = test_support::user_with_role("ada", Role::AccountOwner);
    let shown = desired(&owner, &Teams::new(), &OwnedAttributes::default(), &Policy::default());
    assert_eq!(shown.roles, [Role::SystemAdmin].into());
}

#[test]
fn rule_24_where_nobody_else_has_written_there_is_nothing_to_judge() {
    let edited = agent_with(&[("English", 90), ("French", 1)]);
    let base = owned(Role::Agent, &[("English", 80)]);
    assert_eq!(judged(&edited, &base, &base), Verdict { user: edited.clone(), drift: Vec::new() });
}

#[test]
fn rule_24_skills_that_another_writer_has_written_are_drift_and_say_what_was_there() {
    let ada = agent_with(&[("English", 80)]);
    let (base, fetched) = (owned(Role::Agent, &[("English", 80)]), owned(Role::Agent, &[("French", 1)]));
    let verdict = judged(&ada, &base, &fetched);
    assert_eq!(verdict.user, ada);
    assert_eq!(drifted(&verdict), ["skills"]);
    assert_eq!(verdict.drift[0].before, json!({"English": 80}));
    assert_eq!(verdict.drift[0].after, json!({"French": 1}));
}

#[test]
fn rule_24_what_another_writer_has_written_is_no_drift_where_it_is_desired_by_now() {
    let (base, fetched) = (owned(Role::Agent, &[("English", 80)]), owned(Role::Agent, &[("English", 5)]));
    assert_eq!(drifted(&judged(&agent_with(&[("English", 5)]), &base, &fetched)), [] as [&str; 0]);
    assert_eq!(drifted(&judged(&agent_with(&[("English", 90)]), &base, &fetched)), ["skills"]);
}

#[test]
fn rule_24_a_worker_that_was_adopted_is_to_stay_as_it_was() {
    let adopted = agent_with(&[("English", 80)]).with(|user| user.managed.provenance = Provenance::Pending);
    let judged = |fetched: &OwnedAttributes| {
        judge(&adopted, &Teams::new(), None, fetched, &Policy::default(), Timestamp::UNIX_EPOCH)
    };
    assert_eq!(drifted(&judged(&owned(Role::Agent, &[("English", 80)]))), [""; 0]);
    assert_eq!(drifted(&judged(&owned(Role::Agent, &[]))), ["skills"]);
}

#[test]
fn rule_24_a_role_that_the_identity_provider_has_since_lowered_is_accepted() {
    let decided = test_support::user_with_role("ada", Role::SystemAdmin);
    let verdict = judged(&decided, &owned(Role::SystemAdmin, &[]), &owned(Role::Supervisor, &[]));
    assert_eq!((verdict.user.managed.role, drifted(&verdict)), (Role::Supervisor, vec![]));
    assert_eq!(verdict.user.managed.login_role, Some(Role::Supervisor));
}

#[test]
fn rule_24_a_role_raised_here_is_not_lowered_by_the_login_that_always_said_less() {
    let raised =
        test_support::user_with_role("ada", Role::SystemAdmin).with(|user| user.managed.login_role = Some(Role::Agent));
    let verdict = judged(&raised, &owned(Role::SystemAdmin, &[]), &owned(Role::Agent, &[]));
    assert_eq!((verdict.user.managed.role, drifted(&verdict)), (Role::SystemAdmin, vec!["roles"]));
}

#[test]
fn rule_24_a_stray_write_that_is_reverted_does_not_make_the_next_login_a_lowering() {
    let raised =
        test_support::user_with_role("ada", Role::Supervisor).with(|user| user.managed.login_role = Some(Role::Agent));
    let base = owned(Role::Supervisor, &[]);
    let stray = judged(&raised, &base, &owned(Role::SystemAdmin, &[]));
    let login = judged(&stray.user, &base, &owned(Role::Agent, &[]));
    assert_eq!((login.user.managed.role, drifted(&login)), (Role::Supervisor, vec!["roles"]));
}

#[test]
fn rule_22_with_skill_authority_shared_a_new_worker_without_skills_removes_none() {
    let from = test_support::report_ref("WK1", 1, 1);
    let adopted = agent_with(&[("English", 80)]).with(|user| {
        user.managed.provenance = Provenance::Adopted(from);
        user.taskrouter.worker_sid = Some(crate::WorkerSid::new("WK2"));
    });
    let policy = Policy { skills: SkillAuthority::Shared, ..Policy::default() };
    let verdict = judge(&adopted, &Teams::new(), None, &owned(Role::Agent, &[]), &policy, Timestamp::UNIX_EPOCH);
    assert_eq!((verdict.user, verdict.drift), (adopted, vec![]));
}

#[test]
fn rule_12_with_skill_authority_shared_a_login_of_a_deactivated_user_changes_no_assigned_skill() {
    let away = agent_with(&[("English", 80)]).with(|user| user.managed.status = Status::Deactivated);
    let fetched = owned(Role::Agent, &[("English", 1), ("French", 1)]);
    let verdict = judged_with(&away, &Teams::new(), &owned(Role::Agent, &[]), &fetched, SkillAuthority::Shared, 3_600);
    assert_eq!(
        (verdict.user.managed.assigned_skills.clone(), drifted(&verdict)),
        (skills(&[("English", 80)]), vec!["skills"])
    );
}

#[test]
fn interleaving_7_a_role_edited_down_and_up_again_is_still_lowered_by_the_identity_provider() {
    // Rule 24. The edits were carried over: what is found then is the base, and no statement of a login.
    let admin = test_support::user_with_role("ada", Role::SystemAdmin);
    let carried = judged(&admin, &owned(Role::Agent, &[]), &owned(Role::Agent, &[]));
    assert_eq!(carried.user, admin);
    let lowered = judged(&admin, &owned(Role::SystemAdmin, &[]), &owned(Role::Agent, &[]));
    assert_eq!((lowered.user.managed.role, drifted(&lowered)), (Role::Agent, vec![]));
}

#[test]
fn rule_11_who_is_lowered_by_the_identity_provider_acts_as_agent_as_before_and_agents_need_not() {
    let admin = test_support::user_with_role("ada", Role::SystemAdmin);
    let acts_after = |acts, stated| {
        let before = admin.with(|user| user.managed.act_as_agent = acts);
        let lowered = judged(&before, &owned(Role::SystemAdmin, &[]), &owned(stated, &[])).user;
        assert_eq!(lowered.managed.role, stated);
        lowered.managed.act_as_agent
    };
    assert_eq!([true, false].map(|acts| acts_after(acts, Role::Supervisor)), [true, false]);
    assert_eq!([true, false].map(|acts| acts_after(acts, Role::Agent)), [false, false]);
}

#[test]
fn rule_2_a_lead_whom_the_identity_provider_makes_an_agent_leads_no_more() {
    let team = TeamId::new(uuid::Uuid::nil());
    let lead = test_support::user_with_role("ada", Role::SystemAdmin).with(|user| {
        user.managed.teams = [team].into();
        user.managed.leads = [team].into();
    });
    let leads_after = |stated| {
        let lowered = judged(&lead, &owned(Role::SystemAdmin, &[]), &owned(stated, &[])).user;
        lowered.managed.leads.len()
    };
    assert_eq!([Role::Supervisor, Role::Agent].map(leads_after), [1, 0]);
}

#[test]
fn rule_24_where_no_role_is_decided_here_what_the_worker_shows_is_not_judged() {
    let decided = test_support::user_with_role("ada", Role::Supervisor);
    let adopted = decided.with(|user| user.managed.role_granted = false);
    let (base, fetched) = (owned(Role::Supervisor, &[]), owned(Role::Agent, &[]));
    assert_eq!(judged(&adopted, &base, &fetched), Verdict { user: adopted.clone(), drift: Vec::new() });
    let follows_login = Policy { roles: RoleAuthority::IdentityProvider, ..Policy::default() };
    let verdict =
        judge(&decided, &Teams::new(), Some((&base, CARRIED_AT)), &fetched, &follows_login, Timestamp::UNIX_EPOCH);
    assert_eq!(verdict, Verdict { user: decided, drift: Vec::new() });
}

#[test]
fn rule_3_a_login_does_not_lower_an_account_owner() {
    let owner = test_support::user_with_role("ada", Role::AccountOwner);
    let verdict = judged(&owner, &owned(Role::SystemAdmin, &[]), &owned(Role::Agent, &[]));
    assert_eq!((verdict.user.managed.role, drifted(&verdict)), (Role::AccountOwner, vec!["roles"]));
}

#[test]
fn rule_24_skills_that_flexs_own_pages_disable_stay_out_of_routing_and_those_that_they_enable_go_back() {
    let ada = agent_with(&[("English", 80), ("French", 1)]);
    let base = owned(Role::Agent, &[("English", 80), ("French", 1)]);
    let disabled = OwnedAttributes { disabled: [name("French")].into(), ..owned(Role::Agent, &[("English", 80)]) };
    let verdict = judged(&ada, &base, &disabled);
    assert_eq!((drifted(&verdict), &verdict.user.taskrouter.disabled_skills), (vec![], &[name("French")].into()));
    let shown = desired(&verdict.user, &Teams::new(), &disabled, &Policy::default());
    assert_eq!(shown, disabled, "nothing is to be written");

    let enabled = owned(Role::Agent, &[("English", 80), ("French", 1)]);
    let verdict = judged(&verdict.user, &disabled, &enabled);
    assert_eq!((drifted(&verdict), verdict.user.taskrouter.disabled_skills.len()), (vec![], 0));
}

#[test]
fn rule_24_of_two_disabled_skills_the_one_that_is_not_enabled_stays_disabled() {
    let both = [name("French"), name("Greek")];
    let ada =
        agent_with(&[("French", 1), ("Greek", 2)]).with(|user| user.taskrouter.disabled_skills = both.clone().into());
    let base = OwnedAttributes { disabled: both.into(), ..owned(Role::Agent, &[]) };
    let fetched = OwnedAttributes { disabled: [name("Greek")].into(), ..owned(Role::Agent, &[("French", 1)]) };
    assert_eq!(judged(&ada, &base, &fetched).user.taskrouter.disabled_skills, [name("Greek")].into());
}

#[test]
fn rule_26_what_is_decided_is_the_role_with_the_skills_that_are_routed_whatever_else_the_worker_has() {
    let (sales, teams) = team(&[("Sales", 5)]);
    let owner = test_support::user_with_role("ada", Role::AccountOwner).with(|user| {
        user.managed.act_as_agent = true;
        user.managed.teams = [sales].into();
        user.managed.assigned_skills = skills(&[("English", 80), ("French", 1)]);
        user.taskrouter.disabled_skills = [name("French")].into();
    });
    assert_eq!(decided(&owner, &teams), owned(Role::SystemAdmin, &[("English", 80), ("Sales", 5)]));
}

#[test]
fn rule_24_a_disabled_skill_that_is_assigned_again_is_enabled() {
    let base = OwnedAttributes { disabled: [name("French")].into(), ..owned(Role::Agent, &[]) };
    let again = agent_with(&[("French", 1)]);
    let verdict = judged(&again, &base, &base);
    let shown = desired(&verdict.user, &Teams::new(), &base, &Policy::default());
    assert_eq!((shown.skills, shown.disabled.len()), (skills(&[("French", 1)]), 0));
}

#[test]
fn rule_24_with_skill_authority_shared_what_others_write_is_accepted_and_nothing_else() {
    let (sales, teams) = team(&[("Sales", 5)]);
    let ada = agent_with(&[("English", 80), ("French", 9)]).with(|user| user.managed.teams = [sales].into());
    let base = owned(Role::Agent, &[("English", 80), ("Sales", 5)]);
    let fetched = owned(Role::Agent, &[("English", 70), ("German", 2), ("Sales", 5)]);
    let verdict = judged_with(&ada, &teams, &base, &fetched, SkillAuthority::Shared, 3_600);
    assert_eq!(verdict.user.managed.assigned_skills, skills(&[("English", 70), ("French", 9), ("German", 2)]));
    assert_eq!(drifted(&verdict), [""; 0], "French is a decision that is not carried over yet, and stays");

    let removed = owned(Role::Agent, &[("Sales", 5)]);
    let verdict = judged_with(&ada, &teams, &base, &removed, SkillAuthority::Shared, 3_600);
    assert_eq!((verdict.user.managed.assigned_skills, verdict.drift), (skills(&[("French", 9)]), vec![]));
}

#[test]
fn rule_24_with_skill_authority_shared_a_stale_copy_and_the_removal_of_an_inherited_skill_are_drift() {
    let (sales, teams) = team(&[("Sales", 5)]);
    let ada = agent_with(&[("English", 80)]).with(|user| user.managed.teams = [sales].into());
    let base = owned(Role::Agent, &[("English", 80), ("Sales", 5)]);
    let without = |of: &[(&str, i64)], seconds| {
        let verdict = judged_with(&ada, &teams, &base, &owned(Role::Agent, of), SkillAuthority::Shared, seconds);
        (verdict.user.managed.assigned_skills.len(), verdict.drift.len())
    };
    assert_eq!(without(&[("Sales", 5)], 299), (1, 1), "English was carried over less than five minutes ago");
    assert_eq!(without(&[("Sales", 5)], 300), (0, 0));
    assert_eq!(without(&[("English", 80)], 3_600), (1, 1), "a team grants Sales");
}

/// A temporary skill with this level that has started, or not.
fn temporary(level: i64, active: bool) -> TemporarySkill {
    let time = |second| Timestamp::from_second(second).unwrap().into();
    TemporarySkill { level: Some(Level(level)), from: time(10), until: time(20), active }
}

#[test]
fn rule_26_a_worker_shows_a_temporary_skill_while_it_lasts() {
    let with = |active| {
        agent_with(&[("English", 80)]).with(|user| {
            let skills = [(name("English"), temporary(10, active)), (name("French"), temporary(20, active))];
            user.managed.temporary_skills = skills.into();
        })
    };
    assert_eq!(routed_skills(&with(true), &Teams::new()), skills(&[("English", 10), ("French", 20)]));
    assert_eq!(routed_skills(&with(false), &Teams::new()), skills(&[("English", 80)]));
}

#[test]
fn rule_36_with_skill_authority_shared_what_others_write_ends_the_temporary_skill_and_not_one_that_has_not_started() {
    let (sales, teams) = team(&[("Sales", 5)]);
    let with = |active| {
        agent_with(&[("English", 80)]).with(|user| {
            user.managed.teams = [sales].into();
            let names = [name("English"), name("German"), name("Sales")];
            user.managed.temporary_skills = names.map(|name| (name, temporary(10, active))).into();
        })
    };
    let left = |active, fetched: &[(&str, i64)]| {
        let base = routed_skills(&with(active), &teams);
        let base = OwnedAttributes { skills: base, ..owned(Role::Agent, &[]) };
        let fetched = owned(Role::Agent, fetched);
        let verdict = judged_with(&with(active), &teams, &base, &fetched, SkillAuthority::Shared, 3_600);
        let names = verdict.user.managed.temporary_skills.into_keys().map(|name| name.to_string());
        (names.collect::<Vec<_>>(), verdict.user.managed.assigned_skills, verdict.drift.len())
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let (all, written) = (["English", "German", "Sales"], skills(&[("English", 70), ("German", 10)]));
    let fetched = [("English", 70), ("German", 10), ("Sales", 10)];
    assert_eq!(left(true, &fetched), (words(&["German", "Sales"]), skills(&[("English", 70)]), 0));
    assert_eq!(left(true, &[("German", 10), ("Sales", 10)]), (words(&["German", "Sales"]), skills(&[]), 0));
    assert_eq!(left(true, &[("English", 10), ("German", 10)]).2, 1, "a team grants Sales");
    assert_eq!(left(false, &[("English", 70), ("German", 10), ("Sales", 5)]), (words(&all), written, 0));
    assert_eq!(left(false, &[("Sales", 5)]), (words(&all), skills(&[]), 0));
}

#[test]
fn rule_24_the_level_of_a_skill_without_levels_is_no_drift() {
    let ada = agent_with(&[]).with(|user| {
        user.managed.assigned_skills = [(name("Chat"), None), (name("English"), Some(Level(80)))].into();
    });
    let fetched = owned(Role::Agent, &[("Chat", 1), ("English", 80)]);
    let wanted = desired(&ada, &Teams::new(), &fetched, &Policy::default());
    let in_question = with_unexpected_level(&wanted, &fetched);
    assert_eq!(in_question, [name("Chat")].into());
    assert_eq!(fetched.without_levels_of(&in_question), wanted);
}
