//! What a worker in TaskRouter is to show of its user, and what to make of what it shows (rules 11 to 13, 24 and 26).
//!
//! Three states are compared: *desired*, by the directory; *base*, what both sides agreed on last; *fetched*, what
//! TaskRouter has now. Where fetched is base, no other writer was there, and desired may be carried over. Where it
//! differs, another writer has written: some of that is accepted, the rest is drift, which is reverted and recorded.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};

use crate::{
    Change, Provenance, Role, SkillName, TemporarySkills, User,
    effective::{effective_skills, held_skills},
    policy::{Policy, RoleAuthority, SkillAuthority},
    skill::Skills,
    team::Teams,
    user::Managed,
};

/// With `SKILL_AUTHORITY=shared`, a skill that vanishes within this time of being carried over was removed by a browser that
/// saved a stale copy (rule 24).
const STALE_COPY: Duration = Duration::from_mins(5);

/// The part of a worker's attributes that the directory writes (rule 26).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OwnedAttributes {
    /// Those of the three roles that `roles` holds. To TaskRouter an account owner is a system admin.
    pub roles: BTreeSet<Role>,
    /// `routing.skills` with `routing.levels`.
    pub skills: Skills,
    /// The skills in `disabled_skills` that are not in `routing.skills` as well: a skill in both is enabled.
    pub disabled: BTreeSet<SkillName>,
}

impl OwnedAttributes {
    /// The one of the three roles that counts; none for an unmanaged worker (rule 23).
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.roles.last().copied()
    }

    /// The same, but for the levels of skills that have none: Flex writes one or leaves it out (rule 24).
    #[must_use]
    pub fn without_levels_of(&self, skills: &BTreeSet<SkillName>) -> Self {
        let level = |(name, level): (&SkillName, &_)| (name.clone(), if skills.contains(name) { None } else { *level });
        Self { skills: self.skills.iter().map(level).collect(), ..self.clone() }
    }
}

/// What the worker is to show. `fetched` decides what is not decided here: a role that was never set, and what Flex's own
/// pages have disabled.
#[must_use]
pub fn desired(user: &User, teams: &Teams, fetched: &OwnedAttributes, policy: &Policy) -> OwnedAttributes {
    let is_decided = user.managed.role_granted && policy.roles == RoleAuthority::Directory;
    let roles = if is_decided { [shown_role(user)].into() } else { fetched.roles.clone() };
    let skills = routed_skills(user, teams);
    let is_enabled = |name: &SkillName| skills.contains_key(name);
    let disabled = fetched.disabled.iter().filter(|name| !is_enabled(name)).cloned().collect();
    OwnedAttributes { roles, skills, disabled }
}

/// The skills that tasks are routed by, with their levels.
#[must_use]
pub fn routed_skills(user: &User, teams: &Teams) -> Skills {
    let effective = effective_skills(user, teams.values()).into_iter().filter(|skill| !skill.disabled);
    effective.map(|skill| (skill.skill, skill.level)).collect()
}

/// What the worker shows once everything decided is carried over, whatever else it has.
#[must_use]
pub fn decided(user: &User, teams: &Teams) -> OwnedAttributes {
    OwnedAttributes { roles: [shown_role(user)].into(), skills: routed_skills(user, teams), disabled: BTreeSet::new() }
}

/// To TaskRouter an account owner is a system admin.
fn shown_role(user: &User) -> Role {
    user.managed.role.min(Role::SystemAdmin)
}

/// The skills whose level is in question: no level is desired, and the worker has one.
#[must_use]
pub fn with_unexpected_level(desired: &OwnedAttributes, fetched: &OwnedAttributes) -> BTreeSet<SkillName> {
    let has_level = |name: &SkillName| matches!(fetched.skills.get(name), Some(Some(_)));
    let without = desired.skills.iter().filter(|(_, level)| level.is_none()).map(|(name, _)| name);
    without.filter(|name| has_level(name)).cloned().collect()
}

/// What others have written to a worker, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The user after what is accepted.
    pub user: User,
    /// What is to be reverted: each field as the directory had it and as it was found.
    pub drift: Vec<Change>,
}

/// Judges the difference between what both sides agreed on and what TaskRouter has now. `base` is none while nothing was
/// ever carried over to this worker; `carried_at` is when it was.
#[must_use]
pub fn judge(
    user: &User,
    teams: &Teams,
    base: Option<(&OwnedAttributes, Timestamp)>,
    fetched: &OwnedAttributes,
    policy: &Policy,
    now: Timestamp,
) -> Verdict {
    let mut verdict = Verdict { user: user.clone(), drift: Vec::new() };
    let is_fresh = base.is_some_and(|(_, at)| now.duration_since(at).unsigned_abs() < STALE_COPY);
    let carried = base.map(|(base, _)| base);
    let base = match carried {
        Some(base) => base.clone(),
        // Nothing was decided here yet: the worker is to stay as it was adopted.
        None if is_as_adopted(user) => desired(user, teams, fetched, policy),
        // The first decision is about to be carried over, or the user has a new worker: what others have changed in it is
        // not known.
        None => fetched.clone(),
    };
    if user.managed.role_granted && policy.roles == RoleAuthority::Directory {
        verdict.judge_roles(carried, fetched);
    }
    let newly_disabled = verdict.take_disabled(teams, &base, fetched);
    let expected = expected_skills(&base, fetched, &newly_disabled);
    if expected != fetched.skills {
        match policy.skills {
            SkillAuthority::Shared if user.receives_tasks() => {
                verdict.share_skills(teams, &expected, fetched, is_fresh);
            }
            SkillAuthority::Shared | SkillAuthority::Directory => {
                verdict.drifted("skills", &json!(expected), &json!(fetched.skills));
            }
        }
    }
    // Where another writer has written what is desired by now, there is nothing to revert.
    let target = desired(&verdict.user, teams, fetched, policy);
    verdict.drift.retain(|change| match change.field.as_str() {
        "roles" => target.roles != fetched.roles,
        _ => target.skills != fetched.skills || target.disabled != fetched.disabled,
    });
    verdict
}

