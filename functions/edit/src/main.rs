//! Wires `edit`.

use http_api::{aws, config, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let (directory, roles) = (aws::directory()?, config::role_authority()?);
    serve::http(|request| edit::handle(&directory, roles, request)).await
}
