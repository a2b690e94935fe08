//! Wires `reconcile`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let reconcile = &reconcile::Wiring::from_env().await?;
    let handle =
        |event: LambdaEvent<_>| async move { reconcile::handle(&reconcile.current().await, event.payload).await };
    lambda_runtime::run(service_fn(handle)).await
}
