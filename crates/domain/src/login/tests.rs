use super::*;
use crate::{Level, people};

const EARLY: ReportVersion = ReportVersion { at_ms: 1_000, version: 1 };
const LATE: ReportVersion = ReportVersion { at_ms: 2_000, version: 2 };

fn directory() -> Policy {
    Policy { account_owners: ["owner@example.com".to_owned()].into(), ..Policy::default() }
}

fn said(role: Role) -> Attributes {
    let (full_name, email) = (Some("Ada Lovelace".to_owned()), Some("ada@example.com".to_owned()));
    Attributes { full_name, email, role: Some(role), ..Attributes::default() }
}

fn skills(of: &[(&str, i64)]) -> Skills {
    of.iter().map(|(name, level)| (SkillName::new(name).unwrap(), Some(Level(*level)))).collect()
}

fn seen(said: &Attributes, stamp: ReportVersion) -> Seen<'_> {
    Seen { identity: "ada", worker_sid: "WK1", gone: false, stamp, latest: true, said: Some(said) }
}

fn first(seen: Seen<'_>) -> Option<User> {
    first_seen(seen, &directory(), people::agent("ada").user_id, Timestamp::UNIX_EPOCH)
}

fn again(user: &User, seen: Seen<'_>) -> User {
    seen_again(user, seen, &directory(), &Skills::new())
}

#[test]
fn rule_23_a_person_first_seen_is_adopted_as_they_are() {
    let attributes =
        Attributes { skills: skills(&[("English", 80)]), disabled: skills(&[("French", 3)]), ..said(Role::Supervisor) };
    let ada = first(seen(&attributes, EARLY)).unwrap();
    assert_eq!((ada.role, ada.role_granted, ada.act_as_agent), (Role::Supervisor, false, true));
    assert_eq!(ada.assigned_skills, skills(&[("English", 80), ("French", 3)]));
    assert_eq!(ada.disabled_skills, [SkillName::new("French").unwrap()].into());
    assert_eq!((ada.name.as_str(), ada.worker_sid.as_deref()), ("Ada Lovelace", Some("WK1")));
}

#[test]
fn rule_23_a_supervisor_found_without_routing_skills_does_not_act_as_agent() {
    assert!(!first(seen(&said(Role::Supervisor), EARLY)).unwrap().act_as_agent);
}

#[test]
fn rule_23_a_worker_without_one_of_the_three_roles_is_unmanaged() {
    assert_eq!(first(seen(&Attributes { role: None, ..said(Role::Agent) }, EARLY)), None);
}

#[test]
fn rule_3_whom_the_deployment_names_is_an_account_owner_from_the_next_login_on() {
    let attributes = said(Role::SystemAdmin);
    let owner = first(Seen { identity: "Owner@Example.com", ..seen(&attributes, EARLY) }).unwrap();
    assert_eq!((owner.role, owner.role_granted), (Role::AccountOwner, true));
    let lowered = said(Role::Agent);
    let later = again(&owner, Seen { identity: "Owner@Example.com", ..seen(&lowered, LATE) });
    assert_eq!(later.role, Role::AccountOwner);
}

#[test]
fn rule_24_a_login_changes_name_email_and_picture_and_nothing_that_the_directory_owns() {
    let decided = User { assigned_skills: skills(&[("English", 80)]), ..people::somebody("ada", Role::Supervisor) };
    let attributes = Attributes { skills: skills(&[("French", 1)]), ..said(Role::SystemAdmin) };
    let after = again(&decided, seen(&attributes, LATE));
    assert_eq!((after.name.as_str(), after.email.as_deref()), ("Ada Lovelace", Some("ada@example.com")));
    assert_eq!((after.role, &after.assigned_skills), (Role::Supervisor, &decided.assigned_skills));
}

#[test]
fn rule_24_a_role_that_the_identity_provider_has_since_lowered_is_taken_over() {
    let decided = people::somebody("ada", Role::Supervisor);
    assert_eq!(again(&decided, seen(&said(Role::Agent), LATE)).role, Role::Agent);
    let raised_here = User { login_role: Some(Role::Agent), ..decided };
    assert_eq!(again(&raised_here, seen(&said(Role::Agent), LATE)).role, Role::Supervisor, "that is drift");
}

#[test]
fn rules_24_and_28_a_lowering_that_is_heard_late_is_taken_over_all_the_same() {
    let decided = User {
        role_decided_after: Some(ReportVersion { at_ms: 500, version: 0 }),
        ..people::somebody("ada", Role::SystemAdmin)
    };
    let (lowered, raised) = (said(Role::Agent), said(Role::SystemAdmin));
    let in_order = again(&again(&decided, seen(&lowered, EARLY)), seen(&raised, LATE));
    let reversed = again(&again(&decided, seen(&raised, LATE)), Seen { latest: false, ..seen(&lowered, EARLY) });
    assert_eq!((in_order.role, reversed.role), (Role::Agent, Role::Agent));
    let before_the_decision = Seen { latest: false, ..seen(&lowered, ReportVersion { at_ms: 400, version: 0 }) };
    assert_eq!(again(&decided, before_the_decision).role, Role::SystemAdmin);
}

