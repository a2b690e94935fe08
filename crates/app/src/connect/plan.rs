//! What is to be changed in Twilio, decided without input or output.

use std::{collections::BTreeSet, fmt};

use thiserror::Error;
use twilio::{Callback, Sink, WORKER_EVENTS, Workspace};

use super::{Connection, EventStreams, Surroundings, Webhook};

/// How the deployment gets to know of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// The workspace's event callback.
    Callback,
    /// Event Streams, where the one callback is another system's.
    EventStreams,
}

/// Something to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    SetCallback {
        url: String,
        filter: String,
    },
    CreateSink {
        destination: String,
    },
    /// To the sink of this SID, or to the one that the step before creates.
    Subscribe {
        sink_sid: Option<String>,
        types: Vec<String>,
    },
    ClearCallback,
    DeleteSubscription {
        sid: String,
    },
    DeleteSink {
        sid: String,
    },
}

/// Why a deployment cannot be connected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Obstacle {
    #[error("Flex uses the workspace {0}, and TWILIO_WORKSPACE_SID names another one")]
    AnotherWorkspace(String),
    #[error(
        "the workspace's one callback URL is taken: {0}. It is left as it is; take the events from Event Streams instead: \
         flex-roster connect --event-streams"
    )]
    CallbackTaken(String),
    #[error(
        "the workspace's callback URL is this deployment's already, so that each event would arrive twice. To change over: \
         flex-roster disconnect, then flex-roster connect --event-streams"
    )]
    CallbackIsOurs,
    #[error(
        "Event Streams leads to this deployment already, so that each event would arrive twice. To change over: \
         flex-roster disconnect, then flex-roster connect"
    )]
    StreamIsOurs,
    #[error("Event Streams cannot be read with these credentials, so no sink can be created there")]
    StreamsUnreadable,
    #[error(
        "the sink {0} of Event Streams posts to this deployment, but is not active; delete it, or wait, and try again"
    )]
    SinkNotActive(String),
}

/// The steps that connect the workspace; none if it is connected.
pub fn plan(webhook: &Webhook, surroundings: &Surroundings, via: Via) -> Result<Vec<Step>, Obstacle> {
    let used = surroundings.flex.as_ref().and_then(|flex| flex.workspace_sid.as_ref());
    if let Some(used) = used.filter(|used| **used != surroundings.workspace.sid) {
        return Err(Obstacle::AnotherWorkspace(used.clone()));
    }
    let connection = webhook.connection(surroundings);
    match via {
        Via::Callback if connection == Connection::EventStreams => Err(Obstacle::StreamIsOurs),
        Via::Callback => callback(webhook, &surroundings.workspace),
        Via::EventStreams if matches!(connection, Connection::Callback | Connection::Both) => {
            Err(Obstacle::CallbackIsOurs)
        }
        Via::EventStreams => {
            stream(webhook, surroundings.event_streams.as_ref().map_err(|_| Obstacle::StreamsUnreadable)?)
        }
    }
}

fn callback(webhook: &Webhook, workspace: &Workspace) -> Result<Vec<Step>, Obstacle> {
    let current = workspace.event_callback_url.as_deref();
    if let Some(other) = current.filter(|url| !webhook.is_at(url)) {
        return Err(Obstacle::CallbackTaken(other.to_owned()));
    }
    let url = webhook.callback_url();
    let listed = workspace.events_filter.iter().map(String::as_str).collect::<BTreeSet<_>>();
    let is_set = current == Some(url.as_str()) && listed == WORKER_EVENTS.into();
    Ok(if is_set { Vec::new() } else { vec![Step::SetCallback { url, filter: WORKER_EVENTS.join(",") }] })
}

fn stream(webhook: &Webhook, streams: &EventStreams) -> Result<Vec<Step>, Obstacle> {
    let types = WORKER_EVENTS.map(Callback::streamed_type);
    let sinks = streams.sinks_to(webhook.url()).collect::<Vec<_>>();
    let Some(sink) = sinks.iter().find(|sink| is_active(sink)).or(sinks.first()) else {
        let create = Step::CreateSink { destination: webhook.url().to_owned() };
        return Ok(vec![create, Step::Subscribe { sink_sid: None, types: types.into() }]);
    };
    if !is_active(sink) {
        return Err(Obstacle::SinkNotActive(sink.sid.clone()));
    }
    let subscribed = sinks.iter().flat_map(|sink| streams.subscriptions_to(&sink.sid)).flat_map(|found| &found.types);
    let subscribed = subscribed.collect::<BTreeSet<_>>();
    let missing = types.into_iter().filter(|name| !subscribed.contains(name)).collect::<Vec<_>>();
    let subscribe = Step::Subscribe { sink_sid: Some(sink.sid.clone()), types: missing.clone() };
    Ok(if missing.is_empty() { Vec::new() } else { vec![subscribe] })
}

