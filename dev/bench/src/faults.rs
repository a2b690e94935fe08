//! Faults between a function and DynamoDB: refused calls and lost responses, at given rates, in an order that a seed
//! decides.

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    sync::{Mutex, PoisonError},
};

use axum::{
    body::{Body, Bytes},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use fastrand::Rng;
use futures_util::stream;
use serde_json::{Value, json};

use crate::{
    Fallible,
    proxy::{Intercept, Request, TRANSACTION},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Another transaction is writing one of the items. Nothing is written.
    Conflict,
    /// Nothing is written.
    Throttled,
    /// An internal error. Nothing is written.
    Failed,
    /// DynamoDB performs the call and answers that it failed.
    FailedAfterwards,
    /// DynamoDB performs the call, and the connection breaks before the response.
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

/// How many of a thousand calls meet each fault; the others succeed.
pub type Rates = &'static [(Fault, u32)];

#[derive(Debug, Clone, Copy)]
pub struct FaultRates {
    pub transactions: Rates,
    pub others: Rates,
    pub seed: u64,
}

/// Calls, whatever became of them, and faults.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub transactions: usize,
    pub others: usize,
    pub faults: BTreeMap<Fault, usize>,
}

/// Injects faults into the calls of a proxy.
#[derive(Debug)]
pub struct FaultInjector {
    rates: FaultRates,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    rng: Rng,
    tally: Tally,
}

impl FaultInjector {
    pub fn new(rates: FaultRates) -> Self {
        Self { rates, state: Mutex::new(State { rng: Rng::with_seed(rates.seed), tally: Tally::default() }) }
    }

    /// The calls and faults until now.
    pub fn tally(&self) -> Tally {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).tally.clone()
    }

    /// The fault of the next call of this operation.
    fn next_fault(&self, operation: &str) -> Option<Fault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let rates = if operation == TRANSACTION {
            state.tally.transactions += 1;
            self.rates.transactions
        } else {
            state.tally.others += 1;
            self.rates.others
        };
        let fault = drawn_fault(rates, state.rng.u32(0..1_000));
        if let Some(fault) = fault {
            *state.tally.faults.entry(fault).or_default() += 1;
        }
        fault
    }
}

fn drawn_fault(rates: Rates, drawn: u32) -> Option<Fault> {
    let mut below = 0;
    rates.iter().find_map(|&(fault, rate)| {
        below += rate;
        (drawn < below).then_some(fault)
    })
}

impl Intercept for FaultInjector {
    async fn intercept(&self, request: Request) -> Fallible<Response> {
        let fault = self.next_fault(&request.operation);
        match fault {
            Some(Fault::Conflict) => return Ok(conflict(&request.operation, &request.body)),
            Some(Fault::Throttled) => return Ok(refusal(StatusCode::BAD_REQUEST, "ThrottlingException", json!({}))),
            Some(Fault::Failed) => return Ok(failure()),
            Some(Fault::FailedAfterwards | Fault::Cut) | None => {}
        }
        let (status, headers, body) = request.send().await?;
        Ok(match fault {
            Some(Fault::FailedAfterwards) => failure(),
            Some(Fault::Cut) => (status, headers, cut()).into_response(),
            _ => (status, headers, body).into_response(),
        })
    }
}

/// As DynamoDB reports a conflict: of a transaction, with a reason for each item.
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

pub fn refusal(status: StatusCode, kind: &str, mut document: Value) -> Response {
    document["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{kind}"));
    document["message"] = json!("injected fault");
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
        let count = |fault| (0..1_000).filter(|&drawn| drawn_fault(rates, drawn) == fault).count();
        assert_eq!((count(Some(Fault::Throttled)), count(Some(Fault::Cut)), count(None)), (20, 30, 950));
    }
}
