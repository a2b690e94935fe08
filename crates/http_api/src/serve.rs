//! Running a handler of the HTTP API on Lambda.

use lambda_http::{Request, RequestExt, request::RequestContext, service_fn};
use tracing::Instrument;

use crate::{HttpResult, request::route};

/// Handles requests until the runtime ends. Problems become responses; each log line names the request and the route.
pub async fn http<H, F>(handle: H) -> Result<(), lambda_http::Error>
where
    H: Fn(Request) -> F,
    F: Future<Output = HttpResult> + Send,
{
    lambda_http::run(service_fn(|request: Request| {
        let request_id = request_id(&request);
        let span = tracing::info_span!("request", request_id, route = route(&request));
        let result = handle(request);
        async move {
            let response = result.await.unwrap_or_else(|problem| problem.respond(&request_id));
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
