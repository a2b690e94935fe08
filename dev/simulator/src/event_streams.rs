//! Event Streams: sinks, and the subscriptions that send events there.
//! <https://www.twilio.com/docs/events>, shapes as in Twilio's `OpenAPI` document `twilio_events_v1`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::place::{Place, date};
use crate::refusal::Refusal;
use crate::settings::check_url;
use crate::worker::new_ordered_sid;

/// Of a type of event: `com.twilio.taskrouter.worker.created`.
pub(crate) const TYPE_PREFIX: &str = "com.twilio.taskrouter.";

/// All of the account's, by SID.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventStreams {
    pub(crate) sinks: BTreeMap<String, Sink>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
}

/// A destination. Only webhooks are simulated; they are active at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sink {
    pub(crate) sid: String,
    pub(crate) description: String,
    pub(crate) configuration: SinkConfiguration,
    pub(crate) date_created: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SinkConfiguration {
    pub(crate) destination: String,
    pub(crate) method: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) sid: String,
    pub(crate) description: String,
    pub(crate) sink_sid: String,
    pub(crate) types: Vec<SubscribedType>,
    pub(crate) date_created: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscribedType {
    #[serde(rename = "type")]
    pub(crate) name: String,
    #[serde(default = "latest_version")]
    pub(crate) schema_version: u32,
}

const fn latest_version() -> u32 {
    4
}

impl EventStreams {
    pub(crate) fn sink(&self, sid: &str) -> Result<&Sink, Refusal> {
        self.sinks.get(sid).ok_or_else(|| Refusal::no("Sink", sid))
    }

    pub(crate) fn subscription(&self, sid: &str) -> Result<&Subscription, Refusal> {
        self.subscriptions.get(sid).ok_or_else(|| Refusal::no("Subscription", sid))
    }

    /// Where events of this type (`worker.created`) go, each sink as often as subscriptions name it.
    pub(crate) fn destinations(&self, event_type: &str) -> impl Iterator<Item = &str> {
        let name = format!("{TYPE_PREFIX}{event_type}");
        let subscribed =
            move |subscription: &&Subscription| subscription.types.iter().any(|listed| listed.name == name);
        let sinks = self.subscriptions.values().filter(subscribed).filter_map(|found| self.sinks.get(&found.sink_sid));
        sinks.map(|sink| sink.configuration.destination.as_str())
    }

    pub(crate) fn create_sink(&mut self, description: String, configuration: &str) -> Result<Sink, Refusal> {
        let wrong = |_| Refusal::bad("SinkConfiguration must be {\"destination\": URL, \"method\": \"POST\"}");
        let configuration: SinkConfiguration = serde_json::from_str(configuration).map_err(wrong)?;
        let destination = check_url(configuration.destination)?;
        if configuration.method != "POST" {
            return Err(Refusal::bad("the method of a sink is not simulated, but for POST"));
        }
        let sid = new_ordered_sid("DG");
        let configuration = SinkConfiguration { destination, ..configuration };
        let sink = Sink { sid: sid.clone(), description, configuration, date_created: Timestamp::now() };
        self.sinks.insert(sid, sink.clone());
        Ok(sink)
    }

    pub(crate) fn delete_sink(&mut self, sid: &str) -> Result<(), Refusal> {
        self.sink(sid)?;
        if self.subscriptions.values().any(|subscription| subscription.sink_sid == sid) {
            return Err(Refusal::bad(format!("Sink {sid} cannot be deleted: a subscription uses it")));
        }
        self.sinks.remove(sid);
        Ok(())
    }

    pub(crate) fn create_subscription(
        &mut self,
        description: String,
        sink_sid: &str,
        types: &[String],
    ) -> Result<Subscription, Refusal> {
        self.sink(sink_sid).map_err(|_| Refusal::bad(format!("SinkSid {sink_sid} is not an active sink")))?;
        let wrong = |_| Refusal::bad("each of Types must be {\"type\": …, \"schema_version\": …}");
        let read = |text: &String| serde_json::from_str::<SubscribedType>(text).map_err(wrong);
        let types = types.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let unknown = types.iter().find(|listed| !listed.name.starts_with("com.twilio."));
        match unknown {
            _ if types.is_empty() => return Err(Refusal::bad("Types is required")),
            Some(unknown) => return Err(Refusal::bad(format!("there is no event type {}", unknown.name))),
            None => {}
        }
        let sid = new_ordered_sid("DF");
        let sink_sid = sink_sid.to_owned();
        let made = Subscription { sid: sid.clone(), description, sink_sid, types, date_created: Timestamp::now() };
        self.subscriptions.insert(sid, made.clone());
        Ok(made)
    }

    pub(crate) fn delete_subscription(&mut self, sid: &str) -> Result<(), Refusal> {
        self.subscriptions.remove(sid).map(drop).ok_or_else(|| Refusal::no("Subscription", sid))
    }
}

impl Sink {
    /// The resource of the REST API.
    pub(crate) fn resource(&self, place: &Place) -> Value {
        let url = format!("{}/v1/Sinks/{}", place.base_url, self.sid);
        json!({
            "date_created": date(self.date_created),
            "date_updated": date(self.date_created),
            "description": self.description,
            "links": {},
            "sid": self.sid,
            "sink_configuration": self.configuration,
            "sink_type": "webhook",
            "status": "active",
            "url": url,
        })
    }
}

impl Subscription {
    /// The resource of the REST API.
    pub(crate) fn resource(&self, place: &Place) -> Value {
        let url = format!("{}/v1/Subscriptions/{}", place.base_url, self.sid);
        json!({
            "account_sid": place.account_sid,
            "date_created": date(self.date_created),
            "date_updated": date(self.date_created),
            "description": self.description,
            "links": { "subscribed_events": format!("{url}/SubscribedEvents") },
            "receive_events_from_subaccounts": false,
            "sid": self.sid,
            "sink_sid": self.sink_sid,
            "url": url,
        })
    }

    /// A type of event, as a resource.
    pub(crate) fn type_resource(&self, listed: &SubscribedType, place: &Place) -> Value {
        json!({
            "account_sid": place.account_sid,
            "schema_version": listed.schema_version,
            "subscription_sid": self.sid,
            "type": listed.name,
            "url": format!("{}/v1/Subscriptions/{}/SubscribedEvents/{}", place.base_url, self.sid, listed.name),
        })
    }
}
