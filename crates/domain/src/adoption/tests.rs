use super::*;
use crate::{EmailAddress, user::IdpProfile};

const MANY: usize = 30;

/// A worker about whom nothing is odd.
fn worker(n: usize) -> WorkerFacts {
    let idp = IdpProfile { email: Some(EmailAddress::reported(format!("{n}@example.com"))), ..IdpProfile::default() };
    WorkerFacts {
        worker_sid: WorkerSid::new(format!("WK{n}")),
        identity: format!("user{n}"),
        attributes: Some(Attributes { idp, ..Attributes::default() }),
        roles: ["agent".to_owned()].into(),
        chars: 300,
        has_team_sid: false,
        contact_uri_fits: Some(true),
    }
}

fn with_email(n: usize, email: &str) -> WorkerFacts {
    let mut worker = worker(n);
    worker.attributes.as_mut().unwrap().idp.email = Some(EmailAddress::reported(email));
    worker
}

fn with_roles(roles: &[&str]) -> WorkerFacts {
    WorkerFacts { roles: roles.iter().map(ToString::to_string).collect(), ..worker(1) }
}

fn with_skills(skills: &[(&str, Option<i64>)]) -> WorkerFacts {
    let mut worker = worker(1);
    let skills = skills.iter().map(|(name, level)| (skill(name), level.map(Level)));
    worker.attributes.as_mut().unwrap().skills = skills.collect();
    worker
}

fn skill(name: &str) -> SkillName {
    SkillName::adopted(name).unwrap()
}

/// What is odd about these workers: what, how often, and why in the first case.
fn odd(definitions: SkillDefinitions, workers: &[WorkerFacts]) -> Vec<(Oddity, u64, String)> {
    let mut review = AdoptionReview::new(definitions);
    for worker in workers {
        review.add(worker);
    }
    let odd = review.odd().iter().map(|(oddity, sample)| (*oddity, sample.count, sample.first[0].reason.clone()));
    odd.collect()
}

fn why(worker: WorkerFacts) -> Vec<(Oddity, String)> {
    let odd = odd(SkillDefinitions::default(), &[worker]);
    odd.into_iter().map(|(oddity, _, reason)| (oddity, reason)).collect()
}

#[test]
fn about_an_agent_as_flex_makes_them_nothing_is_odd() {
    assert_eq!(odd(SkillDefinitions::default(), &[worker(1), worker(2)]), []);
}

#[test]
fn rule_22_workers_with_the_same_email_address_are_named_with_the_first_one_that_has_it() {
    let workers = [with_email(1, "ada@example.com"), worker(2), with_email(3, " ADA@example.com"), with_email(4, "")];
    assert_eq!(odd(SkillDefinitions::default(), &workers), [(Oddity::SameEmail, 1, "as WK1".to_owned())]);
    let nobody_has_one = [with_email(1, " "), with_email(2, "")];
    assert_eq!(odd(SkillDefinitions::default(), &nobody_has_one), []);
}

#[test]
fn rule_23_a_support_user_of_the_console_is_told_from_a_bot_and_from_a_worker_without_any_role() {
    let text = str::to_owned;
    assert_eq!(why(with_roles(&["support"])), [(Oddity::ConsoleSupport, text("support"))]);
    assert_eq!(why(with_roles(&[])), [(Oddity::NoRole, text("no roles"))]);
    assert_eq!(why(with_roles(&["bot"])), [(Oddity::NoRole, text("bot")), (Oddity::UnknownRole, text("bot"))]);
    assert_eq!(why(with_roles(&["support", "agent"])), []);
}

#[test]
fn rule_23_what_is_odd_is_said_with_what_comes_of_it() {
    let said = [Oddity::SameEmail, Oddity::ConsoleSupport, Oddity::FlexRole].map(|oddity| oddity.to_string());
    for (said, consequence) in said.iter().zip(["never merged", "no access", "kept"]) {
        assert!(said.contains(consequence), "{said}");
    }
}

#[test]
fn rule_26_roles_that_the_directory_keeps_beside_its_own_are_named() {
    let roles = ["admin", "auditor", "wfo.data_analyst", "wfo.full_access"];
    let expected = [
        (Oddity::UnknownRole, "auditor".to_owned()),
        (Oddity::FlexRole, "wfo.data_analyst, wfo.full_access".to_owned()),
    ];
    assert_eq!(why(with_roles(&roles)), expected);
}

