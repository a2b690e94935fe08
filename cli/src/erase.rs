//! `flex-roster erase`: a deleted user's personal data is erased (Art. 17 GDPR).

mod files;

use std::process::ExitCode;

use app::{
    SystemTimeAndIds,
    erase::{Traces, erase_user, find_traces},
};
use domain::UserId;
use parameters::{ParameterStore, PolicyParameter};
use runtime::config::optional;
use serde_json::{Value, json};
use store::Directory;

use crate::{
    Failure, Outcome,
    confirm::Confirmation,
    output::{Output, Report, listed, table},
};
use files::ExportFiles;

/// What an erasure leaves, and why.
const STAYS: [&str; 8] = [
    "backups of the table (point-in-time recovery: 35 days). After a restore from before the erasure, run it again",
    "events of the table's stream (24 hours), and those that a function has given up, where a failure destination keeps them \
     (at most 14 days)",
    "what Twilio holds: TaskRouter's events (30 days), the Flex user, conversations; and the identity provider's account",
    "the user id, worker SIDs, role, teams and skills, also in records: who did what, and when",
    "a hash of the identity, by which a later login is recognized and not taken in again",
    "an export that is running now: run this again when it is done (15 minutes at most), and delete downloaded files",
    "what was searched for in an export (its job is kept for a day, and deleted within some days after), or in a bulk job until \
     that has a plan",
    "nothing in the logs: they hold no name, e-mail address, token or body",
];

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A deleted user.
    #[arg(long, value_name = "USER_ID")]
    user: UserId,
    /// Only says what would be erased, and asks nothing.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    #[command(flatten)]
    confirmation: Confirmation,
}

pub async fn run(args: Args, output: Output) -> Outcome {
    let (store, files) = (Directory::from_env()?, ExportFiles::from_env()?);
    let traces = find_traces(&store, &SystemTimeAndIds, args.user).await?;
    let user_id = args.user.to_string();
    // A file that was sent to be imported, and its plan, may name a user by the identity alone.
    let cells = [Some(traces.user.identity.as_str()), traces.user.email()].into_iter().flatten().collect::<Vec<_>>();
    let found_files = files.naming(&user_id, &cells).await?;
    let owner = is_account_owner(&traces).await?;
    let mut report = EraseReport { traces, files: found_files, owner, is_done: false };
    if args.dry_run || report.is_empty() {
        output.report(&report);
        return Ok(ExitCode::SUCCESS);
    }
    output.report_first(&report);
    if args.confirmation.given("erase this for good") {
        files.delete(&report.files).await?;
        erase_user(&store, &SystemTimeAndIds, &report.traces, "flex-roster erase").await?;
        report.is_done = true;
    }
    output.report_last(&report);
    Ok(ExitCode::SUCCESS)
}

/// Whether the identity stands among the account owners too; not asked where the environment does not name their parameter.
async fn is_account_owner(traces: &Traces) -> Result<bool, Failure> {
    if optional("ACCOUNT_OWNERS_PARAMETER").is_none() {
        return Ok(false);
    }
    let policy = PolicyParameter::from_env(&ParameterStore::from_env()?).await?.current().await;
    Ok(policy.account_owners.contains(&traces.user.identity))
}

struct EraseReport {
    traces: Traces,
    /// Keys of exported files with a row of the user.
    files: Vec<String>,
    owner: bool,
    is_done: bool,
}

impl EraseReport {
    fn is_empty(&self) -> bool {
        let Self { traces, files, .. } = self;
        traces.is_erased() && traces.records() + traces.responses() + files.len() == 0
    }

    fn stays(&self) -> Vec<String> {
        let owner = self.owner.then(|| "the identity in the parameter of the account owners: take it out".to_owned());
        STAYS.into_iter().map(str::to_owned).chain(owner).collect()
    }
}

impl Report for EraseReport {
    fn text(&self) -> String {
        let Self { traces, files, .. } = self;
        if self.is_empty() {
            return format!("{}: nothing is left to erase.\n", traces.user.user_id);
        }
        let tombstone = usize::from(!traces.is_erased());
        let rows = [
            ("tombstone: name, e-mail address, picture, identity, search entries", tombstone),
            ("records in the history with such values", traces.records()),
            ("stored responses (Idempotency-Key)", traces.responses()),
            ("files with a row of the user: exports, imports, plans", files.len()),
        ];
        let rows = rows.map(|(what, count)| vec![what.to_owned(), count.to_string()]);
        let stays = listed(self.stays());
        format!("{}\nWhat stays:\n{stays}", table(&["what would be erased", "count"], &rows))
    }

    fn last_text(&self) -> String {
        let id = self.traces.user.user_id;
        if self.is_done { format!("Erased: {id}. The erasure stands in the user's history.\n") } else { String::new() }
    }

    fn json(&self) -> Value {
        let Self { traces, files, is_done, .. } = self;
        json!({
            "user_id": traces.user.user_id,
            "erased_before": traces.is_erased(),
            "records": traces.records(),
            "stored_responses": traces.responses(),
            "files": files,
            "done": is_done,
            "stays": self.stays(),
        })
    }
}
