//! One request that Twilio sends: a callback, or events to a sink. Signed, and tried again as the side that asked for it said.

use std::time::Duration;

use form_urlencoded::Serializer;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use secrecy::SecretString;
use tokio::time::{Instant, sleep};
use twilio::signature::{self, HEADER};

use crate::overrides::{Failure, Retries};

/// How long Twilio waits for the response to a callback, all tries together.
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(15);
/// How long Event Streams waits for a sink's response.
const SINK_TIMEOUT: Duration = Duration::from_secs(5);
/// Event Streams tries for four hours, at growing distances; here a few times, so that a test sees the end.
const SINK_RETRIES: u32 = 6;
const FIRST_SINK_PAUSE: Duration = Duration::from_millis(50);

/// What is sent, and where.
#[derive(Debug, Clone)]
pub(crate) enum Outgoing {
    Callback {
        /// With its fragment.
        url: String,
        /// Whether Twilio signs the fragment, which it does not say.
        signs_fragment: bool,
        fields: Vec<(&'static str, String)>,
    },
    Stream {
        destination: String,
        body: Vec<u8>,
    },
}

#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) http: reqwest::Client,
    pub(crate) auth_token: SecretString,
}

impl Post {
    pub(crate) fn new(auth_token: &str) -> Result<Self, reqwest::Error> {
        Ok(Self { http: reqwest::Client::builder().build()?, auth_token: auth_token.into() })
    }

    /// The status of the last try; none if it got no response.
    pub(crate) async fn send(&self, outgoing: &Outgoing) -> Option<u16> {
        match outgoing {
            Outgoing::Callback { url, signs_fragment, fields } => self.callback(url, *signs_fragment, fields).await,
            Outgoing::Stream { destination, body } => self.events(destination, body).await,
        }
    }

    async fn callback(&self, url: &str, signs_fragment: bool, fields: &[(&'static str, String)]) -> Option<u16> {
        let (retries, deadline) = (Retries::of(url), Instant::now() + CALLBACK_TIMEOUT);
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let called = url.split('#').next().unwrap_or_default();
        let signature = signature::sign(&self.auth_token, if signs_fragment { url } else { called }, &pairs);
        let body = Serializer::new(String::new()).extend_pairs(&pairs).finish();
        for tries_left in (0..=retries.count()).rev() {
            let request = self
                .http
                .post(called)
                .timeout(deadline.saturating_duration_since(Instant::now()))
                .header(USER_AGENT, "TwilioProxy/1.1")
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
                .header(HEADER, &signature)
                .body(body.clone());
            match outcome(request.send().await) {
                Err(failure) if tries_left > 0 && retries.after(failure) => {}
                Err(Failure::Status(status)) | Ok(status) => return Some(status),
                Err(Failure::Connect | Failure::Read) => break,
            }
        }
        tracing::warn!("a callback got no response, nor did the retries that its URL asks for; it is lost");
        None
    }

    async fn events(&self, destination: &str, body: &[u8]) -> Option<u16> {
        let url = signature::url_with_body_hash(destination, body);
        let (mut pause, mut last) = (FIRST_SINK_PAUSE, None);
        for _ in 0..=SINK_RETRIES {
            let request = self
                .http
                .post(&url)
                .timeout(SINK_TIMEOUT)
                .header(CONTENT_TYPE, "application/json")
                .header(HEADER, signature::sign(&self.auth_token, &url, &[]))
                .body(body.to_vec());
            last = match outcome(request.send().await) {
                Ok(status) => return Some(status),
                Err(Failure::Status(status)) => Some(status),
                Err(Failure::Connect | Failure::Read) => None,
            };
            sleep(pause).await;
            pause *= 2;
        }
        tracing::warn!("a sink did not take an event; it is lost");
        last
    }
}

fn outcome(sent: Result<reqwest::Response, reqwest::Error>) -> Result<u16, Failure> {
    match sent {
        Ok(response) if response.status().is_success() => Ok(response.status().as_u16()),
        Ok(response) => Err(Failure::Status(response.status().as_u16())),
        Err(error) if error.is_connect() => Err(Failure::Connect),
        Err(_) => Err(Failure::Read),
    }
}
