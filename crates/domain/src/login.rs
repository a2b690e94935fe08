//! What a callback of TaskRouter may and may not change in a person (rules 22 to 25, 28).
//!
//! Callbacks come twice, late and in any order, so each part of a person is made in a way that order does
//! not matter: what the identity provider owns is what the *latest* callback says; what the directory adopts
//! is what the *earliest* one said; the role of somebody whom nobody here has decided about is the *least*
//! that any has stated.

use jiff::Timestamp;
use std::collections::BTreeSet;

use crate::{
    Attributes, Provenance, ReportVersion, Role, SkillName, Status, User, UserId, edit::RoleAuthority, skill::Skills,
};

/// Who decides about skills in this deployment (rule 24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SkillAuthority {
    /// The directory: skills changed elsewhere are put back.
    #[default]
    Directory,
    /// Both: skills changed elsewhere are taken over.
    Shared,
}

/// What the deployment has decided about logins.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Identities, in lower case, that are account owners from their next login on (rule 3).
    pub account_owners: BTreeSet<String>,
    /// Who decides about roles.
    pub roles: RoleAuthority,
    /// Who decides about skills.
    pub skills: SkillAuthority,
}

impl Policy {
    fn names(&self, identity: &str) -> bool {
        self.account_owners.contains(&identity.to_lowercase())
    }
}

/// What one callback says of a worker.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The friendly name.
    pub identity: &'a str,
    /// The worker.
    pub worker_sid: &'a str,
    /// Whether the worker is there no more.
    pub gone: bool,
    /// The moment.
    pub stamp: ReportVersion,
    /// Whether nothing later has been heard of this worker.
    pub latest: bool,
    /// The attributes, or none where they could not be read.
    pub said: Option<&'a Attributes>,
}

/// The person whom a callback shows for the first time, adopted as they are (rule 23); none for an unmanaged
/// worker. Who cannot be read is an agent, the least there is, until something readable is heard.
#[must_use]
pub fn first_seen(seen: Seen<'_>, policy: &Policy, user_id: UserId, now: Timestamp) -> Option<User> {
    if let Some(said) = seen.said {
        said.role?;
    }
    let nobody = User {
        user_id,
        identity: seen.identity.to_owned(),
        name: seen.identity.to_owned(),
        email: None,
        picture: None,
        reported_at: None,
        role: Role::Agent,
        role_granted: false,
        login_role: None,
        role_decided_after: None,
        status: Status::Active,
        act_as_agent: false,
        teams: BTreeSet::new(),
        assigned_skills: Skills::new(),
        disabled_skills: BTreeSet::new(),
        reported_skills: Skills::new(),
        worker_sid: None,
        provenance: Provenance::Pending,
        version: 0,
        created_at: now,
        updated_at: now,
    };
    Some(seen_again(&nobody, Seen { latest: true, ..seen }, policy, &Skills::new()))
}

/// The person after a callback about a worker of theirs. `inherited` are the skills that their teams give,
/// which matter with [`SkillAuthority::Shared`] alone.
#[must_use]
pub fn seen_again(user: &User, seen: Seen<'_>, policy: &Policy, inherited: &Skills) -> User {
    let mut after = user.clone();
    attach(&mut after, seen);
    if user.status == Status::Deleted {
        return after;
    }
    let is_current = user.worker_sid.is_none() || after.worker_sid.as_deref() == Some(seen.worker_sid) || seen.gone;
    let latest = seen.latest && is_current && user.reported_at <= Some(seen.stamp);
    if latest {
        seen.identity.clone_into(&mut after.identity);
        if user.reported_at.is_none() {
            after.name.clone_from(&after.identity);
        }
    }
    if let Some(said) = seen.said {
        adopt(&mut after, said, seen.stamp, policy);
        lower(&mut after, said, seen.stamp, policy);
        if latest {
            take_login(&mut after, said, seen, policy, inherited);
        }
    }
    if policy.names(&after.identity) {
        (after.role, after.role_granted) = (Role::AccountOwner, true);
    }
    if after.role == Role::Agent {
        after.act_as_agent = false;
    }
    after
}

