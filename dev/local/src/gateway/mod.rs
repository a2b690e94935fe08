//! API Gateway's HTTP API, payload format 2.0, as the template declares it.

mod answer;
mod authorizer;
mod body;
mod console;
mod cors;
mod event;
mod listener;
mod routes;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use reqwest::Url;
use serde_json::Value;
use uuid::Uuid;

use crate::runtime::{Answer, Functions, PAYLOAD_LIMIT};
use crate::template::HttpApi;
use authorizer::Verdict;
pub(crate) use console::Console;
pub use console::content_security_policy;
use event::Call;
pub(crate) use listener::GatewayListener;
use routes::Match;

/// The limit of API Gateway for an integration.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);

/// Responses of the gateway itself, in API Gateway's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    TooLarge,
    InternalServerError,
    ServiceUnavailable,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::BadRequest => (StatusCode::BAD_REQUEST, "Bad Request"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "Forbidden"),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not Found"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
            Self::InternalServerError => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            Self::ServiceUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        };
        let body = format!("{{\"message\":\"{message}\"}}");
        (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

#[derive(Debug)]
pub(crate) struct Gateway {
    api: HttpApi,
    functions: Arc<Functions>,
    console: Console,
    /// Host and port.
    domain: String,
}

impl Gateway {
    /// The gateway that is reached at `url`.
    pub fn new(api: HttpApi, functions: Arc<Functions>, console: Console, url: &str) -> Self {
        let domain = url.trim_start_matches("http://").to_owned();
        Self { api, functions, console, domain }
    }

    pub fn router(self) -> Router {
        Router::new().fallback(serve).with_state(Arc::new(self))
    }

    async fn handle(&self, from: SocketAddr, request: Request, request_id: &str) -> Response {
        if !names_one_host(request.headers()) {
            return Refusal::BadRequest.into_response();
        }
        if let Some(response) = cors::preflight(self.api.cors.as_ref(), &request) {
            return response;
        }
        let (parts, body) = request.into_parts();
        let body = match body::read(&parts.headers, body).await {
            Ok(body) => body,
            Err(refusal) => return refusal.into_response(),
        };
        let path = routes::decode(parts.uri.path());
        let Some(matched) = routes::find(&self.api.routes, parts.method.as_str(), parts.uri.path()) else {
            let page = self.console.respond(&parts.method, &path).await;
            return page.unwrap_or_else(|| outside_the_api(&parts.method, &path));
        };
        let call = call(&self.domain, &parts, path, body, from, request_id);
        self.call(&call, &matched).await.unwrap_or_else(IntoResponse::into_response)
    }

    async fn call(&self, call: &Call, matched: &Match<'_>) -> Result<Response, Refusal> {
        let context = self.authorize(call, matched).await?;
        let event = event::request(call, matched, context).to_string();
        if event.len() > PAYLOAD_LIMIT {
            return Err(Refusal::TooLarge);
        }
        let invocation = self.functions.invoke(&matched.route.function, event);
        match tokio::time::timeout(INTEGRATION_TIMEOUT, invocation).await {
            Ok(Answer::Returned(body)) => answer::response(&body),
            Ok(Answer::Failed(_)) => Err(Refusal::InternalServerError),
            Err(_) => Err(Refusal::ServiceUnavailable),
        }
    }

    /// The authorizer's context for the function; `None` for a route without authorizer.
    async fn authorize(&self, call: &Call, matched: &Match<'_>) -> Result<Option<Value>, Refusal> {
        let Some(name) = &matched.route.authorizer else {
            return Ok(None);
        };
        let authorizer = &self.api.authorizers[name];
        let identity = authorizer::identity(authorizer, &call.headers)?;
        let event = event::authorization(call, matched, &identity).to_string();
        let invocation = self.functions.invoke(&authorizer.function, event);
        let answer =
            tokio::time::timeout(INTEGRATION_TIMEOUT, invocation).await.map_err(|_| Refusal::InternalServerError)?;
        match authorizer::verdict(&answer) {
            Verdict::Allowed(context) => Ok(Some(context)),
            Verdict::Denied => Err(Refusal::Forbidden),
            Verdict::Unusable => Err(Refusal::InternalServerError),
        }
    }
}

/// Whether the request has one `Host`, without what no host has (RFC 9112, 3.2).
fn names_one_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let Some(host) = hosts.next().and_then(|host| host.to_str().ok()) else { return false };
    let is_authority = !host.contains([' ', '\t', '/', '\\', '?', '#', '@']);
    hosts.next().is_none() && is_authority && Url::parse(&format!("http://{host}/")).is_ok()
}

/// The response to a request that matches no route: the health check of `local`, or 404.
fn outside_the_api(method: &Method, path: &str) -> Response {
    if path == "/healthz" && (method == Method::GET || method == Method::HEAD) {
        return ([(header::CONTENT_TYPE, "application/json")], "{\"status\":\"ok\"}").into_response();
    }
    Refusal::NotFound.into_response()
}

fn call(
    domain: &str,
    parts: &Parts,
    path: String,
    body: axum::body::Bytes,
    from: SocketAddr,
    request_id: &str,
) -> Call {
    Call {
        domain: domain.to_owned(),
        method: parts.method.to_string(),
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.clone(),
        body,
        source: from,
        request_id: request_id.to_owned(),
        time: Timestamp::now(),
    }
}

async fn serve(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let request_id = Uuid::new_v4().to_string();
    let mut response = gateway.handle(from, request, &request_id).await;
    let headers = response.headers_mut();
    cors::apply(gateway.api.cors.as_ref(), origin.as_ref(), headers);
    set_request_id(headers, &request_id);
    response
}

fn set_request_id(headers: &mut HeaderMap, request_id: &str) {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert("apigw-requestid", value);
    }
}
