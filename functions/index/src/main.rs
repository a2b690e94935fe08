//! Wires `index`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::telemetry;
use store::Directory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let store = &Directory::from_env()?;
    let handle = |event: LambdaEvent<_>| async move { Ok::<_, Error>(index::handle(store, event.payload).await) };
    lambda_runtime::run(service_fn(handle)).await
}
