//! Wires `export`.

use http_api::{aws, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let (directory, outside) = (aws::directory()?, export::AwsServices::from_env()?);
    serve::http(|request| export::handle(&directory, &outside, request)).await
}