#[test]
fn rule_24_with_role_authority_idp_the_role_follows_the_login() {
    let policy = Policy { roles: RoleAuthority::IdentityProvider, ..directory() };
    let ada = first_seen(seen(&said(Role::Agent), EARLY), &policy, people::agent("ada").user_id, Timestamp::UNIX_EPOCH);
    let raised = seen_again(&ada.unwrap(), seen(&said(Role::Supervisor), LATE), &policy, &Skills::new());
    assert_eq!((raised.role, raised.role_granted), (Role::Supervisor, false));
    assert!(raised.act_as_agent, "rule 11: nobody silently stops getting calls");
}

#[test]
fn rule_24_with_skill_authority_shared_what_changed_elsewhere_is_taken_over_and_nothing_else() {
    let policy = Policy { skills: SkillAuthority::Shared, ..directory() };
    let take = |user: &User, of: &[(&str, i64)], inherited: &Skills| {
        let attributes = Attributes { skills: skills(of), ..said(Role::Agent) };
        seen_again(user, seen(&attributes, LATE), &policy, inherited)
    };
    let ada = take(&people::agent("ada"), &[("English", 80), ("Sales", 5)], &skills(&[("Sales", 5)]));
    assert_eq!(ada.assigned_skills, skills(&[("English", 80)]), "what a team gives is not assigned as well");

    let assigned_here = User { assigned_skills: skills(&[("English", 80), ("French", 9)]), ..ada };
    let after = take(&assigned_here, &[("English", 70), ("Sales", 5)], &skills(&[("Sales", 5)]));
    assert_eq!(after.assigned_skills, skills(&[("English", 70), ("French", 9)]));
    let removed = take(&after, &[("Sales", 5)], &skills(&[("Sales", 5)]));
    assert_eq!(removed.assigned_skills, skills(&[("French", 9)]));
}

#[test]
fn rule_28_an_earlier_login_that_arrives_late_is_what_is_adopted_and_the_latest_names_the_person() {
    let (created, renamed) = (
        Attributes { skills: skills(&[("English", 80)]), ..said(Role::Agent) },
        Attributes { full_name: Some("Ada King".into()), ..said(Role::Supervisor) },
    );
    let in_order = again(&first(seen(&created, EARLY)).unwrap(), seen(&renamed, LATE));
    let late = Seen { latest: false, ..seen(&created, EARLY) };
    let reversed = again(&first(seen(&renamed, LATE)).unwrap(), late);
    assert_eq!(in_order, reversed);
    assert_eq!((in_order.name.as_str(), in_order.role), ("Ada King", Role::Agent));
}

#[test]
fn rule_28_a_worker_removed_in_taskrouter_leaves_its_user_active_and_without_worker() {
    let attributes = said(Role::Agent);
    let ada = first(seen(&attributes, EARLY)).unwrap();
    let after = again(&ada, Seen { gone: true, ..seen(&attributes, LATE) });
    assert_eq!((after.status, after.worker_sid), (Status::Active, None));
}

#[test]
fn rule_22_a_worker_that_comes_back_with_a_new_sid_is_the_same_user() {
    let attributes = said(Role::Agent);
    let without = User { worker_sid: None, ..first(seen(&attributes, EARLY)).unwrap() };
    let back = again(&without, Seen { worker_sid: "WK2", ..seen(&attributes, LATE) });
    assert_eq!(back.worker_sid.as_deref(), Some("WK2"));
}

#[test]
fn rule_13_a_login_does_not_bring_a_deleted_person_back() {
    let deleted = User { status: Status::Deleted, ..people::agent("ada") };
    let after = again(&deleted, seen(&said(Role::Supervisor), LATE));
    assert_eq!(after, User { worker_sid: Some("WK1".into()), ..deleted });
}

#[test]
fn somebody_whose_attributes_cannot_be_read_is_still_on_the_list() {
    let nothing = Attributes::default();
    let ada = first(Seen { said: None, ..seen(&nothing, EARLY) }).unwrap();
    assert_eq!((ada.name.as_str(), ada.role, ada.provenance), ("ada", Role::Agent, Provenance::Pending));
    let attributes = said(Role::Supervisor);
    let read = again(&ada, seen(&attributes, EARLY));
    assert_eq!((read.name.as_str(), read.role), ("Ada Lovelace", Role::Supervisor));
}
