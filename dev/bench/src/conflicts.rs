//! What the embedded database lacks: conflicts between transactions, as DynamoDB documents them.
//!
//! While a transaction is under way, a transaction that names one of its items, to write or to check it, is cancelled, and a
//! single write of one is refused. Reads that are not transactions pass.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    Fallible,
    faults::refusal,
    proxy::{Intercept, Request, TRANSACTION},
};

/// How long a transaction is under way before it is performed: about as long as DynamoDB's.
const TAKES: Duration = Duration::from_millis(10);

/// Transactions, whatever became of them, and what conflicted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConflictTally {
    pub transactions: usize,
    pub cancelled: usize,
    /// Single writes.
    pub refused: usize,
    /// The most transactions that were under way at once.
    pub at_once: usize,
}

/// Lets the transactions that pass through a proxy conflict.
#[derive(Debug, Default)]
pub struct Conflicts(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The items of the transactions that are under way, by table and key.
    items: HashSet<String>,
    under_way: usize,
    tally: ConflictTally,
}

impl Conflicts {
    pub fn tally(&self) -> ConflictTally {
        self.with(|state| state.tally)
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Begins a transaction with these items. The places of those that are in another one, if there are any.
    fn begin(&self, items: &[String]) -> Result<(), Vec<bool>> {
        self.with(|state| {
            state.tally.transactions += 1;
            let conflicts = items.iter().map(|item| state.items.contains(item)).collect::<Vec<_>>();
            if conflicts.contains(&true) {
                state.tally.cancelled += 1;
                return Err(conflicts);
            }
            state.items.extend(items.iter().cloned());
            state.under_way += 1;
            state.tally.at_once = state.tally.at_once.max(state.under_way);
            Ok(())
        })
    }

    fn end(&self, items: &[String]) {
        self.with(|state| {
            for item in items {
                state.items.remove(item);
            }
            state.under_way -= 1;
        });
    }

    async fn transaction(&self, request: Request, items: Vec<String>) -> Fallible<Response> {
        if let Err(conflicts) = self.begin(&items) {
            let code = |conflicts: &bool| json!({"Code": if *conflicts { "TransactionConflict" } else { "None" }});
            let reasons = conflicts.iter().map(code).collect::<Vec<_>>();
            let reasons = json!({"CancellationReasons": reasons});
            return Ok(refusal(StatusCode::BAD_REQUEST, "TransactionCanceledException", reasons));
        }
        tokio::time::sleep(TAKES).await;
        let response = request.send().await;
        self.end(&items);
        Ok(response?.into_response())
    }
}

impl Intercept for Conflicts {
    async fn intercept(&self, request: Request) -> Fallible<Response> {
        let body = serde_json::from_slice::<Value>(&request.body)?;
        match request.operation.as_str() {
            TRANSACTION => {
                let items = body["TransactItems"].as_array().ok_or("a transaction without items")?;
                let items = items.iter().flat_map(|item| item.as_object().into_iter().flat_map(|item| item.values()));
                let items = items.map(named_item).collect();
                return self.transaction(request, items).await;
            }
            "PutItem" | "UpdateItem" | "DeleteItem" => {
                let item = named_item(&body);
                let is_refused = self.with(|state| {
                    let is_refused = state.items.contains(&item);
                    state.tally.refused += usize::from(is_refused);
                    is_refused
                });
                if is_refused {
                    return Ok(refusal(StatusCode::BAD_REQUEST, "TransactionConflictException", json!({})));
                }
            }
            _ => {}
        }
        Ok(request.send().await?.into_response())
    }
}

/// The item that one action names, by its key, or by the item that it puts.
fn named_item(action: &Value) -> String {
    let key = action.get("Key").or_else(|| action.get("Item")).unwrap_or(&Value::Null);
    format!("{} {} {}", action["TableName"], key["pk"], key["sk"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions_that_name_one_item_conflict_until_the_first_has_ended_whether_they_write_or_check_it() {
        let (put, check) = (
            json!({"TableName": "t", "Item": {"pk": {"S": "a"}, "sk": {"S": "b"}, "x": {"N": "1"}}}),
            json!({"TableName": "t", "Key": {"sk": {"S": "b"}, "pk": {"S": "a"}}, "ConditionExpression": "x = :x"}),
        );
        let other = json!({"TableName": "t", "Key": {"pk": {"S": "a"}, "sk": {"S": "c"}}});
        let (first, second) = ([named_item(&put)], [named_item(&other), named_item(&check)]);
        let conflicts = Conflicts::default();
        assert_eq!(conflicts.begin(&first), Ok(()));
        assert_eq!(conflicts.begin(&second), Err(vec![false, true]));
        conflicts.end(&first);
        assert_eq!(conflicts.begin(&second), Ok(()));
        let tally = ConflictTally { transactions: 3, cancelled: 1, refused: 0, at_once: 1 };
        assert_eq!(conflicts.tally(), tally);
    }
}
