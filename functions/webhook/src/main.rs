//! Wires `webhook`.

use app::{SystemTimeAndIds, ingest::WorkerIngest};
use http_api::serve;
use runtime::{aws::client_config, config::required, telemetry};
use store::Directory;
use twilio::account::Account;
use webhook::{Webhook, policy};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let (store, account) = (client_config("DYNAMODB")?, Account::from_env().await?);
    let (store, taskrouter) = (Directory::connect(&store, required("TABLE_NAME")?), account.client()?);
    let ingest = WorkerIngest { store, taskrouter, time_and_ids: SystemTimeAndIds, policy: policy()? };
    let webhook = Webhook::new(&account, required("PUBLIC_URL")?);
    serve::http(|request| webhook.handle(&ingest, request)).await
}
