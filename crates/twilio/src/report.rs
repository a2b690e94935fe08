//! Makes a [`WorkerReport`] of what Twilio sends, whichever way it comes.

use domain::{Identity, ReportVersion, WorkerReport, WorkerSid};

use crate::attributes;

pub(crate) fn new(
    sid: &str,
    friendly_name: &str,
    activity: &str,
    version: ReportVersion,
    deleted: bool,
    attributes: &str,
) -> WorkerReport {
    let (read, mut faults) = attributes::read(attributes);
    if deleted && attributes.is_empty() {
        faults.clear();
    }
    WorkerReport {
        worker_sid: WorkerSid::new(sid),
        identity: Identity::reported(friendly_name),
        activity: activity.to_owned(),
        version,
        deleted,
        attributes: read,
        faults,
    }
}
