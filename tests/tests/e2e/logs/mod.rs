//! What the functions log: one line of JSON for each invocation, each failure once, found by the id of the answer, and nothing
//! personal (rule 32); and what they count.

mod alarms;
mod failures;
mod metrics;
mod personal;
mod start;

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use crate::test_stack::TestStack;

/// The lines of all functions' logs, with the function's name; those with metrics apart.
pub struct Logs(Vec<(String, Value)>, Vec<(String, Value)>);

impl Logs {
    /// Every line must be an object of JSON.
    pub fn read(data: &Path) -> Self {
        let (mut lines, mut metrics) = (Vec::new(), Vec::new());
        for file in fs::read_dir(data.join("logs")).unwrap() {
            let path = file.unwrap().path();
            let function = path.file_stem().unwrap().to_str().unwrap().to_owned();
            for line in fs::read_to_string(&path).unwrap().lines() {
                let value = serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{function}: {line}"));
                assert!(value.is_object(), "{function}: {line}");
                let kind = if value["_aws"].is_object() { &mut metrics } else { &mut lines };
                kind.push((function.clone(), value));
            }
        }
        Self(lines, metrics)
    }

    /// The values of this metric, as `CloudWatch` takes them from the lines, with the outcome that is their dimension.
    pub fn metric(&self, name: &str) -> Vec<(Option<&str>, u64)> {
        let values = self.1.iter().filter(|(_, line)| line[name].is_u64()).map(|(function, line)| {
            let directive = &line["_aws"]["CloudWatchMetrics"][0];
            assert_eq!(directive["Namespace"], "flex-roster", "{function}: {line}");
            assert!(directive["Metrics"].as_array().unwrap().iter().any(|metric| metric["Name"] == name), "{line}");
            assert!(line["_aws"]["Timestamp"].is_u64(), "{line}");
            let outcome = line["outcome"].as_str();
            let dimensions = outcome.map_or(json!([[]]), |_| json!([["outcome"]]));
            assert_eq!(directive["Dimensions"], dimensions, "{line}");
            (outcome, line[name].as_u64().unwrap())
        });
        values.collect()
    }

    /// All that was counted of this metric, with this outcome.
    pub fn sum(&self, name: &str, outcome: Option<&str>) -> u64 {
        self.metric(name).into_iter().filter(|(of, _)| *of == outcome).map(|(_, value)| value).sum()
    }

    pub fn of(&self, function: &str) -> Vec<&Value> {
        self.0.iter().filter(|(name, _)| name == function).map(|(_, line)| line).collect()
    }

    /// The lines with this request id, with the function's name.
    pub fn with_id(&self, request_id: &str) -> Vec<(&str, &Value)> {
        let has_it = |line: &Value| line["span"]["request_id"] == request_id;
        self.0.iter().filter(|(_, line)| has_it(line)).map(|(name, line)| (name.as_str(), line)).collect()
    }

    /// Waits until no invocation is under way: what the stack has logged until then.
    pub async fn settled(stack: &TestStack) -> Self {
        let is_settled = |logs: &Self| logs.endings().values().all(|(ended, _)| *ended > 0);
        stack
            .wait_for("all invocations have ended", async || Some(Self::read(stack.data.path())).filter(is_settled))
            .await
    }

    /// Each invocation has one line that says how it ended, and at most one line about a failure.
    pub fn assert_one_line_each(&self) {
        for (invocation, (ended, failed)) in self.endings() {
            assert!(ended == 1 && failed <= 1, "{invocation:?} has {ended} endings and {failed} failures");
        }
    }

    /// Of each invocation, how many lines say how it ended, and how many tell of a failure.
    fn endings(&self) -> BTreeMap<(&str, &str), (usize, usize)> {
        let mut endings = BTreeMap::<(&str, &str), (usize, usize)>::new();
        for (function, line) in &self.0 {
            let id = line["span"]["lambda_request_id"].as_str().unwrap_or_else(|| panic!("{function}: {line}"));
            let (ended, failed) = endings.entry((function, id)).or_default();
            *ended += usize::from(line["outcome"].is_string() && line["duration_ms"].is_u64());
            *failed += usize::from(line["level"] == "ERROR");
        }
        endings
    }
}
