//! Errors as problem documents (RFC 9457): the one place that maps refusals to HTTP statuses.
//!
//! Values of the request are repeated as [`domain::Quoted`]. Whatever else a message may hold, a document stays far below
//! what Lambda returns (6 MB). A 5xx reveals nothing internal; its cause is for the line that says how the invocation ended,
//! without personal data (rule 32).

use lambda_http::{Body, Response};
use serde_json::json;
use std::{borrow::Cow, fmt::Display};

use app::ChangeError;
use domain::{Refusal, RefusalKind};
use store::{CursorError, StoreError};

/// The most characters of a detail and of a pointer in a document. As JSON, one takes at most 6 bytes.
const MAX_TEXT: usize = 2_000;

/// The most errors in single fields in a document.
const MAX_ERRORS: usize = 25;

/// An error as the caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: u16,
    /// Stable, for programs.
    pub code: &'static str,
    /// What is wrong, with which value, and what would be right.
    pub detail: String,
    /// Errors in single fields of the body.
    pub errors: Vec<FieldError>,
    /// For the log alone: why it failed, or what an operator should look at.
    pub cause: Option<String>,
}

/// An error in one field of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer.
    pub pointer: String,
    pub detail: String,
}

impl FieldError {
    fn bounded(&self) -> serde_json::Value {
        json!({"pointer": bounded(&self.pointer), "detail": bounded(&self.detail)})
    }
}

/// The text, or its beginning.
fn bounded(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

impl Problem {
    #[must_use]
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), errors: Vec::new(), cause: None }
    }

    /// The request is wrong in itself.
    #[must_use]
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(400, code, detail)
    }

    /// An internal error: logged, and not revealed.
    #[must_use]
    pub fn internal(error: &impl Display) -> Self {
        let detail = "Something went wrong on our side. The request id leads an operator to it.";
        Self::new(500, "internal", detail).caused_by(error)
    }

    /// A dependency does not answer: logged, and not revealed.
    #[must_use]
    pub fn unavailable(error: &impl Display) -> Self {
        Self::new(503, "unavailable", "The service is busy. Try again in a moment.").caused_by(error)
    }

    /// With what is said of it in the log.
    #[must_use]
    pub fn caused_by(self, cause: &impl Display) -> Self {
        Self { cause: Some(cause.to_string()), ..self }
    }

    #[must_use]
    pub fn respond(&self, request_id: &str) -> Response<Body> {
        let title = match self.status {
            400 => "Bad Request",
            403 => "Forbidden",
            404 => "Not Found",
            409 => "Conflict",
            412 => "Precondition Failed",
            413 => "Content Too Large",
            422 => "Unprocessable Content",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        };
        let mut document = json!({
            "type": format!("urn:flex-roster:problem:{}", self.code),
            "title": title,
            "status": self.status,
            "code": self.code,
            "detail": bounded(&self.detail),
            "request_id": request_id,
        });
        if !self.errors.is_empty() {
            document["errors"] = self.errors.iter().take(MAX_ERRORS).map(FieldError::bounded).collect();
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
            RefusalKind::VersionConflict => 412,
        };
        Self::new(status, refusal.code(), detail(&refusal))
    }
}

/// A refusal in the words of the API, where its reader needs the name of a parameter or a header.
fn detail(refusal: &Refusal) -> String {
    match refusal {
        Refusal::SearchTextTooShort(_) => format!("{refusal} Without `q` everybody is listed."),
        Refusal::MissingForVersion(what) => {
            format!("If-Match expects a {what}, and there is none. Leave it out to make one.")
        }
        Refusal::AlreadyExists(what) => {
            format!("If-None-Match: * expects no {what}, and there is one. Leave it out to change it.")
        }
        Refusal::RoleFollowsIdentityProvider(role) => format!(
            "Roles follow the identity provider in this deployment (ROLE_AUTHORITY=idp). Change the role {role} there."
        ),
        Refusal::ExportRunning(job_id) => format!("{refusal} GET /jobs/{job_id} says how far it is."),
        _ => refusal.to_string(),
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => refusal.into(),
            StoreError::InvalidCursor => CursorError::Malformed.into(),
            StoreError::Conflict | StoreError::Throttled | StoreError::Unavailable(_) => Self::unavailable(&error),
            StoreError::Rejected(_) | StoreError::Malformed(_) => Self::internal(&error),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refusal) => refusal.into(),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<CursorError> for Problem {
    fn from(error: CursorError) -> Self {
        match error {
            CursorError::Malformed => Self::invalid(
                "broken-cursor",
                "The cursor cannot be read. Take next_cursor of the previous page as it is, or leave it out to start again.",
            ),
            CursorError::Foreign => Self::invalid(
                "foreign-cursor",
                "The cursor belongs to another question. Repeat the search text and filters of the previous page, or leave \
                 the cursor out to start again.",
            ),
        }
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
    fn a_document_has_a_limit_whatever_it_says() {
        let long = "\u{1}".repeat(200_000);
        let error = FieldError { pointer: long.clone(), detail: long.clone() };
        let problem = Problem { errors: vec![error; 100], ..Problem::invalid("invalid-body", long) };
        let length = problem.respond("r-1").body().as_ref().len();
        assert!(length < 1_000_000, "{length}");
    }

    #[test]
    fn nothing_of_the_inside_leaks() {
        let problem = Problem::from(StoreError::Malformed("USER#1 has no name".into()));
        let body_text = String::from_utf8(problem.respond("r-1").body().as_ref().to_vec()).unwrap();
        assert!(!body_text.contains("USER#1"), "{body_text}");
    }
}
