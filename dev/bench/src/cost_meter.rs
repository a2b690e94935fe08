//! Counts what DynamoDB is asked and what it charges for: a proxy between client and database.
//!
//! Every request is made to ask for its consumed capacity, and every answer's is added up. Each call is held back
//! for [`HOLD`], so that calls made at the same time overlap for certain, and calls made one after the other
//! never do: those are *rounds*.
//!
//! In a transaction the embedded database charges an item's units twice and an index's once, and says in its source
//! that DynamoDB was seen to do so. That is not confirmed, so the higher figure is counted, an index's units twice, and
//! the second ones are told apart ([`Cost::second_index_units`](crate::cost::Cost::second_index_units)).

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{Fallible, cost::Call, forward};

/// How long each call is held back.
const HOLD: Duration = Duration::from_millis(20);

/// The proxy. Dropping it stops it.
#[derive(Debug)]
pub struct Meter {
    url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Shared {
    client: reqwest::Client,
    database: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Meter {
    /// Between clients and the database at this address.
    pub async fn start(database: String) -> Fallible<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let calls = Arc::<Mutex<Vec<Call>>>::default();
        let shared = Shared { client: reqwest::Client::new(), database, calls: calls.clone() };
        let app = Router::new().fallback(pass_on).layer(DefaultBodyLimit::disable()).with_state(shared);
        let server = tokio::spawn(async move { drop(axum::serve(listener, app).await) });
        Ok(Self { url, calls, server })
    }

    /// Where clients find it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The calls since it was last asked, which are then forgotten.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn pass_on(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let began = Instant::now();
    match ask(&shared, &headers, &body, began).await {
        Ok((call, answer)) => {
            shared.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
            answer
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

/// DynamoDB's answer, unchanged, and what it says of the call.
async fn ask(shared: &Shared, headers: &HeaderMap, body: &[u8], began: Instant) -> Fallible<(Call, Response)> {
    tokio::time::sleep(HOLD).await;
    let mut request: Value = serde_json::from_slice(body)?;
    request["ReturnConsumedCapacity"] = json!("INDEXES");
    let (status, given, body) = forward::ask(&shared.client, &shared.database, headers, request.to_string()).await?;
    let operation = forward::operation(headers).to_owned();
    let (units, of_indexes) = units(&serde_json::from_slice(&body)?);
    let call = Call {
        only_counts: request["Select"] == "COUNT",
        refused: !status.is_success(),
        began,
        ended: Instant::now(),
        units,
        second_index_units: if operation == "TransactWriteItems" { of_indexes } else { 0.0 },
        operation,
    };
    Ok((call, (status, given, body).into_response()))
}

/// The units of an answer, and how many of them are those of indexes.
fn units(answer: &Value) -> (f64, f64) {
    let said = &answer["ConsumedCapacity"];
    let tables = said.as_array().map_or(std::slice::from_ref(said), Vec::as_slice);
    let all = tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum();
    let indexes = tables.iter().filter_map(|table| table["GlobalSecondaryIndexes"].as_object());
    let of_indexes =
        indexes.flat_map(|indexes| indexes.values()).filter_map(|index| index["CapacityUnits"].as_f64()).sum();
    (all, of_indexes)
}
