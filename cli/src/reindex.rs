//! `flex-roster reindex`: search and filter entries that have come apart from their users are repaired.

use std::process::ExitCode;

use app::reindex::{Mode, Reindex, Report};
use domain::{Refusal, UserId};
use serde_json::{Value, json};
use store::{Directory, StoreError};

use crate::{
    Outcome,
    output::{self, Output},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this user, without scanning the table: stale entries are those of earlier states that the user's history tells.
    #[arg(long, value_name = "USER_ID")]
    user: Option<UserId>,
    /// Compares and writes nothing. The exit code is 1 if something differs.
    #[arg(long)]
    check: bool,
}

pub async fn run(args: Args, output: Output) -> Outcome {
    let store = Directory::from_env()?;
    let mode = if args.check { Mode::Check } else { Mode::Repair };
    let reindex = Reindex { store: &store, mode };
    let report = match args.user {
        Some(user_id) => reindex.user(user_id).await?.ok_or_else(|| Refusal::UnknownUser((&user_id).into()))?,
        None => everything(&reindex).await?,
    };
    output.report(&ReindexReport { mode, is_scan: args.user.is_none(), report });
    Ok(exit_code(mode, &report))
}

async fn everything(reindex: &Reindex<'_, Directory>) -> Result<Report, StoreError> {
    let progress = |report: &Report| output::progress(&format!("users: {}, entries: {}", report.users, report.entries));
    let report = reindex.everything(progress).await;
    output::end_progress();
    report
}

fn exit_code(mode: Mode, report: &Report) -> ExitCode {
    if mode == Mode::Check && report.differences() > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

struct ReindexReport {
    mode: Mode,
    is_scan: bool,
    report: Report,
}

impl output::Report for ReindexReport {
    fn text(&self) -> String {
        let Report { users, entries, missing, stale } = self.report;
        let [put, deleted] = match self.mode {
            Mode::Repair => ["entries put", "entries deleted"],
            Mode::Check => ["entries missing or different", "entries stale"],
        };
        let scanned = self.is_scan.then_some(("entries scanned", entries));
        let columns = [("users", users)].into_iter().chain(scanned).chain([(put, missing), (deleted, stale)]);
        let (header, numbers): (Vec<_>, Vec<_>) = columns.map(|(name, number)| (name, number.to_string())).unzip();
        output::table(&header, &[numbers])
    }

    fn json(&self) -> Value {
        let Report { users, entries, missing, stale } = self.report;
        let (repaired, scanned) = (self.mode == Mode::Repair, self.is_scan.then_some(entries));
        json!({"repaired": repaired, "users": users, "entries_scanned": scanned, "missing": missing, "stale": stale})
    }
}
