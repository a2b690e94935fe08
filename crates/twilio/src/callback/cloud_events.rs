//! The `CloudEvents` that Event Streams posts to a webhook sink: a JSON array.
//!
//! Envelope and names: <https://www.twilio.com/docs/events/event-types/taskrouter/worker>, schema `TaskRouter.WDSEvent`,
//! version 4. What a callback's form calls `WorkerSid` is `data.payload.worker_sid` here; times are ISO 8601; attributes are
//! JSON text, as there.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Callback, CallbackError, Fields};
use crate::raw_json::{Object, Raw};

/// Before a callback's type of event: `com.twilio.taskrouter.worker.created`.
const TYPE_PREFIX: &str = "com.twilio.taskrouter.";

/// Of the payload's fields, those that a callback is read from.
const NAMES: [(&str, &str); 8] = [
    ("account_sid", "AccountSid"),
    ("workspace_sid", "WorkspaceSid"),
    ("sid", "Sid"),
    ("worker_sid", "WorkerSid"),
    ("worker_name", "WorkerName"),
    ("worker_attributes", "WorkerAttributes"),
    ("worker_activity_name", "WorkerActivityName"),
    ("worker_version", "WorkerVersion"),
];

/// One element of the array: none if it is of no worker.
pub type StreamedEvent = Result<Option<Callback>, CallbackError>;

impl Callback {
    /// The type under which Event Streams knows an event of [`WORKER_EVENTS`](super::WORKER_EVENTS).
    #[must_use]
    pub fn streamed_type(event: &str) -> String {
        format!("{TYPE_PREFIX}{event}")
    }

    /// Reads a body as Event Streams posts it. An event that cannot be read does not cost the others (rule 34).
    ///
    /// # Errors
    /// When the body is no JSON array.
    pub fn parse_events(body: &[u8]) -> Result<Vec<StreamedEvent>, CallbackError> {
        let text = String::from_utf8_lossy(body);
        let events = Raw::parse(&text).and_then(Raw::array).ok_or(CallbackError::NotEvents)?;
        Ok(events.into_iter().map(event).collect())
    }
}

fn event(json: Raw<'_>) -> StreamedEvent {
    let envelope = json.object().ok_or(CallbackError::Missing("type"))?;
    let full_type = text(&envelope, "type").ok_or(CallbackError::Missing("type"))?;
    let Some(event_type) = full_type.strip_prefix(TYPE_PREFIX).filter(|name| name.starts_with("worker.")) else {
        return Ok(None);
    };
    let data = envelope.get("data").and_then(Raw::object).ok_or(CallbackError::Missing("data"))?;
    let payload = data.get("payload").and_then(Raw::object).ok_or(CallbackError::Missing("payload"))?;
    let named = NAMES.into_iter().filter_map(|(name, field)| Some((field.to_owned(), text(&payload, name)?)));
    let mut fields = named.collect::<HashMap<_, _>>();
    fields.insert("EventType".to_owned(), event_type.to_owned());
    let mut times = [(&payload, "timestamp"), (&data, "timestamp"), (&envelope, "time")].into_iter();
    let time = times.find_map(|(object, name)| text(object, name)?.parse::<Timestamp>().ok());
    fields.extend(time.map(|time| ("TimestampMs".to_owned(), time.as_millisecond().to_string())));
    fields.retain(|_, text| !text.is_empty());
    let callback = Callback::of(Fields { fields, unreadable: Vec::new() })?;
    Ok(callback.worker.is_some().then_some(callback))
}

/// A field's text; of what is no text, its JSON. Half a surrogate pair stays an escape only where the text is JSON itself.
fn text(object: &Object<'_>, name: &str) -> Option<String> {
    let value = object.get(name).filter(|value| !value.is_null())?;
    let text = value.text().map(|text| if name == "worker_attributes" { text.json_escaped() } else { text.lossy() });
    Some(text.unwrap_or_else(|| value.get().to_owned()))
}
