//! Running a handler of the HTTP API on Lambda.

use std::convert::Infallible;

use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{HeaderValue, header},
    request::RequestContext,
    service_fn,
};
use runtime::{
    invocation::{self, Ending, Outcome},
    metrics::{self, Metric},
};
use tracing::Span;
use uuid::Uuid;

use crate::{HttpResult, Problem, request::route};

/// The longest body of a request, in bytes: far more than the longest that any operation takes.
pub const MAX_REQUEST: usize = 64 * 1024;

/// The longest body that fits into what Lambda returns (6 MB), as a JSON string and beside the headers, in bytes.
const MAX_BODY: usize = 6 * 1024 * 1024 - 64 * 1024;

/// Handles requests until the runtime ends, those whose body has at most [`MAX_REQUEST`] bytes. Problems become responses;
/// each log line names the request and the operation, and one says how it ended.
pub async fn http<H, F>(handle: H) -> Result<(), lambda_http::Error>
where
    H: Fn(Request) -> F,
    F: Future<Output = HttpResult> + Send,
{
    http_up_to(MAX_REQUEST, handle).await
}

/// As [`http`], for a function that takes longer bodies.
pub async fn http_up_to<H, F>(max_request: usize, handle: H) -> Result<(), lambda_http::Error>
where
    H: Fn(Request) -> F,
    F: Future<Output = HttpResult> + Send,
{
    lambda_http::run(service_fn(|request: Request| {
        let (span, metric) = (span(&request), metric(route(&request)));
        let response = respond(request, max_request, &handle);
        async move {
            let counted = async {
                let (response, ending) = response.await;
                if let Some(metric) = metric.filter(|_| ending.outcome == Outcome::Done) {
                    metrics::add(metric, 1);
                }
                (response, ending)
            };
            let (response, _) = invocation::observe(span, counted, |(_, ending)| ending.clone()).await;
            Ok::<_, Infallible>(response)
        }
    }))
    .await
}

fn respond<H, F>(
    request: Request,
    max_request: usize,
    handle: H,
) -> impl Future<Output = (Response<Body>, Ending)> + Send
where
    H: FnOnce(Request) -> F,
    F: Future<Output = HttpResult> + Send,
{
    let request_id = request_id(&request);
    // Before anything is computed: who makes the request, its hash, what it says.
    let result = check_length(&request, max_request).map(|()| handle(request));
    async move {
        let result = match result {
            Ok(result) => result.await.and_then(within_limit),
            Err(problem) => Err(problem),
        };
        let ending = ending(&result);
        let mut response = result.unwrap_or_else(|problem| problem.respond(&request_id));
        // Which pages may read it, the gateway adds by the request's origin: no cache may hand it to another page.
        response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
        (response, ending)
    }
}

/// The span of the request, with its caller, and the user whom its path names: never the path, which may name a person.
fn span(request: &Request) -> Span {
    let lambda_request_id = request.lambda_context_ref().map(|context| context.request_id.as_str());
    let span = invocation::span(route(request), &request_id(request), lambda_request_id.unwrap_or_default());
    if let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref()
        && let Some(authorizer) = &context.authorizer
        && let Some(caller_id) = authorizer.fields.get("user_id").and_then(|id| id.as_str())
    {
        span.record("caller_id", caller_id);
    }
    for id in ["user_id", "team_id", "job_id"] {
        if let Some(named) = request.path_parameters().first(id).and_then(|text| text.parse::<Uuid>().ok()) {
            span.record(id, tracing::field::display(named));
        }
    }
    span
}

/// What a request of this route is counted as, once it is done.
fn metric(route: &str) -> Option<Metric> {
    let (method, path) = route.split_once(' ')?;
    let is_below = |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match method {
        "GET" if path == "/users" => Some(Metric::Searches),
        "POST" | "PUT" | "PATCH" | "DELETE" => {
            ["/users", "/teams", "/skill-sets"].into_iter().any(is_below).then_some(Metric::Edits)
        }
        _ => None,
    }
}

fn ending(result: &HttpResult) -> Ending {
    let (status, code, error) = match result {
        Ok(response) => (response.status().as_u16(), None, None),
        Err(problem) => (problem.status, Some(problem.code), problem.cause.clone()),
    };
    let outcome = match status {
        ..400 => Outcome::Done,
        400..500 => Outcome::Refused,
        500.. => Outcome::Failed,
    };
    Ending { outcome, status: Some(status), code, error }
}

fn request_id(request: &Request) -> String {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

/// Refuses a request whose body has more than `max` bytes.
pub fn check_length(request: &Request, max: usize) -> Result<(), Problem> {
    let length = request.body().len();
    let detail = || format!("The body has {length} bytes; at most {max} are accepted.");
    if length <= max { Ok(()) } else { Err(Problem::new(413, "body-too-large", detail())) }
}

/// Lambda ends the process of a function whose response is too long.
fn within_limit(response: Response<Body>) -> HttpResult {
    let body = response.body();
    // A character takes at most 6 bytes in a JSON string.
    let fits = body.len() <= MAX_BODY / 6 || in_json(body) <= MAX_BODY;
    if fits { Ok(response) } else { Err(Problem::internal(&"the response is longer than Lambda returns")) }
}

/// The length of the body in Lambda's JSON.
fn in_json(body: &Body) -> usize {
    let text = std::str::from_utf8(body.as_ref()).unwrap_or_default();
    serde_json::json!(text).to_string().len()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_refused_and_reaches_no_handler() {
        let handled = AtomicUsize::new(0);
        let respond_to = async |length| {
            let handle = |_| {
                handled.fetch_add(1, Ordering::Relaxed);
                std::future::ready(Ok(Response::new(Body::Empty)))
            };
            let request = Request::new(Body::from("x".repeat(length)));
            let (response, ending) = respond(request, MAX_REQUEST, handle).await;
            assert_eq!(ending.status, Some(response.status().as_u16()));
            assert_eq!(response.headers()[header::VARY], "origin");
            (response.status().as_u16(), String::from_utf8_lossy(response.body()).into_owned())
        };
        assert_eq!(respond_to(65_536).await.0, 200);
        let (status, problem) = respond_to(65_537).await;
        assert_eq!((status, handled.load(Ordering::Relaxed)), (413, 1));
        assert!(problem.contains("body-too-large") && problem.contains("65537 bytes; at most 65536"), "{problem}");
    }

    #[test]
    fn searches_and_changes_are_counted_and_nothing_else() {
        assert_eq!(metric("GET /users"), Some(Metric::Searches));
        for edit in ["POST /users", "PATCH /users/{user_id}", "DELETE /teams/{team_id}", "PUT /skill-sets/{set}"] {
            assert_eq!(metric(edit), Some(Metric::Edits), "{edit}");
        }
        for other in ["GET /users/{user_id}", "POST /exports", "POST /webhooks/taskrouter", "GET /me", ""] {
            assert_eq!(metric(other), None, "{other}");
        }
    }

    #[test]
    fn a_response_that_lambda_would_not_return_is_an_internal_error() {
        let fits = |text: String| within_limit(Response::new(Body::from(text))).is_ok();
        assert!(fits("\"".repeat(3_000_000)));
        assert!(fits("x".repeat(6_000_000)));
        assert!(!fits("\"".repeat(3_200_000)));
        assert!(!fits("x".repeat(7_000_000)));
    }
}
