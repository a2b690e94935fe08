//! Wires `webhook`.

use account::Account;
use http_api::{aws, serve};
use webhook::{Door, Webhook};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let account = Account::from_env().await?;
    let door = Door { directory: aws::directory()?, twilio: account.client()?, policy: webhook::policy()? };
    let webhook = Webhook::new(&account, http_api::config::required("PUBLIC_URL")?);
    serve::http(|request| webhook.handle(&door, request)).await
}
