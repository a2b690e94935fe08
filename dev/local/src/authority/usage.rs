//! What functions have used, and how it compares with what they are granted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{Access, Grant};
use crate::options::{own_bin_dir, parameters};
use crate::template::{self, System, TemplateError, Values};

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Used(Grant),
    /// The access, without the part of its keys that tells whose they are.
    Denied(Grant),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Record {
    /// The function's package.
    function: String,
    #[serde(flatten)]
    event: Event,
}

/// A file with a line for each grant that was used, and each access that was denied, once for each stack. Several stacks may
/// append to one file.
#[derive(Debug)]
pub(crate) struct UsageLog {
    file: Mutex<(File, BTreeSet<Record>)>,
}

impl UsageLog {
    pub fn at(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { file: Mutex::new((file, BTreeSet::new())) })
    }

    pub fn used(&self, function: &str, grant: Grant) {
        self.append(Record { function: function.to_owned(), event: Event::Used(grant) });
    }

    pub fn denied(&self, function: &str, access: &Access) {
        let kind = |key: &String| key.split('#').next().unwrap_or_default().to_owned();
        let keys = access.leading_keys.iter().map(kind).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
        let grant = Grant {
            action: access.action.clone(),
            resource: access.resource.clone(),
            leading_key: (!keys.is_empty()).then(|| keys.join(",")),
        };
        self.append(Record { function: function.to_owned(), event: Event::Denied(grant) });
    }

    fn append(&self, record: Record) {
        let mut guard = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, known) = &mut *guard;
        if known.contains(&record) {
            return;
        }
        // One write, so that lines of several stacks do not mix.
        let line = format!("{}\n", serde_json::to_string(&record).unwrap_or_default());
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::warn!("cannot record what {} has used: {error}", record.function);
        }
        known.insert(record);
    }
}

/// The log to which the stacks of the end-to-end tests append, beside the binaries.
#[must_use]
pub fn log_of_tests() -> PathBuf {
    own_bin_dir().join("authority.jsonl")
}

/// The system of a template, to read its policies. Addresses, which none depends on, are made up.
pub fn system(template: &Path) -> Result<System, TemplateError> {
    let here = "http://127.0.0.1";
    template::read(template, &Values { here: parameters(here, here), given: BTreeMap::new() })
}

/// How what was used differs from what the template grants. A function's package and the grant.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// How many grants were used.
    pub used: usize,
    pub unused: BTreeSet<(String, Grant)>,
    pub denied: BTreeSet<(String, Grant)>,
    /// Used once, and no longer granted: the log is older than the template.
    pub outdated: BTreeSet<(String, Grant)>,
}

/// Compares the log with the system's policies.
pub fn compare(system: &System, log: &str) -> Result<Comparison, serde_json::Error> {
    let mut granted = BTreeSet::new();
    for function in &system.functions {
        granted.extend(function.policy.grants().map(|grant| (function.package.clone(), grant)));
    }
    let (mut used, mut denied) = (BTreeSet::new(), BTreeSet::new());
    for line in log.lines() {
        let Record { function, event } = serde_json::from_str(line)?;
        match event {
            Event::Used(grant) => used.insert((function, grant)),
            Event::Denied(grant) => denied.insert((function, grant)),
        };
    }
    Ok(Comparison {
        used: used.intersection(&granted).count(),
        unused: granted.difference(&used).cloned().collect(),
        outdated: used.difference(&granted).cloned().collect(),
        denied,
    })
}

impl Comparison {
    /// What is wrong, in lines; none if everything that is granted is used and nothing else was asked for.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (what, grants) in [
            ("is granted and was never used", &self.unused),
            ("was denied", &self.denied),
            ("was used and is no longer granted: the records are older than the template", &self.outdated),
        ] {
            faults.extend(grants.iter().map(|(function, grant)| format!("{function}: {grant} {what}")));
        }
        if self.used == 0 {
            faults.push("nothing was used: the records are not those of the end-to-end tests".to_owned());
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use embedded::yaml;

    use crate::authority::Policy;
    use crate::template::Function;

    /// A function that may read users and teams, and put nothing.
    fn system() -> System {
        let policies = "[{ Statement: [{ Effect: Allow, Action: [dynamodb:GetItem], Resource: table,
            Condition: { 'ForAllValues:StringLike': { dynamodb:LeadingKeys: ['USER#*', 'TEAM#*'] } } }] }]";
        let template = "{ Resources: { Api: { Type: 'AWS::Serverless::HttpApi' },
            View: { Type: 'AWS::Serverless::Function', Properties: { CodeUri: view } } } }";
        let mut system = template::parse(template, &Values::default()).unwrap();
        let policy = Policy::read(&yaml::parse(policies).unwrap()).unwrap();
        system.functions =
            system.functions.into_iter().map(|view| Function { policy: policy.clone(), ..view }).collect();
        system
    }

    fn record(kind: &str, action: &str, key: &str) -> String {
        let entry = serde_json::json!({"action": action, "resource": "table", "leading_key": key});
        format!("{}\n", serde_json::json!({"function": "view", kind: entry}))
    }

    fn faults(records: &[String]) -> Vec<String> {
        compare(&system(), &records.concat()).unwrap().faults()
    }

    fn used(key: &str) -> String {
        record("used", "dynamodb:GetItem", key)
    }

    #[test]
    fn nothing_is_wrong_if_everything_that_is_granted_was_used_and_nothing_else_was_asked_for() {
        assert_eq!(faults(&[used("USER#*"), used("TEAM#*"), used("USER#*")]), [""; 0]);
    }

    #[test]
    fn what_is_granted_and_was_never_used_is_wrong() {
        assert_eq!(
            faults(&[used("USER#*")]),
            ["view: dynamodb:GetItem on table, TEAM#* is granted and was never used"]
        );
    }

    #[test]
    fn what_was_denied_is_wrong_also_if_the_function_went_on_without_it() {
        let all = [used("USER#*"), used("TEAM#*"), record("denied", "dynamodb:PutItem", "USER")];
        assert_eq!(faults(&all), ["view: dynamodb:PutItem on table, USER was denied"]);
    }

    #[test]
    fn records_of_another_template_or_of_nothing_prove_nothing() {
        let outdated = faults(&[used("USER#*"), used("TEAM#*"), used("JOB#*")]);
        assert!(outdated.len() == 1 && outdated[0].contains("JOB#* was used and is no longer granted"), "{outdated:?}");
        assert!(faults(&[]).iter().any(|fault| fault.starts_with("nothing was used")));
        assert!(compare(&system(), "not a record").is_err());
    }
}
