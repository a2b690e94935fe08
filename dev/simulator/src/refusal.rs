//! Twilio's errors: `{code, message, more_info, status}`.

use axum::Json;
use axum::http::header::{HeaderValue, WWW_AUTHENTICATE};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"Twilio API\"");

/// The error response to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: u16,
    message: String,
}

impl Refusal {
    /// 400 with `TaskRouter`'s code for invalid parameters.
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: 20001, message: message.into() }
    }

    pub(crate) fn not_found(path: &str) -> Self {
        let path = path.strip_prefix("/v1").unwrap_or(path);
        let message = format!("The requested resource {path} was not found");
        Self { message, ..Self::of(StatusCode::NOT_FOUND) }
    }

    /// 404 for a resource of this kind.
    pub(crate) fn no(kind: &str, sid: &str) -> Self {
        let message = format!("The requested resource {kind} {sid} was not found");
        Self { message, ..Self::of(StatusCode::NOT_FOUND) }
    }

    /// 501: Twilio has it, the simulator does not.
    pub(crate) fn not_simulated(path: &str) -> Self {
        let path = path.strip_prefix("/v1").unwrap_or(path);
        let message = format!("{path} is not simulated; dev/simulator/README.md lists what is");
        Self { message, ..Self::of(StatusCode::NOT_IMPLEMENTED) }
    }

    pub(crate) fn stale(version: u64) -> Self {
        let message = format!("Precondition failed: the resource's ETag is \"{version}\"");
        Self { message, ..Self::of(StatusCode::PRECONDITION_FAILED) }
    }

    pub(crate) fn unauthenticated() -> Self {
        Self { code: 20003, message: "Authenticate".to_owned(), ..Self::of(StatusCode::UNAUTHORIZED) }
    }

    pub(crate) fn method_not_allowed(method: &Method) -> Self {
        let message = format!("{method} is not possible or not simulated here; dev/simulator/README.md lists what is");
        Self { code: 20004, message, ..Self::of(StatusCode::METHOD_NOT_ALLOWED) }
    }

    /// An error without details: the code is 20 followed by the status.
    pub(crate) fn of(status: StatusCode) -> Self {
        let message = status.canonical_reason().unwrap_or("Error").to_owned();
        Self { status, code: 20_000 + status.as_u16(), message }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status.as_u16(),
        });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
        }
        response
    }
}
