//! Cross-origin requests, answered as API Gateway does.
//!
//! `tower-http`'s `CorsLayer` answers differently: a preflight with 200 instead of 204, every `OPTIONS` request as a
//! preflight, and an origin that is not allowed with the allowed methods and headers.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::template::Cors;

/// The response to a preflight request, which reaches no function; `None` for any other request.
pub(super) fn preflight(cors: Option<&Cors>, request: &Request) -> Option<Response> {
    let cors = cors?;
    let headers = request.headers();
    let origin = headers.get(header::ORIGIN)?;
    let is_preflight =
        request.method() == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !is_preflight {
        return None;
    }
    let mut allowed = HeaderMap::new();
    if allowed_origin(cors, origin).is_some() {
        set(&mut allowed, header::ACCESS_CONTROL_ALLOW_METHODS, &cors.allow_methods.join(","));
        set(&mut allowed, header::ACCESS_CONTROL_ALLOW_HEADERS, &cors.allow_headers.join(","));
        if let Some(seconds) = cors.max_age_s {
            set(&mut allowed, header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
        }
    }
    Some((StatusCode::NO_CONTENT, allowed).into_response())
}

/// Adds the headers that let a page of an allowed origin read the response. They replace those of the function. Where the
/// origin decides, the response says so, also to a request without one.
pub(super) fn apply(cors: Option<&Cors>, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
    let Some(cors) = cors else { return };
    if !cors.allow_origins.iter().any(|allowed| allowed == "*") && !varies_by_origin(headers) {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    let Some(origin) = origin else { return };
    headers.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    let Some(allowed) = allowed_origin(cors, origin) else {
        return;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    set(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose_headers.join(","));
}

fn varies_by_origin(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::VARY).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|name| name.trim().eq_ignore_ascii_case("origin"))
}

fn allowed_origin(cors: &Cors, origin: &HeaderValue) -> Option<HeaderValue> {
    if cors.allow_origins.iter().any(|allowed| allowed == "*") {
        return Some(HeaderValue::from_static("*"));
    }
    let is_allowed = cors.allow_origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes());
    is_allowed.then(|| origin.clone())
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if value.is_empty() {
        return;
    }
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::Body;

    fn cors() -> Cors {
        Cors {
            allow_origins: vec!["https://flex.twilio.com".into()],
            allow_methods: vec!["GET".into(), "PATCH".into()],
            allow_headers: vec!["authorization".into()],
            expose_headers: vec!["etag".into()],
            max_age_s: Some(600),
        }
    }

    fn preflight_from(origin: &str) -> Response {
        let request = Request::builder()
            .method("OPTIONS")
            .header("origin", origin)
            .header("access-control-request-method", "PATCH")
            .body(Body::empty())
            .unwrap();
        preflight(Some(&cors()), &request).unwrap()
    }

    #[test]
    fn a_preflight_of_an_allowed_page_is_told_what_it_may_do() {
        let answer = preflight_from("https://flex.twilio.com");
        assert_eq!(answer.status(), 204);
        assert_eq!(answer.headers()["access-control-allow-methods"], "GET,PATCH");
        assert_eq!(answer.headers()["access-control-max-age"], "600");
    }

    #[test]
    fn a_preflight_of_another_page_is_told_nothing() {
        let answer = preflight_from("https://example.com");
        assert_eq!(answer.status(), 204);
        assert!(answer.headers().is_empty());
    }

    #[test]
    fn only_an_allowed_page_may_read_the_answer() {
        let mut headers = HeaderMap::new();
        apply(Some(&cors()), Some(&"https://example.com".parse().unwrap()), &mut headers);
        assert!(!headers.contains_key("access-control-allow-origin"));
        apply(Some(&cors()), Some(&"https://flex.twilio.com".parse().unwrap()), &mut headers);
        assert_eq!(headers["access-control-allow-origin"], "https://flex.twilio.com");
        assert_eq!(headers["access-control-expose-headers"], "etag");
    }

    #[test]
    fn an_answer_that_depends_on_the_origin_says_so_once_also_to_a_request_without_one() {
        let flex = HeaderValue::from_static("https://flex.twilio.com");
        for origin in [None, Some(&HeaderValue::from_static("https://example.com")), Some(&flex)] {
            for (before, after) in [(None, vec!["origin"]), (Some("accept, Origin"), vec!["accept, Origin"])] {
                let mut headers = HeaderMap::new();
                headers.extend(before.map(|value| (header::VARY, HeaderValue::from_static(value))));
                apply(Some(&cors()), origin, &mut headers);
                assert_eq!(headers.get_all("vary").iter().collect::<Vec<_>>(), after);
            }
        }
        let mut headers = HeaderMap::new();
        let everybody = Cors { allow_origins: vec!["*".into()], ..cors() };
        apply(Some(&everybody), Some(&flex), &mut headers);
        assert!(!headers.contains_key("vary"));
    }

    #[test]
    fn options_without_a_preflights_headers_is_a_request_like_any_other() {
        let request = Request::builder().method("OPTIONS").body(Body::empty()).unwrap();
        assert!(preflight(Some(&cors()), &request).is_none());
    }
}
