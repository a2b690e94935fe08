//! Wires `docs`.

use docs::Shelf;
use http_api::serve;
use std::future::ready;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let shelf = Shelf::new();
    serve::http(|request| ready(shelf.handle(&request))).await
}
