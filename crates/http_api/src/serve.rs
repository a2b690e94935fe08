//! Running a handler of the HTTP API on Lambda.

use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{HeaderValue, header},
    request::RequestContext,
    service_fn,
};
use tracing::Instrument;

use crate::{HttpResult, Problem, request::route};

/// The longest body of a request, in bytes: far more than the longest that any operation takes.
pub const MAX_REQUEST: usize = 64 * 1024;

/// The longest body that fits into what Lambda returns (6 MB), as a JSON string and beside the headers, in bytes.
const MAX_BODY: usize = 6 * 1024 * 1024 - 64 * 1024;

/// Handles requests until the runtime ends, those whose body has at most [`MAX_REQUEST`] bytes. Problems become responses;
/// each log line names the request and the route.
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
        let request_id = request_id(&request);
        let span = tracing::info_span!("request", request_id, route = route(&request));
        // Before anything is computed: whose request it is, its hash, what it says.
        let result = not_too_large(&request, max_request).map(|()| handle(request));
        async move {
            let result = match result {
                Ok(result) => result.await.and_then(within_limit),
                Err(problem) => Err(problem),
            };
            let mut response = result.unwrap_or_else(|problem| problem.respond(&request_id));
            // Which pages may read it, the gateway adds by the request's origin: no cache may hand it to another page.
            response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
            Ok::<_, std::convert::Infallible>(response)
        }
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

fn not_too_large(request: &Request, max: usize) -> Result<(), Problem> {
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
    use super::*;

    #[test]
    fn a_body_beyond_the_limit_is_refused_whatever_it_holds() {
        let of = |length| not_too_large(&Request::new(Body::from("x".repeat(length))), MAX_REQUEST);
        assert_eq!(of(65_536), Ok(()));
        let problem = of(65_537).unwrap_err();
        assert_eq!((problem.status, problem.code), (413, "body-too-large"));
        assert!(problem.detail.contains("65537 bytes; at most 65536"), "{}", problem.detail);
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
