//! `Idempotency-Key`: a `POST` that is sent again, because its response was lost, gets the response of the first time.

use app::{AuthenticatedCaller, TimeAndIds};
use lambda_http::{Body, Request, Response, http::HeaderValue};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use store::{Attempt, IdempotencyStore, KeyState, StoredResponse};

use crate::{HttpResult, Problem, entity_tag};

const KEY: &str = "idempotency-key";
const REPLAYED: &str = "idempotency-replayed";
const MAX_KEY_BYTES: usize = 255;

/// The id of what a request creates.
///
/// All attempts at one request get the same id, and no other request gets it. An attempt that replaces a dead one, which
/// had written but not stored its response, therefore finds what that one created and does not create a second one.
#[derive(Debug, Clone, Copy)]
pub struct ResourceId(Uuid);

impl ResourceId {
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

/// A response in the form in which it is stored.
#[derive(Serialize, Deserialize)]
struct Recorded {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Handles a request, or replays the response that the same request got within a day. Without a key it is handled.
///
/// Responses below 500 are stored, refusals included; after others the same request is handled again. The same key with
/// another request is 422 `idempotency-key-reused`; while the first attempt is in progress, 409 `idempotency-key-in-use`.
pub async fn once<F>(
    store: &impl IdempotencyStore,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
    handle: impl FnOnce(ResourceId) -> F,
) -> HttpResult
where
    F: Future<Output = HttpResult>,
{
    let Some(key) = key(request)? else { return handle(ResourceId(time_and_ids.random_id())).await };
    let if_match = entity_tag::joined(request, "if-match");
    let parts = distinguishing_parts(request, &if_match);
    let attempt = Attempt::new(caller.caller.user_id, key, &parts, time_and_ids.random_id());
    match store.start_attempt(&attempt, time_and_ids.now()).await? {
        KeyState::Started { resource_id } => {
            let result = handle(ResourceId(resource_id)).await;
            match &result {
                Ok(response) => store_response(store, &attempt, response).await,
                Err(problem) => store_response(store, &attempt, &problem.respond(&caller.request_id)).await,
            }
            result
        }
        KeyState::Completed(stored) => replay(&stored),
        KeyState::InProgress => Ok(in_progress(&caller.request_id)),
        KeyState::Reused => Err(Problem::new(
            422,
            "idempotency-key-reused",
            "This Idempotency-Key came with another request before. Take a new key for each request, and the same one \
             only to send the same request again.",
        )),
    }
}

fn key(request: &Request) -> Result<Option<&str>, Problem> {
    let Some(value) = request.headers().get(KEY) else { return Ok(None) };
    let is_printable = |key: &&str| key.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let key = value.to_str().ok().filter(is_printable);
    let key = key.filter(|key| (1..=MAX_KEY_BYTES).contains(&key.len()));
    key.map(Some).ok_or_else(|| {
        Problem::invalid(
            "invalid-idempotency-key",
            format!(
                "Idempotency-Key has {} bytes; it is 1 to {MAX_KEY_BYTES} printable ASCII characters, such as a UUID.",
                value.len()
            ),
        )
    })
}

/// Everything that distinguishes the request from others, with this `If-Match`.
fn distinguishing_parts<'a>(request: &'a Request, if_match: &'a str) -> [&'a [u8]; 5] {
    let uri = request.uri();
    let (method, query) = (request.method().as_str(), uri.query().unwrap_or_default());
    [method.as_bytes(), uri.path().as_bytes(), query.as_bytes(), if_match.as_bytes(), request.body().as_ref()]
}

/// The request is done, and its response stands whether or not it can be stored.
async fn store_response(store: &impl IdempotencyStore, attempt: &Attempt, response: &Response<Body>) {
    let stored = if response.status().is_server_error() {
        store.release_attempt(attempt).await
    } else {
        store.complete_attempt(attempt, &encode(response)).await
    };
    if let Err(error) = stored {
        tracing::warn!(%error, "failed to store a response for its idempotency key; a repeated request waits 30 s");
    }
}

/// Every body and header that is stored is text.
fn encode(response: &Response<Body>) -> StoredResponse {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let recorded = Recorded {
        status: response.status().as_u16(),
        headers: response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: String::from_utf8_lossy(response.body().as_ref()).into_owned(),
    };
    StoredResponse(serde_json::json!(recorded).to_string())
}

fn replay(stored: &StoredResponse) -> HttpResult {
    let recorded: Recorded = serde_json::from_str(&stored.0).map_err(|error| Problem::internal(&error))?;
    let response = Response::builder().status(recorded.status).header(REPLAYED, "true");
    let response = recorded.headers.iter().fold(response, |response, (name, value)| response.header(name, value));
    let body = if recorded.body.is_empty() { Body::Empty } else { Body::Text(recorded.body) };
    response.body(body).map_err(|error| Problem::internal(&error))
}

fn in_progress(request_id: &str) -> Response<Body> {
    let detail = "The request that this Idempotency-Key came with first is still under way. Try again in a moment.";
    let mut response = Problem::new(409, "idempotency-key-in-use", detail).respond(request_id);
    response.headers_mut().insert("retry-after", HeaderValue::from_static("1"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_key(value: impl TryInto<HeaderValue, Error: std::fmt::Debug>) -> Request {
        let mut request = Request::new(Body::Empty);
        request.headers_mut().insert(KEY, value.try_into().unwrap());
        request
    }

    #[test]
    fn a_key_is_1_to_255_printable_ascii_characters() {
        assert_eq!(key(&Request::new(Body::Empty)), Ok(None));
        for right in ["k", "8e03978e-40d5-43dd-bc93-6894a57f9324", "a b", "~".repeat(255).as_str()] {
            assert_eq!(key(&with_key(right)), Ok(Some(right)));
        }
        for wrong in [b"".as_slice(), b"a\tb", "kä".as_bytes(), "k".repeat(256).as_bytes()] {
            let request = with_key(wrong);
            let problem = key(&request).unwrap_err();
            assert_eq!((problem.status, problem.code), (400, "invalid-idempotency-key"));
            assert!(problem.detail.contains(&format!("{} bytes", wrong.len())), "{}", problem.detail);
        }
    }
}
