//! Wires `fan-out`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let fan_out = &fan_out::from_env()?;
    let handle = |event: LambdaEvent<_>| async move { fan_out::handle(fan_out, event.payload).await };
    lambda_runtime::run(service_fn(handle)).await
}
