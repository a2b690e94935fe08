//! `If-Match` and `If-None-Match`, against the grammar of RFC 9110, sections 8.8.3 and 13.1, read byte by byte: a `*`, or a list
//! of entity tags with empty elements between commas; strong comparison; several lines are one list.
//!
//! Input: the lines of the header.

use domain::{ExpectedVersion, PutMode};
use http_api::entity_tag::{etag, if_match, put_mode};
use lambda_http::{Body, Request, http};

/// Plays the input.
pub fn check(input: &[u8]) -> bool {
    let lines = input.split(|byte| *byte == b'\n').collect::<Vec<_>>();
    let (Some(request), Some(of_put)) = (request("if-match", &lines), request("If-None-Match", &lines)) else {
        return false;
    };
    let header = lines.join(&b","[..]);
    let condition = Condition::read(&header);
    let found = if_match(&request);
    match &condition {
        None => assert_eq!(found.as_ref().expect_err("it is refused").code, "invalid-if-match"),
        Some(Condition::Any) => assert_eq!(found, Ok(ExpectedVersion::Any)),
        Some(Condition::Tags(strong)) => {
            let Ok(ExpectedVersion::OneOf(versions)) = &found else { panic!("{found:?} instead of {strong:?}") };
            let matching = strong.iter().filter(|tag| is_tag_of_a_version(tag));
            assert!(versions.iter().map(|version| etag(*version).into_bytes()).eq(matching.cloned()), "{versions:?}");
        }
    }
    match (put_mode(&of_put), &condition) {
        (Ok(PutMode::CreateOnly), Some(Condition::Any)) => {}
        (Err(problem), None | Some(Condition::Tags(_))) => assert_eq!(problem.code, "invalid-if-none-match"),
        (found, _) => panic!("{found:?}"),
    }
    found.is_ok()
}

/// None if these cannot be the lines of a header.
fn request(name: &str, lines: &[&[u8]]) -> Option<Request> {
    let request = lines.iter().fold(http::Request::builder(), |request, line| request.header(name, *line));
    request.body(Body::Empty).ok()
}

enum Condition {
    Any,
    /// The strong tags of a list, with their quotation marks.
    Tags(Vec<Vec<u8>>),
}

impl Condition {
    /// None if the value is neither a `*` nor a list of entity tags.
    fn read(mut value: &[u8]) -> Option<Self> {
        let mut strong = Vec::new();
        // Empty elements beside the `*` are skipped, as in a list.
        if value.iter().filter(|byte| !b", \t".contains(byte)).eq(b"*") {
            return Some(Self::Any);
        }
        loop {
            skip_space(&mut value);
            if value.is_empty() {
                return Some(Self::Tags(strong));
            }
            if let Some(rest) = value.strip_prefix(b",") {
                value = rest;
                continue;
            }
            let is_weak = value.starts_with(b"W/");
            let tag = value[if is_weak { 2 } else { 0 }..].strip_prefix(b"\"")?;
            let end = tag.iter().position(|byte| *byte == b'"')?;
            // etagc = %x21 / %x23-7E / obs-text
            if !tag[..end].iter().all(|byte| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)) {
                return None;
            }
            if !is_weak {
                strong.push([b"\"", &tag[..=end]].concat());
            }
            value = &tag[end + 1..];
            skip_space(&mut value);
            if !(value.is_empty() || value.starts_with(b",")) {
                return None;
            }
        }
    }
}

fn skip_space(value: &mut &[u8]) {
    while let [b' ' | b'\t', rest @ ..] = *value {
        *value = rest;
    }
}

/// A version is a number without signs and leading zeros, of 64 bits.
fn is_tag_of_a_version(tag: &[u8]) -> bool {
    let digits = &tag[1..tag.len() - 1];
    let is_number =
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) && (digits == b"0" || digits[0] != b'0');
    is_number && (digits.len() < 20 || digits.len() == 20 && digits <= u64::MAX.to_string().as_bytes())
}
