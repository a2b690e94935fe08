//! Wires `webhook`.

use app::{SystemTimeAndIds, ingest::WorkerIngest};
use http_api::serve;
use parameters::{ParameterStore, PolicyParameter};
use runtime::telemetry;
use std::process::ExitCode;
use store::Directory;
use twilio::account::Account;
use webhook::{MAX_BODY, PublicUrl, ReconcileFunction, Webhook};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let (store, parameters) = (Directory::from_env()?, ParameterStore::from_env()?);
        let (account, policy) = (Account::from_env(&parameters).await?, &PolicyParameter::from_env(&parameters).await?);
        let taskrouter = account.client()?;
        let ingest =
            &WorkerIngest { store, taskrouter, time_and_ids: SystemTimeAndIds, policy: policy.current().await };
        let (webhook, reconcile) = (&Webhook::new(account, PublicUrl::from_env()?), &ReconcileFunction::from_env()?);
        serve::http_up_to(MAX_BODY, |request| async move {
            let ingest = WorkerIngest { policy: policy.current().await, ..ingest.clone() };
            webhook.handle(&ingest, reconcile, request).await
        })
        .await
    })
    .await
}
