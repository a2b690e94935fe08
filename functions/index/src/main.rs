//! Wires `index`.

use http_api::{aws, serve};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve::start_telemetry();
    let directory = &aws::directory()?;
    let handle = |event: LambdaEvent<_>| async move { Ok::<_, Error>(index::handle(directory, event.payload).await) };
    lambda_runtime::run(service_fn(handle)).await
}
