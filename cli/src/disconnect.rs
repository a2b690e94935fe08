//! `flex-roster disconnect`: undoes what `connect` has set in Twilio, and nothing else.

use std::process::ExitCode;

use app::connect::{Connector, Step, plan_disconnect};
use serde_json::{Value, json};

use crate::{
    Outcome,
    confirm::Confirmation,
    connect::{surroundings, webhook},
    output::{Output, Report, listed},
    workspace,
};

/// What disconnecting leaves.
const STAYS: &str = "Users, teams and records stay in the table. As long as the functions run, the schedule goes on reading the \
                     workspace, and with SyncMode=write edits are still carried there.";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    confirmation: Confirmation,
}

pub async fn run(args: Args, output: Output) -> Outcome {
    let (webhook, twilio) = (webhook()?, workspace::client().await?);
    let surroundings = surroundings(&twilio).await?;
    let steps = plan_disconnect(&webhook, &surroundings);
    let not_checked = surroundings.event_streams.as_ref().err().map(ToString::to_string);
    let mut report = DisconnectReport { steps, not_checked, is_done: false };
    if report.steps.is_empty() {
        output.report(&report);
        return Ok(ExitCode::SUCCESS);
    }
    output.report_first(&report);
    if args.confirmation.given("do this") {
        Connector { twilio: &twilio }.carry_out(&report.steps).await?;
        report.is_done = true;
    }
    output.report_last(&report);
    Ok(ExitCode::SUCCESS)
}

struct DisconnectReport {
    steps: Vec<Step>,
    /// Why Event Streams could not be looked at.
    not_checked: Option<String>,
    is_done: bool,
}

impl Report for DisconnectReport {
    fn text(&self) -> String {
        let not_checked = self.not_checked.as_ref();
        let not_checked = not_checked.map(|why| format!("not checked: Event Streams: {why}\n")).unwrap_or_default();
        if self.steps.is_empty() {
            return format!("{not_checked}Nothing leads to this deployment: nothing is to be changed.\n");
        }
        format!("{not_checked}To be done:\n{}", listed(self.steps.iter().map(ToString::to_string)))
    }

    fn last_text(&self) -> String {
        if self.is_done { format!("Done. {STAYS}\n") } else { String::new() }
    }

    fn json(&self) -> Value {
        let steps = self.steps.iter().map(ToString::to_string).collect::<Vec<_>>();
        let done = self.is_done.then_some(&steps);
        json!({"planned": steps, "done": done, "event_streams_not_checked": self.not_checked, "stays": STAYS})
    }
}
