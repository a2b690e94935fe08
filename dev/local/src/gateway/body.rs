//! Reads the body of a request and encodes it for the event.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Refusal;

/// The largest body that the gateway accepts, in bytes: 10 MB.
const LIMIT: usize = 10 * 1024 * 1024;

/// How many bytes are read before a body is refused: a client that is still sending would miss the response.
const READ: usize = 4 * LIMIT;

/// Content types that an event carries as text, besides `text/*`; all others are in base64.
const TEXT: [&str; 3] = ["application/json", "application/javascript", "application/xml"];

pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > READ) {
        return Err(Refusal::TooLarge);
    }
    let body = axum::body::to_bytes(body, READ).await.map_err(|_| Refusal::TooLarge)?;
    if body.len() > LIMIT { Err(Refusal::TooLarge) } else { Ok(body) }
}

/// The body as the event carries it, and whether that is base64.
pub(super) fn encode(headers: &HeaderMap, body: &Bytes) -> (String, bool) {
    match std::str::from_utf8(body) {
        Ok(text) if is_text(headers) => (text.to_owned(), false),
        _ => (STANDARD.encode(body), true),
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE).and_then(|t| t.to_str().ok()) else {
        return true;
    };
    let essence = content_type.split(';').next().unwrap_or("").trim().to_lowercase();
    essence.starts_with("text/") || TEXT.contains(&essence.as_str())
}
