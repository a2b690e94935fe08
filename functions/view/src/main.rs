//! Wires `view`.

use app::sync::SyncMode;
use http_api::serve;
use runtime::{config::one_of, telemetry};
use store::Directory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let store = Directory::from_env()?;
    let sync_mode = one_of("SYNC_MODE", &SyncMode::NAMES, "observe or write")?;
    serve::http(|request| view::handle(&store, sync_mode, request)).await
}
