//! Wires `authorize`.

use app::SystemTimeAndIds;
use authorize::{ReconcileFunction, TokenCache, UnknownWorkers, handle, span};
use domain::policy::SupervisorScope;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use parameters::ParameterStore;
use runtime::{config::one_of, invocation, telemetry};
use std::process::ExitCode;
use store::Directory;
use twilio::account::Account;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::run(env!("CARGO_CRATE_NAME"), async {
        let store = &Directory::from_env()?;
        let (twilio, tokens) =
            (&Account::from_env(&ParameterStore::from_env()?).await?.client()?, &TokenCache::default());
        let scope = one_of("SUPERVISOR_SCOPE", &SupervisorScope::NAMES, "all or teams")?;
        let unknown_workers = &UnknownWorkers::new(ReconcileFunction::from_env()?);
        let run = async |LambdaEvent { payload, context }: LambdaEvent<_>| {
            let span = span(&payload, &context.request_id);
            let decision = handle(store, twilio, tokens, unknown_workers, &SystemTimeAndIds, scope, payload);
            invocation::observe(span, decision, invocation::ending_of).await.map_err(Error::from)
        };
        lambda_runtime::run(service_fn(run)).await
    })
    .await
}
