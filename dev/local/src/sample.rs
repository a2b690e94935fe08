//! Sample events. A value that differs between stacks is a placeholder: `{{user_id}}`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The placeholders of an event that have no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Missing(BTreeSet<String>);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(String::as_str).collect::<Vec<_>>();
        let values = names.iter().map(|name| format!("{name}=…")).collect::<Vec<_>>();
        let (names, options, values) = (names.join(", "), values.join(" --set "), values.join(" "));
        write!(f, "the event has no value for {names}: add --set {options}, or SET=\"{values}\" to `make invoke`")
    }
}

/// The names of the event's placeholders.
#[must_use]
pub fn placeholders(event: &str) -> BTreeSet<&str> {
    event.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name).collect()
}

/// The event with its placeholders replaced by these values.
pub fn fill(event: &str, values: &BTreeMap<String, String>) -> Result<String, Missing> {
    let mut filled = event.to_owned();
    let mut missing = BTreeSet::new();
    for name in placeholders(event) {
        match values.get(name) {
            Some(value) => filled = filled.replace(&format!("{{{{{name}}}}}"), &in_json(value)),
            None => drop(missing.insert(name.to_owned())),
        }
    }
    if missing.is_empty() { Ok(filled) } else { Err(Missing(missing)) }
}

/// The value as it is written between the quotes of a JSON string.
fn in_json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"path":"/users/{{user_id}}","is":{"user_id":"{{user_id}}","team":{"id":"{{team_id}}"}}}"#;

    fn given(values: &[(&str, &str)]) -> Result<String, String> {
        let values = values.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        fill(EVENT, &values).map_err(|missing| missing.to_string())
    }

    #[test]
    fn a_placeholder_is_replaced_wherever_it_stands() {
        let filled = r#"{"path":"/users/7","is":{"user_id":"7","team":{"id":"8\""}}}"#;
        assert_eq!(given(&[("user_id", "7"), ("team_id", "8\""), ("unused", "9")]), Ok(filled.to_owned()));
    }

    #[test]
    fn every_placeholder_without_a_value_is_named_with_the_way_to_give_one() {
        let error = given(&[]).unwrap_err();
        assert_eq!(
            error,
            "the event has no value for team_id, user_id: add --set team_id=… --set user_id=…, \
             or SET=\"team_id=… user_id=…\" to `make invoke`"
        );
    }
}
