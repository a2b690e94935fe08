//! Wires `sync`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let sync = &sync::Wiring::from_env().await?;
    let handle = |event: LambdaEvent<_>| async move { sync::handle(&sync.current().await, event.payload).await };
    lambda_runtime::run(service_fn(handle)).await
}
