//! Running a handler on Lambda: telemetry, and problems turned into answers.

use lambda_http::{Request, RequestExt, request::RequestContext, service_fn};
use tracing::Instrument;
use tracing_subscriber::EnvFilter;

use crate::{config::optional, respond::Answer};

/// Logs as JSON lines, at the level that `LOG_LEVEL` names. Dependencies log warnings only: at finer levels
/// the runtime prints bodies (rule 32).
pub fn start_telemetry() {
    let level = optional("LOG_LEVEL").filter(|level| ["error", "warn", "info", "debug"].contains(&level.as_str()));
    let level = level.as_deref().unwrap_or("info");
    let ours = ["http_api", "store", "twilio", "webhook", "search", "view", "edit", "assign_skill", "export"];
    let ours = ours.into_iter().chain(["write_export", "index", "authorize", "set_status", "teams", "skills", "docs"]);
    let filter = ours.fold("warn".to_owned(), |filter, name| format!("{filter},{name}={level}"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .without_time()
        .with_env_filter(EnvFilter::new(filter))
        .init();
}

/// Answers requests of the HTTP API for good.
pub async fn http<H, F>(handle: H) -> Result<(), lambda_http::Error>
where
    H: Fn(Request) -> F,
    F: Future<Output = Answer> + Send,
{
    lambda_http::run(service_fn(|request: Request| {
        let request_id = request_id(&request);
        let span = tracing::info_span!("request", request_id, route = route(&request));
        let answer = handle(request);
        async move { Ok::<_, std::convert::Infallible>(answer.await.unwrap_or_else(|problem| problem.respond(&request_id))) }
            .instrument(span)
    }))
    .await
}

fn request_id(request: &Request) -> String {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

/// The route and not the path: a path names people.
#[must_use]
pub fn route(request: &Request) -> String {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.route_key.clone().unwrap_or_default(),
        _ => String::new(),
    }
}