/// Whether this very worker was adopted, and nothing was decided since.
fn is_as_adopted(user: &User) -> bool {
    match &user.managed.provenance {
        Provenance::Adopted(from) => user.taskrouter.worker_sid.as_ref() == Some(&from.worker_sid),
        Provenance::Pending => true,
        Provenance::Managed => false,
    }
}

/// What the base comes to after the skills that Flex's own pages have moved between the two lists.
fn expected_skills(base: &OwnedAttributes, fetched: &OwnedAttributes, newly_disabled: &BTreeSet<SkillName>) -> Skills {
    let kept = base.skills.iter().filter(|(name, _)| !newly_disabled.contains(*name));
    let enabled = fetched.skills.iter().filter(|(name, _)| base.disabled.contains(*name));
    kept.chain(enabled).map(|(name, level)| (name.clone(), *level)).collect()
}

impl Verdict {
    fn drifted(&mut self, field: &str, before: &serde_json::Value, after: &serde_json::Value) {
        self.drift.push(Change { field: field.to_owned(), before: before.clone(), after: after.clone() });
    }

    /// A role below the one that a login stated last has been lowered by the identity provider and is accepted; any other
    /// difference is drift (rule 24). Only an account owner can change an account owner's role (rule 3). What was carried
    /// over is no statement of a login.
    fn judge_roles(&mut self, carried: Option<&OwnedAttributes>, fetched: &OwnedAttributes) {
        if carried.is_some_and(|base| base.roles == fetched.roles) {
            return;
        }
        let managed = &mut self.user.managed;
        let before = managed.login_role;
        // What is reverted states nothing, so that a stray write does not make the next login look like a lowering.
        managed.login_role = fetched.role().map(|stated| before.map_or(stated, |before| before.min(stated))).or(before);
        if let Some(stated) = fetched.role()
            && Some(stated) < before
            && managed.role != Role::AccountOwner
        {
            managed.role = managed.role.min(stated);
            managed.act_as_agent &= managed.role != Role::Agent;
            managed.end_leads();
        }
        if let Some(base) = carried.filter(|_| fetched.role() != Some(managed.role)) {
            self.drifted("roles", &json!(base.roles), &json!(fetched.roles));
        }
    }

    /// Skills that Flex's own pages have disabled since stay out of routing, those that they have enabled go back in. Answers
    /// what was disabled.
    fn take_disabled(
        &mut self,
        teams: &Teams,
        base: &OwnedAttributes,
        fetched: &OwnedAttributes,
    ) -> BTreeSet<SkillName> {
        let held = held_skills(&self.user, teams.values()).into_iter().map(|held| held.skill).collect::<BTreeSet<_>>();
        let new = fetched.disabled.difference(&base.disabled).filter(|name| held.contains(*name));
        let new = new.cloned().collect::<BTreeSet<_>>();
        let disabled = &mut self.user.taskrouter.disabled_skills;
        disabled.retain(|name| !(base.disabled.contains(name) && fetched.skills.contains_key(name)));
        disabled.extend(new.iter().cloned());
        new
    }

    /// Accepts what was added, changed and removed elsewhere. Not accepted is the removal of a skill that was carried over a
    /// moment ago, and of one that a team grants.
    fn share_skills(&mut self, teams: &Teams, expected: &Skills, fetched: &OwnedAttributes, is_fresh: bool) {
        let unassigned = self.user.as_if_all_ended().with(|user| user.managed.assigned_skills = Skills::new());
        let inherited = held_skills(&unassigned, teams.values());
        let is_inherited = |name: &SkillName| inherited.iter().any(|held| held.skill == *name);
        let Managed { assigned_skills: assigned, temporary_skills: temporary, .. } = &mut self.user.managed;
        let running = |temporary: &TemporarySkills, name: &SkillName| temporary.get(name).is_some_and(|one| one.active);
        for (name, level) in fetched.skills.iter().filter(|(name, level)| expected.get(*name) != Some(*level)) {
            assigned.insert(name.clone(), *level);
            // What is said last counts (rule 36).
            if running(temporary, name) {
                temporary.remove(name);
            }
        }
        let removed = expected.keys().filter(|name| !fetched.skills.contains_key(*name));
        let (refused, accepted): (Vec<_>, Vec<_>) = removed.partition(|name| is_fresh || is_inherited(name));
        for name in accepted {
            assigned.remove(name);
            if running(temporary, name) {
                temporary.remove(name);
            }
        }
        if !refused.is_empty() {
            self.drifted("skills", &json!(expected), &json!(fetched.skills));
        }
    }
}

#[cfg(test)]
mod tests;