fn is_active(sink: &Sink) -> bool {
    sink.status == "active"
}

/// The steps that undo all that leads here, and nothing else.
#[must_use]
pub fn plan_disconnect(webhook: &Webhook, surroundings: &Surroundings) -> Vec<Step> {
    let current = surroundings.workspace.event_callback_url.as_deref();
    let callback = current.filter(|url| webhook.is_at(url)).map(|_| Step::ClearCallback);
    let streams = surroundings.event_streams.as_ref().ok();
    let sinks = streams.iter().flat_map(|streams| streams.sinks_to(webhook.url())).collect::<Vec<_>>();
    let of_sink = |sink: &&Sink| {
        let subscriptions = streams.iter().flat_map(|streams| streams.subscriptions_to(&sink.sid)).collect::<Vec<_>>();
        let sids = subscriptions.into_iter().map(|found| found.subscription.sid.clone());
        sids.map(|sid| Step::DeleteSubscription { sid }).collect::<Vec<_>>()
    };
    let subscriptions = sinks.iter().flat_map(of_sink);
    let sinks = sinks.iter().map(|sink| Step::DeleteSink { sid: sink.sid.clone() });
    callback.into_iter().chain(subscriptions).chain(sinks).collect()
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetCallback { url, filter } => {
                write!(f, "set the workspace's callback URL to {url}, with the events {filter}")
            }
            Self::CreateSink { destination } => write!(f, "create a sink of Event Streams that posts to {destination}"),
            Self::Subscribe { sink_sid: None, types } => write!(f, "subscribe to {} for it", types.join(", ")),
            Self::Subscribe { sink_sid: Some(sid), types } => {
                write!(f, "subscribe to {} for the sink {sid}", types.join(", "))
            }
            Self::ClearCallback => f.write_str("clear the workspace's callback URL and its event filter"),
            Self::DeleteSubscription { sid } => write!(f, "delete the subscription {sid} of Event Streams"),
            Self::DeleteSink { sid } => write!(f, "delete the sink {sid} of Event Streams"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{SubscribedSink, WebhookRules};
    use twilio::{FlexConfiguration, Subscription, TwilioError};

    const HERE: &str = "https://roster.example.com/base/webhooks/taskrouter";
    const THERE: &str = "https://elsewhere.example.com/hook";

    fn webhook() -> Webhook {
        Webhook::below("https://roster.example.com/base/")
    }

    fn workspace(url: Option<&str>, filter: &[&str]) -> Workspace {
        Workspace {
            sid: "WS1".to_owned(),
            default_activity_sid: None,
            default_activity_name: None,
            event_callback_url: url.map(str::to_owned),
            events_filter: filter.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    fn around(url: Option<&str>, filter: &[&str]) -> Surroundings {
        let (event_streams, webhook_rules) = (Ok(EventStreams::default()), Ok(WebhookRules::default()));
        Surroundings { workspace: workspace(url, filter), flex: None, offline: None, event_streams, webhook_rules }
    }

    fn with_sink(status: &str, types: &[String]) -> EventStreams {
        let sink = |sid: &str, url: &str| Sink {
            sid: sid.to_owned(),
            description: String::new(),
            status: status.to_owned(),
            destination: Some(url.to_owned()),
        };
        let to = |sid: &str, sink_sid: &str, types: &[String]| SubscribedSink {
            subscription: Subscription {
                sid: sid.to_owned(),
                description: String::new(),
                sink_sid: sink_sid.to_owned(),
            },
            types: types.to_vec(),
        };
        let all = WORKER_EVENTS.map(Callback::streamed_type);
        EventStreams {
            sinks: vec![sink("DG1", THERE), sink("DG2", HERE)],
            subscriptions: vec![to("DF1", "DG1", &all), to("DF2", "DG2", types)],
        }
    }

    #[test]
    fn a_callback_that_is_not_set_or_in_part_is_set_with_retries_and_exactly_the_worker_events() {
        let set = vec![Step::SetCallback {
            url: format!("{HERE}#rc=3&rp=ct,rt,5xx"),
            filter: "worker.created,worker.attributes.update,worker.activity.update,worker.deleted".to_owned(),
        }];
        let ours = webhook().callback_url();
        let more = [WORKER_EVENTS.as_slice(), &["task.created"]].concat();
        for (url, filter) in [
            (None, [].as_slice()),
            (Some(HERE), &WORKER_EVENTS),
            (Some(&*ours), &[]),
            (Some(&*ours), &WORKER_EVENTS[1..]),
            (Some(&*ours), &more),
        ] {
            assert_eq!(plan(&webhook(), &around(url, filter), Via::Callback), Ok(set.clone()), "{url:?} {filter:?}");
        }
        let mut reversed = WORKER_EVENTS;
        reversed.reverse();
        assert_eq!(plan(&webhook(), &around(Some(&ours), &reversed), Via::Callback), Ok(vec![]), "in any order");
    }

    #[test]
    fn what_is_another_systems_is_never_overwritten() {
        for url in [THERE, "https://roster.example.com/base/webhooks/taskrouter2", "https://roster.example.com"] {
            let around = around(Some(url), &[]);
            let refused = plan(&webhook(), &around, Via::Callback).unwrap_err();
            assert_eq!(refused, Obstacle::CallbackTaken(url.to_owned()));
            assert!(refused.to_string().contains("connect --event-streams"));
            assert!(plan_disconnect(&webhook(), &around).is_empty());
        }
        let flex = FlexConfiguration {
            workspace_sid: Some("WS2".to_owned()),
            offline_activity_sid: None,
            skills: Vec::new(),
            worker_attributes: None,
            worker_channels: None,
        };
        let elsewhere = Surroundings { flex: Some(flex), ..around(None, &[]) };
        let refused = plan(&webhook(), &elsewhere, Via::Callback);
        assert_eq!(refused, Err(Obstacle::AnotherWorkspace("WS2".to_owned())));
    }

    #[test]
    fn beside_a_foreign_callback_event_streams_gets_what_is_missing() {
        let types = WORKER_EVENTS.map(Callback::streamed_type);
        let around = |event_streams| Surroundings { event_streams, ..around(Some(THERE), &[]) };
        let planned = |streams| plan(&webhook(), &around(streams), Via::EventStreams);
        let new = [
            Step::CreateSink { destination: HERE.to_owned() },
            Step::Subscribe { sink_sid: None, types: types.clone().into() },
        ];
        assert_eq!(planned(Ok(EventStreams::default())), Ok(new.into()));
        let sink_sid = Some("DG2".to_owned());
        let rest = Step::Subscribe { sink_sid, types: types[1..].into() };
        assert_eq!(planned(Ok(with_sink("active", &types[..1]))), Ok(vec![rest]));
        assert_eq!(planned(Ok(with_sink("active", &types))), Ok(vec![]));
        assert_eq!(planned(Ok(with_sink("failed", &types))), Err(Obstacle::SinkNotActive("DG2".to_owned())));
        assert_eq!(planned(Err(TwilioError::Unreachable)), Err(Obstacle::StreamsUnreadable));
    }

    #[test]
    fn events_do_not_come_on_both_ways() {
        let types = WORKER_EVENTS.map(Callback::streamed_type);
        let streamed = Surroundings { event_streams: Ok(with_sink("active", &types)), ..around(None, &[]) };
        assert_eq!(plan(&webhook(), &streamed, Via::Callback), Err(Obstacle::StreamIsOurs));
        assert_eq!(plan(&webhook(), &around(Some(HERE), &[]), Via::EventStreams), Err(Obstacle::CallbackIsOurs));
    }

    #[test]
    fn disconnecting_undoes_what_leads_here_subscriptions_before_their_sink() {
        let streams = Ok(with_sink("active", &[]));
        let both = Surroundings { event_streams: streams, ..around(Some(&webhook().callback_url()), &[]) };
        let [sid, sink] = ["DF2", "DG2"].map(str::to_owned);
        let steps = [Step::ClearCallback, Step::DeleteSubscription { sid }, Step::DeleteSink { sid: sink }];
        assert_eq!(plan_disconnect(&webhook(), &both), steps);
    }
}
