//! Wires `edit`.

use app::SystemTimeAndIds;
use domain::policy::RoleAuthority;
use http_api::serve;
use runtime::{config::one_of, telemetry};
use store::Directory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let store = Directory::from_env()?;
    let roles = one_of("ROLE_AUTHORITY", &RoleAuthority::NAMES, "directory or idp")?;
    serve::http(|request| edit::handle(&store, &SystemTimeAndIds, roles, request)).await
}
