//! Wires `view`.

use app::sync::SyncMode;
use domain::policy::RoleAuthority;
use http_api::serve;
use runtime::{config::one_of, telemetry};
use std::process::ExitCode;
use store::Directory;
use view::Deployment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let store = Directory::from_env()?;
        let deployment = Deployment {
            sync_mode: one_of("SYNC_MODE", &SyncMode::NAMES, "observe or write")?,
            role_authority: one_of("ROLE_AUTHORITY", &RoleAuthority::NAMES, "directory or idp")?,
        };
        serve::http(|request| view::handle(&store, deployment, request)).await
    })
    .await
}
