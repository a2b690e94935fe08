//! Wires `run-bulk`.

use lambda_runtime::{LambdaEvent, service_fn};
use runtime::{invocation, telemetry};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let runner = &run_bulk::from_env()?;
        let handle = |LambdaEvent { payload, context }: LambdaEvent<_>| async move {
            invocation::observe_event("run-bulk", &context.request_id, run_bulk::handle(runner, payload)).await
        };
        lambda_runtime::run(service_fn(handle)).await
    })
    .await
}
