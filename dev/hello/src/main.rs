//! A function that does nothing: what a start costs at least.

use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let hello = async |_: LambdaEvent<serde_json::Value>| Ok::<_, Error>("hello, world");
    lambda_runtime::run(service_fn(hello)).await
}
