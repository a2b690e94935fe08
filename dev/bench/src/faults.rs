//! What goes wrong between a function and DynamoDB, made to go wrong: a proxy that refuses calls and loses answers,
//! at given rates and in an order that a seed decides.

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use fastrand::Rng;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{Fallible, forward};

/// The operation whose calls have rates of their own.
const TRANSACTION: &str = "TransactWriteItems";

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Another transaction has hold of an item: DynamoDB refuses, and nothing is written.
    Conflict,
    /// DynamoDB is asked too much, and nothing is written.
    Throttled,
    /// DynamoDB fails, and nothing is written.
    Failed,
    /// DynamoDB does what it is asked and says that it failed.
    FailedAfterwards,
    /// DynamoDB does what it is asked, and the connection breaks before it has said so.
    Cut,
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Conflict => "refused, another transaction",
            Self::Throttled => "refused, throttled",
            Self::Failed => "500, not done",
            Self::FailedAfterwards => "500, though done",
            Self::Cut => "connection cut, though done",
        })
    }
}

/// How many of a thousand calls meet a fault. What is left goes well.
pub type Rates = &'static [(Fault, u32)];

/// What goes wrong, and how often.
#[derive(Debug, Clone, Copy)]
pub struct FaultRates {
    /// Of transactions.
    pub transactions: Rates,
    /// Of all other calls.
    pub others: Rates,
    /// Which of them.
    pub seed: u64,
}

/// What has happened.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Transactions that were asked for, whatever became of them.
    pub transactions: usize,
    /// All other calls.
    pub others: usize,
    /// Faults.
    pub faults: BTreeMap<Fault, usize>,
}

/// The proxy. Dropping it stops it.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    happened: Arc<Mutex<Happened>>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Happened {
    rng: Rng,
    tally: Tally,
}

#[derive(Clone)]
struct Shared {
    client: reqwest::Client,
    database: String,
    weather: FaultRates,
    happened: Arc<Mutex<Happened>>,
}

impl Proxy {
    /// Between clients and the database at this address.
    pub async fn start(database: String, weather: FaultRates) -> Fallible<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let happened = Happened { rng: Rng::with_seed(weather.seed), tally: Tally::default() };
        let happened = Arc::new(Mutex::new(happened));
        let shared = Shared { client: reqwest::Client::new(), database, weather, happened: happened.clone() };
        let app = Router::new().fallback(pass_on).layer(DefaultBodyLimit::disable()).with_state(shared);
        let server = tokio::spawn(async move { drop(axum::serve(listener, app).await) });
        Ok(Self { url, happened, server })
    }

    /// Where clients find it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What has happened until now.
    pub fn tally(&self) -> Tally {
        self.happened.lock().unwrap_or_else(PoisonError::into_inner).tally.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    /// What becomes of the next call of this operation.
    fn fate(&self, operation: &str) -> Option<Fault> {
        let mut happened = self.happened.lock().unwrap_or_else(PoisonError::into_inner);
        let rates = if operation == TRANSACTION {
            happened.tally.transactions += 1;
            self.weather.transactions
        } else {
            happened.tally.others += 1;
            self.weather.others
        };
        let fault = struck(rates, happened.rng.u32(0..1_000));
        if let Some(fault) = fault {
            *happened.tally.faults.entry(fault).or_default() += 1;
        }
        fault
    }
}

fn struck(rates: Rates, drawn: u32) -> Option<Fault> {
    let mut below = 0;
    rates.iter().find_map(|&(fault, rate)| {
        below += rate;
        (drawn < below).then_some(fault)
    })
}

async fn pass_on(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let operation = forward::operation(&headers).to_owned();
    let fault = shared.fate(&operation);
    match fault {
        Some(Fault::Conflict) => return conflict(&operation, &body),
        Some(Fault::Throttled) => return refusal(StatusCode::BAD_REQUEST, "ThrottlingException", json!({})),
        Some(Fault::Failed) => return failure(),
        Some(Fault::FailedAfterwards | Fault::Cut) | None => {}
    }
    match forward::ask(&shared.client, &shared.database, &headers, body).await {
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
        Ok(_) if fault == Some(Fault::FailedAfterwards) => failure(),
        Ok((status, given, _)) if fault == Some(Fault::Cut) => (status, given, cut()).into_response(),
        Ok(answer) => answer.into_response(),
    }
}

/// As DynamoDB refuses what meets a transaction: one that is a transaction itself is told item by item.
fn conflict(operation: &str, request: &[u8]) -> Response {
    if operation != TRANSACTION {
        return refusal(StatusCode::BAD_REQUEST, "TransactionConflictException", json!({}));
    }
    let request = serde_json::from_slice::<Value>(request).unwrap_or_default();
    let items = request["TransactItems"].as_array().map_or(1, Vec::len);
    let reason = |i| json!({"Code": if i == 0 { "TransactionConflict" } else { "None" }});
    let reasons = (0..items).map(reason).collect::<Vec<_>>();
    refusal(StatusCode::BAD_REQUEST, "TransactionCanceledException", json!({"CancellationReasons": reasons}))
}

fn failure() -> Response {
    refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", json!({}))
}

fn refusal(status: StatusCode, kind: &str, mut document: Value) -> Response {
    document["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{kind}"));
    document["message"] = json!("made to go wrong");
    (status, [("content-type", "application/x-amz-json-1.0")], document.to_string()).into_response()
}

/// A body that breaks off before its first byte, and the connection with it.
fn cut() -> Body {
    Body::from_stream(stream::iter([Err::<Bytes, _>(std::io::Error::other("cut"))]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_thousand_calls_as_many_meet_a_fault_as_the_rates_say() {
        let rates: Rates = &[(Fault::Throttled, 20), (Fault::Cut, 30)];
        let count = |fault| (0..1_000).filter(|&drawn| struck(rates, drawn) == fault).count();
        assert_eq!((count(Some(Fault::Throttled)), count(Some(Fault::Cut)), count(None)), (20, 30, 950));
    }
}
