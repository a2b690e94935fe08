//! Wires `view`.

use http_api::serve;
use runtime::telemetry;
use store::Directory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let store = Directory::from_env()?;
    serve::http(|request| view::handle(&store, request)).await
}
