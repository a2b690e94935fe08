//! A worker's attributes: a JSON object as text.

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// `TaskRouter`'s limit, in characters.
const MAX_CHARACTERS: usize = 4096;

/// The attributes as an object, if `TaskRouter` would accept them.
pub(crate) fn parse(text: &str) -> Result<Map<String, Value>, Refusal> {
    let length = text.chars().count();
    if length > MAX_CHARACTERS {
        let message = format!("Attributes has {length} characters, more than {MAX_CHARACTERS}");
        return Err(Refusal::bad(message));
    }
    serde_json::from_str(text).map_err(|_| Refusal::bad("Attributes must be a JSON object"))
}

/// Whether both are the same JSON value.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one == other || matches!((parse(one), parse(other)), (Ok(one), Ok(other)) if one == other)
}

/// Escapes `/` as `\/`, as callbacks do.
pub(crate) fn with_slashes_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut after_backslash = false;
    for character in text.chars() {
        if character == '/' && !after_backslash {
            escaped.push('\\');
        }
        after_backslash = character == '\\' && !after_backslash;
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{same, with_slashes_escaped};

    #[test]
    fn slashes_are_escaped_once() {
        assert_eq!(with_slashes_escaped(r#"{"a":"x/y\/z\\/"}"#), r#"{"a":"x\/y\/z\\\/"}"#);
    }

    #[test]
    fn another_spelling_of_the_same_value_is_equal() {
        assert!(same(r#"{"a":"/","b":1}"#, r#"{ "b": 1, "a": "\/" }"#));
        assert!(!same(r#"{"a":1}"#, r#"{"a":2}"#));
    }
}
