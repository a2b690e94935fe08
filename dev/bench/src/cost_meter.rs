//! Counts the calls to DynamoDB and the capacity that they consume.
//!
//! Every request is made to ask for its consumed capacity. Each call is held back for [`HOLD`], so that calls made at
//! the same time overlap for certain, and calls made one after the other never do: those are *rounds*.
//!
//! In a transaction the embedded database charges an item's units twice and an index's once; a comment in its source
//! says that DynamoDB was observed to do so. That is not confirmed, so the higher figure is counted, an index's units
//! twice, and the second ones are reported separately
//! ([`Cost::second_index_units`](crate::cost::Cost::second_index_units)).

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::{
    Fallible,
    cost::Call,
    proxy::{Intercept, Request, TRANSACTION},
};

const HOLD: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub struct CostMeter {
    hold: Duration,
    calls: Mutex<Vec<Call>>,
}

impl Default for CostMeter {
    fn default() -> Self {
        Self { hold: HOLD, calls: Mutex::default() }
    }
}

impl CostMeter {
    /// For very many calls: none is held back, and rounds mean nothing.
    pub fn without_rounds() -> Self {
        Self { hold: Duration::ZERO, ..Self::default() }
    }

    /// The calls since this was last asked; they are forgotten.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many of the calls that are not forgotten were of this operation.
    pub fn seen(&self, operation: &str) -> usize {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.iter().filter(|call| call.operation == operation).count()
    }
}

impl Intercept for CostMeter {
    async fn intercept(&self, mut request: Request) -> Fallible<Response> {
        let began = Instant::now();
        tokio::time::sleep(self.hold).await;
        let mut body: Value = serde_json::from_slice(&request.body)?;
        body["ReturnConsumedCapacity"] = json!("INDEXES");
        request.body = body.to_string().into();
        let operation = request.operation.clone();
        let response = request.send().await?;
        let (units, index_units) = consumed_units(&serde_json::from_slice(&response.2)?);
        let call = Call {
            refused: !response.0.is_success(),
            began,
            ended: Instant::now(),
            units,
            second_index_units: if operation == TRANSACTION { index_units } else { 0.0 },
            operation,
        };
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        Ok(response.into_response())
    }
}

/// The units of a response, and those of them that indexes consumed.
fn consumed_units(response: &Value) -> (f64, f64) {
    let consumed = &response["ConsumedCapacity"];
    let tables = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
    let all = tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum();
    let indexes = tables.iter().filter_map(|table| table["GlobalSecondaryIndexes"].as_object());
    let of_indexes =
        indexes.flat_map(|indexes| indexes.values()).filter_map(|index| index["CapacityUnits"].as_f64()).sum();
    (all, of_indexes)
}
