//! Turns the result of a function into an HTTP response.

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Refusal;

/// The response of payload format 2.0. A result without `statusCode` is the body itself, as JSON.
pub(super) fn response(returned: &Bytes) -> Result<Response<Body>, Refusal> {
    let malformed = Refusal::InternalServerError;
    let returned: Value = serde_json::from_slice(returned).map_err(|_| malformed)?;
    let Some(status) = returned.get("statusCode") else {
        return Ok(plain(&returned));
    };
    let status =
        status.as_u64().and_then(|code| StatusCode::from_u16(u16::try_from(code).ok()?).ok()).ok_or(malformed)?;
    let mut response = Response::new(Body::from(body(&returned)?));
    *response.status_mut() = status;
    for (name, value) in headers(&returned) {
        let name = HeaderName::try_from(name).map_err(|_| malformed)?;
        let value = HeaderValue::try_from(value).map_err(|_| malformed)?;
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

fn plain(returned: &Value) -> Response<Body> {
    let text = match returned {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut response = Response::new(Body::from(text));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

fn body(returned: &Value) -> Result<Vec<u8>, Refusal> {
    let text = match returned.get("body") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::String(text)) => text,
        Some(_) => return Err(Refusal::InternalServerError),
    };
    if returned.get("isBase64Encoded").and_then(Value::as_bool) == Some(true) {
        return STANDARD.decode(text).map_err(|_| Refusal::InternalServerError);
    }
    Ok(text.clone().into_bytes())
}

/// The headers with names in lower case; the default content type is JSON. Cookies are left out: no function sets any.
fn headers(returned: &Value) -> Vec<(String, String)> {
    let returned = returned.get("headers").and_then(Value::as_object).into_iter().flatten();
    let mut headers: Vec<(String, String)> = returned.map(|(name, value)| (name.to_lowercase(), text(value))).collect();
    if !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    // The HTTP server frames the response itself.
    headers.retain(|(name, _)| name != "content-length" && name != "transfer-encoding");
    headers
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    async fn response_to(returned: Value) -> (u16, Vec<(String, String)>, String) {
        let response = response(&returned.to_string().into()).unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1024).await.unwrap();
        let headers = parts.headers.iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect();
        (parts.status.as_u16(), headers, String::from_utf8(body.to_vec()).unwrap())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[tokio::test]
    async fn status_headers_and_body_are_passed_on() {
        let (status, headers, body) = response_to(json!({
            "statusCode": 201,
            "headers": {"ETag": "\"7\"", "Content-Type": "text/plain"},
            "body": "made",
        }))
        .await;
        assert_eq!((status, body.as_str()), (201, "made"));
        assert!(headers.contains(&pair("etag", "\"7\"")));
        assert!(headers.contains(&pair("content-type", "text/plain")));
    }

    #[tokio::test]
    async fn a_body_in_base64_is_decoded() {
        let (_, _, body) = response_to(json!({"statusCode": 200, "body": "aGk=", "isBase64Encoded": true})).await;
        assert_eq!(body, "hi");
    }

    #[tokio::test]
    async fn what_has_no_status_is_the_body_itself() {
        let (status, headers, body) = response_to(json!({"a": 1})).await;
        assert_eq!((status, body.as_str()), (200, "{\"a\":1}"));
        assert_eq!(headers, [pair("content-type", "application/json")]);
    }

    #[test]
    fn a_malformed_answer_is_an_internal_error() {
        for malformed in ["", "{", "{\"statusCode\":\"x\"}", "{\"statusCode\":200,\"body\":{}}"] {
            let refused = response(&Bytes::from_static(malformed.as_bytes()));
            assert_eq!(refused.unwrap_err(), Refusal::InternalServerError, "{malformed}");
        }
    }
}
