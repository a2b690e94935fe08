//! Wires `search`.

use http_api::serve;
use runtime::telemetry;
use std::process::ExitCode;
use store::Directory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let store = Directory::from_env()?;
        serve::http(|request| search::handle(&store, request)).await
    })
    .await
}
