//! Answers.

use lambda_http::{Body, Request, Response};
use serde::Serialize;

use crate::{Problem, precondition::etag};

/// What a handler gives.
pub type Answer = Result<Response<Body>, Problem>;

/// JSON. Nothing on the way may keep it: it is about people.
pub fn json(status: u16, body: &impl Serialize) -> Answer {
    respond(status, body, &[])
}

/// JSON of something that has a version.
pub fn versioned(version: u64, body: &impl Serialize) -> Answer {
    respond(200, body, &[("etag", etag(version))])
}

/// Whether the caller wants no more than to know that it is done (RFC 7240).
#[must_use]
pub fn prefers_minimal(request: &Request) -> bool {
    let preferences = request.headers().get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    preferences.flat_map(|value| value.split(',')).any(|preference| preference.trim() == "return=minimal")
}

/// It is done; what has come of it can be read.
pub fn minimal(version: u64) -> Answer {
    let headers = [("etag", etag(version)), ("preference-applied", "return=minimal".to_owned())];
    empty(&headers)
}

/// It is done, and there is nothing to say of it.
pub fn empty(headers: &[(&str, String)]) -> Answer {
    let mut response = Response::builder().status(204);
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    response.body(Body::Empty).map_err(|error| Problem::internal(&error))
}

/// JSON of something that was made here.
pub fn created(location: &str, version: u64, body: &impl Serialize) -> Answer {
    respond(201, body, &[("location", location.to_owned()), ("etag", etag(version))])
}

/// JSON with more headers.
pub fn respond(status: u16, body: &impl Serialize, headers: &[(&str, String)]) -> Answer {
    let body = serde_json::to_string(body).map_err(|error| Problem::internal(&error))?;
    let mut response = Response::builder().status(status).header("content-type", "application/json");
    response = response.header("cache-control", "no-store");
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(body)).map_err(|error| Problem::internal(&error))
}
