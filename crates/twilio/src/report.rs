//! Makes a [`WorkerReport`] of what Twilio sends, whichever way it comes.

use domain::{Identity, ReportVersion, WorkerReport, WorkerSid};
use sha2::{Digest as _, Sha256};

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
        version: if read.is_some() || deleted { version } else { ReportVersion::EARLIEST },
        deleted,
        attributes: read,
        hash: hash(friendly_name, deleted, attributes.unwrap_or_default()),
        faults,
    }
}

/// The identity that a friendly name is (rule 22). None for a text that cannot be one: it is part of a key of the table.
pub(crate) fn identity(friendly_name: &str) -> Option<Identity> {
    Some(friendly_name).filter(|name| name.chars().count() <= MAX_NAME_CHARS).and_then(Identity::reported)
}

/// Of the friendly name, of whether the worker exists, and of the attributes with their keys in order.
fn hash(friendly_name: &str, deleted: bool, attributes: &str) -> String {
    let mut value = serde_json::from_str::<serde_json::Value>(attributes).unwrap_or_default();
    value.sort_all_objects();
    let mut hash = Sha256::new();
    for part in [friendly_name, if deleted { "deleted" } else { "exists" }, &value.to_string()] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let hash: [u8; 32] = hash.finalize().into();
    hash[..16].iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn the_same_attributes_in_another_order_or_spelling_are_the_same() {
        let one = hash("ada", false, r#"{"a": {"x": 1, "y": "/"}, "b": 2}"#);
        assert_eq!(one, hash("ada", false, r#"{"b":2,"a":{"y":"\/","x":1}}"#));
        assert_ne!(one, hash("ida", false, r#"{"b":2,"a":{"y":"/","x":1}}"#));
        assert_ne!(one, hash("ada", true, r#"{"b":2,"a":{"y":"/","x":1}}"#));
    }
}
