//! Wires `reconciliations`.

use app::SystemTimeAndIds;
use domain::policy::{Policy, RoleAuthority};
use http_api::serve;
use parameters::ParameterStore;
use reconciliations::ReconcileFunction;
use runtime::{config::one_of, telemetry};
use std::process::ExitCode;
use store::Directory;
use twilio::account::Account;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let (store, twilio) =
            (Directory::from_env()?, Account::from_env(&ParameterStore::from_env()?).await?.client()?);
        let runner = ReconcileFunction::from_env()?;
        let roles = one_of("ROLE_AUTHORITY", &RoleAuthority::NAMES, "directory or idp")?;
        let policy = &Policy { roles, ..Policy::default() };
        serve::http(|request| reconciliations::handle(&store, &twilio, &runner, &SystemTimeAndIds, policy, request))
            .await
    })
    .await
}
