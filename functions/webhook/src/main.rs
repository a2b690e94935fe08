//! Wires `webhook`.

use app::{SystemTimeAndIds, ingest::WorkerIngest};
use http_api::serve;
use runtime::{config::required, telemetry};
use store::Directory;
use twilio::account::Account;
use webhook::{ReconcileFunction, Webhook, policy};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let (store, account) = (Directory::from_env()?, Account::from_env().await?);
    let ingest =
        WorkerIngest { store, taskrouter: account.client()?, time_and_ids: SystemTimeAndIds, policy: policy()? };
    let webhook = Webhook::new(&account, required("PUBLIC_URL")?);
    let reconcile = ReconcileFunction::from_env()?;
    serve::http(|request| webhook.handle(&ingest, &reconcile, request)).await
}
