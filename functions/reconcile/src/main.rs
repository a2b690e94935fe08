//! Wires `reconcile`.

use lambda_runtime::{LambdaEvent, service_fn};
use runtime::{invocation, telemetry};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let reconcile = &reconcile::Wiring::from_env().await?;
        let handle = |LambdaEvent { payload, context }: LambdaEvent<_>| async move {
            let handled = async { reconcile::handle(&reconcile.current().await, payload).await };
            invocation::observe_event("reconcile", &context.request_id, handled).await
        };
        lambda_runtime::run(service_fn(handle)).await
    })
    .await
}
