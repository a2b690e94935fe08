//! Creates a table from its description in the template.

use std::collections::BTreeSet;

use dynoxide::Database;
use dynoxide::actions::TableDescription;
use dynoxide::actions::describe_table::DescribeTableRequest;
use serde_json::{Map, Value, json};

use crate::EmbeddedError;

/// The properties that are the same in `CloudFormation` and `CreateTable`.
const SHARED: [&str; 5] =
    ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "BillingMode"];

pub(crate) fn create(database: &Database, name: &str, properties: &Value) -> Result<(), EmbeddedError> {
    let request = create_request(name, properties);
    if let Some(found) = describe(database, name) {
        same_indexes(name, &found, &request)?;
    } else {
        let request = serde_json::from_value(request).map_err(|e| EmbeddedError::table(name, &e))?;
        database.create_table(request).map_err(|e| EmbeddedError::table(name, &e))?;
    }
    set_time_to_live(database, name, properties)
}

fn create_request(name: &str, properties: &Value) -> Value {
    let mut request = Map::from_iter([("TableName".to_owned(), json!(name))]);
    for key in SHARED {
        if let Some(value) = properties.get(key) {
            request.insert(key.to_owned(), value.clone());
        }
    }
    // The embedded database throttles nothing.
    for index in request.get_mut("GlobalSecondaryIndexes").and_then(Value::as_array_mut).into_iter().flatten() {
        index.as_object_mut().map(|index| index.remove("OnDemandThroughput"));
    }
    if let Some(view) = properties.pointer("/StreamSpecification/StreamViewType") {
        let stream = json!({"StreamEnabled": true, "StreamViewType": view});
        request.insert("StreamSpecification".to_owned(), stream);
    }
    Value::Object(request)
}

fn describe(database: &Database, name: &str) -> Option<TableDescription> {
    let request = DescribeTableRequest { table_name: name.to_owned() };
    database.describe_table(request).ok().map(|d| d.table)
}

fn same_indexes(name: &str, found: &TableDescription, wanted: &Value) -> Result<(), EmbeddedError> {
    let found: BTreeSet<&str> =
        found.global_secondary_indexes.iter().flatten().map(|index| index.index_name.as_str()).collect();
    let wanted: BTreeSet<&str> = wanted["GlobalSecondaryIndexes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|index| index["IndexName"].as_str())
        .collect();
    if found == wanted {
        return Ok(());
    }
    Err(EmbeddedError::OtherShape { table: name.to_owned(), found: listed(&found), wanted: listed(&wanted) })
}

fn listed(names: &BTreeSet<&str>) -> String {
    let names: Vec<&str> = names.iter().copied().collect();
    format!("[{}]", names.join(", "))
}

fn set_time_to_live(database: &Database, name: &str, properties: &Value) -> Result<(), EmbeddedError> {
    let Some(specification) = properties.get("TimeToLiveSpecification") else {
        return Ok(());
    };
    let request = json!({"TableName": name, "TimeToLiveSpecification": specification});
    let request = serde_json::from_value(request).map_err(|e| EmbeddedError::table(name, &e))?;
    database.update_time_to_live(request).map_err(|e| EmbeddedError::table(name, &e))?;
    Ok(())
}
