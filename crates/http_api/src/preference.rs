//! `Prefer` (RFC 7240). A preference that cannot be read is none.

use lambda_http::Request;

use crate::entity_tag::joined;

/// Whether the caller prefers `return=minimal`. Of several values of `return`, the first counts.
#[must_use]
pub fn prefers_minimal(request: &Request) -> bool {
    let preferences = joined(request, "prefer");
    let first = split(&preferences, ',').find_map(|preference| value_of("return", preference));
    first.is_some_and(|value| value.eq_ignore_ascii_case("minimal"))
}

/// The value of this preference, without its parameters. One without a value has an empty one.
fn value_of(name: &str, preference: &str) -> Option<String> {
    let without_parameters = split(preference, ';').next().unwrap_or_default();
    let (token, value) = without_parameters.split_once('=').unwrap_or((without_parameters, ""));
    trimmed(token).eq_ignore_ascii_case(name).then(|| unquoted(trimmed(value)))
}

/// Splits where the separator stands outside quotation marks.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |c| {
        let was_escaped = is_escaped;
        is_escaped = is_quoted && !was_escaped && c == '\\';
        is_quoted ^= !was_escaped && c == '"';
        !is_quoted && c == separator
    })
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

fn unquoted(word: &str) -> String {
    let Some(quoted) = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')) else { return word.to_owned() };
    let mut is_escaped = false;
    let is_text = |c: &char| {
        is_escaped = *c == '\\' && !is_escaped;
        !is_escaped
    };
    quoted.chars().filter(is_text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::{Body, http};

    fn minimal(lines: &[&str]) -> bool {
        let request = lines.iter().fold(http::Request::builder(), |request, line| request.header("prefer", *line));
        prefers_minimal(&request.body(Body::Empty).unwrap())
    }

    #[test]
    fn return_minimal_is_preferred_in_every_form_that_the_grammar_has() {
        for prefer in [
            "return=minimal",
            "Return=MINIMAL",
            "return=\"minimal\"",
            "return=\"mini\\mal\"",
            "return \t= minimal",
            "return=minimal; foo=\"some, parameter\"",
            "return=minimal ;a;b=c",
            "respond-async, wait=100, return=minimal",
            "note=\"a, return=representation\", return=minimal",
            "note=\"\\\", \", return=minimal",
            ",, return=minimal,",
        ] {
            assert!(minimal(&[prefer]), "{prefer}");
        }
        assert!(minimal(&["respond-async", "return=minimal"]));
    }

    #[test]
    fn what_is_not_return_minimal_is_not_taken_for_it() {
        for prefer in [
            "",
            "return",
            "return=",
            "return=representation",
            "return=minimalist",
            "return=minimal=x",
            "note=\"return=minimal\"",
            "note=\"a, return=minimal",
            "handling=lenient; return=minimal",
            "returns=minimal",
            "x return=minimal",
        ] {
            assert!(!minimal(&[prefer]), "{prefer}");
        }
    }

    #[test]
    fn of_several_values_the_first_counts() {
        assert!(minimal(&["return=minimal, return=representation"]));
        assert!(!minimal(&["return=representation, return=minimal"]));
        assert!(!minimal(&["return=representation", "return=minimal"]));
    }
}
