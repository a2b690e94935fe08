//! Wires `assign-skill`.

use app::SystemTimeAndIds;
use http_api::serve;
use runtime::telemetry;
use std::process::ExitCode;
use store::Directory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let store = Directory::from_env()?;
        serve::http(|request| assign_skill::handle(&store, &SystemTimeAndIds, request)).await
    })
    .await
}
