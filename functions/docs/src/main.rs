//! Wires `docs`.

use docs::StaticFiles;
use http_api::serve;
use runtime::telemetry;
use std::{future::ready, process::ExitCode};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let files = StaticFiles::new();
        serve::http(|request| ready(files.handle(&request))).await
    })
    .await
}
