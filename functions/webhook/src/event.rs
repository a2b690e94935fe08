//! One thing that TaskRouter said of a worker, from whichever side it came.

use sha2::{Digest, Sha256};

use domain::{Attributes, Fault, ReportVersion};
use twilio::{Callback, Worker};

/// What TaskRouter said of a worker at one moment.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    /// The worker.
    pub worker_sid: String,
    /// The friendly name.
    pub identity: String,
    /// The activity's name.
    pub activity: String,
    /// The moment. Unreadable attributes come before everything: whatever can be read counts more.
    pub stamp: ReportVersion,
    /// Whether the worker is there no more.
    pub gone: bool,
    /// The attributes as far as they can be read.
    pub said: Option<Attributes>,
    /// Of all that the profile is made from.
    pub hash: String,
    /// What is wrong with the attributes.
    pub faults: Vec<Fault>,
}

impl Event {
    /// What a callback says; none for one that is not about a worker.
    #[must_use]
    pub fn of(callback: &Callback) -> Option<Self> {
        let worker = callback.worker.as_ref()?;
        let stamp = ReportVersion { at_ms: worker.timestamp_ms, version: worker.version };
        let gone = callback.is_deleted();
        Some(Self::new(&worker.sid, &worker.name, &worker.activity_name, stamp, gone, &worker.attributes))
    }

    /// What TaskRouter answered when it was asked at this moment; none where it left the attributes out.
    #[must_use]
    pub fn asked(worker: &Worker, asked_at_ms: i64) -> Option<Self> {
        let stamp = ReportVersion { at_ms: asked_at_ms, version: worker.version.unwrap_or_default() };
        let attributes = worker.attributes.as_ref()?;
        Some(Self::new(&worker.sid, &worker.friendly_name, &worker.activity_name, stamp, false, attributes))
    }

    fn new(sid: &str, identity: &str, activity: &str, stamp: ReportVersion, gone: bool, attributes: &str) -> Self {
        let (read, mut faults) = Attributes::read(attributes);
        if gone && attributes.is_empty() {
            faults.clear();
        }
        let stamp = if read.is_some() || gone { stamp } else { ReportVersion { at_ms: 0, version: 0 } };
        Self {
            worker_sid: sid.to_owned(),
            identity: identity.to_owned(),
            activity: activity.to_owned(),
            stamp,
            gone,
            said: read,
            hash: hash(identity, gone, attributes),
            faults,
        }
    }
}

/// Of the name, whether the worker is there, and the attributes with their keys in order.
fn hash(identity: &str, gone: bool, attributes: &str) -> String {
    let mut value = serde_json::from_str::<serde_json::Value>(attributes).unwrap_or_default();
    value.sort_all_objects();
    let mut hash = Sha256::new();
    for part in [identity, if gone { "gone" } else { "here" }, &value.to_string()] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let hash: [u8; 32] = hash.finalize().into();
    format!("{:032x}", hash.iter().take(16).fold(0_u128, |hash, &byte| hash << 8 | u128::from(byte)))
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
