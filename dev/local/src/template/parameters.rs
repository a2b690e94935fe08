//! The values of the template's parameters.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::TemplateError;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Parameter {
    r#type: String,
    default: Option<Value>,
    #[serde(default)]
    allowed_values: Vec<Value>,
    allowed_pattern: Option<String>,
}

const LIST: &str = "CommaDelimitedList";

/// The value of each parameter: from `given`, else from `here`, else its default. Each is checked against the allowed
/// values and pattern.
pub(crate) fn values(
    parameters: &BTreeMap<String, Parameter>,
    here: &BTreeMap<String, String>,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Value>, TemplateError> {
    if let Some(unknown) = given.keys().find(|name| !parameters.contains_key(*name)) {
        return Err(TemplateError::parameter(unknown, "the template has no such parameter"));
    }
    parameters
        .iter()
        .map(|(name, parameter)| {
            let given = given.get(name).or_else(|| here.get(name));
            Ok((name.clone(), value(name, parameter, given)?))
        })
        .collect()
}

fn value(name: &str, parameter: &Parameter, given: Option<&String>) -> Result<Value, TemplateError> {
    let text = match (given, &parameter.default) {
        (Some(given), _) => given.clone(),
        (None, Some(default)) => text(default),
        (None, None) => {
            let reason = "it has no default and no value was given";
            return Err(TemplateError::parameter(name, reason));
        }
    };
    check_allowed(name, parameter, &text)?;
    match parameter.r#type.as_str() {
        "String" | "Number" => Ok(Value::String(text)),
        LIST => Ok(text.split(',').map(str::trim).collect()),
        other => Err(TemplateError::parameter(name, format!("its type {other} is none of String, Number, {LIST}"))),
    }
}

/// A scalar as text, as `CloudFormation` passes it on.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn check_allowed(name: &str, parameter: &Parameter, value: &str) -> Result<(), TemplateError> {
    let allowed: Vec<String> = parameter.allowed_values.iter().map(text).collect();
    if !allowed.is_empty() && !allowed.iter().any(|a| a == value) {
        let reason = format!("{value:?} is none of {}", allowed.join(", "));
        return Err(TemplateError::parameter(name, reason));
    }
    let Some(pattern) = &parameter.allowed_pattern else {
        return Ok(());
    };
    let regex = Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|e| TemplateError::parameter(name, format!("its AllowedPattern: {e}")))?;
    // The pattern is that of each item of a list.
    let items = if parameter.r#type == LIST { value.split(',').map(str::trim).collect() } else { vec![value] };
    if items.into_iter().all(|item| regex.is_match(&as_on_aws(item))) {
        return Ok(());
    }
    let reason = format!("{value:?} does not match {pattern}");
    Err(TemplateError::parameter(name, reason))
}

/// An address of this machine counts as one with `https`, which the template asks for: there is no way between.
fn as_on_aws(value: &str) -> String {
    let rest = value.strip_prefix("http://").filter(|rest| {
        let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
        matches!(host, "127.0.0.1" | "localhost")
    });
    rest.map_or_else(|| value.to_owned(), |rest| format!("https://{rest}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn value_of(yaml: &str, given: Option<&str>) -> Result<Value, String> {
        let parameter: Parameter = serde_json::from_value(embedded::yaml::parse(yaml).unwrap()).unwrap();
        let parameters = BTreeMap::from([("Size".to_owned(), parameter)]);
        let given = given.map(|v| ("Size".to_owned(), v.to_owned())).into_iter().collect();
        values(&parameters, &BTreeMap::new(), &given)
            .map(|mut values| values.remove("Size").unwrap())
            .map_err(|e| e.to_string())
    }

    #[test]
    fn a_given_value_beats_the_default() {
        let yaml = "{Type: String, Default: small}";
        assert_eq!(value_of(yaml, None), Ok("small".into()));
        assert_eq!(value_of(yaml, Some("big")), Ok("big".into()));
    }

    #[test]
    fn a_list_is_split_at_commas() {
        let yaml = "{Type: CommaDelimitedList, Default: 'a, b'}";
        assert_eq!(value_of(yaml, None), Ok(serde_json::json!(["a", "b"])));
    }

    #[test]
    fn a_missing_parameter_is_named() {
        let error = value_of("{Type: String}", None).unwrap_err();
        assert_eq!(error, "template parameter Size: it has no default and no value was given");
    }

    #[test]
    fn a_value_outside_of_the_allowed_ones_names_them() {
        let error = value_of("{Type: String, AllowedValues: [s, m]}", Some("xl")).unwrap_err();
        assert!(error.contains("\"xl\" is none of s, m"), "{error}");
    }

    #[test]
    fn a_pattern_has_to_match_the_whole_value() {
        let yaml = "{Type: String, AllowedPattern: 'AC[0-9]+'}";
        assert_eq!(value_of(yaml, Some("AC1")), Ok("AC1".into()));
        assert!(value_of(yaml, Some("xAC1")).unwrap_err().contains("does not match"));
    }

    #[test]
    fn a_pattern_holds_for_each_item_of_a_list() {
        let yaml = "{Type: CommaDelimitedList, AllowedPattern: '^https://[a-z.]+$'}";
        assert!(value_of(yaml, Some("https://a.example, https://b.example")).is_ok());
        assert!(value_of(yaml, Some("https://a.example,b.example")).is_err());
    }

    #[test]
    fn plain_http_may_stand_for_https_on_this_machine_alone() {
        let yaml = "{Type: String, AllowedPattern: '^https://[^/]+/?$'}";
        for here in ["http://127.0.0.1:8080", "http://localhost/"] {
            assert_eq!(value_of(yaml, Some(here)), Ok(here.into()));
        }
        for elsewhere in
            ["http://example.com", "http://127.0.0.1.example.com", "http://localhost@example.com", "http://"]
        {
            assert!(value_of(yaml, Some(elsewhere)).is_err(), "{elsewhere}");
        }
    }
}
