//! `POST /webhooks/taskrouter`: TaskRouter's callbacks (rules 22 to 25 and 28).
//!
//! The signature is checked before anything is parsed. A callback is answered 204 once the directory agrees with it, or once
//! `reconcile` is to see to it: Lambda keeps that event while the table or Twilio cannot be reached. Only where neither can be
//! done, the answer is 503, and Twilio tries again if the callback's address asks for it.

mod hand_over;
mod public_url;

use std::time::Duration;

use lambda_http::{Body, Request, Response, http::HeaderMap};

use app::{
    TimeAndIds,
    ingest::{IngestError, IngestStore, WorkerIngest},
};
use domain::{Source, WorkerReport};
use http_api::{
    HttpResult, Problem,
    request::{route, unknown_route},
};
use thiserror::Error;
use twilio::{Callback, FetchWorker, KeysError, SigningKey, Verifier, account::Account, signature};

pub use hand_over::{HandOver, ReconcileFunction};
pub use public_url::PublicUrl;

/// How long a callback may take before its worker is handed over: the function ends after 10 seconds, which would lose it,
/// and Twilio waits 15. A call that the table does not answer takes 8.
const MAX_APPLY_TIME: Duration = Duration::from_secs(6);

/// The path of the route, below the deployment's public address.
const PATH: &str = "/webhooks/taskrouter";

/// What callbacks are checked against.
#[derive(Debug)]
pub struct Webhook {
    account: Account,
    public_url: PublicUrl,
}

/// Why a callback cannot be applied.
#[derive(Debug, Error)]
enum ApplyError {
    #[error(transparent)]
    Ingest(#[from] IngestError),
    #[error("not applied within {MAX_APPLY_TIME:?}")]
    OutOfTime,
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
            "POST /webhooks/taskrouter" => self.callback(ingest, reconcile, &request).await,
            other => Err(unknown_route(other)),
        }
    }

    async fn callback<S, T, C>(
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
        self.verify_signature(request).await?;
        let callback = Callback::parse(request.body().as_ref());
        let callback = callback.map_err(|error| Problem::invalid("invalid-callback", format!("{error}.")))?;
        if callback.account_sid != self.account.account_sid || callback.workspace_sid != self.account.workspace_sid {
            return Err(Problem::new(403, "foreign-callback", "The callback is of another account or workspace."));
        }
        for field in callback.unreadable {
            tracing::warn!(field, "ignored a field of a callback: it cannot be read");
        }
        if let Some(report) = callback.worker {
            let request_id = callback.event_sid.as_deref().unwrap_or_default();
            apply_or_hand_over(ingest, reconcile, report, request_id).await?;
        }
        // TaskRouter logs a fault for a response without a content type.
        let response = Response::builder().status(204).header("content-type", "application/json");
        response.body(Body::Empty).map_err(|error| Problem::internal(&error))
    }

    async fn verify_signature(&self, request: &Request) -> Result<(), Problem> {
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
        tracing::warn!("invalid Twilio signature; check PUBLIC_URL and the auth token");
        Err(Problem::new(403, "wrong-signature", "The request is not signed by Twilio for this address."))
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

/// An operator's mistake in Parameter Store is no reason to tell Twilio that its signature is wrong.
fn unusable(error: KeysError) -> Problem {
    Problem::unavailable(&error)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whatever is left of a callback that is given up, `reconcile` finds by comparing: nothing has to be undone.
async fn apply_or_hand_over<S, T, C>(
    ingest: &WorkerIngest<S, T, C>,
    reconcile: &impl HandOver,
    report: WorkerReport,
    request_id: &str,
) -> Result<(), Problem>
where
    S: IngestStore,
    T: FetchWorker + Sync,
    C: TimeAndIds,
{
    let worker_sid = report.worker_sid.clone();
    let Err(error) = apply(ingest, report, request_id).await else { return Ok(()) };
    match reconcile.hand_over(&worker_sid).await {
        Ok(()) => {
            tracing::warn!(%worker_sid, %error, "cannot apply a callback; reconcile fetches the worker and applies it");
            Ok(())
        }
        Err(failure) => {
            tracing::error!(%worker_sid, error = %failure, "failed to hand a worker over to reconcile; answered with an error, Twilio may try again");
            Err(problem(error))
        }
    }
}

async fn apply<S, T, C>(
    ingest: &WorkerIngest<S, T, C>,
    report: WorkerReport,
    request_id: &str,
) -> Result<(), ApplyError>
where
    S: IngestStore,
    T: FetchWorker + Sync,
    C: TimeAndIds,
{
    let applied = tokio::time::timeout(MAX_APPLY_TIME, ingest.apply(report, Source::Webhook, request_id)).await;
    Ok(applied.map_err(|_| ApplyError::OutOfTime)??)
}

fn problem(error: ApplyError) -> Problem {
    match error {
        ApplyError::Ingest(IngestError::Store(error)) => error.into(),
        ApplyError::Ingest(IngestError::Twilio(_) | IngestError::Inconsistent) | ApplyError::OutOfTime => {
            Problem::unavailable(&error)
        }
    }
}
