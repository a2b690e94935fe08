//! Wires `write-export`.

use app::SystemTimeAndIds;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::{config, telemetry};
use store::Directory;
use write_export::{Bucket, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let store = &Directory::from_env()?;
    let bucket = &Bucket::from_env()?;
    let lease = config::seconds("JOB_LEASE_SECONDS")?;
    let run = async |event: LambdaEvent<_>| {
        handle(store, bucket, &SystemTimeAndIds, lease, event.payload).await.map_err(Error::from)
    };
    lambda_runtime::run(service_fn(run)).await
}
