//! Events as Event Streams sends them: an array of `CloudEvents`.
//!
//! Shape: <https://www.twilio.com/docs/events/event-types/taskrouter/worker>, schema `TaskRouter.WDSEvent`, version 4. The
//! payload has the callback's fields in snake case; its `sid`, `eventtype` and `timestamp` are those of the event.

use serde_json::{Map, Value, json};

use crate::event::{Event, snake_case};
use crate::event_streams::TYPE_PREFIX;
use crate::place::{Place, WORKSPACE_NAME};
use crate::worker::new_ordered_sid;

/// Of the callback's fields, those that the payload states in another way.
const NOT_IN_PAYLOAD: [&str; 6] = ["Sid", "EventType", "EventDescription", "Timestamp", "TimestampMs", "ResourceType"];

/// The body that a sink gets: today's arrays have one element.
pub(crate) fn body(event: &Event, place: &Place) -> Vec<u8> {
    envelope(&format!("{TYPE_PREFIX}{}", event.kind.event_type()), place, &event.at.to_string(), &data(event, place))
}

/// What `POST /v1/Sinks/{sid}/Test` sends.
pub(crate) fn test_body(place: &Place, at: &str) -> Vec<u8> {
    envelope("com.twilio.eventstreams.test-event", place, at, &json!({ "account_sid": place.account_sid }))
}

fn envelope(event_type: &str, place: &Place, at: &str, data: &Value) -> Vec<u8> {
    let event = json!({
        "specversion": "1.0",
        "type": event_type,
        "source": place.workspace_sid,
        "id": new_ordered_sid("EZ"),
        "dataschema": "https://events-schemas.twilio.com/TaskRouter.WDSEvent/4",
        "datacontenttype": "application/json",
        "time": at,
        "data": data,
    });
    json!([event]).to_string().into_bytes()
}

fn data(event: &Event, place: &Place) -> Value {
    json!({
        "sid": event.sid,
        "name": event.kind.event_type(),
        "account_sid": place.account_sid,
        "account_friendly_name": "An account name",
        "parent_account_sid": place.account_sid,
        "parent_friendly_name": "An account name",
        "timestamp": event.at.to_string(),
        "level": "INFO",
        "group": if event.reservation.is_some() { "reservation" } else { "worker" },
        "product_name": "TaskRouter",
        "publisher": WORKSPACE_NAME,
        "publisher_metadata": "{}",
        "payload_type": "application/json",
        "payload": payload(event, place),
    })
}

fn payload(event: &Event, place: &Place) -> Map<String, Value> {
    let fields = event.fields(place).into_iter().filter(|(name, _)| !NOT_IN_PAYLOAD.contains(name));
    let own = [("sid", json!(event.sid)), ("eventtype", json!(event.kind.event_type()))];
    let own = own.into_iter().chain([("timestamp", json!(event.at.to_string()))]);
    let own = own.map(|(name, value)| (name.to_owned(), value));
    own.chain(fields.map(|(name, text)| (snake_case(name), value(name, text)))).collect()
}

/// Durations are numbers, everything else is text.
fn value(name: &str, text: String) -> Value {
    let number = name.starts_with("WorkerTimeIn").then(|| text.parse::<i64>().ok()).flatten();
    number.map_or(Value::String(text), Value::from)
}
