//! The gateway: asks the authorizer, and hands the request to the function of its route.

use std::fmt::Write as _;

use app::sync::SyncMode;
use authorize::{ReconcileWorker, TokenCache, UnknownWorkers};
use bulk::StartBulk;
use domain::policy::{Policy, SupervisorScope};
use export::{PresignDownload, StartJob};
use http_api::HttpResult;
use lambda_http::{
    Request,
    aws_lambda_events::apigw::ApiGatewayV2CustomAuthorizerV2Request,
    http::{HeaderValue, header},
};
use reconciliations::StartReconcile;
use serde_json::{Map, Value, json};
use teams::StartFanOut;

use crate::world::Invocation;

/// A request of the API.
#[derive(Debug, Clone)]
pub struct ApiRequest {
    /// `PATCH /users/{user_id}`
    pub route: &'static str,
    pub path: Vec<(&'static str, String)>,
    pub query: Vec<(&'static str, String)>,
    pub headers: Vec<(&'static str, String)>,
    /// Null: none.
    pub body: Value,
}

/// What the caller gets.
#[derive(Debug, Clone)]
pub struct ApiAnswer {
    pub status: u16,
    pub body: Value,
    /// The version that `ETag` states.
    pub version: Option<u64>,
}

impl ApiRequest {
    #[must_use]
    pub fn new(route: &'static str) -> Self {
        Self { route, path: Vec::new(), query: Vec::new(), headers: Vec::new(), body: Value::Null }
    }

    #[must_use]
    pub fn at(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.path.push((name, value.to_string()));
        self
    }

    #[must_use]
    pub fn with(mut self, body: Value) -> Self {
        self.body = body;
        self
    }

    #[must_use]
    pub fn asking(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    #[must_use]
    pub fn saying(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// The event that the function receives, with what the authorizer has found.
    fn event(&self, caller: &Value, request_id: &str) -> Request {
        let object = |pairs: &[(&str, String)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<Map<_, _>>()
        };
        let (method, template) = self.route.split_once(' ').unwrap_or_default();
        let filled = |path: String, (name, value): &(&str, String)| path.replace(&format!("{{{name}}}"), value);
        let path = self.path.iter().fold(template.to_owned(), filled);
        let query = self.query.iter().fold(String::new(), |mut text, (name, value)| {
            // Writing to a string does not fail.
            let _ = write!(text, "{}{name}={value}", if text.is_empty() { "" } else { "&" });
            text
        });
        let event = json!({
            "version": "2.0",
            "routeKey": self.route,
            "rawPath": path,
            "rawQueryString": query,
            "headers": object(&self.headers),
            "queryStringParameters": object(&self.query),
            "pathParameters": object(&self.path),
            "requestContext": {
                "authorizer": {"lambda": caller},
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
                "requestId": request_id,
                "routeKey": self.route,
                "stage": "$default",
                "timeEpoch": 0
            },
            "body": if self.body.is_null() { Value::Null } else { json!(self.body.to_string()) },
            "isBase64Encoded": false
        });
        lambda_http::request::from_str(&event.to_string())
            .unwrap_or_else(|error| panic!("an event that is none: {error}"))
    }
}

/// Whom the authorizer lets in, as it tells the functions; the status of the gateway's own answer otherwise.
pub async fn authorize<R: ReconcileWorker>(
    invocation: &Invocation,
    tokens: &TokenCache,
    unknown_workers: &UnknownWorkers<R>,
    token: &str,
    scope: SupervisorScope,
) -> Result<Value, u16> {
    let mut request = ApiGatewayV2CustomAuthorizerV2Request::default();
    let bearer = HeaderValue::try_from(format!("Bearer {token}")).unwrap_or_else(|error| panic!("{error}"));
    request.headers.insert(header::AUTHORIZATION, bearer);
    let Invocation { directory, taskrouter, clock, .. } = invocation;
    let decision = authorize::handle(directory, taskrouter, tokens, unknown_workers, clock, scope, request).await;
    let decision = json!(decision.map_err(|_| 500_u16)?);
    if decision["isAuthorized"] == true { Ok(decision["context"].clone()) } else { Err(403) }
}

/// The function of each route.
#[must_use]
pub fn function_of(route: &str) -> &'static str {
    match route {
        "PATCH /users/{user_id}" | "POST /users" | "POST /users/{user_id}/sync" => "edit",
        route if route.contains(" /users/{user_id}/skills/{skill}") => "assign-skill",
        "POST /users/{user_id}/deactivate" | "POST /users/{user_id}/reactivate" | "DELETE /users/{user_id}" => {
            "set-status"
        }
        "GET /users" => "search",
        "GET /users/{user_id}" | "GET /users/{user_id}/history" | "GET /me" => "view",
        "POST /exports" | "GET /jobs/{job_id}" => "export",
        "POST /bulk" | "POST /uploads" | "POST /imports" | "POST /users/{user_id}/history/{record_id}/undo" => "bulk",
        route if route.contains(" /jobs/{job_id}/") => "bulk",
        "POST /users/{user_id}/drift/{field}/{decision}" => "reconciliations",
        route if route.contains(" /reconciliations") || route.contains(" /flex/") => "reconciliations",
        route if route.contains(" /teams") => "teams",
        route if route.contains(" /skill-sets") || route.contains(" /skill-presets") => "skills",
        other => panic!("no function for {other}"),
    }
}

/// The function's answer.
pub async fn dispatch(
    invocation: &Invocation,
    invoke: &(impl StartFanOut + StartJob + StartBulk + PresignDownload + StartReconcile),
    policy: &Policy,
    request: &ApiRequest,
    caller: &Value,
    request_id: &str,
) -> ApiAnswer {
    let Invocation { directory: store, clock, taskrouter, .. } = invocation;
    let event = request.event(caller, request_id);
    let authority = policy.roles;
    let result: HttpResult = match function_of(request.route) {
        "edit" => edit::handle(store, clock, authority, event).await,
        "assign-skill" => assign_skill::handle(store, clock, event).await,
        "set-status" => set_status::handle(store, clock, event).await,
        "teams" => teams::handle(store, invoke, clock, event).await,
        "skills" => skills::handle(store, clock, event).await,
        "search" => search::handle(store, event).await,
        "export" => export::handle(store, invoke, clock, event).await,
        "bulk" => bulk::handle(store, &invocation.bucket, invoke, clock, event).await,
        "reconciliations" => reconciliations::handle(store, taskrouter, invoke, clock, policy, event).await,
        _ => {
            let deployment = view::Deployment { sync_mode: SyncMode::Write, role_authority: authority };
            view::handle(store, deployment, event).await
        }
    };
    let response = result.unwrap_or_else(|problem| problem.respond(request_id));
    let version = response.headers().get("etag").and_then(|tag| tag.to_str().ok()?.trim_matches('"').parse().ok());
    let body = serde_json::from_slice(response.body().as_ref()).unwrap_or_default();
    ApiAnswer { status: response.status().as_u16(), body, version }
}
