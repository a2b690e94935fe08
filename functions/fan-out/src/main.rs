//! Wires `fan-out`.

use lambda_runtime::{LambdaEvent, service_fn};
use runtime::{invocation, telemetry};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let fan_out = &fan_out::from_env()?;
        let handle = |LambdaEvent { payload, context }: LambdaEvent<_>| async move {
            invocation::observe_event("fan-out", &context.request_id, fan_out::handle(fan_out, payload)).await
        };
        lambda_runtime::run(service_fn(handle)).await
    })
    .await
}
