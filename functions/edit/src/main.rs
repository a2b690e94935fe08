//! Wires `edit`.

use app::SystemTimeAndIds;
use domain::policy::RoleAuthority;
use http_api::serve;
use runtime::{config::one_of, telemetry};
use std::process::ExitCode;
use store::Directory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let store = Directory::from_env()?;
        let roles = one_of("ROLE_AUTHORITY", &RoleAuthority::NAMES, "directory or idp")?;
        serve::http(|request| edit::handle(&store, &SystemTimeAndIds, roles, request)).await
    })
    .await
}
