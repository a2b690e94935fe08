//! Cross-origin requests to the object store, which s3s-fs knows nothing of.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A rule of a bucket's `CorsConfiguration`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorsRule {
    /// The origins of pages that may read; `*` is all of them.
    pub allowed_origins: Vec<String>,
    /// The methods they may use, such as `GET`.
    pub allowed_methods: Vec<String>,
    /// The headers that they may send; `*` is all of them.
    pub allowed_headers: Vec<String>,
    /// The headers of the answer that they may see.
    pub exposed_headers: Vec<String>,
}

impl CorsRule {
    fn allows(&self, origin: &str, method: &str) -> bool {
        let is_origin = |allowed: &String| allowed == "*" || allowed == origin;
        self.allowed_origins.iter().any(is_origin) && self.allowed_methods.iter().any(|m| m == method)
    }

    fn origin_for(&self, origin: &str) -> String {
        if self.allowed_origins.iter().any(|o| o == "*") { "*".to_owned() } else { origin.to_owned() }
    }

    fn headers(&self, origin: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        set(&mut headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, &self.origin_for(origin));
        set(&mut headers, header::ACCESS_CONTROL_ALLOW_METHODS, &self.allowed_methods.join(", "));
        if !self.exposed_headers.is_empty() {
            let exposed = self.exposed_headers.join(", ");
            set(&mut headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, &exposed);
        }
        set(&mut headers, header::VARY, "Origin");
        headers
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn text(request: &Request, name: &HeaderName) -> Option<String> {
    let value = request.headers().get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

/// The answer to a preflight request; `None` for any other request.
pub(crate) fn preflight(rules: &[CorsRule], request: &Request) -> Option<Response> {
    if request.method() != Method::OPTIONS {
        return None;
    }
    let origin = text(request, &header::ORIGIN)?;
    let method = text(request, &header::ACCESS_CONTROL_REQUEST_METHOD)?;
    let Some(rule) = rules.iter().find(|rule| rule.allows(&origin, &method)) else {
        return Some(StatusCode::FORBIDDEN.into_response());
    };
    let mut headers = rule.headers(&origin);
    if let Some(asked) = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS)
        && !rule.allowed_headers.is_empty()
    {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    Some((StatusCode::OK, headers).into_response())
}

/// What the answer to this request carries so that a page may read it.
pub(crate) fn headers(rules: &[CorsRule], request: &Request) -> HeaderMap {
    let Some(origin) = text(request, &header::ORIGIN) else {
        return HeaderMap::new();
    };
    rules
        .iter()
        .find(|rule| rule.allows(&origin, request.method().as_str()))
        .map(|rule| rule.headers(&origin))
        .unwrap_or_default()
}
