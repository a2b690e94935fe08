//! Responses.

use lambda_http::{Body, Response};
use serde::Serialize;

use crate::{Problem, entity_tag::etag};

/// What a handler returns.
pub type HttpResult = Result<Response<Body>, Problem>;

/// JSON. No cache may store it: it holds personal data.
pub fn json(status: u16, body: &impl Serialize) -> HttpResult {
    json_with(status, body, &[])
}

/// JSON with the entity tag of this version.
pub fn versioned(version: u64, body: &impl Serialize) -> HttpResult {
    json_with(200, body, &[("etag", etag(version))])
}

/// 204 with the entity tag, for callers who prefer it.
pub fn minimal(version: u64) -> HttpResult {
    let headers = [("etag", etag(version)), ("preference-applied", "return=minimal".to_owned())];
    empty(&headers)
}

/// 204.
pub fn empty(headers: &[(&str, String)]) -> HttpResult {
    let mut response = Response::builder().status(204);
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    response.body(Body::Empty).map_err(|error| Problem::internal(&error))
}

/// 201 with the location and the entity tag.
pub fn created(location: &str, version: u64, body: &impl Serialize) -> HttpResult {
    json_with(201, body, &[("location", location.to_owned()), ("etag", etag(version))])
}

/// JSON with further headers.
pub fn json_with(status: u16, body: &impl Serialize, headers: &[(&str, String)]) -> HttpResult {
    let body = serde_json::to_string(body).map_err(|error| Problem::internal(&error))?;
    let mut response = Response::builder().status(status).header("content-type", "application/json");
    response = response.header("cache-control", "no-store");
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(body)).map_err(|error| Problem::internal(&error))
}
