//! Metrics in `CloudWatch`'s embedded metric format: what an invocation has counted is one more line of its log, from which
//! `CloudWatch` makes metrics. No call is made for it.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::{
    collections::BTreeMap,
    io::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Map, Value, json};

use crate::{config::optional, invocation};

/// What is measured. `docs/operations.md` explains each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Lists and searches of users that were answered.
    Searches,
    /// Changes of users, teams and skills that were made through the API.
    Edits,
    /// By outcome: `applied`, `handed_over`, `invalid`, `failed`.
    Callbacks,
    WrongSignatures,
    /// By outcome: `remembered`, `valid`, `refused`, `paused`, `failed`.
    TokenChecks,
    /// Fields that another writer changed in `TaskRouter`, and that are reverted.
    Drift,
    /// Users with a field that another writer contests: 1 when it begins, then how many at each reconciliation.
    ContestedUsers,
    /// How long the change that waits longest, of those that are due, has waited to be carried to `TaskRouter`.
    OldestOutbox,
    /// How long requests to Twilio were held back, for its limits or until they were tried again.
    TwilioWait,
    ExportRows,
    /// 1 for a reconciliation that has applied everything, 0 for another one.
    ReconciliationsDone,
    /// 1 for a reconciliation that waits to be confirmed, 0 for another one.
    ReconciliationsBraked,
}

impl Metric {
    const fn name(self) -> &'static str {
        match self {
            Self::Searches => "Searches",
            Self::Edits => "Edits",
            Self::Callbacks => "Callbacks",
            Self::WrongSignatures => "WrongSignatures",
            Self::TokenChecks => "TokenChecks",
            Self::Drift => "Drift",
            Self::ContestedUsers => "ContestedUsers",
            Self::OldestOutbox => "OldestOutbox",
            Self::TwilioWait => "TwilioWait",
            Self::ExportRows => "ExportRows",
            Self::ReconciliationsDone => "ReconciliationsDone",
            Self::ReconciliationsBraked => "ReconciliationsBraked",
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::OldestOutbox => "Seconds",
            Self::TwilioWait => "Milliseconds",
            _ => "Count",
        }
    }
}

/// What an invocation has counted, by outcome where that is a dimension.
#[derive(Debug, Default)]
pub(crate) struct Counted(BTreeMap<Option<&'static str>, BTreeMap<Metric, u64>>);

/// Adds to what this invocation has counted. Outside of an invocation, in the operator's commands, nothing is counted.
pub fn add(metric: Metric, amount: u64) {
    invocation::count(|counted| counted.add(metric, None, amount));
}

/// Likewise, with the dimension `outcome`: one of few words.
pub fn add_by_outcome(metric: Metric, outcome: &'static str) {
    invocation::count(|counted| counted.add(metric, Some(outcome), 1));
}

impl Counted {
    fn add(&mut self, metric: Metric, outcome: Option<&'static str>, amount: u64) {
        *self.0.entry(outcome).or_default().entry(metric).or_default() += amount;
    }

    /// Writes a line for each outcome, as a rule one in all; none if nothing was counted or there is no namespace.
    pub(crate) fn write(&self) {
        let Some(namespace) = optional("METRICS_NAMESPACE") else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_ms = u64::try_from(now.as_millis()).unwrap_or_default();
        let mut stdout = std::io::stdout().lock();
        for (outcome, metrics) in &self.0 {
            // A log that cannot be written must not fail what was done.
            let _ = writeln!(stdout, "{}", line(&namespace, now_ms, *outcome, metrics));
        }
    }
}

fn line(namespace: &str, now_ms: u64, outcome: Option<&str>, metrics: &BTreeMap<Metric, u64>) -> Value {
    let dimensions = outcome.map_or(json!([[]]), |_| json!([["outcome"]]));
    let definitions = metrics.keys().map(|metric| json!({"Name": metric.name(), "Unit": metric.unit()}));
    let directive = json!({
        "Namespace": namespace,
        "Dimensions": dimensions,
        "Metrics": definitions.collect::<Vec<_>>(),
    });
    let mut line = Map::new();
    line.insert("_aws".to_owned(), json!({"Timestamp": now_ms, "CloudWatchMetrics": [directive]}));
    line.extend(outcome.map(|outcome| ("outcome".to_owned(), outcome.into())));
    line.extend(metrics.iter().map(|(metric, value)| (metric.name().to_owned(), (*value).into())));
    line.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted() -> Counted {
        let mut counted = Counted::default();
        counted.add(Metric::TwilioWait, None, 100);
        counted.add(Metric::TwilioWait, None, 50);
        counted.add(Metric::Drift, None, 2);
        counted.add(Metric::Callbacks, Some("applied"), 1);
        counted
    }

    #[test]
    fn a_line_has_the_embedded_metric_format() {
        let counted = counted();
        assert_eq!(
            line("roster", 1_764_000_000_000, None, &counted.0[&None]),
            json!({
                "_aws": {"Timestamp": 1_764_000_000_000_u64, "CloudWatchMetrics": [{
                    "Namespace": "roster",
                    "Dimensions": [[]],
                    "Metrics": [{"Name": "Drift", "Unit": "Count"}, {"Name": "TwilioWait", "Unit": "Milliseconds"}],
                }]},
                "Drift": 2,
                "TwilioWait": 150,
            })
        );
    }

    #[test]
    fn an_outcome_is_a_dimension_whose_value_the_line_has() {
        let line = line("roster", 0, Some("applied"), &counted().0[&Some("applied")]);
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["outcome"]]));
        assert_eq!((&line["outcome"], &line["Callbacks"]), (&json!("applied"), &json!(1)));
    }
}
