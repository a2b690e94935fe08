//! What a report comes to: two reports with the same fingerprint lead to the same user.

use domain::{WorkerReport, policy::Policy};
use sha2::{Digest as _, Sha256};

/// 32 hexadecimal digits of all that a user is derived from: identity, presence and the attributes that are read, and
/// what the deployment decides about them. The activity is not among it.
pub(crate) fn fingerprint(report: &WorkerReport, policy: &Policy) -> String {
    let is_owner = report.identity.as_ref().is_some_and(|identity| policy.account_owners.contains(identity));
    let decided_by_policy = (is_owner, policy.roles, policy.skills);
    let read = (&report.worker_sid, &report.identity, report.deleted, &report.attributes, decided_by_policy);
    let read = serde_json::to_vec(&read).unwrap_or_default();
    Sha256::digest(read)[..16].iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
