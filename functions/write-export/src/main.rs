//! Wires `write-export`.

use http_api::{aws, serve};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve::start_telemetry();
    let (directory, bucket) = (&aws::directory()?, &write_export::Bucket::from_env()?);
    let handle =
        async |event: LambdaEvent<_>| write_export::handle(directory, bucket, event.payload).await.map_err(Error::from);
    lambda_runtime::run(service_fn(handle)).await
}
