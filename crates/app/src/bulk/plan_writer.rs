//! The files of a plan, written as its users are decided.

use domain::{
    bulk::{BulkTask, Grouping, Outcome, Plan, PlannedUser, Tally, begin_csv, csv_rows},
    import::{Column, File, FileFacts, Row, failed_rows},
    team::Teams,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::Write as _,
};

use super::{
    files::{LineWriter, PlanFiles, StorageError, plan_csv, plan_failed_rows, plan_lines},
    runner::BulkError,
};
use domain::UserId;

/// The files of a plan that is being made.
pub(super) struct PlanWriter<W> {
    refused: W,
    changed: W,
    unchanged: W,
    csv: W,
    /// Of an import, the rows that are refused.
    failed: W,
    hash: Sha256,
    groups: Grouping,
    pub(super) tally: Tally,
    pub(super) drastic: u64,
    pub(super) remarks: BTreeSet<String>,
    pub(super) seen: HashSet<UserId>,
    /// Whether the CSV has its header.
    has_begun: bool,
    imported: Option<FileFacts>,
}

impl<W: LineWriter> PlanWriter<W> {
    pub(super) fn begin<F: PlanFiles<Writer = W>>(store: &F, files: &str, task: &BulkTask) -> Result<Self, BulkError> {
        let line = json(task)?;
        let create = |outcome| store.create(&plan_lines(files, outcome));
        Ok(Self {
            refused: create(Outcome::Refused),
            changed: create(Outcome::Changed),
            unchanged: create(Outcome::Unchanged),
            csv: store.create(&plan_csv(files)),
            failed: store.create(&plan_failed_rows(files)),
            hash: Sha256::new().chain_update(line),
            groups: Grouping::default(),
            tally: Tally::default(),
            drastic: 0,
            remarks: BTreeSet::new(),
            seen: HashSet::new(),
            has_begun: false,
            imported: None,
        })
    }

    pub(super) async fn write(&mut self, lines: &[PlannedUser], teams: &Teams) -> Result<(), BulkError> {
        let mut by_outcome: BTreeMap<Outcome, Vec<u8>> = BTreeMap::new();
        for line in lines {
            let text = json(line)?;
            self.hash.update(&text);
            self.tally.add(line.outcome);
            self.groups.add(line);
            let bytes = by_outcome.entry(line.outcome).or_default();
            bytes.extend(text);
            bytes.push(b'\n');
        }
        for (outcome, bytes) in by_outcome {
            let file = match outcome {
                Outcome::Refused => &mut self.refused,
                Outcome::Changed => &mut self.changed,
                Outcome::Unchanged => &mut self.unchanged,
            };
            file.push(bytes).await?;
        }
        let mut rows = Vec::new();
        if !std::mem::replace(&mut self.has_begun, true) {
            rows = begin_csv().map_err(|error| StorageError::Failed(error.to_string()))?;
        }
        rows.extend(csv_rows(lines, teams).map_err(|error| StorageError::Failed(error.to_string()))?);
        Ok(self.csv.push(rows).await?)
    }

    /// The rows of the file that are refused, as they stand there, and what is known of the file by now.
    pub(super) async fn write_failed(
        &mut self,
        file: &File,
        rows: &[(Row, Option<Column>, String)],
    ) -> Result<(), BulkError> {
        let Some(facts) = file.facts() else { return Ok(()) };
        let lines = |rows| failed_rows(facts, file.headings(), file.columns(), rows);
        let lines = |rows| lines(rows).map_err(|error| StorageError::Failed(error.to_string()));
        if self.imported.replace(facts.clone()).is_none() {
            self.failed.push(lines(&[])?).await?;
        }
        if !rows.is_empty() {
            self.failed.push(lines(rows)?).await?;
        }
        Ok(())
    }

    pub(super) async fn finish(
        self,
        files: String,
        must_confirm: bool,
        planned_at: domain::Time,
    ) -> Result<Plan, BulkError> {
        let Self { refused, changed, unchanged, csv, failed, hash, groups, tally, drastic, remarks, imported, .. } =
            self;
        let groups = groups.finish();
        let failed = imported.is_some().then_some(failed);
        for file in [refused, changed, unchanged, csv].into_iter().chain(failed) {
            file.finish().await?;
        }
        let mut text = String::with_capacity(64);
        for byte in hash.finalize() {
            write!(text, "{byte:02x}").ok();
        }
        Ok(Plan { hash: text, planned_at, tally, drastic, must_confirm, remarks, groups, files, imported })
    }
}

fn json(line: &impl Serialize) -> Result<Vec<u8>, StorageError> {
    serde_json::to_vec(line).map_err(|error| StorageError::Failed(error.to_string()))
}
