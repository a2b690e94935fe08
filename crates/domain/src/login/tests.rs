use super::*;
use crate::{EmailAddress, Level, ReportVersion, SkillName, WorkerSid, skill::Skills, test_support, user::IdpProfile};

const EARLY: ReportVersion = ReportVersion { at_ms: 1_000, version: Some(1) };
const LATE: ReportVersion = ReportVersion { at_ms: 2_000, version: Some(2) };

fn policy() -> Policy {
    Policy { account_owners: [identity("owner@example.com")].into(), ..Policy::default() }
}

fn identity(text: &str) -> Identity {
    Identity::reported(text).unwrap()
}

fn login(role: Role) -> Attributes {
    let idp = IdpProfile {
        full_name: Some("Ada Lovelace".to_owned()),
        email: Some(EmailAddress::reported("ada@example.com")),
        ..IdpProfile::default()
    };
    Attributes { idp, role: Some(role), ..Attributes::default() }
}

fn skills(of: &[(&str, i64)]) -> Skills {
    of.iter().map(|(name, level)| (SkillName::new(name).unwrap(), Some(Level(*level)))).collect()
}

fn report(attributes: &Attributes, version: ReportVersion) -> WorkerReport {
    WorkerReport {
        worker_sid: WorkerSid::new("WK1"),
        identity: Some(identity("ada")),
        activity: "Available".to_owned(),
        version,
        deleted: false,
        attributes: Some(attributes.clone()),
        other_chars: None,
        faults: Vec::new(),
    }
}

fn adopt_user(report: &WorkerReport) -> Option<User> {
    adopt(report, &policy(), test_support::agent("ada").user_id, Timestamp::UNIX_EPOCH)
}

fn apply_latest(user: &User, report: &WorkerReport) -> User {
    apply_report(user, report, Recency::Latest, &policy())
}

/// A report that arrives after a later one.
fn apply_late(user: &User, report: &WorkerReport) -> User {
    apply_report(user, report, Recency::Superseded, &policy())
}

#[test]
fn rule_23_a_person_first_seen_is_adopted_as_they_are() {
    let attributes = Attributes {
        skills: skills(&[("English", 80)]),
        disabled: skills(&[("French", 3)]),
        ..login(Role::Supervisor)
    };
    let ada = adopt_user(&report(&attributes, EARLY)).unwrap();
    assert_eq!((ada.managed.role, ada.managed.role_granted, ada.managed.act_as_agent), (Role::Supervisor, false, true));
    assert_eq!(ada.managed.assigned_skills, skills(&[("English", 80), ("French", 3)]));
    assert_eq!(ada.taskrouter.disabled_skills, [SkillName::new("French").unwrap()].into());
    assert_eq!((ada.name(), ada.taskrouter.worker_sid.as_ref().map(WorkerSid::as_str)), ("Ada Lovelace", Some("WK1")));
}

#[test]
fn rule_23_a_supervisor_found_without_routing_skills_does_not_act_as_agent() {
    assert!(!adopt_user(&report(&login(Role::Supervisor), EARLY)).unwrap().managed.act_as_agent);
}

#[test]
fn rule_23_a_worker_without_one_of_the_three_roles_is_unmanaged() {
    assert_eq!(adopt_user(&report(&Attributes { role: None, ..login(Role::Agent) }, EARLY)), None);
}

#[test]
fn rule_3_whom_the_deployment_names_is_an_account_owner_from_the_next_login_on() {
    let attributes = login(Role::SystemAdmin);
    let owner =
        adopt_user(&WorkerReport { identity: Some(identity("Owner@Example.com")), ..report(&attributes, EARLY) })
            .unwrap();
    assert_eq!((owner.managed.role, owner.managed.role_granted), (Role::AccountOwner, true));
    let lowered = login(Role::Agent);
    let later =
        apply_latest(&owner, &WorkerReport { identity: Some(identity("Owner@Example.com")), ..report(&lowered, LATE) });
    assert_eq!(later.managed.role, Role::AccountOwner);
}

#[test]
fn rule_24_a_login_changes_name_email_and_picture_and_nothing_that_the_directory_owns() {
    let decided = test_support::user_with_role("ada", Role::Supervisor)
        .with(|user| user.managed.assigned_skills = skills(&[("English", 80)]));
    let attributes = Attributes { skills: skills(&[("French", 1)]), ..login(Role::SystemAdmin) };
    let after = apply_latest(&decided, &report(&attributes, LATE));
    assert_eq!((after.name(), after.email()), ("Ada Lovelace", Some("ada@example.com")));
    assert_eq!(
        (after.managed.role, &after.managed.assigned_skills),
        (Role::Supervisor, &decided.managed.assigned_skills)
    );
}

