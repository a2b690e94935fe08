//! Wires `turn-skills`.

use lambda_runtime::{LambdaEvent, service_fn};
use runtime::{invocation, telemetry};
use serde::de::IgnoredAny;
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let turns = &turn_skills::from_env()?;
        let handle = |LambdaEvent { context, .. }: LambdaEvent<IgnoredAny>| async move {
            let request_id = &context.request_id;
            invocation::observe_event("turn-skills", request_id, turn_skills::handle(turns, request_id)).await
        };
        lambda_runtime::run(service_fn(handle)).await
    })
    .await
}
