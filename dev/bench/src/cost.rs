//! The cost of calls to DynamoDB.

use std::time::Instant;

#[derive(Debug, Clone)]
pub struct Call {
    /// `Query`, `TransactWriteItems` and so on.
    pub operation: String,
    pub refused: bool,
    pub began: Instant,
    pub ended: Instant,
    /// Capacity units.
    pub units: f64,
    /// Further units for index writes in a transaction, in case DynamoDB counts them twice.
    pub second_index_units: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    pub calls: usize,
    /// Groups of calls that overlap.
    pub rounds: usize,
    pub refused: usize,
    pub read_units: f64,
    /// Index writes in transactions are counted twice.
    pub write_units: f64,
    /// Those of the write units by which index writes in transactions are counted twice.
    pub second_index_units: f64,
}

impl Cost {
    pub fn of<'a>(calls: impl IntoIterator<Item = &'a Call>) -> Self {
        let mut calls = calls.into_iter().collect::<Vec<_>>();
        calls.sort_by_key(|call| call.began);
        let (mut cost, mut busy_until) = (Self::default(), None);
        for call in calls {
            cost.calls += 1;
            cost.rounds += usize::from(busy_until.is_none_or(|until| call.began >= until));
            busy_until = busy_until.max(Some(call.ended));
            cost.refused += usize::from(call.refused);
            if ["GetItem", "BatchGetItem", "Query", "Scan"].contains(&call.operation.as_str()) {
                cost.read_units += call.units;
            } else {
                cost.write_units += call.units + call.second_index_units;
                cost.second_index_units += call.second_index_units;
            }
        }
        cost
    }

    pub fn then(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            rounds: self.rounds + other.rounds,
            refused: self.refused + other.refused,
            read_units: self.read_units + other.read_units,
            write_units: self.write_units + other.write_units,
            second_index_units: self.second_index_units + other.second_index_units,
        }
    }
}
