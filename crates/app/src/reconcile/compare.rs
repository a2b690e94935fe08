//! One worker of TaskRouter's list, compared with what the directory knows of it and with what it should show.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    SkillName, Status, User, UserId, WorkerReport,
    policy::Policy,
    reconciliation::Differing,
    routing::{OwnedAttributes, desired, with_unexpected_level},
    team::Teams,
};
use jiff::Timestamp;
use store::WorkerItem;
use twilio::Worker;

use crate::ingest::fingerprint;

/// What is read of the directory before the list.
#[derive(Debug)]
pub(super) struct Known {
    pub users: BTreeMap<UserId, User>,
    pub teams: Teams,
    /// The skills of the catalog, and those of them that have no levels.
    pub skills: BTreeSet<SkillName>,
    pub without_levels: BTreeSet<SkillName>,
    /// Where workers of users who are not active belong; none if there is no such activity.
    pub offline: Option<String>,
    /// Users of whom something is to be carried over, or a changed team is about to reach them.
    pub pending: BTreeSet<UserId>,
}

/// What a worker's place in the list tells.
#[derive(Debug)]
pub(super) enum Heard {
    /// Nothing that is not known, or the list is older than what is known.
    Nothing,
    /// Something new.
    Report(Box<WorkerReport>),
    /// Something may be new, but the list says too little: the worker has to be fetched.
    TooLittle,
}

/// What the list tells of a worker. It dates a worker to the second, and a callback to the millisecond, by another clock:
/// where the list is not later by a second, it does not tell which of the two is.
pub(super) fn heard(listed: &Worker, known: Option<&WorkerItem>, policy: &Policy) -> Heard {
    let report = listed.report().map(Box::new);
    let Some(known) = known else { return report.map_or(Heard::TooLittle, Heard::Report) };
    if known.deleted {
        // The list may be older than the deletion; or it was another workspace that had no such worker.
        return Heard::TooLittle;
    }
    let is_later = known.reported.at_ms.div_euclid(1_000) < listed.date_updated.map_or(0, Timestamp::as_second);
    let has_activity = known.activity == listed.activity_name;
    match report {
        Some(report) => {
            match is_applied(Some(&report), Some(known), policy)
                && has_activity
                && known.other_chars == report.other_chars
            {
                true => Heard::Nothing,
                false if is_later => Heard::Report(report),
                false => Heard::TooLittle,
            }
        }
        None if is_later || !has_activity || known.applied_hash.is_none() => Heard::TooLittle,
        None => Heard::Nothing,
    }
}

/// Whether ingest passes such a report over: it neither changes nor wakes the user.
pub(super) fn is_applied(report: Option<&WorkerReport>, known: Option<&WorkerItem>, policy: &Policy) -> bool {
    let applied = known.and_then(|known| known.applied_hash.as_ref());
    report.is_some_and(|report| applied == Some(&fingerprint(report, policy)))
}

impl Known {
    /// What the worker shows that it should not. Nothing of a worker that is not the user's current one, and of one that has
    /// become unmanaged. A deleted user's worker should not be there: that is for the caller to see.
    pub fn differing(&self, user: &User, listed: &Worker, policy: &Policy) -> Differing {
        if user.taskrouter.worker_sid.as_ref() != Some(&listed.worker_sid()) {
            return Differing::default();
        }
        let is_active = user.managed.status == Status::Active;
        let is_elsewhere = self.offline.as_ref().is_some_and(|offline| *offline != listed.activity_sid);
        let activity = !is_active && is_elsewhere;
        let Some(fetched) = listed.owned_attributes() else { return Differing { activity, ..Differing::default() } };
        if fetched.roles.is_empty() && !user.managed.role_granted {
            return Differing::default();
        }
        let target = desired(user, &self.teams, &fetched, policy);
        let fetched = self.without_needless_levels(&target, fetched);
        Differing { activity, ..Differing::of_attributes(&target, &fetched) }
    }

    /// The level of a skill without levels is no difference (rule 24).
    fn without_needless_levels(&self, target: &OwnedAttributes, fetched: OwnedAttributes) -> OwnedAttributes {
        let names = with_unexpected_level(target, &fetched);
        let names = names.intersection(&self.without_levels).cloned().collect::<BTreeSet<_>>();
        if names.is_empty() { fetched } else { fetched.without_levels_of(&names) }
    }

    /// The worker's skills that the catalog lacks.
    pub fn unknown_skills(&self, report: &WorkerReport) -> Vec<SkillName> {
        let Some(attributes) = &report.attributes else { return Vec::new() };
        let names = attributes.skills.keys().chain(attributes.disabled.keys());
        names.filter(|name| !self.skills.contains(*name)).cloned().collect()
    }
}
