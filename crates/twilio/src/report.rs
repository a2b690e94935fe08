//! Makes a [`WorkerReport`] of what Twilio sends, whichever way it comes.

use domain::{Identity, ReportVersion, WorkerReport, WorkerSid};

use crate::attributes;

/// The most characters that TaskRouter takes as a friendly name.
pub(crate) const MAX_NAME_CHARS: usize = 64;

/// Without attributes they are unknown: that is no fault of theirs.
pub(crate) fn new(
    sid: &str,
    friendly_name: &str,
    activity: &str,
    version: ReportVersion,
    deleted: bool,
    attributes: Option<&str>,
) -> WorkerReport {
    let (read, faults) = attributes.map(attributes::read).unwrap_or_default();
    WorkerReport {
        worker_sid: WorkerSid::new(sid),
        identity: identity(friendly_name),
        activity: activity.to_owned(),
        version,
        deleted,
        attributes: read,
        other_chars: attributes.and_then(attributes::length::other_chars),
        faults,
    }
}

/// The identity that a friendly name is (rule 22). None for a text that cannot be one: it is part of a key of the table.
pub(crate) fn identity(friendly_name: &str) -> Option<Identity> {
    Some(friendly_name).filter(|name| name.chars().count() <= MAX_NAME_CHARS).and_then(Identity::reported)
}
