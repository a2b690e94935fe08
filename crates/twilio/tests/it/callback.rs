//! Parsing of TaskRouter's callbacks (rules 22, 28).

use domain::{ReportVersion, Role};
use form_urlencoded::Serializer;
use twilio::{Callback, CallbackError, EventKind};

use crate::mock::published;

const ATTRIBUTES: &str = r#"{"routing":{"skills":[]},"image_url":"https:\/\/example.com\/a?d=mp","roles":["admin"]}"#;

/// A `worker.attributes.update` with the names observed on the wire.
const UPDATE: &[(&str, &str)] = &[
    ("WorkerActivityName", "Offline"),
    ("EventType", "worker.attributes.update"),
    ("ResourceType", "worker"),
    ("Timestamp", "1692625512"),
    ("WorkerActivitySid", "WA1"),
    ("AccountSid", "AC1"),
    ("WorkerName", "bugs_2Ebunny_40example_2Ecom"),
    ("Sid", "EV1"),
    ("TimestampMs", "1692625512203"),
    ("WorkerVersion", "23"),
    ("WorkerSid", "WK1"),
    ("WorkspaceSid", "WS1"),
    ("WorkspaceName", "Flex Task Assignment"),
    ("OperatingUnitSid", "OU1"),
    ("EventDescription", "Worker bugs updated attributes"),
    ("ResourceSid", "WK1"),
    ("WorkerAttributes", ATTRIBUTES),
];

fn without<'a>(form: &[(&'a str, &'a str)], field: &str) -> Vec<(&'a str, &'a str)> {
    form.iter().filter(|(key, _)| *key != field).copied().collect()
}

fn with<'a>(field: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut form = without(UPDATE, field);
    form.push((field, value));
    form
}

fn parse(form: &[(&str, &str)]) -> Result<Callback, CallbackError> {
    Callback::parse(Serializer::new(String::new()).extend_pairs(form).finish().as_bytes())
}

#[test]
fn an_update_says_who_the_worker_is_and_when_it_was_so() {
    let callback = parse(UPDATE).unwrap();
    assert_eq!(callback.kind, EventKind::AttributesUpdate);
    assert_eq!((&*callback.account_sid, &*callback.workspace_sid), ("AC1", "WS1"));
    assert_eq!(callback.event_sid.as_deref(), Some("EV1"));
    let report = callback.worker.unwrap();
    assert!(!report.deleted);
    assert_eq!((report.worker_sid.as_str(), report.activity.as_str()), ("WK1", "Offline"));
    assert_eq!(report.version, ReportVersion { version: Some(23), at_ms: 1_692_625_512_203 });
    assert_eq!(report.attributes.unwrap().role, Some(Role::SystemAdmin));
}

#[test]
fn the_identity_is_never_unescaped() {
    // rule 22
    let report = parse(UPDATE).unwrap().worker.unwrap();
    assert_eq!(report.identity.unwrap().as_str(), "bugs_2Ebunny_40example_2Ecom");
}

#[test]
fn a_removed_worker_is_known_by_its_sid_alone() {
    // rule 28
    let mut form = with("EventType", "worker.deleted");
    form = without(&form, "WorkerAttributes");
    let callback = parse(&form).unwrap();
    let report = callback.worker.unwrap();
    assert!(report.deleted);
    assert_eq!(report.worker_sid.as_str(), "WK1");
    assert_eq!(parse(&without(&form, "WorkerSid")), Err(CallbackError::Missing("WorkerSid")));
}

#[test]
fn what_twilio_adds_later_is_passed_over() {
    for unknown in ["task.created", "worker.promoted", "workspace.updated"] {
        let form = without(&with("EventType", unknown), "WorkerName");
        let callback = parse(&form).unwrap();
        assert_eq!((callback.kind, callback.worker), (EventKind::Other, None), "{unknown}");
        assert_eq!(callback.event_type, unknown);
    }
    assert_eq!(parse(&with("TrackingId", "1")), parse(UPDATE));
}

#[test]
fn time_and_version_have_what_stands_in_for_them() {
    let seconds = parse(&without(UPDATE, "TimestampMs")).unwrap().worker.unwrap();
    assert_eq!(seconds.version.at_ms, 1_692_625_512_000);
    assert_eq!(parse(&with("WorkerVersion", "")).unwrap().worker.unwrap().version.version, None);
    assert_eq!(parse(&without(UPDATE, "Sid")).unwrap().event_sid, None);
    let timeless = parse(&without(&without(UPDATE, "TimestampMs"), "Timestamp")).unwrap();
    assert_eq!(timeless.worker.unwrap().version, ReportVersion { version: Some(23), at_ms: 0 });
    assert_eq!(timeless.unreadable, ["Timestamp"]);
}