#[test]
fn rule_24_what_a_login_states_of_a_decided_role_is_judged_when_the_worker_is_compared() {
    let decided = test_support::user_with_role("ada", Role::SystemAdmin);
    let after = apply_latest(&decided, &report(&login(Role::Agent), LATE));
    assert_eq!((after.managed.role, after.managed.login_role), (Role::SystemAdmin, Some(Role::SystemAdmin)));
}

#[test]
fn rule_24_with_role_authority_idp_the_role_follows_the_login() {
    let policy = Policy { roles: RoleAuthority::IdentityProvider, ..policy() };
    let ada =
        adopt(&report(&login(Role::Agent), EARLY), &policy, test_support::agent("ada").user_id, Timestamp::UNIX_EPOCH);
    let raised = apply_report(&ada.unwrap(), &report(&login(Role::Supervisor), LATE), Recency::Latest, &policy);
    assert_eq!((raised.managed.role, raised.managed.role_granted), (Role::Supervisor, false));
    assert!(raised.managed.act_as_agent, "rule 11: nobody silently stops getting calls");
}

#[test]
fn rule_2_with_role_authority_idp_a_lead_whom_the_login_makes_an_agent_leads_no_more() {
    let policy = Policy { roles: RoleAuthority::IdentityProvider, ..policy() };
    let team = crate::TeamId::new(uuid::Uuid::nil());
    let lead = test_support::user_with_role("ada", Role::Supervisor).with(|user| {
        user.managed.teams = [team].into();
        user.managed.leads = [team].into();
    });
    let leads_after = |role| {
        let after = apply_report(&lead, &report(&login(role), LATE), Recency::Latest, &policy);
        (after.managed.teams.len(), after.managed.leads.len())
    };
    assert_eq!([Role::Agent, Role::SystemAdmin].map(leads_after), [(1, 0), (1, 1)]);
}

#[test]
fn rule_11_with_role_authority_idp_only_who_stops_being_an_agent_begins_to_act_as_one() {
    let policy = Policy { roles: RoleAuthority::IdentityProvider, ..policy() };
    let user_id = test_support::agent("ada").user_id;
    let first = report(&login(Role::Supervisor), EARLY);
    let supervisor = adopt(&first, &policy, user_id, Timestamp::UNIX_EPOCH).unwrap();
    assert!(!supervisor.managed.act_as_agent, "no agent before the first login");
    let again = apply_report(&supervisor, &report(&login(Role::SystemAdmin), LATE), Recency::Latest, &policy);
    assert_eq!((again.managed.role, again.managed.act_as_agent), (Role::SystemAdmin, false));
}

#[test]
fn rule_25_with_role_authority_idp_a_role_that_was_given_here_is_capped_by_the_token_again() {
    let policy = Policy { roles: RoleAuthority::IdentityProvider, ..policy() };
    let granted = test_support::user_with_role("ada", Role::Supervisor);
    for stated in [Some(Role::SystemAdmin), Some(Role::Supervisor), None] {
        let written_by_the_browser = Attributes { role: stated, ..login(Role::Agent) };
        let after = apply_report(&granted, &report(&written_by_the_browser, LATE), Recency::Latest, &policy);
        assert_eq!(crate::permissions::effective_role(&after, Some(Role::Agent)), Some(Role::Agent), "{stated:?}");
    }
}

#[test]
fn rule_28_an_earlier_login_that_arrives_late_is_what_is_adopted_and_the_latest_names_the_person() {
    let (created, renamed) = (
        Attributes { skills: skills(&[("English", 80)]), ..login(Role::Agent) },
        Attributes {
            idp: IdpProfile { full_name: Some("Ada King".into()), ..login(Role::Agent).idp },
            ..login(Role::Supervisor)
        },
    );
    let in_order = apply_latest(&adopt_user(&report(&created, EARLY)).unwrap(), &report(&renamed, LATE));
    let reversed = apply_late(&adopt_user(&report(&renamed, LATE)).unwrap(), &report(&created, EARLY));
    assert_eq!(in_order, reversed);
    assert_eq!((in_order.name(), in_order.managed.role), ("Ada King", Role::Agent));
}

#[test]
fn rule_28_a_worker_removed_in_taskrouter_leaves_its_user_active_and_without_worker() {
    let attributes = login(Role::Agent);
    let ada = adopt_user(&report(&attributes, EARLY)).unwrap();
    let after = apply_latest(&ada, &WorkerReport { deleted: true, ..report(&attributes, LATE) });
    assert_eq!((after.managed.status, after.taskrouter.worker_sid), (Status::Active, None));
}

