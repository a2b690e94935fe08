//! Cursors: what the caller gets comes back as it was, goes on in the list that it came from and in no other, and is opaque but
//! for the alphabet of URLs (rule 8).
//!
//! Input: two lines with the parameters of a list of users, as in a query; a line with the access path (`w3`, `c0`, or nothing);
//! then the sort key, which is taken as a cursor of its own, too.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::search::UserQuery;
use http_api::user_query::UserQueryParams;
use serde_json::{Map, Value, json};
use store::{AccessPath, Cursor, CursorError, SKILL_SETS_FINGERPRINT, query_fingerprint, teams_fingerprint};

use crate::{form, text_lines};

/// Plays the input.
pub fn check(input: &[u8]) -> bool {
    let Some(([own, other, path], after)) = text_lines(input) else { return false };
    let (Some(own), Some(other)) = (query(own), query(other)) else { return false };
    let (fingerprint, of_other) = (query_fingerprint(&own), query_fingerprint(&other));
    assert_eq!(fingerprint == of_other, own == other, "a fingerprint is of one query");
    let of_other_lists = [teams_fingerprint(None), teams_fingerprint(Some(true)), SKILL_SETS_FINGERPRINT.to_owned()];
    assert!(!of_other_lists.contains(&fingerprint), "{fingerprint} is of another list");

    let cursor = Cursor::new(&fingerprint, access_path(path), after.to_owned());
    let text = cursor.encode();
    assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text}");
    let is_sort_key = (1..=1_024).contains(&after.len());
    let expected = if is_sort_key { Ok(cursor) } else { Err(CursorError::Malformed) };
    assert_eq!(Cursor::decode(&text, &fingerprint), expected);
    if own != other && is_sort_key {
        assert_eq!(Cursor::decode(&text, &of_other), Err(CursorError::Foreign));
    }

    // A text that no caller was given, and a given one with a character changed.
    check_any(after, &fingerprint);
    for index in 0..text.len().min(64) {
        let mut changed = text.clone().into_bytes();
        changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
        check_any(&String::from_utf8_lossy(&changed), &of_other);
    }
    is_sort_key
}

/// What is accepted names this list, and says what was read from it.
fn check_any(text: &str, fingerprint: &str) {
    let Ok(cursor) = Cursor::decode(text, fingerprint) else { return };
    let json = BASE64_URL_SAFE_NO_PAD.decode(text).expect("it was decoded");
    let json = serde_json::from_slice::<Value>(&json).expect("it was read");
    assert_eq!((&json["q"], &json["s"]), (&json!(fingerprint), &json!(cursor.after)));
    let path = match cursor.path {
        None => Value::Null,
        Some(AccessPath::Word(index)) => json!({"word": index}),
        Some(AccessPath::Criterion(index)) => json!({"criterion": index}),
    };
    assert_eq!(json["p"], path);
    assert_eq!(Cursor::decode(&cursor.encode(), fingerprint), Ok(cursor));
}

/// None if the API refuses the parameters.
fn query(line: &str) -> Option<UserQuery> {
    let parameters = form::parts(line.as_bytes()).into_iter().filter(|(name, _)| !name.is_empty());
    let parameters = parameters.map(|(name, value)| {
        let (name, text) = (String::from_utf8(name).ok()?, String::from_utf8(value?).ok()?);
        let value = if name == "min_level" { json!(text.parse::<i64>().ok()?) } else { json!(text) };
        Some((name, value))
    });
    let parameters = parameters.collect::<Option<Map<_, _>>>()?;
    serde_json::from_value::<UserQueryParams>(parameters.into()).ok()?.into_query().ok()
}

fn access_path(line: &str) -> Option<AccessPath> {
    let index = line.get(1..)?.parse().ok()?;
    Some(if line.starts_with('w') { AccessPath::Word(index) } else { AccessPath::Criterion(index) })
}
