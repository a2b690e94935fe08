//! `POST /webhooks/taskrouter`: what TaskRouter says of workers comes in (rules 22 to 25 and 28).
//!
//! The signature is checked before anything is parsed. A callback is answered 204 once the directory says what it
//! says; anything else is a fault that the next callback or the reconciliation mends.

mod door;
mod event;
mod policy;
mod take;
mod whose;

use lambda_http::{Body, Request, RequestExt, Response, http::HeaderMap};

use account::Account;
use domain::Source;
use http_api::{Problem, respond::Answer};
use twilio::{Callback, FetchWorker, Verifier, signature};

pub use door::{Door, DoorError, Store};
pub use event::Event;
pub use policy::policy;

/// What callbacks are checked against.
#[derive(Debug)]
pub struct Webhook {
    verifier: Verifier,
    account_sid: String,
    workspace_sid: String,
}

impl Webhook {
    /// Callbacks of this account's workspace, posted to this deployment's public address.
    #[must_use]
    pub fn new(account: &Account, public_url: String) -> Self {
        Self {
            verifier: Verifier::new(account.auth_token.clone(), public_url),
            account_sid: account.account_sid.clone(),
            workspace_sid: account.workspace_sid.clone(),
        }
    }

    /// Takes a callback in and answers 204.
    pub async fn handle(&self, door: &Door<impl Store, impl FetchWorker + Sync>, request: Request) -> Answer {
        self.signed(&request)?;
        let callback = Callback::parse(request.body().as_ref());
        let callback = callback.map_err(|error| Problem::invalid("invalid-callback", format!("{error}.")))?;
        if callback.account_sid != self.account_sid || callback.workspace_sid != self.workspace_sid {
            return Err(Problem::new(403, "foreign-callback", "The callback is of another account or workspace."));
        }
        if let Some(event) = Event::of(&callback) {
            let request_id = callback.event_sid.as_deref().unwrap_or_default();
            door.take(event, Source::Webhook, request_id).await.map_err(problem)?;
        }
        // TaskRouter logs a fault for an answer without a content type.
        let done = Response::builder().status(204).header("content-type", "application/json");
        done.body(Body::Empty).map_err(|error| Problem::internal(&error))
    }

    fn signed(&self, request: &Request) -> Result<(), Problem> {
        let header = |name: &str| text(request.headers(), name);
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let path_and_query = format!("{}{query}", request.raw_http_path());
        let signature = header(signature::HEADER).unwrap_or_default();
        if self.verifier.verify(&path_and_query, header("content-type"), request.body().as_ref(), signature) {
            return Ok(());
        }
        tracing::warn!("a callback is not signed by this account for PUBLIC_URL");
        Err(Problem::new(403, "wrong-signature", "The request is not signed by Twilio for this address."))
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn problem(error: DoorError) -> Problem {
    match error {
        DoorError::Table(error) => error.into(),
        DoorError::Twilio(error) => Problem::unavailable(&error),
        DoorError::Unsettled => Problem::unavailable(&DoorError::Unsettled),
    }
}