#[test]
fn rule_22_a_worker_that_comes_back_with_a_new_sid_is_the_same_user() {
    let attributes = login(Role::Agent);
    let without = adopt_user(&report(&attributes, EARLY)).unwrap().with(|user| user.taskrouter.worker_sid = None);
    let returned =
        apply_latest(&without, &WorkerReport { worker_sid: WorkerSid::new("WK2"), ..report(&attributes, LATE) });
    assert_eq!(returned.taskrouter.worker_sid.as_ref().map(WorkerSid::as_str), Some("WK2"));
}

#[test]
fn rule_22_a_renamed_worker_stays_the_same_user_and_only_the_latest_report_names_them() {
    let ada = adopt_user(&report(&login(Role::Agent), LATE)).unwrap();
    let renamed =
        |version| WorkerReport { identity: Some(identity("ada.king")), ..report(&login(Role::Agent), version) };
    let named = |recency, report: &WorkerReport| apply_report(&ada, report, recency, &policy()).identity;
    let later = renamed(ReportVersion { at_ms: 3_000, version: Some(3) });
    assert_eq!(named(Recency::Latest, &later), identity("ada.king"));
    for recency in [Recency::LatestAttributes, Recency::Superseded] {
        assert_eq!(named(recency, &later), identity("ada"), "{recency:?}");
    }
    let removed = WorkerReport { worker_sid: WorkerSid::new("WK0"), deleted: true, ..renamed(EARLY) };
    assert_eq!(named(Recency::Latest, &removed), identity("ada"), "a former worker names them no more");
}

#[test]
fn rule_28_a_worker_removed_and_created_again_at_the_same_time_leaves_the_data_of_the_one_that_lives() {
    let again = Attributes {
        idp: IdpProfile { full_name: Some("Ada King".into()), ..login(Role::Agent).idp },
        ..login(Role::Agent)
    };
    let at = |version| ReportVersion { at_ms: 9_000, version: Some(version) };
    let removal = WorkerReport { deleted: true, ..report(&login(Role::Agent), at(57)) };
    let creation = WorkerReport { worker_sid: WorkerSid::new("WK2"), ..report(&again, at(0)) };
    let ada = adopt_user(&report(&login(Role::Agent), EARLY)).unwrap();
    for [first, second] in [[&removal, &creation], [&creation, &removal]] {
        let after = apply_latest(&apply_latest(&ada, first), second);
        assert_eq!((after.name(), &after.taskrouter.worker_sid), ("Ada King", &Some(WorkerSid::new("WK2"))));
    }
}

#[test]
fn rule_28_of_two_workers_created_at_the_same_time_the_one_that_was_removed_is_adopted() {
    let first = Attributes { skills: skills(&[("English", 80)]), ..login(Role::Agent) };
    let again = Attributes { skills: skills(&[("French", 1)]), ..login(Role::Agent) };
    let at = |version| ReportVersion { at_ms: 9_000, version: Some(version) };
    let created = report(&first, at(0));
    let removed = WorkerReport { deleted: true, ..report(&first, at(1)) };
    let recreated = WorkerReport { worker_sid: WorkerSid::new("WK2"), ..report(&again, at(0)) };
    // Once the removal is known, every report about the first worker is one about a removed worker.
    let late = WorkerReport { deleted: true, ..created.clone() };
    for [first, second, third] in [[&created, &removed, &recreated], [&recreated, &removed, &late]] {
        let user = [second, third].into_iter().fold(adopt_user(first).unwrap(), |user, next| apply_latest(&user, next));
        assert_eq!(user.managed.assigned_skills, skills(&[("English", 80)]));
        assert_eq!(user.taskrouter.worker_sid, Some(WorkerSid::new("WK2")));
        assert_eq!(user.managed.provenance, Provenance::Adopted(created.report_ref()));
    }
}

#[test]
fn rule_34_a_report_of_unknown_time_that_its_version_makes_the_latest_gives_no_way_to_a_former_worker() {
    let named = |name: &str| Attributes {
        idp: IdpProfile { full_name: Some(name.into()), ..login(Role::Agent).idp },
        ..login(Role::Agent)
    };
    let of_second = |name, version| WorkerReport { worker_sid: WorkerSid::new("WK2"), ..report(&named(name), version) };
    let ada = adopt_user(&of_second("Ada", LATE)).unwrap();
    let timeless = ReportVersion { at_ms: ReportVersion::EARLIEST.at_ms, version: Some(3) };
    let renamed = apply_latest(&ada, &of_second("Ada King", timeless));
    let former = WorkerReport { deleted: true, ..report(&named("Ada Byron"), EARLY) };
    assert_eq!(apply_latest(&renamed, &former).name(), "Ada King");
}

