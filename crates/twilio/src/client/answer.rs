//! Reads Twilio's answers.

use std::time::Duration;

use reqwest::header::{ETAG, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{NextPage, TokenAnswer, TwilioError, Worker, WorkerPage};

/// An answer whose status is neither 429 nor 5xx.
pub(super) struct Answer {
    status: StatusCode,
    version: Option<u64>,
    body: Vec<u8>,
}

#[derive(Deserialize)]
struct Refusal {
    code: Option<i64>,
}

#[derive(Deserialize)]
struct WireWorkers {
    workers: Vec<Worker>,
    meta: WireMeta,
}

#[derive(Deserialize)]
struct WireMeta {
    next_page_url: Option<String>,
}

#[derive(Deserialize)]
struct Verdict {
    valid: bool,
    worker_sid: Option<String>,
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
        let body = response.bytes().await.map_err(TwilioError::sending)?.into();
        Ok(Self { status, version, body })
    }

    pub(super) fn worker(self) -> Result<Option<Worker>, TwilioError> {
        if self.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let mut worker: Worker = self.success("worker")?;
        worker.version = self.version;
        Ok(Some(worker))
    }

    pub(super) fn worker_page(&self) -> Result<WorkerPage, TwilioError> {
        let page: WireWorkers = self.success("list of workers")?;
        let next = page.meta.next_page_url.map(|url| NextPage::of(&url).ok_or(malformed("list of workers")));
        Ok(WorkerPage { workers: page.workers, next: next.transpose()? })
    }

    /// The verdict is in the body alone, as for Twilio's own library; a body without one (wrong
    /// credentials) is no verdict about the token.
    pub(super) fn token(&self) -> Result<Option<TokenAnswer>, TwilioError> {
        let Ok(verdict) = serde_json::from_slice::<Verdict>(&self.body) else {
            return Err(if self.status.is_success() { malformed("token answer") } else { self.refused() });
        };
        if verdict.valid && verdict.worker_sid.is_none() {
            tracing::warn!("rejected a valid token, because it names no worker");
        }
        let has_holder = verdict.valid && verdict.worker_sid.is_some();
        has_holder.then(|| self.json("token answer")).transpose()
    }

    fn success<T: DeserializeOwned>(&self, what: &'static str) -> Result<T, TwilioError> {
        if self.status.is_success() { self.json(what) } else { Err(self.refused()) }
    }

    /// The parser's own message is dropped: it quotes the answer.
    fn json<T: DeserializeOwned>(&self, what: &'static str) -> Result<T, TwilioError> {
        serde_json::from_slice(&self.body).map_err(|_| malformed(what))
    }

    fn refused(&self) -> TwilioError {
        let refusal = serde_json::from_slice::<Refusal>(&self.body).ok();
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
