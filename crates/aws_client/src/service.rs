//! Calls that are signed here. A client of the SDK is most of a megabyte in each function, and a minute and a half of the
//! first build, also where it makes one kind of call (docs/decisions/0041-two-calls-without-the-sdk.md).

use std::time::{Duration, SystemTime};

use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use aws_smithy_runtime_api::client::{identity::Identity, orchestrator::HttpResponse};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use backon::{ExponentialBuilder, Retryable as _};
use http::{HeaderValue, Request, header::USER_AGENT};
use runtime::config::{ConfigError, required};
use serde_json::Value;
use thiserror::Error;
use tokio::time::{Instant, timeout};

use crate::{
    http_client::Http,
    settings::{MAX_ATTEMPT_TIME, MAX_ATTEMPTS, credentials, endpoint_url},
};

const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// A service of AWS in the deployment's region, with the function's credentials.
#[derive(Debug, Clone)]
pub struct Service {
    name: &'static str,
    endpoint: String,
    region: String,
    identity: Identity,
    http: Http,
}

/// A request, always by POST.
#[derive(Debug, Clone, Copy)]
pub struct Post<'a> {
    /// With a slash first, percent-encoded.
    pub path: &'a str,
    pub headers: &'a [(&'static str, &'static str)],
    pub body: &'a str,
}

/// An answer whose status is a success.
#[derive(Debug)]
pub struct Answer {
    head: aws_smithy_runtime_api::http::Headers,
    pub body: Vec<u8>,
}

impl Answer {
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.get(name)
    }
}

/// Why a call failed, for the log. What the service says of it may hold personal data or a secret and is left out
/// (rule 32).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CallError {
    #[error("the request cannot be built")]
    Request,
    #[error("no connection")]
    Connection,
    #[error("timed out")]
    Timeout,
    #[error("{}", code.as_deref().unwrap_or("rejected without an error code"))]
    Rejected { status: u16, code: Option<String> },
}

impl CallError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Request => false,
            Self::Connection | Self::Timeout => true,
            // Parameter Store says with status 400 that there are too many.
            Self::Rejected { status, code } => {
                matches!(status, 429 | 500 | 502 | 503 | 504)
                    || code.as_deref().is_some_and(|code| code.contains("Throttl") || code == "RequestLimitExceeded")
            }
        }
    }
}

impl Service {
    /// The service of this name, as in its address and its signatures: `ssm`, `lambda`.
    pub fn from_env(name: &'static str) -> Result<Self, ConfigError> {
        let region = required("AWS_REGION")?;
        let endpoint = endpoint_url(&name.to_uppercase()).unwrap_or_else(|| public_endpoint(name, &region));
        Ok(Self { name, endpoint, region, identity: credentials()?.into(), http: Http::shared()? })
    }

    /// The answer to this request. What may pass is tried again, as long as there is time; all attempts together take
    /// `within` at most, a single one three seconds.
    pub async fn post(&self, post: Post<'_>, within: Duration) -> Result<Answer, CallError> {
        let deadline = Instant::now() + within;
        let left = || deadline.saturating_duration_since(Instant::now());
        (|| self.attempt(post, left().min(MAX_ATTEMPT_TIME)))
            .retry(pauses())
            .when(CallError::is_transient)
            .adjust(|_, pause| pause.filter(|pause| *pause < left()))
            .await
    }

    async fn attempt(&self, post: Post<'_>, within: Duration) -> Result<Answer, CallError> {
        let request = self.signed(post).ok_or(CallError::Request)?;
        let answer = async {
            let response = self.http.send(request).await.map_err(|_| CallError::Connection)?;
            read(response).await
        };
        timeout(within, answer).await.map_err(|_| CallError::Timeout)?
    }

    /// None if it cannot be built from what it is to hold.
    fn signed(&self, Post { path, headers, body }: Post<'_>) -> Option<Request<SdkBody>> {
        let params = SigningParams::builder()
            .identity(&self.identity)
            .region(&self.region)
            .name(self.name)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .ok()?
            .into();
        let url = format!("{}{path}", self.endpoint.trim_end_matches('/'));
        let signable = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", url.as_str(), headers.iter().copied(), signable).ok()?;
        let (signature, _) = sign(signable, &params).ok()?.into_parts();
        let mut request = Request::post(&url).body(SdkBody::from(body)).ok()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_static(value));
        }
        let user_agent = HeaderValue::from_static(concat!("flex-roster/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(USER_AGENT, user_agent);
        signature.apply_to_request_http1x(&mut request);
        Some(request)
    }
}

/// Where the service is reached from outside. China has a domain of its own.
fn public_endpoint(name: &str, region: &str) -> String {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://{name}.{region}.{domain}")
}

fn pauses() -> ExponentialBuilder {
    let retries = usize::try_from(MAX_ATTEMPTS - 1).unwrap_or_default();
    ExponentialBuilder::default().with_min_delay(FIRST_PAUSE).with_max_times(retries).with_jitter()
}

async fn read(response: HttpResponse) -> Result<Answer, CallError> {
    let (status, head) = (response.status(), response.headers().clone());
    let body = ByteStream::new(response.into_body()).collect().await.map_err(|_| CallError::Connection)?;
    let answer = Answer { head, body: body.to_vec() };
    if status.is_success() {
        return Ok(answer);
    }
    Err(CallError::Rejected { status: status.as_u16(), code: error_code(&answer) })
}

/// `AccessDeniedException`, which stands in a header or in the body, with a namespace before it or an address after it.
fn error_code(answer: &Answer) -> Option<String> {
    let body = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    let code = answer.header("x-amzn-errortype").or(body["__type"].as_str())?;
    let code = code.split(':').next()?.rsplit('#').next()?;
    (!code.is_empty()).then(|| code.to_owned())
}

#[cfg(test)]
mod tests;
