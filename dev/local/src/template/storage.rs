//! Tables and buckets.

use embedded::CorsRule;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Bucket, Table, TemplateError, arn, physical, typed};

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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CorsConfiguration {
    cors_rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Rule {
    allowed_origins: Vec<String>,
    allowed_methods: Vec<String>,
    #[serde(default)]
    allowed_headers: Vec<String>,
    #[serde(default)]
    exposed_headers: Vec<String>,
    #[serde(rename = "Id")]
    _id: Option<String>,
    #[serde(rename = "MaxAge")]
    _max_age: Option<u64>,
}

pub(super) fn bucket(id: &str, properties: &Map<String, Value>) -> Result<Bucket, TemplateError> {
    let rules = match properties.get("CorsConfiguration") {
        Some(cors) => typed::<CorsConfiguration>(id, cors.clone())?.cors_rules,
        None => Vec::new(),
    };
    Ok(Bucket {
        id: id.to_owned(),
        name: physical(id).to_lowercase(),
        cors: rules.into_iter().map(cors_rule).collect(),
    })
}

fn cors_rule(rule: Rule) -> CorsRule {
    CorsRule {
        allowed_origins: rule.allowed_origins,
        allowed_methods: rule.allowed_methods,
        allowed_headers: rule.allowed_headers,
        exposed_headers: rule.exposed_headers,
    }
}
