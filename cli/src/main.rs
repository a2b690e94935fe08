//! `flex-roster`, the operator's command: what an operator with access to AWS can do, and no API offers.
//!
//! Needs `TABLE_NAME`, `AWS_REGION` and AWS credentials in the environment; the commands about a workspace also what the
//! function `reconcile` has there. One module is one command; this one parses the command line and says how the command
//! ended.

mod activity;
mod adopt;
mod confirm;
mod connect;
mod disconnect;
mod erase;
mod import;
mod output;
mod reconcile;
mod reindex;
mod restore;
mod skills;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use output::Output;

/// The operator's command of flex-roster.
#[derive(Debug, Parser)]
#[command(name = "flex-roster")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Prints JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says what there is in the workspace, then, confirmed, has its events sent to this deployment and adopts its workers. Also
    /// needs `PUBLIC_URL`.
    Connect(connect::Args),
    /// Undoes what `connect` has set in Twilio. Also needs `PUBLIC_URL`.
    Disconnect(disconnect::Args),
    /// Makes users of the workers of an existing workspace, unchanged. Interrupted, it goes on when it is run again.
    Adopt(adopt::Args),
    /// Compares all workers with the directory, and repairs what callbacks have missed.
    Reconcile(reconcile::Args),
    /// Counts who has changed skills in TaskRouter.
    Activity(activity::Args),
    /// Restores a deleted user, with those of their teams and skills that still exist.
    Restore(restore::Args),
    /// Erases the personal data of a deleted user. Also needs `EXPORT_BUCKET`.
    Erase(erase::Args),
    /// Plans what the rows of a CSV file would make of their users, and applies it. Needs no access to AWS, but the address of
    /// the API, and a Flex token in `FLEX_ROSTER_TOKEN`.
    Import(import::Args),
    /// Puts the search and filter entries that are missing, and deletes those that no user has any more.
    Reindex(reindex::Args),
    /// Compares the skills that Flex's configuration defines with the catalog, or imports them. Also needs the variables that
    /// name the Twilio account.
    Skills(skills::Args),
}

type Failure = Box<dyn std::error::Error>;

/// How a command ended. It has printed its report; an error is printed here.
type Outcome = Result<ExitCode, Failure>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Cli { command, json } = Cli::parse();
    let output = Output::new(json);
    let outcome = match command {
        Command::Connect(args) => connect::run(args, output).await,
        Command::Disconnect(args) => disconnect::run(args, output).await,
        Command::Adopt(args) => adopt::run(args, output).await,
        Command::Reconcile(args) => reconcile::run(args, output).await,
        Command::Activity(args) => activity::run(args, output).await,
        Command::Restore(args) => restore::run(args, output).await,
        Command::Erase(args) => erase::run(args, output).await,
        Command::Import(args) => import::run(args, output).await,
        Command::Reindex(args) => reindex::run(args, output).await,
        Command::Skills(args) => skills::run(args, output).await,
    };
    outcome.unwrap_or_else(|error| {
        output::error(&*error);
        ExitCode::FAILURE
    })
}
