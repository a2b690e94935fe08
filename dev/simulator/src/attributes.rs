//! A worker's attributes: a JSON object as text, which is kept as it was posted.

mod members;

pub(crate) use members::{Members, same, set};

use crate::refusal::Refusal;

/// `TaskRouter`'s limit, in characters.
const MAX_CHARACTERS: usize = 4096;

/// Whether `TaskRouter` would accept the attributes. What it does with half surrogates or numbers beyond a double is
/// not documented: they are accepted.
pub(crate) fn check(text: &str) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length > MAX_CHARACTERS {
        return Err(Refusal::bad(format!("Attributes has {length} characters, more than {MAX_CHARACTERS}")));
    }
    Members::of(text).map(drop).ok_or_else(|| Refusal::bad("Attributes must be a JSON object"))
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
    use super::with_slashes_escaped;

    #[test]
    fn slashes_are_escaped_once() {
        assert_eq!(with_slashes_escaped(r#"{"a":"x/y\/z\\/"}"#), r#"{"a":"x\/y\/z\\\/"}"#);
    }
}
