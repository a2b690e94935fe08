//! Errors as problem documents (RFC 9457): the one place that knows which refusal is which HTTP status.
//!
//! A 5xx says nothing of the inside; what it was is logged once, here, without data of people (rule 32).

use lambda_http::{Body, Response};
use serde::Serialize;
use serde_json::json;
use std::fmt::Display;

use domain::{Refusal, RefusalKind};
use store::{CursorError, StoreError};

/// A problem, as the caller is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// The stable name, for programs.
    pub code: &'static str,
    /// What is wrong, with which value, and what would be right.
    pub detail: String,
    /// What is wrong in parts of the body.
    pub errors: Vec<FieldError>,
}

/// Something wrong in one part of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// JSON pointer.
    pub pointer: String,
    /// What is wrong there.
    pub detail: String,
}

impl Problem {
    /// A problem of this status.
    #[must_use]
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), errors: Vec::new() }
    }

    /// The request is wrong in itself.
    #[must_use]
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(400, code, detail)
    }

    /// Something inside went wrong: logged here, and told to nobody.
    #[must_use]
    pub fn internal(error: &impl Display) -> Self {
        tracing::error!(error = %error, "request failed");
        Self::new(500, "internal", "Something went wrong on our side. The request id leads an operator to it.")
    }

    /// Something that we depend on does not answer; logged here.
    #[must_use]
    pub fn unavailable(error: &impl Display) -> Self {
        tracing::error!(error = %error, "a dependency is unavailable");
        Self::new(503, "unavailable", "The service is busy. Try again in a moment.")
    }

    /// As an answer.
    #[must_use]
    pub fn respond(&self, request_id: &str) -> Response<Body> {
        let title = match self.status {
            400 => "Bad Request",
            403 => "Forbidden",
            404 => "Not Found",
            409 => "Conflict",
            412 => "Precondition Failed",
            422 => "Unprocessable Content",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        };
        let mut document = json!({
            "type": format!("urn:flex-roster:problem:{}", self.code),
            "title": title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id,
        });
        if !self.errors.is_empty() {
            document["errors"] = json!(self.errors);
        }
        let response = Response::builder().status(self.status).header("content-type", "application/problem+json");
        let response = if self.status == 503 { response.header("retry-after", "1") } else { response };
        response.body(Body::from(document.to_string())).unwrap_or_default()
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind() {
            RefusalKind::Invalid => 400,
            RefusalKind::NotAllowed => 403,
            RefusalKind::NotFound => 404,
            RefusalKind::Conflict => 409,
            RefusalKind::Stale => 412,
        };
        Self::new(status, refusal.code(), refusal.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cursor => CursorError::Broken.into(),
            StoreError::LastOwner => Refusal::LastAccountOwner.into(),
            StoreError::Conflict | StoreError::Throttled | StoreError::Unavailable(_) => Self::unavailable(&error),
            StoreError::Rejected(_) | StoreError::Broken(_) => Self::internal(&error),
        }
    }
}

impl From<CursorError> for Problem {
    fn from(error: CursorError) -> Self {
        let code = match error {
            CursorError::Broken => "broken-cursor",
            CursorError::Foreign => "foreign-cursor",
        };
        Self::invalid(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_with_its_code_and_sentence() {
        let problem = Problem::from(Refusal::SearchTextTooShort(2));
        let response = problem.respond("r-1");
        let document: serde_json::Value = serde_json::from_slice(response.body().as_ref()).unwrap();
        assert_eq!(response.status(), 400);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!((&document["code"], &document["request_id"]), (&json!("search-text-too-short"), &json!("r-1")));
        assert!(document["detail"].as_str().unwrap().contains("at least three"));
    }

    #[test]
    fn nothing_of_the_inside_leaks() {
        let problem = Problem::from(StoreError::Broken("USER#1 has no name".into()));
        let told = String::from_utf8(problem.respond("r-1").body().as_ref().to_vec()).unwrap();
        assert!(!told.contains("USER#1"), "{told}");
    }
}
