//! The REST client: `TaskRouter` for workers, Flex's API for its configuration, Event Streams, the rules of
//! webhooks, the identity service for tokens.
//!
//! 429, 5xx, time-outs and broken connections are retried a few times with jittered backoff, within the call's time
//! budget. A change without a version is repeated only if it was certainly not carried out; the check of a token neither
//! after 429 nor after a time-out.

mod address;
mod answer;
mod event_streams;
mod login;
mod pace;
mod requests;
mod retry;
mod webhook_rules;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use parameters::Parameter;
use reqwest::{RequestBuilder, Url, redirect};
use tokio::time::{Instant, sleep};

use crate::TwilioError;
use answer::Answer;
use login::{Credentials, Login};
use pace::Pace;
use retry::Repeat;

/// Twilio's addresses and the account's credentials.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TaskRouter`'s address, without path: `https://taskrouter.twilio.com`.
    pub taskrouter_url: String,
    /// The identity service's address, without path: `https://iam.twilio.com`.
    pub iam_url: String,
    /// Flex's address, without path: [`Config::FLEX_URL`].
    pub flex_url: String,
    /// Event Streams' address, without path: [`Config::EVENTS_URL`].
    pub events_url: String,
    /// The Webhooks configuration API's address, without path: [`Config::WEBHOOKS_URL`].
    pub webhooks_url: String,
    /// `ie1`: where `TaskRouter`'s data is, if not in `us1`. API keys belong to a region.
    pub region: Option<String>,
    /// `dublin`: where requests enter Twilio's network.
    pub edge: Option<String>,
    /// The account, `AC…`.
    pub account_sid: String,
    /// The workspace that Flex uses, `WS…`.
    pub workspace_sid: String,
    /// The account's [`Keys`](crate::Keys). An auth token validates tokens, and authenticates all other requests if there is
    /// no API key.
    pub auth_token: Parameter,
    /// Authenticates all requests but the validation of tokens.
    pub api_key: Option<ApiKey>,
    /// How long one call may take, retries included; a single try gets at most half of it.
    pub timeout: Duration,
}

/// A key of Twilio's REST API. It can be revoked without changing the auth token.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// `SK…`
    pub sid: String,
    /// The secret; or, so that another key needs no deployment, `SK…:SECRET`. Several are separated by commas.
    pub secret: Parameter,
}

impl Config {
    /// A call's time where a person waits for the answer: under three seconds.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_millis(2_800);

    /// The most that the check of a token may take: strangers can cause one as often as they like, and each holds an
    /// instance of a function for so long.
    pub const TOKEN_CHECK_TIMEOUT: Duration = Duration::from_millis(1_500);

    /// Flex's own address.
    pub const FLEX_URL: &str = "https://flex-api.twilio.com";

    /// Event Streams' own address.
    pub const EVENTS_URL: &str = "https://events.twilio.com";

    /// The Webhooks configuration API's own address.
    pub const WEBHOOKS_URL: &str = "https://webhooks.twilio.com";
}

/// The client. Holds a connection pool: built once, before the first event.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    workspace: Url,
    flex_configuration: Url,
    event_streams: Url,
    webhook_rules: Url,
    validate: Url,
    account_sid: String,
    auth_token: Parameter,
    api_key: Option<ApiKey>,
    timeout: Duration,
    pace: Arc<Pace>,
}

impl Client {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// [`TwilioError::Config`] with the field that is not usable.
    pub fn new(config: Config) -> Result<Self, TwilioError> {
        let workspace = ["v1", "Workspaces", &config.workspace_sid];
        let workspace = address::of(&config.taskrouter_url, "taskrouter_url", &workspace)?;
        let validate = ["v1", "Accounts", &config.account_sid, "Tokens", "validate"];
        Ok(Self {
            http: http()?,
            workspace: address::in_region(workspace, config.region.as_deref(), config.edge.as_deref())?,
            flex_configuration: address::of(&config.flex_url, "flex_url", &["v1", "Configuration"])?,
            event_streams: address::of(&config.events_url, "events_url", &["v1"])?,
            webhook_rules: address::of(&config.webhooks_url, "webhooks_url", &["v1", "Webhooks"])?,
            validate: address::of(&config.iam_url, "iam_url", &validate)?,
            account_sid: config.account_sid,
            auth_token: config.auth_token,
            api_key: config.api_key,
            timeout: config.timeout,
            pace: Arc::default(),
        })
    }

    async fn get(&self, method: &'static str, url: &Url) -> Result<Answer, TwilioError> {
        self.request(method, Repeat::Transient, || self.http.get(url.clone())).await
    }

    async fn request(
        &self,
        method: &'static str,
        repeat: Repeat,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Answer, TwilioError> {
        let credentials = self.api_key.as_ref().map_or(self.auth_token(), Credentials::ApiKey);
        self.request_as(method, (repeat, self.timeout), request, credentials).await
    }

    const fn auth_token(&self) -> Credentials<'_> {
        Credentials::AuthToken { account_sid: self.account_sid.as_str(), secret: &self.auth_token }
    }

    /// Sends until there is an answer that is no passing fault, with the first credentials that Twilio does not reject.
    async fn request_as(
        &self,
        method: &'static str,
        (repeat, timeout): (Repeat, Duration),
        request: impl Fn() -> RequestBuilder,
        credentials: Credentials<'_>,
    ) -> Result<Answer, TwilioError> {
        let mut logins = VecDeque::from(credentials.logins().await?);
        // From here on: a Parameter Store that does not answer is not held against Twilio.
        let deadline = Instant::now() + timeout;
        let send = async |login: &Login| {
            let left = deadline.saturating_duration_since(Instant::now());
            retry::within(left, repeat, |time| self.send(method, login.apply(request()), time)).await
        };
        let mut was_reread = false;
        loop {
            let login = logins.pop_front().ok_or(TwilioError::Config("credentials"))?;
            let answer = send(&login).await?;
            if answer.rejects_credentials() && logins.is_empty() && !was_reread {
                was_reread = true;
                logins.extend(credentials.reread().await?);
            }
            if !answer.rejects_credentials() || logins.is_empty() {
                return Ok(answer);
            }
        }
    }

    async fn send(&self, method: &'static str, request: RequestBuilder, time: Duration) -> Result<Answer, TwilioError> {
        let wait = self.pace.wait(method, Instant::now(), time)?;
        if !wait.is_zero() {
            retry::count_wait(wait);
            sleep(wait).await;
        }
        let response = request.timeout(time.saturating_sub(wait)).send().await.map_err(TwilioError::sending)?;
        self.pace.observe(method, response.headers(), Instant::now());
        Answer::read(response).await
    }
}

/// A redirect would take the credentials' request elsewhere; Twilio sends none.
fn http() -> Result<reqwest::Client, TwilioError> {
    let tls = runtime::tls::client_config().map_err(|error| TwilioError::Tls(error.to_string()))?;
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .user_agent(concat!("flex-roster/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls)
        .build()
        .map_err(|_| TwilioError::Config("TLS setup"))
}
