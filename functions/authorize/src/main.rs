//! Wires `authorize`.

use app::SystemTimeAndIds;
use authorize::{ReconcileFunction, TokenCache, UnknownWorkers, handle};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use parameters::ParameterStore;
use runtime::telemetry;
use store::Directory;
use twilio::account::Account;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start(env!("CARGO_CRATE_NAME"));
    let store = &Directory::from_env()?;
    let (twilio, tokens) = (&Account::from_env(&ParameterStore::from_env()?).await?.client()?, &TokenCache::default());
    let unknown_workers = &UnknownWorkers::new(ReconcileFunction::from_env()?);
    let run = async |event: LambdaEvent<_>| {
        handle(store, twilio, tokens, unknown_workers, &SystemTimeAndIds, event.payload).await.map_err(Error::from)
    };
    lambda_runtime::run(service_fn(run)).await
}
