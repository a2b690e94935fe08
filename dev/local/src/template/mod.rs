//! Reads `infra/template.yaml` into a [`System`].
//!
//! Whatever `local` does not understand in the template is an error that names it, so that nothing works on a
//! developer's machine only because it was ignored.

mod error;
mod events;
mod function;
mod http_api;
mod model;
mod parameters;
pub(crate) mod pattern;
mod rate;
mod resolve;
mod storage;

use std::collections::BTreeMap;
use std::path::Path;

use embedded::yaml;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use error::TemplateError;
pub use model::{
    AsyncRetries, Authorizer, Bucket, BucketCors, Cors, Function, HttpApi, Route, Schedule, StartingPosition,
    StreamSource, System, Table,
};

use crate::names::{ACCOUNT, API_ID, REGION, arn, physical};
use parameters::Parameter;
use resolve::{Named, Scope};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
    #[serde(default)]
    conditions: BTreeMap<String, Value>,
    #[serde(default)]
    globals: BTreeMap<String, Value>,
    resources: BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    r#type: String,
    /// The condition on which there is this resource.
    condition: Option<String>,
    #[serde(default)]
    properties: Value,
}

/// Values for parameters; the others have their defaults.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Values {
    /// The values of a local run; the template may lack these parameters.
    pub here: BTreeMap<String, String>,
    /// The values of the command line; a parameter that the template lacks is an error.
    pub given: BTreeMap<String, String>,
}

/// Reads a template file.
pub fn read(path: &Path, values: &Values) -> Result<System, TemplateError> {
    let text = std::fs::read_to_string(path).map_err(|source| TemplateError::Read { path: path.to_owned(), source })?;
    parse(&text, values)
}

