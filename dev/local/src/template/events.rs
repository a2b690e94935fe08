//! The `Events` of a function: routes, streams, schedules.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::http_api::UnboundRoute;
use super::rate::rate;
use super::{Schedule, StartingPosition, StreamSource, TemplateError, pattern, typed};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Event {
    r#type: String,
    #[serde(default)]
    properties: Value,
}

#[derive(Default)]
pub(super) struct Events {
    pub routes: Vec<UnboundRoute>,
    pub streams: Vec<StreamSource>,
    pub schedules: Vec<Schedule>,
}

pub(super) fn read(function: &str, events: BTreeMap<String, Event>) -> Result<Events, TemplateError> {
    let mut read = Events::default();
    for (id, event) in events {
        let place = format!("{function}.Events.{id}");
        match event.r#type.as_str() {
            "HttpApi" => read.routes.push(route(function, place, event.properties)?),
            "DynamoDB" => read.streams.push(stream(id, &place, event.properties)?),
            "Schedule" | "ScheduleV2" => {
                read.schedules.extend(schedule(id, &place, event.properties)?);
            }
            other => {
                let reason =
                    format!("local does not understand an event of type {other}, only HttpApi, DynamoDB and Schedule");
                return Err(TemplateError::at(&place, reason));
            }
        }
    }
    Ok(read)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct HttpApiEvent {
    method: String,
    path: String,
    #[serde(default)]
    auth: RouteAuth,
    #[serde(rename = "ApiId")]
    _api_id: Option<Value>,
    payload_format_version: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RouteAuth {
    authorizer: Option<String>,
}

fn route(function: &str, place: String, properties: Value) -> Result<UnboundRoute, TemplateError> {
    let event: HttpApiEvent = typed(&place, properties)?;
    if event.payload_format_version.as_deref().unwrap_or("2.0") != "2.0" {
        return Err(TemplateError::at(&place, "local understands only PayloadFormatVersion \"2.0\""));
    }
    Ok(UnboundRoute {
        method: event.method.to_uppercase(),
        path: event.path,
        function: function.to_owned(),
        authorizer: event.auth.authorizer,
        place,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StreamEvent {
    stream: String,
    starting_position: StartingPosition,
    #[serde(default = "a_hundred")]
    batch_size: usize,
    // `local` does not wait for a batch to fill.
    #[serde(rename = "MaximumBatchingWindowInSeconds")]
    _maximum_batching_window_in_seconds: Option<u64>,
    #[serde(default = "one")]
    parallelization_factor: usize,
    // `local` counts nothing for CloudWatch.
    #[serde(rename = "MetricsConfig")]
    _metrics_config: Option<Value>,
    maximum_retry_attempts: Option<i64>,
    maximum_record_age_in_seconds: Option<i64>,
    #[serde(default)]
    bisect_batch_on_function_error: bool,
    #[serde(default)]
    function_response_types: Vec<String>,
    #[serde(default)]
    destination_config: DestinationConfig,
    #[serde(default)]
    filter_criteria: FilterCriteria,
}

fn a_hundred() -> usize {
    100
}

fn one() -> usize {
    1
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DestinationConfig {
    on_failure: Option<OnFailure>,
}

impl DestinationConfig {
    /// The ARN of the queue for what is given up.
    pub fn on_failure(self) -> Option<String> {
        self.on_failure.map(|on_failure| on_failure.destination)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct OnFailure {
    #[serde(rename = "Type")]
    _type: Option<String>,
    destination: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct FilterCriteria {
    #[serde(default)]
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Filter {
    pattern: String,
}

fn stream(id: String, place: &str, properties: Value) -> Result<StreamSource, TemplateError> {
    let event: StreamEvent = typed(place, properties)?;
    Ok(StreamSource {
        id,
        stream_arn: event.stream,
        starting_position: event.starting_position,
        batch_size: event.batch_size.max(1),
        parallelization_factor: event.parallelization_factor.clamp(1, 10),
        patterns: patterns(place, &event.filter_criteria)?,
        // -1 is without limit.
        max_retries: event.maximum_retry_attempts.and_then(|n| u32::try_from(n).ok()),
        max_age: event.maximum_record_age_in_seconds.and_then(|n| u64::try_from(n).ok()).map(Duration::from_secs),
        bisect: event.bisect_batch_on_function_error,
        reports_failures: reports_failures(place, &event.function_response_types)?,
        on_failure: event.destination_config.on_failure(),
    })
}

fn patterns(place: &str, criteria: &FilterCriteria) -> Result<Vec<Value>, TemplateError> {
    let wrong = |reason: String| TemplateError::at(&format!("{place}.FilterCriteria"), reason);
    criteria
        .filters
        .iter()
        .map(|filter| {
            let pattern = serde_json::from_str(&filter.pattern)
                .map_err(|e| wrong(format!("{:?} is not JSON: {e}", filter.pattern)))?;
            pattern::check(&pattern).map_err(wrong)?;
            Ok(pattern)
        })
        .collect()
}

fn reports_failures(place: &str, types: &[String]) -> Result<bool, TemplateError> {
    match types.iter().find(|t| *t != "ReportBatchItemFailures") {
        Some(unknown) => Err(TemplateError::at(
            &format!("{place}.FunctionResponseTypes"),
            format!("{unknown:?} is not ReportBatchItemFailures"),
        )),
        None => Ok(!types.is_empty()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ScheduleEvent {
    #[serde(alias = "ScheduleExpression")]
    schedule: String,
    #[serde(default = "yes")]
    enabled: bool,
    input: Option<String>,
    #[serde(rename = "Name")]
    _name: Option<String>,
    #[serde(rename = "Description")]
    _description: Option<String>,
    // Retries follow the function's EventInvokeConfig.
    #[serde(rename = "RetryPolicy")]
    _retry_policy: Option<Value>,
}

fn yes() -> bool {
    true
}

fn schedule(id: String, place: &str, properties: Value) -> Result<Option<Schedule>, TemplateError> {
    let event: ScheduleEvent = typed(place, properties)?;
    let every = rate(&event.schedule).map_err(|reason| TemplateError::at(place, reason))?;
    let input = event
        .input
        .map(|input| serde_json::from_str(&input))
        .transpose()
        .map_err(|e| TemplateError::at(&format!("{place}.Input"), format!("it is not JSON: {e}")))?;
    Ok(event.enabled.then_some(Schedule { id, every, input }))
}
