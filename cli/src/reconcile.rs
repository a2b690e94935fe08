//! `flex-roster reconcile`: what the function `reconcile` does, from a terminal (rules 22 to 24 and 28).

use std::{fmt::Write as _, process::ExitCode};

use app::{
    SystemTimeAndIds,
    reconcile::{self, confirm_reconciliation},
};
use domain::{
    WorkerSid,
    reconciliation::{Interruption, Reconciliation, ReconciliationState},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{Directory, TrackReconciliation as _, ViewUser as _, WorkerItem};
use uuid::Uuid;

use crate::{
    Failure, Outcome,
    output::{self, Output, Report, named},
    workspace::{self, Reconciler},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this worker: takes in what TaskRouter says of it now, whatever a run is doing.
    #[arg(long, value_name = "WORKER_SID", value_parser = worker_sid, conflicts_with = "confirm")]
    worker: Option<WorkerSid>,
    /// Runs although this one, the latest, was stopped by its brake.
    #[arg(long, value_name = "RECONCILIATION_ID")]
    confirm: Option<Uuid>,
}

fn worker_sid(text: &str) -> Result<WorkerSid, &'static str> {
    text.starts_with("WK").then(|| WorkerSid::new(text)).ok_or("a worker's SID begins with WK")
}

pub async fn run(args: Args, output: Output) -> Outcome {
    let reconciler = workspace::reconciler().await?;
    if let Some(sid) = args.worker {
        return worker(&reconciler, sid, output).await;
    }
    if let Some(confirmed) = args.confirm {
        confirm_reconciliation(&reconciler.ingest.store, &SystemTimeAndIds, confirmed).await?;
    }
    everything(&reconciler, output).await
}

/// Compares and applies everything. The exit code is 1 if it was stopped, or is not finished.
pub async fn everything(reconciler: &Reconciler, output: Output) -> Outcome {
    let run = run_everything(reconciler).await?;
    let code = if run.state == ReconciliationState::Done { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    output.report(&ReconcileReport(run));
    Ok(code)
}

/// Runs until it is done or stopped; an error if another runner is at it.
pub async fn run_everything(reconciler: &Reconciler) -> Result<Reconciliation, Failure> {
    let ended = reconciler.run(|run| output::progress(&progress(run))).await;
    output::end_progress();
    match ended? {
        Some(run) => Ok(run),
        None => Err(another_runner(&reconciler.ingest.store).await?),
    }
}

async fn worker(reconciler: &Reconciler, worker_sid: WorkerSid, output: Output) -> Outcome {
    reconciler.worker(&worker_sid).await?;
    let item = reconciler.ingest.store.worker(&worker_sid).await?;
    output.report(&WorkerOutcome { worker_sid, item });
    Ok(ExitCode::SUCCESS)
}

fn progress(run: &Reconciliation) -> String {
    let done = &run.done;
    format!(
        "adopted: {}, repaired: {}, compared again: {}, left: {}",
        done.adopted, done.repaired, done.woken, run.left
    )
}

/// Why a run did not begin, or did not go on.
async fn another_runner(store: &Directory) -> Result<Failure, Failure> {
    let Some(run) = store.reconciliation().await? else { return Ok("another runner is at the reconciliation".into()) };
    let until = Timestamp::from_millisecond(run.lease_until_ms).unwrap_or_default();
    Ok(format!(
        "another runner is at the reconciliation {}: {}. If it was stopped, run this again after {until:.0}: it goes on",
        run.reconciliation_id,
        progress(&run)
    )
    .into())
}

pub struct ReconcileReport(pub Reconciliation);

impl Report for ReconcileReport {
    fn text(&self) -> String {
        let mut text = output::table(&["reconciliation", "count", "which"], &self.lines());
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n{}", self.ending());
        text
    }

    /// As the API shows it.
    fn json(&self) -> Value {
        json!(reconcile::Report::from(&self.0))
    }
}

impl ReconcileReport {
    fn lines(&self) -> Vec<Vec<String>> {
        let Reconciliation { found, done, .. } = &self.0;
        let differing = found.differing.first.iter().map(|differing| differing.user_id);
        let counted = [
            ("workers in TaskRouter", found.workers, String::new()),
            ("users with a worker", found.users, String::new()),
            ("adopted", done.adopted, String::new()),
            ("repaired: a callback was missed", done.repaired, String::new()),
            ("compared again, one by one", done.woken, String::new()),
            ("left", self.0.left, String::new()),
        ];
        let named = [
            ("without a worker any more", done.missing.count, named(&done.missing.first, done.missing.count)),
            ("workers that show something else", found.differing.count, named(differing, found.differing.count)),
            (
                "contested by another writer",
                found.contested.count,
                named(&found.contested.first, found.contested.count),
            ),
            ("refused by TaskRouter", found.failed.count, named(&found.failed.first, found.failed.count)),
            ("stuck: due for more than five minutes", found.stuck.count, named(&found.stuck.first, found.stuck.count)),
            ("deleted users with a worker", found.extra.count, named(&found.extra.first, found.extra.count)),
            (
                "unmanaged: never written to",
                found.unmanaged.count,
                named(&found.unmanaged.first, found.unmanaged.count),
            ),
            ("could not be applied", done.unresolved.count, named(&done.unresolved.first, done.unresolved.count)),
            ("without a SID that can be read", found.unreadable, String::new()),
        ];
        let odd = named.into_iter().filter(|(_, count, _)| *count > 0);
        let lines = counted.into_iter().chain(odd);
        lines.map(|(what, count, which)| vec![what.to_owned(), count.to_string(), which]).collect()
    }

    /// How it ended, and what to do.
    fn ending(&self) -> String {
        let Reconciliation { reconciliation_id: id, left, .. } = &self.0;
        match (&self.0.brake, self.0.interruption) {
            (Some(brake), _) => format!(
                "Stopped, nothing was applied. {brake}\nIf it is right all the same: flex-roster reconcile --confirm {id}"
            ),
            (None, Some(Interruption::TwilioUnavailable)) => {
                format!("Not finished, {left} left: Twilio does not answer, or asks to wait. Run it again: it goes on.")
            }
            (None, Some(Interruption::TwilioRefuses)) => {
                "Not finished: Twilio refuses the list of workers. flex-roster adopt --dry-run says why.".to_owned()
            }
            (None, Some(Interruption::OutOfTime)) => format!("Not finished, {left} left. Run it again: it goes on."),
            (None, None) => format!("Done ({id})."),
        }
    }
}

struct WorkerOutcome {
    worker_sid: WorkerSid,
    /// None for a worker that neither TaskRouter nor the directory knows.
    item: Option<WorkerItem>,
}

impl Report for WorkerOutcome {
    fn text(&self) -> String {
        let sid = &self.worker_sid;
        match &self.item {
            None => format!("{sid}: neither TaskRouter nor the directory knows this worker\n"),
            Some(item) if item.deleted => format!("{sid}: deleted in TaskRouter\n"),
            Some(WorkerItem { user_id: Some(user_id), .. }) => format!("{sid}: taken in, user {user_id}\n"),
            Some(_) => format!("{sid}: taken in, unmanaged\n"),
        }
    }

    fn json(&self) -> Value {
        let (user_id, deleted) = self.item.as_ref().map(|item| (item.user_id, item.deleted)).unzip();
        json!({"worker_sid": self.worker_sid, "user_id": user_id.flatten(), "deleted": deleted})
    }
}
