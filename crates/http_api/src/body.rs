//! Reading a JSON body. `serde_json` reads the text; this module makes the types of the handlers of what it found, and so
//! gives each error its field and words that are not those of a programming language.
//!
//! Stricter than `serde_json`: an object is no list of its fields, no name comes twice, and `null` is a value, not a field
//! that was left out.

mod fields;
mod json;

use lambda_http::Request;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{FieldError, Problem};
use fields::Given;
use json::Json;

/// The JSON body; unknown fields are refused where `T` refuses them. An empty body is `{}`, and a byte order mark before
/// it is skipped.
pub fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Problem> {
    let bytes = request.body().as_ref();
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let bytes = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { bytes };
    let json = serde_json::from_slice::<Json>(bytes)
        .map_err(|error| Problem::invalid("invalid-json", unreadable(bytes, &error)))?;
    if !matches!(json, Json::Object(_)) {
        return Err(Problem::invalid("invalid-body", "The body is JSON, but no object: it is to be {\"…\": …}."));
    }
    T::deserialize(Given(&json)).map_err(|fault| {
        let (pointer, detail) = (fault.pointer(), fault.detail);
        let mut problem = Problem::invalid("invalid-body", format!("The body is not as it should be: {detail}."));
        problem.errors.push(FieldError { pointer, detail });
        problem
    })
}

/// Refuses a body other than `{}`.
pub fn no_body(request: &Request) -> Result<(), Problem> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Empty {}
    body::<Empty>(request).map(drop)
}

/// What keeps a body from being read. A text can be JSON and still hold what has no value here.
fn unreadable(bytes: &[u8], error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    if serde_json::from_slice::<&RawValue>(bytes).is_err() {
        return format!("The body is not JSON: it breaks off being JSON at {place}.");
    }
    let reason = error.to_string();
    let what = if reason.starts_with("number out of range") {
        "a number that is too large; expected one that a double can hold"
    } else if reason.starts_with("recursion limit exceeded") {
        "too many lists and objects inside each other; expected fewer than 128"
    } else {
        "half a surrogate pair in a text; expected both halves, such as \\ud83d\\ude42"
    };
    format!("The body is JSON, but cannot be read: at {place} it holds {what}.")
}

#[cfg(test)]
mod tests;
