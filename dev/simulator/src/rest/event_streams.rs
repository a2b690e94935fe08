//! Event Streams: sinks and subscriptions. `Types` of a subscription may be given several times, as Twilio's libraries do.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Shared;
use super::paging::List;
use super::parameters::{NoQuery, Parameters, Takes};
use crate::cloud_event;
use crate::event_streams::{Sink, SubscribedType, Subscription};
use crate::outgoing::Outgoing;
use crate::refusal::Refusal;

const SINKS: Takes = Takes::list(&[], &["InUse", "Status"]);
const SUBSCRIPTIONS: Takes = Takes::list(&["SinkSid"], &[]);
const TYPES: Takes = Takes::list(&[], &[]);
const NEW_SINK: Takes =
    Takes { names: &["Description", "SinkConfiguration", "SinkType"], not_simulated: &[], paged: false };
const NEW_SUBSCRIPTION: Takes = Takes { names: &["Description", "SinkSid"], not_simulated: &[], paged: false };
const NEW_TYPE: &str = "Types";

pub(super) async fn sinks(State(state): Shared, RawQuery(query): RawQuery) -> Result<Json<Value>, Refusal> {
    let parameters = SINKS.query(query.as_deref())?;
    let workspace = state.workspace();
    let items: Vec<(&str, &Sink)> = workspace.streams().sinks.iter().map(|(sid, sink)| (sid.as_str(), sink)).collect();
    let list = List { url: format!("{}/v1/Sinks", state.place.base_url), key: "sinks", parameters: &parameters };
    list.page(&items, |sink| sink.resource(&state.place))
}

pub(super) async fn sink(State(state): Shared, Path(sid): Path<String>, _: NoQuery) -> Result<Json<Value>, Refusal> {
    Ok(Json(state.workspace().streams().sink(&sid)?.resource(&state.place)))
}

pub(super) async fn create_sink(
    State(state): Shared,
    _: NoQuery,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let form = NEW_SINK.read(&body)?;
    if required(&form, "SinkType")? != "webhook" {
        return Err(Refusal::bad("SinkType is not simulated, but for webhook"));
    }
    let (description, configuration) = (required(&form, "Description")?, required(&form, "SinkConfiguration")?);
    let sink = state.workspace().change_streams(|streams| streams.create_sink(description, &configuration))?;
    Ok((StatusCode::CREATED, Json(sink.resource(&state.place))))
}

pub(super) async fn delete_sink(
    State(state): Shared,
    Path(sid): Path<String>,
    _: NoQuery,
) -> Result<StatusCode, Refusal> {
    state.workspace().change_streams(|streams| streams.delete_sink(&sid))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Answered before the test event arrives.
pub(super) async fn test_sink(
    State(state): Shared,
    Path(sid): Path<String>,
    _: NoQuery,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let destination = state.workspace().streams().sink(&sid)?.configuration.destination.clone();
    let body = cloud_event::test_body(&state.place, &Timestamp::now().to_string());
    state.callbacks.send_now(Outgoing::Stream { destination, body });
    Ok((StatusCode::CREATED, Json(json!({ "result": "submitted" }))))
}

pub(super) async fn subscriptions(State(state): Shared, RawQuery(query): RawQuery) -> Result<Json<Value>, Refusal> {
    let parameters = SUBSCRIPTIONS.query(query.as_deref())?;
    let workspace = state.workspace();
    let of_sink = |found: &&Subscription| parameters.get("SinkSid").is_none_or(|sid| sid == found.sink_sid);
    let matching = workspace.streams().subscriptions.values().filter(of_sink);
    let items: Vec<(&str, &Subscription)> = matching.map(|found| (found.sid.as_str(), found)).collect();
    let url = format!("{}/v1/Subscriptions", state.place.base_url);
    let list = List { url, key: "subscriptions", parameters: &parameters };
    list.page(&items, |found| found.resource(&state.place))
}

pub(super) async fn subscription(
    State(state): Shared,
    Path(sid): Path<String>,
    _: NoQuery,
) -> Result<Json<Value>, Refusal> {
    Ok(Json(state.workspace().streams().subscription(&sid)?.resource(&state.place)))
}

pub(super) async fn create_subscription(
    State(state): Shared,
    _: NoQuery,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let is_type = |(name, _): &(String, String)| name == NEW_TYPE;
    let (types, once): (Vec<_>, Vec<_>) = form_urlencoded::parse(&body).into_owned().partition(is_type);
    let once = form_urlencoded::Serializer::new(String::new()).extend_pairs(once).finish();
    let form = NEW_SUBSCRIPTION.read(once.as_bytes())?;
    let types = types.into_iter().map(|(_, value)| value).collect::<Vec<_>>();
    let (description, sink_sid) = (required(&form, "Description")?, required(&form, "SinkSid")?);
    let create =
        |streams: &mut crate::event_streams::EventStreams| streams.create_subscription(description, &sink_sid, &types);
    let made = state.workspace().change_streams(create)?;
    Ok((StatusCode::CREATED, Json(made.resource(&state.place))))
}

pub(super) async fn delete_subscription(
    State(state): Shared,
    Path(sid): Path<String>,
    _: NoQuery,
) -> Result<StatusCode, Refusal> {
    state.workspace().change_streams(|streams| streams.delete_subscription(&sid))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn subscribed_events(
    State(state): Shared,
    Path(sid): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let parameters = TYPES.query(query.as_deref())?;
    let workspace = state.workspace();
    let subscription = workspace.streams().subscription(&sid)?;
    let items: Vec<(&str, &SubscribedType)> =
        subscription.types.iter().map(|listed| (listed.name.as_str(), listed)).collect();
    let url = format!("{}/v1/Subscriptions/{sid}/SubscribedEvents", state.place.base_url);
    let list = List { url, key: "types", parameters: &parameters };
    list.page(&items, |listed| subscription.type_resource(listed, &state.place))
}

fn required(form: &Parameters, name: &str) -> Result<String, Refusal> {
    form.owned(name).ok_or_else(|| Refusal::bad(format!("{name} is required")))
}
