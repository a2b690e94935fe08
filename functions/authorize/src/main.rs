//! Wires `authorize`.

use account::Account;
use http_api::{aws, serve};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve::start_telemetry();
    let (directory, twilio) = (&aws::directory()?, &Account::from_env().await?.client()?);
    let tokens = &authorize::Tokens::default();
    let handle = async |event: LambdaEvent<_>| {
        authorize::handle(directory, twilio, tokens, event.payload).await.map_err(Error::from)
    };
    lambda_runtime::run(service_fn(handle)).await
}
