//! Wires `set-status`.

use app::SystemTimeAndIds;
use http_api::serve;
use runtime::telemetry;
use std::process::ExitCode;
use store::Directory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let store = Directory::from_env()?;
        serve::http(|request| set_status::handle(&store, &SystemTimeAndIds, request)).await
    })
    .await
}
