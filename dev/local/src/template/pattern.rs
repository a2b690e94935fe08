//! Filter patterns of an event source mapping, which select the records for a function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>

use serde_json::{Map, Value};

/// Checks that `local` understands a pattern. The error says what is wrong.
pub(crate) fn check(pattern: &Value) -> Result<(), String> {
    let Value::Object(fields) = pattern else {
        return Err(format!("the pattern {pattern} is not an object"));
    };
    fields.iter().try_for_each(|(name, rule)| match rule {
        Value::Object(_) => check(rule),
        Value::Array(rules) if !rules.is_empty() => rules.iter().try_for_each(check_rule),
        _ => Err(format!("the pattern for {name:?} is neither an object nor a list of values")),
    })
}

fn check_rule(rule: &Value) -> Result<(), String> {
    let Value::Object(operator) = rule else {
        return match rule {
            Value::Array(_) => Err(format!("{rule} is a list within a list")),
            _ => Ok(()),
        };
    };
    match single(operator) {
        Some(("exists", Value::Bool(_))) => Ok(()),
        _ => Err(format!("local does not understand the filter {rule}; it understands values and exists")),
    }
}

fn single(operator: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, value) = operator.iter().next()?;
    (operator.len() == 1).then_some((name.as_str(), value))
}

/// Whether the record passes one of the patterns; without patterns every record does.
pub(crate) fn passes(patterns: &[Value], record: &Value) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, Some(record)))
}

fn matches(pattern: &Value, value: Option<&Value>) -> bool {
    match pattern {
        Value::Object(fields) => fields.iter().all(|(name, rule)| matches(rule, value.and_then(|v| v.get(name)))),
        Value::Array(rules) => rules.iter().any(|rule| allows(rule, value)),
        _ => false,
    }
}

fn allows(rule: &Value, value: Option<&Value>) -> bool {
    let Some((operator, argument)) = rule.as_object().and_then(single) else {
        return any_of(value, |value| value == rule);
    };
    match (operator, argument) {
        // Only leaves exist for a filter, as on AWS: an object does not.
        ("exists", Value::Bool(wanted)) => value.is_some_and(|v| !v.is_object()) == *wanted,
        _ => false,
    }
}

/// A list matches if one of its members does.
fn any_of(value: Option<&Value>, matches: impl Fn(&Value) -> bool) -> bool {
    match value {
        Some(Value::Array(members)) => members.iter().any(matches),
        Some(value) => matches(value),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Value {
        json!({"eventName": "MODIFY", "dynamodb": {
            "Keys": {"pk": {"S": "USER#1"}, "sk": {"S": "OUTBOX"}},
            "NewImage": {"pending": {"S": "b7"}},
        }})
    }

    fn passes_one(pattern: Value) -> bool {
        check(&pattern).unwrap_or_else(|reason| panic!("{reason}"));
        passes(&[pattern], &record())
    }

    #[test]
    fn a_value_of_the_list_has_to_be_there() {
        assert!(passes_one(json!({"dynamodb": {"Keys": {"sk": {"S": ["PROFILE", "OUTBOX"]}}}})));
        assert!(!passes_one(json!({"dynamodb": {"Keys": {"sk": {"S": ["PROFILE"]}}}})));
        assert!(!passes_one(json!({"dynamodb": {"OldImage": {"sk": {"S": ["OUTBOX"]}}}})));
    }

    #[test]
    fn every_field_of_the_pattern_has_to_match() {
        assert!(passes_one(json!({"eventName": ["MODIFY"], "dynamodb": {"Keys": {"sk": {"S": ["OUTBOX"]}}}})));
        assert!(!passes_one(json!({"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": ["OUTBOX"]}}}})));
    }

    #[test]
    fn an_attribute_can_be_asked_to_exist_or_not() {
        assert!(passes_one(json!({"dynamodb": {"NewImage": {"pending": {"S": [{"exists": true}]}}}})));
        assert!(passes_one(json!({"dynamodb": {"NewImage": {"since": {"S": [{"exists": false}]}}}})));
        assert!(!passes_one(json!({"dynamodb": {"NewImage": {"pending": {"S": [{"exists": false}]}}}})));
    }

    #[test]
    fn only_a_leaf_exists_for_a_filter() {
        assert!(!passes_one(json!({"dynamodb": {"NewImage": {"pending": [{"exists": true}]}}})));
    }

    #[test]
    fn one_matching_pattern_of_several_is_enough() {
        let patterns = [json!({"eventName": ["REMOVE"]}), json!({"eventName": ["MODIFY"]})];
        assert!(passes(&patterns, &record()));
        assert!(passes(&[], &record()));
    }

    #[test]
    fn an_operator_that_is_not_understood_is_named() {
        let reason = check(&json!({"a": [{"numeric": [">", 1]}]})).unwrap_err();
        assert!(reason.contains("numeric") && reason.contains("values and exists"), "{reason}");
        assert!(check(&json!({"a": "b"})).is_err());
        assert!(check(&json!(["a"])).is_err());
    }
}