fn attach(user: &mut User, seen: Seen<'_>) {
    let is_mine = user.worker_sid.as_deref() == Some(seen.worker_sid);
    if seen.gone && is_mine {
        user.worker_sid = None;
    } else if !seen.gone {
        user.worker_sid = Some(seen.worker_sid.to_owned());
    }
}

/// What the directory owns, from the earliest callback, while nobody here has decided anything.
fn adopt(user: &mut User, said: &Attributes, stamp: ReportVersion, policy: &Policy) {
    let Some(role) = said.role.filter(|_| user.provenance != Provenance::Managed) else { return };
    if !user.role_granted && policy.roles == RoleAuthority::Directory {
        user.role = user.login_role.map_or(role, |least| least.min(role));
    }
    user.login_role = Some(user.login_role.map_or(role, |least| least.min(role)));
    let is_earlier = match user.provenance {
        Provenance::Adopted(earliest) => stamp < earliest,
        Provenance::Pending => true,
        Provenance::Managed => false,
    };
    if is_earlier {
        user.provenance = Provenance::Adopted(stamp);
        if policy.skills == SkillAuthority::Directory {
            user.assigned_skills = said.disabled.clone().into_iter().chain(said.skills.clone()).collect();
            user.act_as_agent = !user.assigned_skills.is_empty();
        }
    }
}

/// What the latest login may change: what the identity provider owns, and the exceptions of rule 24.
fn take_login(user: &mut User, said: &Attributes, seen: Seen<'_>, policy: &Policy, inherited: &Skills) {
    let is_known = user.reported_at.is_some();
    user.reported_at = Some(seen.stamp);
    user.name = said.full_name.clone().unwrap_or_else(|| seen.identity.to_owned());
    user.email.clone_from(&said.email);
    user.picture.clone_from(&said.picture);
    user.disabled_skills = said.disabled.keys().cloned().collect();
    if let Some(role) = said.role.filter(|_| policy.roles == RoleAuthority::IdentityProvider) {
        follow_login(user, role, is_known);
    }
    if policy.skills == SkillAuthority::Shared {
        take_skills(user, &said.skills, inherited);
    }
}

/// A role that a login has since lowered is taken over; a raised one is drift. Of several, whatever their order, the
/// least counts. An account owner's role is nobody's but an account owner's to change (rule 3).
fn lower(user: &mut User, said: &Attributes, stamp: ReportVersion, policy: &Policy) {
    let Some(said) = said.role.filter(|_| user.provenance == Provenance::Managed) else { return };
    let is_news = user.role_decided_after < Some(stamp);
    if user.role == Role::AccountOwner || policy.roles == RoleAuthority::IdentityProvider || !is_news {
        return;
    }
    let was = user.login_role.unwrap_or(said);
    if said < was {
        user.role = user.role.min(said);
    }
    user.login_role = Some(was.min(said));
}

/// With `ROLE_AUTHORITY=idp` the role is what the latest login says; whoever stops being an agent goes on receiving
/// tasks (rule 11).
fn follow_login(user: &mut User, said: Role, is_known: bool) {
    if user.role != Role::AccountOwner {
        user.act_as_agent |= is_known && user.role == Role::Agent && said != Role::Agent;
        (user.role, user.login_role) = (said, Some(said));
    }
}

/// Takes over what changed in TaskRouter since it last spoke, and nothing else: an edit made here that has not
/// been carried over yet is no removal made there.
fn take_skills(user: &mut User, said: &Skills, inherited: &Skills) {
    let names = user.reported_skills.keys().chain(said.keys()).cloned().collect::<BTreeSet<SkillName>>();
    for name in names {
        match (user.reported_skills.get(&name), said.get(&name)) {
            (was, is) if was == is => {}
            (_, None) => drop(user.assigned_skills.remove(&name)),
            (_, Some(level)) if !user.assigned_skills.contains_key(&name) && inherited.get(&name) == Some(level) => {}
            (_, Some(level)) => drop(user.assigned_skills.insert(name, *level)),
        }
    }
    user.reported_skills.clone_from(said);
    user.act_as_agent |= user.provenance != Provenance::Managed && !user.assigned_skills.is_empty();
}

#[cfg(test)]
mod tests;
