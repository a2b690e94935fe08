//! The REST client: `TaskRouter` for workers, Flex's identity service for tokens.
//!
//! Every request is a read, so every request may be repeated: 429, 5xx, time-outs and broken
//! connections are retried a few times with jittered backoff, within the call's time budget.

mod answer;
mod retry;

use std::time::Duration;

use domain::WorkerSid;
use reqwest::{RequestBuilder, Url, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::TwilioError;
use crate::types::{FetchWorker, ListWorkers, NextPage, TokenAnswer, ValidateToken, Worker, WorkerPage};
use answer::Answer;

/// The most workers that `TaskRouter` puts on a page.
const PAGE_SIZE: u16 = 1000;

/// Twilio's addresses and the account's credentials.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TaskRouter`'s address, without path: `https://taskrouter.twilio.com`.
    pub taskrouter_url: String,
    /// The identity service's address, without path: `https://iam.twilio.com`.
    pub iam_url: String,
    /// The account, `AC…`.
    pub account_sid: String,
    /// The workspace that Flex uses, `WS…`.
    pub workspace_sid: String,
    /// The account's auth token.
    pub auth_token: SecretString,
    /// How long one call may take, retries included; a single try gets at most half of it.
    pub timeout: Duration,
}

impl Config {
    /// A call's time where a person waits for the answer: under three seconds.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_millis(2_800);
}

/// The client. Holds a connection pool: built once, before the first event.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    workers: Url,
    validate: Url,
    account_sid: String,
    auth_token: SecretString,
    timeout: Duration,
}

impl Client {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// [`TwilioError::Config`] with the field that is not an address.
    pub fn new(config: Config) -> Result<Self, TwilioError> {
        let workers = ["v1", "Workspaces", &config.workspace_sid, "Workers"];
        let validate = ["v1", "Accounts", &config.account_sid, "Tokens", "validate"];
        Ok(Self {
            http: http()?,
            workers: address(&config.taskrouter_url, "taskrouter_url", &workers)?,
            validate: address(&config.iam_url, "iam_url", &validate)?,
            account_sid: config.account_sid,
            auth_token: config.auth_token,
            timeout: config.timeout,
        })
    }

    /// Sends until there is an answer other than 429 and 5xx.
    async fn request(&self, request: impl Fn() -> RequestBuilder) -> Result<Answer, TwilioError> {
        retry::within(self.timeout, |time| self.send(request(), time)).await
    }

    async fn send(&self, request: RequestBuilder, time: Duration) -> Result<Answer, TwilioError> {
        let password = self.auth_token.expose_secret();
        let request = request.basic_auth(&self.account_sid, Some(password)).timeout(time);
        let response = request.send().await.map_err(TwilioError::sending)?;
        Answer::read(response).await
    }
}

impl FetchWorker for Client {
    async fn fetch_worker(&self, sid: &WorkerSid) -> Result<Option<Worker>, TwilioError> {
        let mut url = self.workers.clone();
        // A SID is data: as a pushed segment it cannot lead to another resource.
        url.path_segments_mut().map_err(|()| TwilioError::Config("taskrouter_url"))?.push(sid.as_str());
        self.request(|| self.http.get(url.clone())).await?.worker()
    }
}

impl ListWorkers for Client {
    async fn list_workers(&self, page: Option<&NextPage>) -> Result<WorkerPage, TwilioError> {
        let mut url = self.workers.clone();
        let first = format!("PageSize={PAGE_SIZE}");
        // Only the query comes from Twilio's response: the credentials go to the configured host.
        url.set_query(Some(page.map_or(&*first, NextPage::query)));
        self.request(|| self.http.get(url.clone())).await?.worker_page()
    }
}

impl ValidateToken for Client {
    async fn validate_token(&self, token: &SecretString) -> Result<Option<TokenAnswer>, TwilioError> {
        let body = json!({ "token": token.expose_secret() });
        let request = || {
            let post = self.http.post(self.validate.clone());
            post.header("Cache-Control", "no-cache").json(&body)
        };
        self.request(request).await?.token()
    }
}

/// A redirect would take the credentials' request elsewhere; Twilio sends none.
fn http() -> Result<reqwest::Client, TwilioError> {
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .user_agent(concat!("flex-roster/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| TwilioError::Config("TLS setup"))
}

fn address(base: &str, field: &'static str, path: &[&str]) -> Result<Url, TwilioError> {
    let mut url = Url::parse(base).map_err(|_| TwilioError::Config(field))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(TwilioError::Config(field));
    }
    url.path_segments_mut().map_err(|()| TwilioError::Config(field))?.pop_if_empty().extend(path);
    Ok(url)
}
