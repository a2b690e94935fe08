//! YAML as JSON values.

use saphyr::{LoadableYamlNode, Mapping, Scalar, Yaml};
use serde_json::{Map, Value};

/// Why a text is not one YAML document that JSON can express.
#[derive(Debug, thiserror::Error)]
pub enum YamlError {
    /// The text is not YAML.
    #[error(transparent)]
    Syntax(#[from] saphyr::ScanError),
    /// The text holds no document, or several.
    #[error("it holds {0} documents instead of one")]
    Documents(usize),
    /// The document uses a feature of YAML that has no counterpart in JSON.
    #[error("{0} cannot be read as JSON")]
    NotJson(String),
}

/// Parses a text that holds one document. A value with a tag, such as `!Ref Table`, becomes a mapping with the tag as
/// its only key: `{"!Ref": "Table"}`.
pub fn parse(text: &str) -> Result<Value, YamlError> {
    let documents = Yaml::load_from_str(text)?;
    match documents.as_slice() {
        [document] => to_json(document),
        _ => Err(YamlError::Documents(documents.len())),
    }
}

fn to_json(yaml: &Yaml) -> Result<Value, YamlError> {
    match yaml {
        Yaml::Value(scalar) => scalar_to_json(scalar),
        Yaml::Sequence(items) => items.iter().map(to_json).collect(),
        Yaml::Mapping(entries) => mapping_to_json(entries),
        Yaml::Tagged(tag, value) => Ok(Map::from_iter([(tag.to_string(), to_json(value)?)]).into()),
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => Err(YamlError::NotJson(format!("{yaml:?}"))),
    }
}

fn mapping_to_json(entries: &Mapping) -> Result<Value, YamlError> {
    let mut object = Map::new();
    for (key, value) in entries {
        let key = match to_json(key)? {
            Value::String(key) => key,
            Value::Array(_) | Value::Object(_) => return Err(YamlError::NotJson(format!("the key {key:?}"))),
            scalar => scalar.to_string(),
        };
        object.insert(key, to_json(value)?);
    }
    Ok(object.into())
}

fn scalar_to_json(scalar: &Scalar) -> Result<Value, YamlError> {
    match scalar {
        Scalar::Null => Ok(Value::Null),
        Scalar::Boolean(flag) => Ok((*flag).into()),
        Scalar::Integer(number) => Ok((*number).into()),
        Scalar::FloatingPoint(number) => serde_json::Number::from_f64(number.into_inner())
            .map(Value::Number)
            .ok_or_else(|| YamlError::NotJson(format!("the number {number}"))),
        Scalar::String(text) => Ok(text.as_ref().into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_keep_their_types() {
        let parsed = parse("{a: 1, b: 1.5, c: true, d: null, e: '1', f: 2026-11-22, g: info, 200: x}").unwrap();
        let expected = json!({
            "a": 1, "b": 1.5, "c": true, "d": null, "e": "1", "f": "2026-11-22", "g": "info", "200": "x"
        });
        assert_eq!(parsed, expected);
    }

    #[test]
    fn a_tag_becomes_the_only_key_of_a_mapping() {
        let parsed = parse("table: !Ref Directory\narns: [!GetAtt Directory.Arn, !Sub '${Directory}/*']").unwrap();
        let expected = json!({
            "table": {"!Ref": "Directory"},
            "arns": [{"!GetAtt": "Directory.Arn"}, {"!Sub": "${Directory}/*"}],
        });
        assert_eq!(parsed, expected);
    }

    #[test]
    fn a_key_that_stands_twice_is_an_error_with_its_line() {
        let error = parse("a: 1\nb: 2\na: 3\n").unwrap_err().to_string();
        assert!(error.contains("duplicated key") && error.contains("line 3"), "{error}");
    }

    #[test]
    fn a_second_document_is_an_error() {
        assert_eq!(parse("a\n---\nb\n").unwrap_err().to_string(), "it holds 2 documents instead of one");
    }

    #[test]
    fn a_number_that_json_does_not_have_is_an_error() {
        assert!(parse("a: .nan").unwrap_err().to_string().contains("cannot be read as JSON"));
    }
}
