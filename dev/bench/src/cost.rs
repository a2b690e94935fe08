//! What calls to DynamoDB cost.

use std::time::Instant;

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    /// `Query`, `TransactWriteItems` and so on.
    pub operation: String,
    /// Whether it asks how many there are, and for nothing else.
    pub only_counts: bool,
    /// Whether DynamoDB refused it.
    pub refused: bool,
    /// When it came.
    pub began: Instant,
    /// When its answer went.
    pub ended: Instant,
    /// The units that DynamoDB says it consumed.
    pub units: f64,
    /// What index writes in a transaction cost besides.
    pub second_index_units: f64,
}

/// What some calls cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// Calls.
    pub calls: usize,
    /// Calls that did not overlap with an earlier one.
    pub rounds: usize,
    /// Calls that DynamoDB refused.
    pub refused: usize,
    /// Read capacity units.
    pub read_units: f64,
    /// Write capacity units, index writes in transactions counted twice.
    pub write_units: f64,
    /// How many of the write units are the second ones of index writes in transactions.
    pub second_index_units: f64,
}

impl Cost {
    /// Of these calls.
    #[must_use]
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

    /// This and then that.
    #[must_use]
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
