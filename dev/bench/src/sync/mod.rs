//! Sync under load: a large team that changes, an outage of Twilio, a whole workspace compared, and how long an edit takes to
//! reach TaskRouter, also while a bulk job is at work.

mod beside_job;
mod contact_center;
mod delay;
mod movable_clock;
mod outage;
mod reconciliation;
mod team_change;

use crate::{Fallible, report::Report};

/// The argument with which this binary measures only this.
pub const ALONE: &str = "sync";

/// Prints the figures, and checks their limits.
pub async fn sync(report: &Report) -> Fallible<()> {
    report.section(&format!("A team's skill change with {} members", team_change::MEMBERS));
    team_change::team_change(report).await?;
    report.section(&format!("An outage of Twilio of {} minutes with {} edits", outage::MINUTES, outage::EDITS));
    outage::outage(report).await?;
    let workers = reconciliation::WORKERS;
    report.section(&format!("Adopting a workspace, and reconciling one of {workers} workers"));
    reconciliation::reconciliation(report).await?;
    report.section("From an edit to TaskRouter, one edit at a time");
    delay::delay(report).await?;
    report.section(&format!("A bulk job of {} users, and edits by hand meanwhile", beside_job::USERS));
    beside_job::beside_job(report).await
}
