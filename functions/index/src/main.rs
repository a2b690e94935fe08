//! Wires `index`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::{invocation, telemetry};
use std::process::ExitCode;
use store::Directory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let store = &Directory::from_env()?;
        let handle = |LambdaEvent { payload, context }: LambdaEvent<_>| async move {
            let handled = async { Ok::<_, Error>(index::handle(store, payload).await) };
            invocation::observe_event("index", &context.request_id, handled).await
        };
        lambda_runtime::run(service_fn(handle)).await
    })
    .await
}
