//! Sync under load: a large team that changes.

mod contact_center;
mod team_change;

use crate::{Fallible, report::Report};

/// The argument with which this binary measures only this.
pub const ALONE: &str = "sync";

/// Prints the figures, and checks their limits.
pub async fn sync(report: &Report) -> Fallible<()> {
    report.section(&format!("A team's skill change with {} members", team_change::MEMBERS));
    team_change::team_change(report).await
}
