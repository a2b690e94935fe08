//! Wires `docs`.

use docs::StaticFiles;
use http_api::serve;
use runtime::telemetry;
use std::future::ready;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let files = StaticFiles::new();
    serve::http(|request| ready(files.handle(&request))).await
}
