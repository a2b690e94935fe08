//! Wires `search`.

use http_api::{aws, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let directory = aws::directory()?;
    serve::http(|request| search::handle(&directory, request)).await
}
