//! Reads Twilio's answers.

use std::time::Duration;

use reqwest::header::{ETAG, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::raw_json::Raw;
use crate::{NextPage, TokenAnswer, TwilioError, Worker, WorkerPage};

/// An answer whose status is neither 429 nor 5xx.
pub(super) struct Answer {
    status: StatusCode,
    version: Option<u64>,
    body: String,
}

#[derive(Deserialize)]
struct Refusal {
    code: Option<i64>,
}

#[derive(Deserialize)]
struct WireWorkers<'a> {
    #[serde(borrow)]
    workers: Vec<&'a RawValue>,
    meta: WireMeta,
}

#[derive(Deserialize)]
struct WireMeta {
    next_page_url: Option<String>,
}

impl Answer {
    /// Takes in the whole answer, within the request's time.
    pub(super) async fn read(response: Response) -> Result<Self, TwilioError> {
        let status = response.status();
        let retry_after = seconds(response.headers());
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(TwilioError::Throttled { retry_after });
        }
        if status.is_server_error() {
            return Err(TwilioError::Unavailable { status: status.as_u16(), retry_after });
        }
        let version = version(response.headers());
        let body = response.bytes().await.map_err(TwilioError::sending)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Self { status, version, body })
    }

    pub(super) fn worker(&self) -> Result<Option<Worker>, TwilioError> {
        if self.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let worker = Worker::read(self.success::<&RawValue>("worker")?.get()).ok_or(malformed("worker"))?;
        Ok(Some(Worker { version: self.version, ..worker }))
    }

    /// A worker that cannot be read does not cost the others (rule 34).
    pub(super) fn worker_page(&self) -> Result<WorkerPage, TwilioError> {
        let page: WireWorkers<'_> = self.success("list of workers")?;
        let next = page.meta.next_page_url.map(|url| NextPage::of(&url).ok_or(malformed("list of workers")));
        let next = next.transpose()?;
        let workers = page.workers.iter().filter_map(|worker| Worker::read(worker.get())).collect::<Vec<_>>();
        let unreadable = page.workers.len() - workers.len();
        Ok(WorkerPage { workers, unreadable, next })
    }

    /// The verdict is in the body alone, as for Twilio's own library; a body without one (wrong
    /// credentials) is no verdict about the token.
    pub(super) fn token(&self) -> Result<Option<TokenAnswer>, TwilioError> {
        let valid = Raw::parse(&self.body).and_then(|answer| answer.object()?.get("valid")?.bool());
        let Some(valid) = valid else {
            return Err(if self.status.is_success() { malformed("token answer") } else { self.refused() });
        };
        let holder = TokenAnswer::read(&self.body).filter(|_| valid);
        if valid && holder.is_none() {
            tracing::warn!("rejected a valid token, because it names no worker");
        }
        Ok(holder)
    }

    fn success<'a, T: Deserialize<'a>>(&'a self, what: &'static str) -> Result<T, TwilioError> {
        if self.status.is_success() { self.json(what) } else { Err(self.refused()) }
    }

    /// The parser's own message is dropped: it quotes the answer.
    fn json<'a, T: Deserialize<'a>>(&'a self, what: &'static str) -> Result<T, TwilioError> {
        serde_json::from_str(&self.body).map_err(|_| malformed(what))
    }

    fn refused(&self) -> TwilioError {
        let refusal = serde_json::from_str::<Refusal>(&self.body).ok();
        TwilioError::Refused { status: self.status.as_u16(), code: refusal.and_then(|refusal| refusal.code) }
    }
}

fn malformed(what: &'static str) -> TwilioError {
    TwilioError::Malformed(what)
}

/// `"3"`, or weakly `W/"3"`.
fn version(headers: &HeaderMap) -> Option<u64> {
    header(headers, &ETAG)?.trim_start_matches("W/").trim_matches('"').parse().ok()
}

fn seconds(headers: &HeaderMap) -> Option<Duration> {
    header(headers, &RETRY_AFTER)?.trim().parse().ok().map(Duration::from_secs)
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
