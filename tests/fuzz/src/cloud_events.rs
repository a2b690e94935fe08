//! What Event Streams posts: each event is read from its fields as JSON states them, and as the callback of the same content
//! would be; one that cannot be read does not cost the others (rule 34).
//!
//! Input: the body of the request.

use jiff::Timestamp;
use twilio::{Callback, CallbackError, callback::StreamedEvent};

use crate::{
    callback::{self, Fields},
    json::Json,
};

/// The fields of an event's payload, and of the callback.
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

/// Plays the input.
pub fn check(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let read = Callback::parse_events(body);
    let Some(events) = Json::parse(&text).and_then(Json::elements) else {
        assert_eq!(read, Err(CallbackError::NotEvents));
        return false;
    };
    let read = read.expect("it is an array");
    assert_eq!(read.len(), events.len());
    for (read, event) in read.iter().zip(&events) {
        assert_says(read, *event);
        let alone = Callback::parse_events(format!("[{}]", event.text()).as_bytes());
        assert_eq!(alone.as_deref(), Ok(std::slice::from_ref(read)), "the event alone");
    }
    read.iter().any(|event| matches!(event, Ok(Some(_))))
}

fn assert_says(read: &StreamedEvent, event: Json<'_>) {
    let Some(event_type) = field(event, "type") else {
        assert_eq!(*read, Err(CallbackError::Missing("type")));
        return;
    };
    let Some(event_type) = event_type.strip_prefix("com.twilio.taskrouter.").filter(|name| name.starts_with("worker."))
    else {
        assert_eq!(*read, Ok(None), "{event_type} is of no worker");
        return;
    };
    let parts = part(event, "data").and_then(|data| Ok((data, part(data, "payload")?)));
    let (data, payload) = match parts {
        Ok(parts) => parts,
        Err(error) => {
            assert_eq!(*read, Err(error));
            return;
        }
    };
    let mut fields = Fields::from([("EventType".to_owned(), event_type.to_owned())]);
    for (name, in_form) in NAMES {
        let value = field(payload, name).filter(|value| !value.is_empty());
        fields.extend(value.map(|value| (in_form.to_owned(), value)));
    }
    let times = [field(payload, "timestamp"), field(data, "timestamp"), field(event, "time")];
    let time = times.into_iter().flatten().find_map(|time| time.parse::<Timestamp>().ok());
    fields.extend(time.map(|time| ("TimestampMs".to_owned(), time.as_millisecond().to_string())));

    match read {
        Ok(Some(callback)) => callback::assert_says(&Ok(callback.clone()), &fields),
        Ok(None) => {
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
            assert_eq!(Callback::parse(form.as_bytes()).map(|callback| callback.worker), Ok(None));
        }
        Err(error) => callback::assert_says(&Err(*error), &fields),
    }
}

fn part<'a>(object: Json<'a>, name: &'static str) -> Result<Json<'a>, CallbackError> {
    object.get(name).filter(|part| part.members().is_some()).ok_or(CallbackError::Missing(name))
}

/// The field's text, or its JSON if it is no text; none if it is missing or null. Attributes are JSON themselves: what no text
/// can hold stays an escape there.
fn field(object: Json<'_>, name: &str) -> Option<String> {
    let value = object.get(name).filter(|value| value.text() != "null")?;
    let Some(units) = value.string() else { return Some(value.text().to_owned()) };
    let escape =
        |unit: u16| if name == "worker_attributes" { format!("\\u{unit:04x}") } else { '\u{fffd}'.to_string() };
    let chars = char::decode_utf16(units);
    Some(
        chars
            .map(|char| char.map_or_else(|error| escape(error.unpaired_surrogate()), |char| char.to_string()))
            .collect(),
    )
}