#[test]
fn rule_34_a_callback_is_rejected_only_for_what_identifies_it() {
    for field in ["AccountSid", "WorkspaceSid", "EventType", "WorkerSid"] {
        assert_eq!(parse(&without(UPDATE, field)), Err(CallbackError::Missing(field)));
    }
    assert_eq!(Callback::parse(b"\xff&&=%zz"), Err(CallbackError::Missing("EventType")));
    let identifying = ["AccountSid", "WorkspaceSid", "EventType", "WorkerSid"];
    for (field, _) in UPDATE.iter().filter(|(field, _)| !identifying.contains(field)) {
        let callback = parse(&without(UPDATE, field)).unwrap();
        assert_eq!((callback.unreadable, callback.worker.unwrap().worker_sid.as_str()), (vec![], "WK1"), "{field}");
    }
}

#[test]
fn rule_34_what_a_callback_leaves_out_is_unknown() {
    let report = |field| parse(&without(UPDATE, field)).unwrap().worker.unwrap();
    let without_attributes = report("WorkerAttributes");
    assert_eq!((without_attributes.attributes, without_attributes.faults), (None, vec![]));
    assert_eq!(report("WorkerName").identity, None);
    assert_eq!(report("WorkerActivityName").activity, "");
    assert_eq!(report("WorkerActivitySid"), parse(UPDATE).unwrap().worker.unwrap());
}

#[test]
fn rule_34_a_field_that_cannot_be_read_counts_as_left_out_and_is_named() {
    let (long, sid) = ("x".repeat(65), "EV".repeat(100_000));
    for (field, value) in [
        ("WorkerVersion", "bugs@example.com"),
        ("WorkerVersion", "-1"),
        ("WorkerVersion", "99999999999999999999999"),
        ("TimestampMs", "bugs@example.com"),
        ("TimestampMs", "-1"),
        ("TimestampMs", "9223372036854775807"),
        ("WorkerActivityName", &long),
        ("Sid", &sid),
    ] {
        let odd = parse(&with(field, value)).unwrap();
        let missing = parse(&without(UPDATE, field)).unwrap();
        assert_eq!(odd.unreadable, [field]);
        assert_eq!((odd.event_sid, odd.worker), (missing.event_sid, missing.worker), "{field} {value}");
    }
}

#[test]
fn rule_34_a_callback_whose_time_is_unknown_is_the_earliest_of_its_version() {
    for time in ["bugs@example.com", "-1", "253402300800", "9223372036854775807", "1e9", "yesterday"] {
        let callback = parse(&without(&with("Timestamp", time), "TimestampMs")).unwrap();
        let report = callback.worker.unwrap();
        assert_eq!(report.version, ReportVersion { version: Some(23), at_ms: 0 }, "{time}");
        assert_eq!(callback.unreadable, ["Timestamp"], "{time}");
        let later = ReportVersion { version: Some(22), at_ms: 1_692_625_512_203 };
        assert!(later.is_before(report.version));
    }
    let mut form = with("Timestamp", "yesterday");
    form.retain(|(field, _)| *field != "TimestampMs");
    form.push(("TimestampMs", "today"));
    assert_eq!(parse(&form).unwrap().unreadable, ["TimestampMs", "Timestamp"]);
}

#[test]
fn a_worker_whose_sid_cannot_be_one_is_refused() {
    for sid in ["WK#1", "WK 1", "WK\u{0}", "Ж", &"W".repeat(35), &"WK".repeat(3_000)] {
        assert_eq!(parse(&with("WorkerSid", sid)), Err(CallbackError::NotASid("WorkerSid")), "{sid}");
    }
}

#[test]
fn a_name_longer_than_taskrouter_takes_is_refused_unless_the_worker_is_removed() {
    let (longest, long) = ("é".repeat(64), "é".repeat(65));
    assert_eq!(parse(&with("WorkerName", &longest)).unwrap().worker.unwrap().identity.unwrap().as_str(), longest);
    let mut form = with("WorkerName", &long);
    let error = parse(&form).unwrap_err();
    assert_eq!(error, CallbackError::NameTooLong("WorkerName"));
    assert!(error.to_string().contains("64 characters") && !error.to_string().contains('é'), "{error}");
    form.retain(|(field, _)| *field != "EventType");
    form.push(("EventType", "worker.deleted"));
    let removed = parse(&form).unwrap().worker.unwrap();
    assert_eq!((removed.deleted, removed.identity), (true, None));
}

#[test]
fn printing_a_callback_tells_nothing_of_the_person() {
    // rule 32
    let printed = format!("{:?}", parse(UPDATE).unwrap());
    assert!(printed.contains("WK1") && !printed.contains("bugs") && !printed.contains("admin"));
}

#[test]
fn every_published_body_is_read() {
    let Some(published) = published("event_callbacks.json") else { return };
    let bodies = published["assembled_bodies"].as_object().unwrap();
    assert!(bodies.len() >= 4, "the file lost bodies");
    for (event_type, body) in bodies {
        let callback = Callback::parse(body.as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(&callback.event_type, event_type);
        let report = callback.worker.unwrap();
        assert_eq!(report.deleted, event_type == "worker.deleted");
        assert_eq!(report.identity.unwrap().as_str(), "alice");
    }
}
