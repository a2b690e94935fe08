//! Reading a JSON body. `serde_json` reads the text; this module makes the types of the handlers of what it found, and so
//! gives each error its field and words that are not those of a programming language.
//!
//! Stricter than `serde_json`: an object is no list of its fields, no name comes twice, and `null` is a value, not a field
//! that was left out.

mod fields;
mod json;

use lambda_http::Request;
use serde::de::DeserializeOwned;

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
        .map_err(|error| Problem::invalid("invalid-json", format!("The body is not JSON: {}.", position(&error))))?;
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

fn position(error: &serde_json::Error) -> String {
    format!("it breaks off being JSON at line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests;