/// Reads the text of a template.
pub fn parse(text: &str, values: &Values) -> Result<System, TemplateError> {
    let mut document: Document = serde_json::from_value(yaml::parse(text)?)?;
    let mut scope = Scope {
        parameters: parameters::values(&document.parameters, &values.here, &values.given)?,
        ..Scope::default()
    };
    for (name, condition) in &document.conditions {
        let holds = scope.decide(condition, &document.conditions, &format!("Conditions.{name}"))?;
        scope.conditions.insert(name.clone(), holds);
    }
    for (id, resource) in std::mem::take(&mut document.resources) {
        if resource.condition.as_ref().map_or(Ok(true), |condition| scope.holds(condition, &id))? {
            document.resources.insert(id, resource);
        }
    }
    for (id, resource) in &document.resources {
        let named =
            name(id, &resource.r#type).ok_or_else(|| TemplateError::at(id, not_understood(&resource.r#type)))?;
        scope.resources.insert(id.clone(), named);
    }
    system(&document, &scope)
}

fn not_understood(kind: &str) -> String {
    format!("local does not understand a resource of type {kind}")
}

/// Resources that only watch the others. Their properties are not read: they name what SAM makes of the template.
const WATCHING: [&str; 4] =
    ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::SNS::Subscription", "AWS::SNS::Topic"];

/// The names of a resource; `None` if `local` does not understand its type.
fn name(id: &str, kind: &str) -> Option<Named> {
    let reference = physical(id);
    let attributes = match kind {
        "AWS::Serverless::Function" => BTreeMap::from([("Arn", arn("lambda", &format!("function:{reference}")))]),
        "AWS::DynamoDB::Table" => BTreeMap::from([
            ("Arn", arn("dynamodb", &format!("table/{reference}"))),
            ("StreamArn", arn("dynamodb", &format!("table/{reference}/stream/local"))),
        ]),
        "AWS::S3::Bucket" => {
            let reference = reference.to_lowercase();
            let attributes = BTreeMap::from([("Arn", format!("arn:aws:s3:::{reference}"))]);
            return Some(Named { reference, attributes });
        }
        "AWS::Logs::LogGroup" => BTreeMap::from([("Arn", arn("logs", &format!("log-group:{reference}")))]),
        // Without effect: what it denies, no request on this machine is.
        "AWS::S3::BucketPolicy" => BTreeMap::new(),
        "AWS::Serverless::HttpApi" => {
            return Some(Named { reference: API_ID.to_owned(), attributes: BTreeMap::new() });
        }
        "AWS::SQS::Queue" => BTreeMap::from([
            ("Arn", arn("sqs", &reference)),
            ("QueueName", reference.clone()),
            ("QueueUrl", format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{reference}")),
        ]),
        watching if WATCHING.contains(&watching) => BTreeMap::new(),
        _ => return None,
    };
    Some(Named { reference, attributes })
}

fn system(document: &Document, scope: &Scope) -> Result<System, TemplateError> {
    let mut system = System { parameters: scope.parameters.clone(), ..System::default() };
    let mut routes = Vec::new();
    let mut api = None;
    for (id, resource) in document.resources.iter().filter(|(_, it)| !WATCHING.contains(&it.r#type.as_str())) {
        let mut properties = properties(id, resource, scope)?;
        merge_globals(document, scope, &resource.r#type, &mut properties)?;
        match resource.r#type.as_str() {
            "AWS::Serverless::Function" => {
                let (function, its_routes) = function::read(id, properties)?;
                system.functions.push(function);
                routes.extend(its_routes);
            }
            "AWS::Serverless::HttpApi" if api.is_some() => {
                return Err(TemplateError::at(id, "local serves one HttpApi, and this is a second"));
            }
            "AWS::Serverless::HttpApi" => api = Some(http_api::read(id, properties)?),
            "AWS::DynamoDB::Table" => system.tables.push(storage::table(id, properties)?),
            "AWS::S3::Bucket" => system.buckets.push(storage::bucket(id, properties)?),
            _ => {}
        }
    }
    system.api = http_api::complete(api, routes, &system.functions)?;
    check_streams(&system, scope)?;
    Ok(system)
}

fn properties(id: &str, resource: &Resource, scope: &Scope) -> Result<Map<String, Value>, TemplateError> {
    match scope.resolve(&resource.properties, id)? {
        Value::Object(properties) => Ok(properties),
        Value::Null => Ok(Map::new()),
        _ => Err(TemplateError::at(id, "its Properties are not a mapping")),
    }
}

/// Adds the `Globals` of this type of resource; the resource's own properties win.
fn merge_globals(
    document: &Document,
    scope: &Scope,
    kind: &str,
    properties: &mut Map<String, Value>,
) -> Result<(), TemplateError> {
    let section = match kind {
        "AWS::Serverless::Function" => "Function",
        "AWS::Serverless::HttpApi" => "HttpApi",
        _ => return Ok(()),
    };
    let Some(globals) = document.globals.get(section) else {
        return Ok(());
    };
    let globals = scope.resolve(globals, &format!("Globals.{section}"))?;
    for (key, value) in globals.as_object().into_iter().flatten() {
        match properties.get_mut(key) {
            Some(own) => merge_under(own, value),
            None => {
                properties.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(())
}

fn merge_under(own: &mut Value, global: &Value) {
    let (Some(own), Some(global)) = (own.as_object_mut(), global.as_object()) else {
        return;
    };
    for (key, value) in global {
        match own.get_mut(key) {
            Some(inner) => merge_under(inner, value),
            None => {
                own.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Checks that every stream belongs to a table, and every failure destination to the template.
fn check_streams(system: &System, scope: &Scope) -> Result<(), TemplateError> {
    for function in &system.functions {
        let place = format!("{}.EventInvokeConfig", function.id);
        check_destination(function.retries.on_failure.as_ref(), scope, &place)?;
        for source in &function.streams {
            let place = format!("{}.Events.{}", function.id, source.id);
            let table = system.tables.iter().find(|table| table.stream_arn == source.stream_arn);
            match table {
                Some(table) if table.properties.get("StreamSpecification").is_some() => {}
                Some(table) => {
                    let reason = format!("table {} has no StreamSpecification", table.id);
                    return Err(TemplateError::at(&place, reason));
                }
                None => {
                    let reason = format!("{} is not the stream of a table", source.stream_arn);
                    return Err(TemplateError::at(&place, reason));
                }
            }
            check_destination(source.on_failure.as_ref(), scope, &place)?;
        }
    }
    Ok(())
}

fn check_destination(destination: Option<&String>, scope: &Scope, place: &str) -> Result<(), TemplateError> {
    let Some(destination) = destination else {
        return Ok(());
    };
    let is_known = scope.resources.values().any(|named| named.attributes.get("Arn") == Some(destination));
    if is_known {
        return Ok(());
    }
    let reason = format!("the failure destination {destination} is neither a queue nor a bucket of the template");
    Err(TemplateError::at(place, reason))
}

/// The properties as a type; unknown properties are an error.
fn typed<T: DeserializeOwned>(place: &str, value: Value) -> Result<T, TemplateError> {
    serde_json::from_value(value).map_err(|e| TemplateError::at(place, e.to_string()))
}

#[cfg(test)]
mod tests;
