//! The table as the template describes it, for tests that want the one that production has.

use std::path::PathBuf;

use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;

use crate::EmbeddedError;

/// The `Properties` of the table `Directory` in `infra/template.yaml`.
pub fn directory_properties() -> Result<Value, EmbeddedError> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/template.yaml"));
    let text = std::fs::read_to_string(&path).map_err(|source| EmbeddedError::File { path: path.clone(), source })?;
    let template = |reason: String| EmbeddedError::Template { path: path.clone(), reason };
    let yaml: Yaml = serde_yaml_ng::from_str(&text).map_err(|e| template(e.to_string()))?;
    without_tags(&yaml)
        .pointer_mut("/Resources/Directory/Properties")
        .map(Value::take)
        .ok_or_else(|| template("it has no resource Directory with Properties".into()))
}

/// The same table without its stream: writes are quicker, for tests and benchmarks that read none.
#[must_use]
pub fn without_stream(mut properties: Value) -> Value {
    if let Some(properties) = properties.as_object_mut() {
        properties.remove("StreamSpecification");
    }
    properties
}

/// YAML as JSON; of what carries a tag such as `!Ref` only the value stays.
#[must_use]
pub fn without_tags(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => Value::Bool(*flag),
        Yaml::Number(number) => number_to_json(number),
        Yaml::String(text) => Value::String(text.clone()),
        Yaml::Sequence(items) => items.iter().map(without_tags).collect(),
        Yaml::Mapping(entries) => {
            entries.iter().map(|(key, value)| (key_to_string(key), without_tags(value))).collect::<Map<_, _>>().into()
        }
        Yaml::Tagged(tagged) => without_tags(&tagged.value),
    }
}

fn number_to_json(number: &serde_yaml_ng::Number) -> Value {
    number.as_i64().map(Value::from).or_else(|| number.as_f64().map(Value::from)).unwrap_or(Value::Null)
}

fn key_to_string(key: &Yaml) -> String {
    match without_tags(key) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
