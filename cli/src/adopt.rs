//! `flex-roster adopt`: the workers of an existing workspace become users, unchanged (rule 23).

use std::{fmt::Write as _, process::ExitCode};

use app::reconcile::{Planned, Preview};
use domain::adoption::{MAX_WORKERS, OddWorker};
use serde_json::{Value, json};
use twilio::TaskQueue;

use crate::{
    Outcome,
    output::{self, Output, Report, indented, named, shown},
    reconcile, workspace,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Writes nothing: prints what would be adopted, and what is odd about the workers.
    #[arg(long)]
    dry_run: bool,
}

pub async fn run(args: Args, output: Output) -> Outcome {
    let reconciler = workspace::reconciler().await?;
    if !args.dry_run {
        return reconcile::everything(&reconciler, output).await;
    }
    let preview = reconciler.preview(|workers| output::progress(&format!("workers: {workers}"))).await;
    output::end_progress();
    output.report(&preview?);
    Ok(ExitCode::SUCCESS)
}

impl Report for Preview {
    fn text(&self) -> String {
        let mut text = output::table(&["what a run would do", "count", "which"], &plan(self));
        if let Some(brake) = self.brake {
            // Writing to a string does not fail.
            let _ = writeln!(text, "\nIt would stop, and apply nothing: {brake}");
        }
        for (oddity, sample) in self.review.odd() {
            let _ = writeln!(text, "\n{}: {oddity}", sample.count);
            let rows = sample.first.iter().map(odd_row).collect::<Vec<_>>();
            text += &output::table(&["  worker", "identity", "why"], &indented(rows));
        }
        if !self.open_queues.is_empty() {
            let count = self.open_queues.len();
            let _ =
                writeln!(text, "\n{count}: queues that ask for no skill: their tasks also reach users without skills");
            let rows = self.open_queues.iter().map(queue_row).collect();
            text += &output::table(&["  queue", "name", "target workers"], &indented(rows));
        }
        text
    }

    fn json(&self) -> Value {
        let Planned { adopt, adopt_by_role, repair, fetch, wake } = &self.planned;
        let queue =
            |queue: &TaskQueue| json!({"sid": queue.sid, "name": queue.name, "target_workers": queue.target_workers});
        json!({
            "workers": self.found.workers,
            "max_workers": MAX_WORKERS,
            "adopt": adopt,
            "adopt_by_role": adopt_by_role,
            "repair": repair,
            "fetch": fetch,
            "compare_again": wake,
            "new_skills": self.review.new_skills(),
            "unmanaged": self.found.unmanaged,
            "unreadable": self.found.unreadable,
            "brake": self.brake,
            "odd": self.review.odd(),
            "open_queues": self.open_queues.iter().map(queue).collect::<Vec<_>>(),
        })
    }
}

/// What a run would do, one line each.
fn plan(preview: &Preview) -> Vec<Vec<String>> {
    let Planned { adopt, adopt_by_role, repair, fetch, wake } = &preview.planned;
    let by_role = adopt_by_role.iter().map(|(role, count)| format!("{count} {role}"));
    let (skills, unmanaged) = (preview.review.new_skills(), &preview.found.unmanaged);
    let lines = [
        ("workers in TaskRouter", preview.found.workers, format!("of at most {MAX_WORKERS}")),
        ("adopted", *adopt, by_role.collect::<Vec<_>>().join(", ")),
        ("repaired: a callback was missed", *repair, String::new()),
        ("fetched: the list says too little", *fetch, String::new()),
        ("compared again, one by one", *wake, String::new()),
        ("skills added to the catalog", skills.len() as u64, named(skills, skills.len() as u64)),
        ("unmanaged: never written to", unmanaged.count, named(&unmanaged.first, unmanaged.count)),
    ];
    lines.map(|(what, count, which)| vec![what.to_owned(), count.to_string(), which]).into()
}

fn odd_row(odd: &OddWorker) -> Vec<String> {
    vec![odd.worker_sid.to_string(), shown(&odd.identity), shown(&odd.reason)]
}

fn queue_row(queue: &TaskQueue) -> Vec<String> {
    vec![queue.sid.clone(), shown(&queue.name), shown(queue.target_workers.as_deref().unwrap_or_default())]
}
