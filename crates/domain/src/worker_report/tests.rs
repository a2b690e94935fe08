use super::*;
use crate::{Level, SkillName, test_support::report_ref};

fn at(at_ms: i64, version: impl Into<Option<u64>>) -> ReportVersion {
    ReportVersion { at_ms, version: version.into() }
}

fn report(worker_sid: &str, version: ReportVersion) -> WorkerReport {
    WorkerReport {
        version,
        deleted: false,
        identity: Identity::reported("ada@example.com"),
        ..WorkerReport::deletion_of(&WorkerSid::new(worker_sid))
    }
}

#[test]
fn rule_28_reports_about_a_worker_are_ordered_by_its_version_where_both_have_one_and_else_by_time() {
    for (first, then) in [
        (at(2, 1), at(1, 2)),
        (at(1, 1), at(2, 1)),
        (at(1, None), at(2, 1)),
        (at(1, 9), at(2, None)),
        (ReportVersion::EARLIEST, at(1, 0)),
    ] {
        assert!(first.is_before(then) && !then.is_before(first), "{first:?} {then:?}");
    }
    for same in [at(1, 1), at(1, None)] {
        assert!(!same.is_before(same), "{same:?}");
    }
    assert!(!at(2, 1).is_before(at(2, None)) && !at(2, None).is_before(at(2, 1)));
}

#[test]
fn rule_28_reports_about_two_workers_are_ordered_by_time_and_never_by_version() {
    let (first, then) = (report_ref("WK1", 1, 9), report_ref("WK2", 2, 1));
    assert!(first.is_before(&then) && !then.is_before(&first));
    assert!(!report_ref("WK1", 1, 1).is_before(&report_ref("WK2", 1, 2)));
    let (first, then) = (report_ref("WK1", 2, 1), report_ref("WK1", 1, 2));
    assert!(first.is_before(&then) && !then.is_before(&first), "of one worker the version counts");
}

#[test]
fn rule_28_of_two_workers_at_the_same_time_the_one_that_was_removed_was_first() {
    let removal = WorkerReport { deleted: true, ..report("WK1", at(1_000, 5)) };
    assert!(removal.precedes(&report_ref("WK2", 1, 1)));
    assert!(!report("WK2", at(1_000, 1)).precedes(&report_ref("WK1", 1, 5)), "a creation follows");
    assert!(!removal.precedes(&report_ref("WK1", 1, 5)), "about the same worker there is no tie");
    assert!(!WorkerReport { deleted: true, ..report("WK1", at(1_001, 5)) }.precedes(&report_ref("WK2", 1, 1)));
    assert!(report("WK1", at(999, 5)).precedes(&report_ref("WK2", 1, 1)));
}

#[test]
fn rule_28_an_answer_counts_as_of_the_report_that_it_follows_unless_it_is_older() {
    let dated = |own: ReportVersion, known| report("WK1", own).requested_after(known).version.at_ms;
    let callback = 5_700;
    assert_eq!(dated(at(5_000, None), at(callback, None)), callback, "of the same second");
    assert_eq!(dated(at(4_999, None), at(callback, None)), 4_999, "of the second before");
    assert_eq!(dated(at(6_000, None), at(callback, None)), 6_000);
    assert_eq!(dated(at(5_000, 2), at(callback, None)), callback, "one version alone orders nothing");
    assert_eq!([1, 2, 3].map(|own| dated(at(4_000, own), at(callback, 2))), [4_000, callback, callback]);
}

#[test]
fn rule_22_a_report_names_its_worker_and_its_version() {
    assert_eq!(report("WK1", at(3_000, 7)).report_ref(), report_ref("WK1", 3, 7));
}

#[test]
fn rule_32_a_report_is_printed_without_who_it_is_about() {
    let printed = format!("{:?}", report("WK1", at(3_000, 7)));
    assert!(printed.contains("WK1") && printed.contains("3000") && !printed.contains("ada"), "{printed}");
}

#[test]
fn rule_24_a_skill_that_is_in_both_lists_is_enabled() {
    let skills = |names: &[&str]| -> Skills {
        names.iter().map(|name| (SkillName::new(name).unwrap(), Some(Level(1)))).collect()
    };
    let roles = BTreeSet::from([Role::Agent]);
    let (enabled, disabled) = (skills(&["English", "French"]), skills(&["French", "Greek"]));
    let both = Attributes { skills: enabled.clone(), disabled, roles: roles.clone(), ..Attributes::default() };
    let disabled = BTreeSet::from([SkillName::new("Greek").unwrap()]);
    assert_eq!(both.owned(), OwnedAttributes { roles, skills: enabled, disabled });
}

#[test]
fn rule_34_a_fault_names_the_field_and_what_became_of_it() {
    for (fault, said) in [
        (AttributeFault::NotAnObject, "not a JSON object"),
        (AttributeFault::NotText("email"), "attributes.email is missing"),
        (AttributeFault::TooLong("full_name"), "attributes.full_name is longer"),
        (AttributeFault::Level, "not an integer"),
    ] {
        assert!(fault.to_string().contains(said), "{fault}");
    }
}
