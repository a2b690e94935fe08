//! Event Streams: sinks and subscriptions. Shapes: Twilio's `OpenAPI` document `twilio_events_v1`
//! (<https://github.com/twilio/twilio-oai/blob/main/spec/json/twilio_events_v1.json>).

use crate::{
    raw_json::Raw,
    resources::{object, sid, text},
};

/// A destination of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sink {
    /// `DG…`
    pub sid: String,
    /// Empty if unknown.
    pub description: String,
    /// `active`, `failed`, …; empty if unknown.
    pub status: String,
    /// Of a webhook: the URL that events are posted to.
    pub destination: Option<String>,
}

/// Which events go to a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// `DF…`
    pub sid: String,
    /// Empty if unknown.
    pub description: String,
    /// `DG…`; empty if unknown.
    pub sink_sid: String,
}

impl Sink {
    /// Reads it in the shape of the REST API; none if it cannot be one.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        let configuration = fields.get("sink_configuration").and_then(Raw::object);
        Some(Self {
            sid: sid(&fields)?,
            description: text(&fields, "description").unwrap_or_default(),
            status: text(&fields, "status").unwrap_or_default(),
            destination: configuration.and_then(|configuration| text(&configuration, "destination")),
        })
    }
}

impl Subscription {
    /// Reads it in the shape of the REST API; none if it cannot be one.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        Some(Self {
            sid: sid(&fields)?,
            description: text(&fields, "description").unwrap_or_default(),
            sink_sid: text(&fields, "sink_sid").unwrap_or_default(),
        })
    }
}

/// The type that a subscribed event is of; none if it names none.
#[cfg(feature = "client")]
pub(crate) fn subscribed_type(json: &str) -> Option<String> {
    text(&object(json)?, "type")
}
