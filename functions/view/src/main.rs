//! Wires `view`.

use http_api::{aws, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let directory = aws::directory()?;
    serve::http(|request| view::handle(&directory, request)).await
}
