//! Parsing of what Event Streams posts (rules 28 and 34).

use domain::ReportVersion;
use serde_json::{Value, json};
use twilio::{Callback, CallbackError, EventKind, WORKER_EVENTS};

use crate::mock::published;

const ATTRIBUTES: &str = r#"{"routing":{"skills":["English"]},"full_name":"Bugs","roles":["agent"]}"#;

fn event(name: &str) -> Value {
    json!({
        "specversion": "1.0", "type": format!("com.twilio.taskrouter.{name}"), "source": "WS1", "id": "EZ1",
        "dataschema": "https://events-schemas.twilio.com/TaskRouter.WDSEvent/4",
        "datacontenttype": "application/json", "time": "2026-11-26T10:00:01.000Z",
        "data": {"account_sid": "AC1", "timestamp": "2026-11-26T10:00:00.500Z", "payload": {
            "sid": "EV1", "eventtype": name, "account_sid": "AC1", "timestamp": "2026-11-26T10:00:00.123Z",
            "workspace_sid": "WS1", "worker_sid": "WK1", "worker_name": "bugs", "worker_attributes": ATTRIBUTES,
            "worker_activity_sid": "WA1", "worker_activity_name": "Offline", "worker_version": "7",
        }},
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut event = event("worker.attributes.update");
    event["data"]["payload"][field] = value;
    event
}

fn parse(events: &Value) -> Vec<Result<Option<Callback>, CallbackError>> {
    Callback::parse_events(events.to_string().as_bytes()).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "events are made for the call")]
fn one(event: Value) -> Callback {
    parse(&json!([event])).remove(0).unwrap().unwrap()
}

#[test]
fn an_event_says_the_same_as_the_callback_of_it() {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("EventType", "worker.attributes.update"),
            ("AccountSid", "AC1"),
            ("WorkspaceSid", "WS1"),
            ("Sid", "EV1"),
            ("TimestampMs", "1795687200123"),
            ("WorkerSid", "WK1"),
            ("WorkerName", "bugs"),
            ("WorkerAttributes", ATTRIBUTES),
            ("WorkerActivityName", "Offline"),
            ("WorkerVersion", "7"),
        ])
        .finish();
    assert_eq!(one(event("worker.attributes.update")), Callback::parse(form.as_bytes()).unwrap());
}

#[test]
fn each_worker_event_is_known_and_others_are_passed_over() {
    let kinds = WORKER_EVENTS.map(|name| one(event(name)).kind);
    let expected = [EventKind::Created, EventKind::AttributesUpdate, EventKind::ActivityUpdate, EventKind::Deleted];
    assert_eq!(kinds, expected);
    let others = ["task.created", "reservation.accepted", "worker.promoted"].map(event);
    assert_eq!(parse(&json!(others)), [Ok(None), Ok(None), Ok(None)]);
    let test = json!([{"specversion": "1.0", "type": "com.twilio.eventstreams.test-event", "data": {"test_id": "x"}}]);
    assert_eq!(parse(&test), [Ok(None)]);
}

#[test]
fn rule_34_one_bad_event_does_not_cost_the_others() {
    let bad = [json!(null), json!({}), json!({"type": "com.twilio.taskrouter.worker.created", "data": 1})];
    let bad = bad.into_iter().chain([with("worker_sid", json!(null)), with("worker_name", json!("x".repeat(65)))]);
    let events = bad.chain([event("worker.created")]).collect::<Vec<_>>();
    let parsed = parse(&json!(events));
    assert_eq!(parsed[..3].iter().filter(|event| event.is_err()).count(), 3);
    assert_eq!(parsed[3], Err(CallbackError::Missing("WorkerSid")));
    assert_eq!(parsed[4], Err(CallbackError::NameTooLong("WorkerName")));
    assert_eq!(parsed[5].as_ref().unwrap().as_ref().unwrap().kind, EventKind::Created);
    for body in ["", "{}", "null", "[", "EventType=worker.created"] {
        assert_eq!(Callback::parse_events(body.as_bytes()), Err(CallbackError::NotEvents), "{body}");
    }
}

#[test]
fn rule_34_what_an_event_leaves_out_or_states_in_another_type_still_counts() {
    let version = |event: Value| one(event).worker.unwrap().version;
    assert_eq!(version(with("worker_version", json!(7))), ReportVersion { version: Some(7), at_ms: 1_795_687_200_123 });
    assert_eq!(version(with("timestamp", json!("yesterday"))).at_ms, 1_795_687_200_500, "that of data stands in");
    let timeless = json!({"type": "com.twilio.taskrouter.worker.deleted", "data": {"payload": {
        "account_sid": "AC1", "workspace_sid": "WS1", "worker_sid": "WK1"}}});
    let timeless = one(timeless);
    assert_eq!(timeless.unreadable, ["Timestamp"]);
    assert!(timeless.worker.unwrap().deleted);
    let object = with("worker_attributes", serde_json::from_str(ATTRIBUTES).unwrap());
    assert_eq!(one(object).worker.unwrap().attributes, one(event("worker.created")).worker.unwrap().attributes);
    assert_eq!(one(with("worker_attributes", json!(null))).worker.unwrap().attributes, None);
}

#[test]
fn the_published_event_is_read() {
    let Some(published) = published("event_streams.json") else { return };
    let mut event = published["envelope"].clone();
    let payload = &mut event["data"]["payload"];
    for (field, sid) in [("sid", "EV1"), ("account_sid", "AC1"), ("workspace_sid", "WS1"), ("worker_sid", "WK1")] {
        payload[field] = json!(sid);
    }
    payload["timestamp"] = json!("2025-01-01T00:00:00.000Z");
    let callback = one(event);
    assert_eq!((callback.kind, callback.worker.unwrap().worker_sid.as_str()), (EventKind::ActivityUpdate, "WK1"));
    for name in WORKER_EVENTS {
        let types = published["types"].as_array().unwrap();
        assert!(types.contains(&json!(Callback::streamed_type(name))), "{name}");
    }
}
