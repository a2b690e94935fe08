//! What a report about a worker may and may not change in a user (rules 22 to 25, 28).
//!
//! Reports arrive twice, late and in any order, so each part of a user is derived in a way that does not depend on
//! order: what the identity provider owns is what the *latest* report says; what the directory adopts is what the
//! *earliest* one said; a role that was never decided here is the *least* that any report has stated. Reports whose
//! attributes are unknown say who the worker is and whether it exists, and nothing else.

use jiff::Timestamp;

use crate::{
    Attributes, Identity, Provenance, Recency, ReportRef, Role, Status, User, UserId, WorkerReport,
    policy::{Policy, RoleAuthority},
    text::shown,
    user::Managed,
};

/// The user that the first report about a worker makes, adopted unchanged (rule 23). None for an unmanaged worker, and
/// for a report that does not name the worker. A user whose attributes are unknown is an agent, the least role, until a
/// report states them.
#[must_use]
pub fn adopt(report: &WorkerReport, policy: &Policy, user_id: UserId, now: Timestamp) -> Option<User> {
    if let Some(attributes) = &report.attributes {
        attributes.role?;
    }
    let user = User::new(user_id, report.identity.clone()?, now);
    Some(apply_report(&user, report, Recency::Latest, policy))
}

/// The user after a report about a worker of theirs.
#[must_use]
pub fn apply_report(user: &User, report: &WorkerReport, recency: Recency, policy: &Policy) -> User {
    let mut after = user.clone();
    link_worker(&mut after, report);
    if user.managed.status == Status::Deleted {
        return after;
    }
    let is_current = user.taskrouter.worker_sid.is_none()
        || after.taskrouter.worker_sid.as_ref() == Some(&report.worker_sid)
        || report.deleted;
    let is_current = is_current && user.taskrouter.reported_at.as_ref().is_none_or(|last| !report.precedes(last));
    if is_current && recency == Recency::Latest {
        take_identity(&mut after, report.identity.as_ref());
    }
    if let Some(attributes) = &report.attributes {
        adopt_skills(&mut after, attributes, report);
        if policy.roles == RoleAuthority::Directory {
            take_role(&mut after, attributes.role);
        }
        if is_current && recency != Recency::Superseded {
            take_login(&mut after, attributes, report.report_ref(), policy);
        }
    }
    if !report.deleted && policy.account_owners.contains(&after.identity) {
        (after.managed.role, after.managed.role_granted) = (Role::AccountOwner, true);
    }
    if after.managed.role == Role::Agent {
        after.managed.act_as_agent = false;
    }
    after.managed.end_leads();
    after
}

fn link_worker(user: &mut User, report: &WorkerReport) {
    let worker = &mut user.taskrouter.worker_sid;
    if !report.deleted {
        *worker = Some(report.worker_sid.clone());
    } else if worker.as_ref() == Some(&report.worker_sid) {
        *worker = None;
    }
}

fn take_identity(user: &mut User, identity: Option<&Identity>) {
    if let Some(identity) = identity {
        user.identity.clone_from(identity);
    }
}

/// Skills are those of the earliest report until they are decided here (rule 23).
fn adopt_skills(user: &mut User, attributes: &Attributes, report: &WorkerReport) {
    let managed = &mut user.managed;
    let is_earlier = match &managed.provenance {
        Provenance::Adopted(earliest) => report.precedes(earliest),
        Provenance::Pending => true,
        Provenance::Managed => false,
    };
    if attributes.role.is_none() || !is_earlier {
        return;
    }
    managed.provenance = Provenance::Adopted(report.report_ref());
    managed.assigned_skills = attributes.disabled.clone().into_iter().chain(attributes.skills.clone()).collect();
    managed.act_as_agent = !managed.assigned_skills.is_empty();
}

/// Of several reports the least role counts, in whatever order they arrive: it is the role of a user of whom nobody here has
/// decided one (rule 25). What logins state of a decided role is judged when the worker is compared ([`crate::routing`]).
fn take_role(user: &mut User, stated: Option<Role>) {
    let managed = &mut user.managed;
    let Some(stated) = stated.filter(|_| !managed.role_granted) else { return };
    let least = managed.login_role.map_or(stated, |least| least.min(stated));
    // Who was added as an agent, with skills, and turns out to be none was added to receive tasks (rule 11).
    managed.act_as_agent |= managed.login_role.is_none() && !managed.assigned_skills.is_empty();
    (managed.role, managed.login_role) = (least, Some(least));
}

/// What the latest login may change: what the identity provider owns, and the exceptions of rule 24.
fn take_login(user: &mut User, attributes: &Attributes, mut this: ReportRef, policy: &Policy) {
    let last = user.taskrouter.reported_at.take();
    let is_known = last.is_some();
    if let Some(last) = last {
        // Of a time that is unknown this much is known: it is not before the report that this one follows by its version.
        this.version.at_ms = this.version.at_ms.max(last.version.at_ms);
    }
    user.taskrouter.reported_at = Some(this);
    user.idp = attributes.idp.shown();
    if user.idp.full_name.is_none() {
        // The identity stands for the name, and is kept; what is shown for it is not (rule 33).
        user.idp.full_name = shown(user.identity.as_str()).filter(|shown| shown != user.identity.as_str());
    }
    if user.managed.provenance != Provenance::Managed {
        user.taskrouter.disabled_skills = attributes.disabled.keys().cloned().collect();
    }
    if policy.roles == RoleAuthority::IdentityProvider && user.managed.role != Role::AccountOwner {
        follow_login_role(&mut user.managed, attributes.role, is_known);
    }
}

/// With `ROLE_AUTHORITY=idp` the role is that of the latest login, and none that was given here counts: the token caps it
/// again (rule 25). A user who stops being an agent still receives tasks (rule 11).
fn follow_login_role(managed: &mut Managed, stated: Option<Role>, is_known: bool) {
    managed.role_granted = false;
    let Some(stated) = stated else { return };
    managed.act_as_agent |= is_known && managed.role == Role::Agent && stated != Role::Agent;
    (managed.role, managed.login_role) = (stated, Some(stated));
}

#[cfg(test)]
mod tests;
