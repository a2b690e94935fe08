//! `POST /webhooks/taskrouter`: TaskRouter's callbacks, and the same events from Event Streams (rules 22 to 25 and 28).
//!
//! The signature is checked before anything is parsed. A callback is answered 204 once the directory agrees with it, or once
//! `reconcile` is to see to it: Lambda keeps that event while the table or Twilio cannot be reached. Only where neither can be
//! done, the answer is 503, and Twilio tries again: Event Streams always, callbacks if their address asks for it.

mod apply;
mod events;
mod hand_over;
mod public_url;

use lambda_http::{Body, Request, Response, http::HeaderMap};

use app::{
    TimeAndIds,
    ingest::{IngestStore, WorkerIngest},
};
use http_api::{
    HttpResult, Problem,
    request::{route, unknown_route},
    serve::check_length,
};
use runtime::{
    invocation,
    metrics::{self, Metric},
};
use twilio::{Callback, CallbackError, FetchWorker, KeysError, SigningKey, Verifier, account::Account, signature};

pub use hand_over::{HandOver, ReconcileFunction};
pub use public_url::PublicUrl;

/// The path of the route, below the deployment's public address.
const PATH: &str = "/webhooks/taskrouter";

/// The longest body of Event Streams, which posts several events, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// The longest form, in bytes: many times the longest callback, which states up to 4,096 characters of attributes twice.
const MAX_FORM: usize = 64 * 1024;

/// What callbacks are checked against.
#[derive(Debug)]
pub struct Webhook {
    account: Account,
    public_url: PublicUrl,
}

impl Webhook {
    /// Accepts callbacks of this account's workspace, posted to this deployment's public address.
    #[must_use]
    pub const fn new(account: Account, public_url: PublicUrl) -> Self {
        Self { account, public_url }
    }

    pub async fn handle<S, T, C>(
        &self,
        ingest: &WorkerIngest<S, T, C>,
        reconcile: &impl HandOver,
        request: Request,
    ) -> HttpResult
    where
        S: IngestStore,
        T: FetchWorker + Sync,
        C: TimeAndIds,
    {
        match route(&request) {
            "POST /webhooks/taskrouter" => self.receive(ingest, reconcile, &request).await,
            other => Err(unknown_route(other)),
        }
    }

    async fn receive<S, T, C>(
        &self,
        ingest: &WorkerIngest<S, T, C>,
        reconcile: &impl HandOver,
        request: &Request,
    ) -> HttpResult
    where
        S: IngestStore,
        T: FetchWorker + Sync,
        C: TimeAndIds,
    {
        let is_json = is_json(text(request.headers(), "content-type"));
        check_length(request, if is_json { MAX_BODY } else { MAX_FORM })?;
        self.verify_signature(request).await?;
        let body = request.body().as_ref();
        if is_json {
            let events = Callback::parse_events(body).map_err(|error| invalid(&error))?;
            self.events(ingest, reconcile, events).await?;
        } else {
            self.callback(ingest, reconcile, Callback::parse(body).map_err(|error| invalid(&error))?).await?;
        }
        // TaskRouter logs a fault for a response without a content type.
        let response = Response::builder().status(204).header("content-type", "application/json");
        response.body(Body::Empty).map_err(|error| Problem::internal(&error))
    }

    async fn callback<S, T, C>(
        &self,
        ingest: &WorkerIngest<S, T, C>,
        reconcile: &impl HandOver,
        callback: Callback,
    ) -> Result<(), Problem>
    where
        S: IngestStore,
        T: FetchWorker + Sync,
        C: TimeAndIds,
    {
        if !self.is_own(&callback) {
            return Err(Problem::new(403, "foreign-callback", "The callback is of another account or workspace."));
        }
        note_unreadable(&callback);
        let Some(report) = callback.worker else { return Ok(()) };
        invocation::identify("worker_sid", &report.worker_sid);
        let (worker_sid, request_id) = (report.worker_sid.clone(), callback.event_sid.unwrap_or_default());
        let applied = apply::within(apply::MAX_CALLBACK_TIME, ingest, report, &request_id).await;
        match applied {
            Ok(()) => {
                metrics::add_by_outcome(Metric::Callbacks, "applied");
                Ok(())
            }
            Err(error) => hand_over::instead(reconcile, &worker_sid, error).await,
        }
    }

    fn is_own(&self, callback: &Callback) -> bool {
        callback.account_sid == self.account.account_sid && callback.workspace_sid == self.account.workspace_sid
    }

    async fn verify_signature(&self, request: &Request) -> Result<(), Problem> {
        if !signature::may_be_one(text(request.headers(), signature::HEADER).unwrap_or_default()) {
            return Err(wrong_signature());
        }
        let keys = self.account.signing_keys().await.map_err(unusable)?;
        if self.is_signed_with(keys, request) {
            return Ok(());
        }
        // The key may have been exchanged a moment ago.
        if let Some(keys) = self.account.reread_signing_keys().await
            && self.is_signed_with(keys.map_err(unusable)?, request)
        {
            return Ok(());
        }
        metrics::add(Metric::WrongSignatures, 1);
        Err(wrong_signature().caused_by(&"the signature does not fit; check PUBLIC_URL and the auth token"))
    }

    fn is_signed_with(&self, keys: Vec<SigningKey>, request: &Request) -> bool {
        let header = |name: &str| text(request.headers(), name);
        let Some(public_url) = self.public_url.of(request) else { return false };
        // Never the path that the gateway passes on: behind a custom domain it begins with the domain's base path.
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let path_and_query = format!("{PATH}{query}");
        let signature = header(signature::HEADER).unwrap_or_default();
        Verifier::with_keys(keys, public_url).verify(
            &path_and_query,
            header("content-type"),
            request.body().as_ref(),
            signature,
        )
    }
}

fn wrong_signature() -> Problem {
    Problem::new(403, "wrong-signature", "The request is not signed by Twilio for this address.")
}

/// An operator's mistake in Parameter Store is no reason to tell Twilio that its signature is wrong.
fn unusable(error: KeysError) -> Problem {
    Problem::unavailable(&error)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn is_json(content_type: Option<&str>) -> bool {
    let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

fn invalid(error: &CallbackError) -> Problem {
    metrics::add_by_outcome(Metric::Callbacks, "invalid");
    Problem::invalid("invalid-callback", format!("{error}."))
}

fn note_unreadable(callback: &Callback) {
    for field in &callback.unreadable {
        tracing::warn!(field, "ignored a field of a callback: it cannot be read");
    }
}
