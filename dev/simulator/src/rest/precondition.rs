//! `If-Match` and `ETag`.

use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;

use crate::refusal::Refusal;
use crate::worker::Worker;

/// Checks `If-Match`, if present, against the version of the worker, as RFC 9110 defines it: the comparison is strong,
/// so that a weak tag never matches, and what is not a tag matches nothing.
pub(super) fn check(headers: &HeaderMap, worker: &Worker) -> Result<(), Refusal> {
    if !headers.contains_key(IF_MATCH) {
        return Ok(());
    }
    let etag = worker.etag();
    let lines = headers.get_all(IF_MATCH).iter().map(|value| value.to_str().unwrap_or_default());
    let matches = lines.flat_map(|line| line.split(',')).map(str::trim).any(|tag| tag == "*" || tag == etag);
    if matches { Ok(()) } else { Err(Refusal::stale(worker.version)) }
}
