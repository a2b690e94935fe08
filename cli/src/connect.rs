//! `flex-roster connect`: says what there is, and then has the workspace's events sent here and its workers adopted.

mod left;
mod report;
mod rules;

use std::process::ExitCode;

use app::{
    SystemTimeAndIds, TimeAndIds as _,
    connect::{ConnectError, Connector, Step, Surroundings, Via, Webhook, plan},
    reconcile::Planned,
    skill_activity::skill_activity,
};
use domain::reconciliation::ReconciliationState;
use jiff::SignedDuration;
use runtime::config::required;
use twilio::{Client, StateRateLimits as _};

use crate::{
    Failure, Outcome,
    activity::ActivityReport,
    confirm::Confirmation,
    output::{self, Output},
    reconcile::{self, ReconcileReport},
    workspace::{self, Reconciler},
};
use report::{ConnectReport, Done};

/// As long as Twilio keeps events whole.
const ACTIVITY_DAYS: i64 = 30;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Takes the events from Event Streams: for a workspace whose one callback URL is another system's.
    #[arg(long)]
    event_streams: bool,
    #[command(flatten)]
    confirmation: Confirmation,
}

pub async fn run(args: Args, output: Output) -> Outcome {
    let (webhook, reconciler) = (webhook()?, workspace::reconciler().await?);
    let via = if args.event_streams { Via::EventStreams } else { Via::Callback };
    let mut report = look(webhook, &reconciler, via).await?;
    let steps = match &report.plan {
        Ok(steps) => steps.clone(),
        Err(obstacle) => {
            output.report(&report);
            return Err(obstacle.clone().into());
        }
    };
    let is_connected = steps.is_empty() && nothing_to_apply(&report.preview.planned);
    if is_connected {
        output.report(&report);
        return Ok(ExitCode::SUCCESS);
    }
    output.report_first(&report);
    if !args.confirmation.given("do this and adopt the workers") {
        output.report_last(&report);
        return Ok(ExitCode::SUCCESS);
    }
    connect(&report.webhook, &reconciler, via, &steps).await?;
    let run = reconcile::run_everything(&reconciler).await?;
    let code = if run.state == ReconciliationState::Done { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    report.done = Some(Done { steps, adoption: ReconcileReport(run) });
    output.report_last(&report);
    Ok(code)
}

/// The deployment's webhook, as the function `webhook` knows it.
pub fn webhook() -> Result<Webhook, Failure> {
    Ok(Webhook::below(&required("PUBLIC_URL")?))
}

pub async fn surroundings(twilio: &Client) -> Result<Surroundings, Failure> {
    Ok(Surroundings::read(twilio, &required("TWILIO_WORKSPACE_SID")?).await?)
}

/// Reads everything, and changes nothing.
async fn look(webhook: Webhook, reconciler: &Reconciler, via: Via) -> Result<ConnectReport, Failure> {
    let twilio = &reconciler.ingest.taskrouter;
    let surroundings = surroundings(twilio).await?;
    let preview = reconciler.preview(|workers| output::progress(&format!("workers: {workers}"))).await;
    output::end_progress();
    let since = SystemTimeAndIds.now() - SignedDuration::from_hours(24 * ACTIVITY_DAYS);
    let activity = skill_activity(twilio, since, |events| output::progress(&format!("events: {events}"))).await;
    output::end_progress();
    Ok(ConnectReport {
        plan: plan(&webhook, &surroundings, via),
        via,
        webhook,
        surroundings,
        preview: preview?,
        activity: activity.map(|activity| ActivityReport { since, activity }),
        rate_limits: twilio.rate_limits(),
        done: None,
    })
}

fn nothing_to_apply(planned: &Planned) -> bool {
    *planned == Planned::default()
}

/// Rights first, so that nothing is left half done for want of one.
async fn connect(webhook: &Webhook, reconciler: &Reconciler, via: Via, steps: &[Step]) -> Result<(), Failure> {
    let twilio = &reconciler.ingest.taskrouter;
    let connector = Connector { twilio };
    connector.check_rights().await?;
    connector.carry_out(steps).await?;
    // Validated: read again, nothing is left to do.
    match plan(webhook, &surroundings(twilio).await?, via)?.first() {
        None => Ok(()),
        Some(step) => Err(ConnectError::NotDone(step.to_string()).into()),
    }
}
