//! `Idempotency-Key`: who sends a `POST` again, not knowing whether it was done, gets the answer of the first time.

use jiff::Timestamp;
use lambda_http::{Body, Request, Response, http::HeaderValue};
use uuid::Uuid;

use store::idempotency::{Attempt, IdempotencyStore, KeyState, StoredResponse};

use crate::{Problem, Signed, respond::Answer};

const KEY: &str = "idempotency-key";
const REPLAYED: &str = "idempotency-replayed";
const LONGEST_KEY: usize = 255;

/// What a creation makes the id of what it makes from.
///
/// Every attempt at one request has the same seed, and no other request has it. So an attempt that follows one which
/// died, after it had written and before its answer was kept, meets what that one has made under its own id: it takes
/// that as made, instead of making a second one. What is not the caller's or not as asked for is somebody else's.
#[derive(Debug)]
pub struct Seed(Uuid);

impl Seed {
    /// The id of what this request makes. Without a key it is random, as the first attempt's is with one.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.0
    }
}

/// Handles a request, or answers what the same one was answered within a day before. Without a key it is handled.
///
/// Answers below 500 are kept, refusals too; after others the same request is handled again. The same key with another
/// request is 422 `idempotency-key-reused`, and while the first one is under way 409 `idempotency-key-in-use`.
pub async fn once<F>(
    directory: &impl IdempotencyStore,
    signed: &Signed,
    request: &Request,
    now: Timestamp,
    handle: impl FnOnce(Seed) -> F,
) -> Answer
where
    F: Future<Output = Answer>,
{
    let Some(key) = key(request)? else { return handle(Seed(Uuid::new_v4())).await };
    let attempt = Attempt::new(signed.caller.user_id, key, &what_makes_it(request), Uuid::new_v4());
    match directory.begin(&attempt, now).await? {
        KeyState::Started { seed } => {
            let answer = handle(Seed(seed)).await.unwrap_or_else(|problem| problem.respond(&signed.request_id));
            settle(directory, &attempt, &answer).await;
            Ok(answer)
        }
        KeyState::Completed(kept) => replay(kept),
        KeyState::InProgress => Ok(under_way(&signed.request_id)),
        KeyState::Reused => Err(Problem::new(
            422,
            "idempotency-key-reused",
            "This Idempotency-Key came with another request before. Take a new key for each request, and the same one \
             only to send the same request again.",
        )),
    }
}

/// The key; none where the request has none.
fn key(request: &Request) -> Result<Option<&str>, Problem> {
    let Some(value) = request.headers().get(KEY) else { return Ok(None) };
    let is_printable = |key: &&str| key.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let key = value.to_str().ok().filter(is_printable);
    let key = key.filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    key.map(Some).ok_or_else(|| {
        Problem::invalid(
            "invalid-idempotency-key",
            format!(
                "Idempotency-Key has {} bytes; it is 1 to {LONGEST_KEY} printable ASCII characters, such as a UUID.",
                value.len()
            ),
        )
    })
}

fn what_makes_it(request: &Request) -> [&[u8]; 5] {
    let uri = request.uri();
    let query = uri.query().unwrap_or_default();
    let if_match = request.headers().get("if-match").map_or(&b""[..], HeaderValue::as_bytes);
    [request.method().as_str().as_bytes(), uri.path().as_bytes(), query.as_bytes(), if_match, request.body().as_ref()]
}

/// The request is done, and its answer stands whether or not it can be kept.
async fn settle(directory: &impl IdempotencyStore, attempt: &Attempt, answer: &Response<Body>) {
    let settled = if answer.status().is_server_error() {
        directory.release(attempt).await
    } else {
        directory.keep(attempt, &kept(answer)).await
    };
    if let Err(error) = settled {
        tracing::warn!(error = %error, "what became of a request could not be kept for its idempotency key");
    }
}

/// Every answer that is kept is text, and so are its headers.
fn kept(answer: &Response<Body>) -> StoredResponse {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    StoredResponse {
        status: answer.status().as_u16(),
        headers: answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: String::from_utf8_lossy(answer.body().as_ref()).into_owned(),
    }
}

fn replay(kept: StoredResponse) -> Answer {
    let answer = Response::builder().status(kept.status).header(REPLAYED, "true");
    let answer = kept.headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value));
    let body = if kept.body.is_empty() { Body::Empty } else { Body::Text(kept.body) };
    answer.body(body).map_err(|error| Problem::internal(&error))
}

fn under_way(request_id: &str) -> Response<Body> {
    let detail = "The request that this Idempotency-Key came with first is still under way. Try again in a moment.";
    let mut answer = Problem::new(409, "idempotency-key-in-use", detail).respond(request_id);
    answer.headers_mut().insert("retry-after", HeaderValue::from_static("1"));
    answer
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
