//! Wires `write-export`.

use app::SystemTimeAndIds;
use files::Bucket;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::{config, invocation, telemetry};
use std::process::ExitCode;
use store::Directory;
use write_export::{Pace, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let store = &Directory::from_env()?;
        let bucket = &Bucket::from_env()?;
        let pace = Pace::new(config::seconds("JOB_LEASE_SECONDS")?);
        let run = async |LambdaEvent { payload, context }: LambdaEvent<_>| {
            let handled = handle(store, bucket, &SystemTimeAndIds, pace, payload);
            invocation::observe_event("write-export", &context.request_id, handled).await.map_err(Error::from)
        };
        lambda_runtime::run(service_fn(run)).await
    })
    .await
}
