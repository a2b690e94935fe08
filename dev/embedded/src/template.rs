//! The table of the template, so that tests use the same as production.

use std::path::PathBuf;

use serde_json::Value;

use crate::{EmbeddedError, yaml};

/// The `Properties` of the table `Directory` in `infra/template.yaml`.
pub fn directory_properties() -> Result<Value, EmbeddedError> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/template.yaml"));
    let text = std::fs::read_to_string(&path).map_err(|source| EmbeddedError::File { path: path.clone(), source })?;
    let template = |reason: String| EmbeddedError::Template { path: path.clone(), reason };
    yaml::parse(&text)
        .map_err(|e| template(e.to_string()))?
        .pointer_mut("/Resources/Directory/Properties")
        .map(Value::take)
        .ok_or_else(|| template("it has no resource Directory with Properties".into()))
}

/// The same table without its stream, for tests and benchmarks that do not read it: writes are faster.
#[must_use]
pub fn without_stream(mut properties: Value) -> Value {
    if let Some(properties) = properties.as_object_mut() {
        properties.remove("StreamSpecification");
    }
    properties
}
