//! Wires `view`.

use app::sync::SyncMode;
use domain::policy::RoleAuthority;
use http_api::serve;
use runtime::{config::one_of, telemetry};
use store::Directory;
use view::Deployment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let store = Directory::from_env()?;
    let deployment = Deployment {
        sync_mode: one_of("SYNC_MODE", &SyncMode::NAMES, "observe or write")?,
        role_authority: one_of("ROLE_AUTHORITY", &RoleAuthority::NAMES, "directory or idp")?,
    };
    serve::http(|request| view::handle(&store, deployment, request)).await
}
