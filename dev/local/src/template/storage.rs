//! Tables and buckets.

use serde_json::{Map, Value};

use super::{Bucket, Table, TemplateError, arn, physical};

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

pub(super) fn bucket(id: &str, properties: &Map<String, Value>) -> Result<Bucket, TemplateError> {
    match properties.keys().find(|name| !WITHOUT_EFFECT.contains(&name.as_str())) {
        Some(unknown) => Err(TemplateError::at(id, format!("local does not understand the property {unknown}"))),
        None => Ok(Bucket { id: id.to_owned(), name: physical(id).to_lowercase() }),
    }
}