#[test]
fn rule_24_whom_a_supervisor_added_has_the_role_of_their_login_and_still_receives_tasks() {
    let added = test_support::agent("ada").with(|user| {
        user.managed.login_role = None;
        user.managed.assigned_skills = skills(&[("English", 80)]);
    });
    let admin = apply_latest(&added, &report(&login(Role::SystemAdmin), EARLY));
    assert_eq!((admin.managed.role, admin.managed.role_granted), (Role::SystemAdmin, false));
    assert_eq!(admin.managed.assigned_skills, added.managed.assigned_skills);
    assert!(admin.receives_tasks(), "rule 11");
    let lowered = apply_latest(&admin, &report(&login(Role::Agent), LATE));
    assert_eq!((lowered.managed.role, lowered.managed.act_as_agent), (Role::Agent, false));
}

#[test]
fn rule_34_a_report_whose_attributes_are_unknown_changes_nothing_of_what_logins_state() {
    let ada = adopt_user(&report(&login(Role::Supervisor), EARLY)).unwrap();
    let unknown = WorkerReport { attributes: None, ..report(&login(Role::Agent), LATE) };
    assert_eq!(apply_latest(&ada, &unknown), ada);
    let without_name = Attributes { idp: IdpProfile::default(), ..login(Role::Supervisor) };
    let between = report(&without_name, ReportVersion { at_ms: 1_500, version: Some(1) });
    let after = |recency| apply_report(&ada, &between, recency, &policy());
    assert_eq!(after(Recency::LatestAttributes).name(), "ada", "no later report has stated a name");
    assert_eq!(after(Recency::Superseded).name(), "Ada Lovelace");
}

#[test]
fn rule_13_a_login_does_not_bring_a_deleted_person_back() {
    let deleted = test_support::agent("ada").with(|user| user.managed.status = Status::Deleted);
    let after = apply_latest(&deleted, &report(&login(Role::Supervisor), LATE));
    assert_eq!(after, deleted.with(|user| user.taskrouter.worker_sid = Some(WorkerSid::new("WK1"))));
}

#[test]
fn somebody_whose_attributes_cannot_be_read_is_still_on_the_list() {
    let nothing = Attributes::default();
    let ada = adopt_user(&WorkerReport { attributes: None, ..report(&nothing, EARLY) }).unwrap();
    assert_eq!((ada.name(), ada.managed.role, &ada.managed.provenance), ("ada", Role::Agent, &Provenance::Pending));
    let attributes = login(Role::Supervisor);
    let read = apply_latest(&ada, &report(&attributes, EARLY));
    assert_eq!((read.name(), read.managed.role), ("Ada Lovelace", Role::Supervisor));
}

#[test]
fn rule_33_what_shows_nothing_is_dropped_from_name_email_and_picture_and_kept_in_the_identity() {
    let idp = IdpProfile {
        full_name: Some("\u{202E}Ada\u{200B} Love\u{AD}lace".to_owned()),
        email: Some(EmailAddress::reported("ada\u{2060}@example.com")),
        picture: Some("https://example.com/ada.png\u{FEFF}".to_owned()),
    };
    let report = WorkerReport {
        identity: Some(identity("ada\u{200B}")),
        ..report(&Attributes { idp, ..login(Role::Agent) }, EARLY)
    };
    let ada = adopt_user(&report).unwrap();
    assert_eq!((ada.name(), ada.email()), ("Ada Lovelace", Some("ada@example.com")));
    assert_eq!(ada.idp.picture.as_deref(), Some("https://example.com/ada.png"));
    assert_eq!(ada.identity.as_str(), "ada\u{200B}");
    let unseen = IdpProfile { full_name: Some("\u{2800}\u{200B}".to_owned()), ..IdpProfile::default() };
    let unseen = Attributes { idp: unseen, ..login(Role::Agent) };
    for named in ["ada", "a\u{200B}da"] {
        let report = WorkerReport { identity: Some(identity(named)), ..self::report(&unseen, EARLY) };
        let nameless = adopt_user(&report).unwrap();
        assert_eq!((nameless.name(), nameless.identity.as_str()), ("ada", named), "the identity stands for the name");
    }
}
