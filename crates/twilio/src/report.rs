//! Makes a [`WorkerReport`] of what Twilio sends, whichever way it comes.

use domain::{Identity, ReportVersion, WorkerReport, WorkerSid};
use sha2::{Digest as _, Sha256};

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
        version: if read.is_some() || deleted { version } else { ReportVersion::EARLIEST },
        deleted,
        attributes: read,
        hash: hash(friendly_name, deleted, attributes),
        faults,
    }
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
