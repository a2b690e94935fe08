//! Reading a JSON body under `/sim`. Errors name the field, its value, and what would be right, in words that are not those
//! of a programming language.

use std::fmt::Write as _;

use domain::Quoted;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Error, Value};
use serde_path_to_error::{Path, Segment};

use crate::refusal::Refusal;

/// Parses a body. `form` says what it is to be.
pub(super) fn read<T: DeserializeOwned>(body: &[u8], form: &str) -> Result<T, Refusal> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| in_field(body, error.path(), error.inner()))
        .and_then(|parsed| deserializer.end().map(|()| parsed).map_err(|error| unreadable(body, &error)));
    parsed.map_err(|reason| Refusal::bad(format!("{reason}; the body is {form}")))
}

/// What is wrong with a value, or with the text where no value can be read.
fn in_field(body: &[u8], path: &Path, error: &Error) -> String {
    let json = serde_json::from_slice::<Value>(body).ok();
    if json.is_none() && !error.is_data() {
        return unreadable(body, error);
    }
    let (field, value) = (field(path), json.as_ref().and_then(|json| at(json, path)));
    let reason = reason(&error.to_string(), value);
    if field.is_empty() { reason } else { format!("{}: {reason}", Quoted::from(&field).text()) }
}

/// What is JSON can still hold what has no value here.
fn unreadable(body: &[u8], error: &Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    if serde_json::from_slice::<&RawValue>(body).is_ok() {
        format!("there is a number, a text or nesting that cannot be read at {place}")
    } else {
        format!("this is not JSON: it breaks off being JSON at {place}")
    }
}

/// `rest[0].times`; empty for the body itself.
fn field(path: &Path) -> String {
    path.iter().fold(String::new(), |mut field, segment| {
        let dot = if field.is_empty() { "" } else { "." };
        let _ = match segment {
            Segment::Seq { index } => write!(field, "[{index}]"),
            Segment::Map { key } => write!(field, "{dot}{key}"),
            Segment::Enum { .. } | Segment::Unknown => Ok(()),
        };
        field
    })
}

fn at<'a>(json: &'a Value, path: &Path) -> Option<&'a Value> {
    path.iter().try_fold(json, |json, segment| match segment {
        Segment::Seq { index } => json.get(index),
        Segment::Map { key } => json.get(key),
        Segment::Enum { .. } | Segment::Unknown => Some(json),
    })
}

/// Serde's `reason` tells kinds of faults apart; of its words only names of fields and what a type expects are repeated.
fn reason(reason: &str, value: Option<&Value>) -> String {
    let reason = reason.rsplit_once(" at line ").map_or(reason, |(reason, _)| reason);
    let (fault, expected) = match reason.rsplit_once(", expected ") {
        Some((fault, expected)) => (fault, format!("; expected {}", kind(expected))),
        None => (reason, String::new()),
    };
    let name = |kind: &str| fault.strip_prefix(kind).map(|name| Quoted::from(name.trim_matches('`')));
    if let Some(name) = name("unknown field ") {
        format!("there is no field {name}{expected}")
    } else if let Some(name) = name("missing field ") {
        format!("the field {name} is missing")
    } else if let Some(name) = name("duplicate field ") {
        format!("the field {name} is given more than once")
    } else {
        format!("{} is given, which it cannot be{expected}", value.map_or_else(|| "a value".to_owned(), quoted))
    }
}

fn quoted(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => Quoted::from(text).to_string(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// What a type expects, as people say it.
fn kind(expected: &str) -> &str {
    match expected {
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" => "a whole number, 0 or more",
        "i64" => "a whole number",
        "a boolean" => "true or false",
        "a string" => "a text",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}
