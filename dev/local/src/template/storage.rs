//! Tables and buckets.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Bucket, BucketCors, Table, TemplateError, arn, physical, typed};

pub(super) fn table(id: &str, properties: Map<String, Value>) -> Result<Table, TemplateError> {
    let name = physical(id);
    let partition_key = properties
        .get("KeySchema")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .find(|key| key["KeyType"] == "HASH")
        .and_then(|key| key["AttributeName"].as_str())
        .ok_or_else(|| TemplateError::at(id, "its KeySchema names no HASH key"))?
        .to_owned();
    Ok(Table {
        id: id.to_owned(),
        partition_key,
        stream_arn: arn("dynamodb", &format!("table/{name}/stream/local")),
        name,
        properties: properties.into(),
    })
}

/// Properties without effect on a local run.
const WITHOUT_EFFECT: [&str; 5] = [
    "BucketEncryption",
    "LifecycleConfiguration",
    "LoggingConfiguration",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CorsConfiguration {
    cors_rules: Vec<BucketCors>,
}

pub(super) fn bucket(id: &str, mut properties: Map<String, Value>) -> Result<Bucket, TemplateError> {
    let cors = properties.remove("CorsConfiguration").map(|cors| typed::<CorsConfiguration>(id, cors)).transpose()?;
    let cors = cors.map(|cors| cors.cors_rules).unwrap_or_default();
    match properties.keys().find(|name| !WITHOUT_EFFECT.contains(&name.as_str())) {
        Some(unknown) => Err(TemplateError::at(id, format!("local does not understand the property {unknown}"))),
        None => Ok(Bucket { id: id.to_owned(), name: physical(id).to_lowercase(), cors }),
    }
}