#[test]
fn rule_19_a_level_is_out_of_the_range_that_the_catalog_states_or_that_an_imported_skill_gets() {
    let levels = [("known", Some(LevelRange { min: Level(0), max: Level(5) })), ("plain", None)];
    let levels = levels.map(|(name, range)| (skill(name), range)).into();
    let definitions = SkillDefinitions { levels, ..SkillDefinitions::default() };
    let within = with_skills(&[("known", Some(0)), ("new", Some(100)), ("plain", Some(900)), ("other", None)]);
    assert_eq!(odd(definitions.clone(), &[within]), []);
    let outside = with_skills(&[("known", Some(6)), ("new", Some(101)), ("zero", Some(0))]);
    let expected = (Oddity::LevelOutOfRange, 1, "known:6, new:101, zero:0".to_owned());
    assert_eq!(odd(definitions, &[outside]), [expected]);
}

#[test]
fn rule_16_a_multivalue_skill_without_a_level_is_named_also_where_it_is_disabled() {
    let multivalue = [skill("English"), skill("French"), skill("Greek")].into();
    let definitions = SkillDefinitions { multivalue, ..SkillDefinitions::default() };
    let mut worker = with_skills(&[("English", None), ("Greek", Some(3)), ("billing", None)]);
    worker.attributes.as_mut().unwrap().disabled = [(skill("French"), None)].into();
    assert_eq!(odd(definitions, &[worker]), [(Oddity::LevelMissing, 1, "English, French".to_owned())]);
}

#[test]
fn hyphens_in_skill_names_are_named_once_for_each_worker() {
    let worker = with_skills(&[("tier-2", Some(7)), ("up-sell", None), ("up_sell", None)]);
    assert_eq!(why(worker), [(Oddity::HyphenInSkillName, "tier-2:7, up-sell".to_owned())]);
}

#[test]
fn rule_27_attributes_near_the_limit_are_named_with_their_length() {
    assert_eq!(why(WorkerFacts { chars: 3_799, ..worker(1) }), []);
    let near = why(WorkerFacts { chars: 3_800, ..worker(1) });
    assert_eq!(near, [(Oddity::AttributesNearLimit, "3800 characters".to_owned())]);
}

#[test]
fn a_contact_uri_is_odd_only_if_it_is_there_and_another_one() {
    assert_eq!(why(WorkerFacts { contact_uri_fits: None, ..worker(1) }), []);
    let foreign = why(WorkerFacts { contact_uri_fits: Some(false), ..worker(1) });
    assert_eq!(foreign, [(Oddity::ForeignContactUri, "contact_uri".to_owned())]);
}

#[test]
fn rule_26_members_of_flexs_own_teams_are_counted_and_the_first_of_them_named() {
    let workers = (0..MANY).map(|n| WorkerFacts { has_team_sid: true, ..worker(n) }).collect::<Vec<_>>();
    let mut review = AdoptionReview::new(SkillDefinitions::default());
    for worker in &workers {
        review.add(worker);
    }
    let members = &review.odd()[&Oddity::TeamSid];
    assert_eq!((review.workers(), members.count, members.first.len()), (30, 30, 20));
    assert_eq!((members.first[0].worker_sid.as_str(), members.first[0].identity.as_str()), ("WK0", "user0"));
}

#[test]
fn rule_34_of_a_worker_whose_attributes_are_unknown_only_that_is_said() {
    let unknown = WorkerFacts { attributes: None, roles: BTreeSet::new(), has_team_sid: true, ..worker(1) };
    assert_eq!(why(unknown).into_iter().map(|(oddity, _)| oddity).collect::<Vec<_>>(), [Oddity::UnknownAttributes]);
}

#[test]
fn rule_23_the_skills_that_the_catalog_will_get_are_listed_once() {
    let levels = [(skill("known"), None)].into();
    let mut review = AdoptionReview::new(SkillDefinitions { levels, ..SkillDefinitions::default() });
    for _ in 0..2 {
        review.add(&with_skills(&[("known", None), ("new", Some(1))]));
    }
    assert_eq!(review.new_skills(), &[skill("new")].into());
}

#[test]
fn rule_32_neither_facts_nor_findings_print_who_it_is() {
    let mut review = AdoptionReview::new(SkillDefinitions::default());
    let facts = WorkerFacts { has_team_sid: true, ..with_email(1, "ada@example.com") };
    review.add(&facts);
    let found = &review.odd()[&Oddity::TeamSid].first[0];
    for printed in [format!("{facts:?}"), format!("{found:?}")] {
        assert!(printed.contains("WK1") && !printed.contains("user1") && !printed.contains("ada"), "{printed}");
    }
}
