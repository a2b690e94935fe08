//! Wires `docs`.

use docs::StaticFiles;
use http_api::serve;
use std::future::ready;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let files = StaticFiles::new();
    serve::http(|request| ready(files.handle(&request))).await
}
