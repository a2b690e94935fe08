//! Wires `bulk`.

use app::SystemTimeAndIds;
use bulk::RunBulkFunction;
use files::Bucket;
use http_api::serve;
use runtime::telemetry;
use std::process::ExitCode;
use store::Directory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let (store, files) = (Directory::from_env()?, Bucket::from_env()?);
        let runner = RunBulkFunction::from_env()?;
        serve::http(|request| bulk::handle(&store, &files, &runner, &SystemTimeAndIds, request)).await
    })
    .await
}
