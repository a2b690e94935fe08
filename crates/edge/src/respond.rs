//! Answers.

use lambda_http::{Body, Response};
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
