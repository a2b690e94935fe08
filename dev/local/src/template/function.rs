//! `AWS::Serverless::Function`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};

use super::events::{self, DestinationConfig, Event};
use super::http_api::UnboundRoute;
use super::parameters::text;
use super::{AsyncRetries, Function, TemplateError, physical, typed};
use crate::authority::Policy;

/// Properties without effect on a local run.
const WITHOUT_EFFECT: [&str; 8] =
    ["Architectures", "Description", "Handler", "LoggingConfig", "PropagateTags", "Runtime", "Tags", "Tracing"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    code_uri: String,
    #[serde(default)]
    environment: Environment,
    #[serde(default = "three")]
    timeout: u64,
    #[serde(default = "a_hundred_and_twenty_eight", deserialize_with = "whole")]
    memory_size: u32,
    #[serde(default, deserialize_with = "count")]
    reserved_concurrent_executions: Option<usize>,
    #[serde(default)]
    events: BTreeMap<String, Event>,
    #[serde(default)]
    event_invoke_config: EventInvokeConfig,
    #[serde(default)]
    policies: Value,
}

/// A parameter's number is text here, as it is to `CloudFormation`'s functions.
fn whole<'de, D: Deserializer<'de>, N: TryFrom<u64>>(deserializer: D) -> Result<N, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok());
    let number = number.and_then(|number| number.try_into().ok());
    number.ok_or_else(|| D::Error::custom(format!("{value} is no whole number that is expected here")))
}

fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    whole(deserializer).map(Some)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Environment {
    #[serde(default)]
    variables: BTreeMap<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct EventInvokeConfig {
    maximum_retry_attempts: Option<u32>,
    maximum_event_age_in_seconds: Option<u64>,
    #[serde(default)]
    destination_config: DestinationConfig,
}

// Lambda's defaults.
fn three() -> u64 {
    3
}

fn a_hundred_and_twenty_eight() -> u32 {
    128
}

const DEFAULT_RETRIES: u32 = 2;
const DEFAULT_MAX_AGE: Duration = Duration::from_hours(6);

/// The function, and the routes that its events add to the API.
pub(super) fn read(
    id: &str,
    mut properties: Map<String, Value>,
) -> Result<(Function, Vec<UnboundRoute>), TemplateError> {
    for name in WITHOUT_EFFECT {
        properties.remove(name);
    }
    let properties: Properties = typed(id, properties.into())?;
    let events = events::read(id, properties.events)?;
    let function = Function {
        id: id.to_owned(),
        name: physical(id),
        package: package(id, &properties.code_uri)?,
        environment: variables(properties.environment),
        timeout: Duration::from_secs(properties.timeout),
        memory_mb: properties.memory_size,
        reserved_concurrency: properties.reserved_concurrent_executions,
        streams: events.streams,
        schedules: events.schedules,
        retries: retries(properties.event_invoke_config),
        policy: Policy::read(&properties.policies)
            .map_err(|reason| TemplateError::at(&format!("{id}.Policies"), reason))?,
    };
    Ok((function, events.routes))
}

fn package(id: &str, code_uri: &str) -> Result<String, TemplateError> {
    match code_uri.trim_end_matches('/').rsplit('/').next() {
        Some(package) if !package.is_empty() && package != "." && package != ".." => Ok(package.to_owned()),
        _ => Err(TemplateError::at(
            &format!("{id}.CodeUri"),
            format!("{code_uri:?} does not end in the name of a package"),
        )),
    }
}

fn variables(environment: Environment) -> BTreeMap<String, String> {
    environment
        .variables
        .into_iter()
        .map(|(name, value)| match value {
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(text).collect();
                (name, items.join(","))
            }
            value => (name, text(&value)),
        })
        .collect()
}

fn retries(config: EventInvokeConfig) -> AsyncRetries {
    AsyncRetries {
        attempts: config.maximum_retry_attempts.unwrap_or(DEFAULT_RETRIES),
        max_age: config.maximum_event_age_in_seconds.map_or(DEFAULT_MAX_AGE, Duration::from_secs),
        on_failure: config.destination_config.on_failure(),
    }
}
