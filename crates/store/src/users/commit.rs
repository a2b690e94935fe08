//! Writing a user: one transaction with everything that belongs to the change, the audit record included (rule 31).

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;

use domain::{
    Change, Provenance, Skill, SkillName, TeamId, TemporarySkills, User, UserId,
    audit::{Action, Author, Subject},
    skill::Skills,
    team::Teams,
};

use super::{
    outbox::{self, SyncStep},
    worker_link::{self, AppliedReport},
};
use crate::{
    ChangeOrigin, CommitUser, Directory, StoreError,
    dynamo::{
        deletion_lock::{is_there, is_unlocked},
        guard::Guarded,
        item::{number, text},
        transaction::{Condition, OnFailure, Transaction},
    },
    schema::{
        items::{IdentityClaim, Membership, OWNERS, UserHolder},
        keys,
    },
};

/// A transaction takes 100 items; this many are left for teams and skills. A joined team and an assigned skill take two
/// each, and so does a temporary one. A change with more skills is written in several transactions.
const MAX_ITEMS: usize = 90;

#[derive(Debug, Clone)]
pub struct UserChange<'a> {
    /// As it was read; none for a new user.
    pub before: Option<&'a User>,
    pub after: User,
    pub origin: ChangeOrigin<'a>,
    pub action: Action,
    /// Skills as they were read.
    pub skills: Option<&'a BTreeMap<SkillName, Skill>>,
    /// Teams as they were read.
    pub teams: Option<&'a Teams>,
    pub applied_report: Option<AppliedReport<'a>>,
    /// The user, without a worker, from whom the identity is taken over (rule 22).
    pub previous_owner: Option<UserId>,
    /// Whether a rename releases the old identity; not if another user has taken it over.
    pub releases_identity: bool,
    /// Whether TaskRouter may hold something else than it should, whatever changed here.
    pub needs_sync: bool,
    /// The step of carrying the user over that the change is part of: it sets no new outbox.
    pub sync: Option<SyncStep<'a>>,
    /// What others have changed in TaskRouter and is reverted: a record of its own.
    pub drift: Option<Drift>,
}

/// Fields of the worker as they should be and as they were found, and who changed them.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    pub changes: Vec<Change>,
    pub author: Option<Author>,
}

impl<'a> UserChange<'a> {
    /// A change that applies no report.
    #[must_use]
    pub const fn new(before: Option<&'a User>, after: User, origin: ChangeOrigin<'a>, action: Action) -> Self {
        Self {
            before,
            after,
            origin,
            action,
            skills: None,
            teams: None,
            applied_report: None,
            previous_owner: None,
            releases_identity: true,
            needs_sync: false,
            sync: None,
            drift: None,
        }
    }
}

impl CommitUser for Directory {
    async fn commit_user(&self, change: UserChange<'_>) -> Result<User, StoreError> {
        let (mut before, mut origin) = (change.before.cloned(), change.origin);
        while let Some(step) = next_step(before.as_ref(), &change.after) {
            let step = UserChange {
                before: before.as_ref(),
                after: step,
                origin,
                applied_report: None,
                sync: None,
                drift: None,
                ..change.clone()
            };
            before = Some(self.commit_at_once(&step).await?);
            origin = origin.step(1);
        }
        self.commit_at_once(&UserChange { before: before.as_ref(), origin, ..change.clone() }).await
    }
}

/// The user with as many of the skills changed as one transaction takes; none if it takes all of them. Nothing counts as
/// adopted, or as done by a bulk job, until the last step, so that if the function dies in between, the next report adopts all
/// of them, and the next runner changes the rest.
fn next_step(before: Option<&User>, after: &User) -> Option<User> {
    let (none, new) = ((Skills::new(), TemporarySkills::new()), &after.managed);
    let old = before.map_or((&none.0, &none.1), |user| (&user.managed.assigned_skills, &user.managed.temporary_skills));
    let (assigned, temporary) = old;
    let old_names = assigned.keys().chain(temporary.keys());
    let names = old_names.chain(new.assigned_skills.keys()).chain(new.temporary_skills.keys()).collect::<BTreeSet<_>>();
    let is_changed = |name: &&SkillName| {
        assigned.get(*name) != new.assigned_skills.get(*name) || temporary.get(*name) != new.temporary_skills.get(*name)
    };
    let changed = names.into_iter().filter(is_changed).collect::<Vec<_>>();
    let at_once = room_for_skills(before, after);
    if changed.len() <= at_once {
        return None;
    }
    let mut step = after.clone();
    step.managed.assigned_skills.clone_from(assigned);
    step.managed.temporary_skills.clone_from(temporary);
    for name in changed.into_iter().take(at_once) {
        take_over(&mut step.managed.assigned_skills, &new.assigned_skills, name);
        take_over(&mut step.managed.temporary_skills, &new.temporary_skills, name);
    }
    step.managed.provenance = before.map_or(Provenance::Pending, |before| before.managed.provenance.clone());
    step.bulk_mark = before.and_then(|before| before.bulk_mark);
    Some(step)
}

/// Has the one map hold of this name what the other one does.
fn take_over<T: Copy>(to: &mut BTreeMap<SkillName, T>, from: &BTreeMap<SkillName, T>, name: &SkillName) {
    match from.get(name) {
        Some(value) => drop(to.insert(name.clone(), *value)),
        None => drop(to.remove(name)),
    }
}

/// How many changed skills fit beside the changed teams: at least seven beside 25 joined and 25 left ones.
fn room_for_skills(before: Option<&User>, after: &User) -> usize {
    let none = BTreeSet::new();
    let (old, new) = (before.map_or(&none, |before| &before.managed.teams), &after.managed.teams);
    let for_teams = 2 * new.difference(old).count() + old.difference(new).count();
    MAX_ITEMS.saturating_sub(for_teams).max(2) / 2
}

impl Directory {
    async fn commit_at_once(&self, change: &UserChange<'_>) -> Result<User, StoreError> {
        let (writes, after) = UserWrites::of(change, self)?;
        let revoked = change.before.filter(|before| after.revokes_permissions_of(before));
        let Some(revoked) = revoked else {
            writes.0.send(self).await?;
            return Ok(after);
        };
        let closing = self.close(Guarded::Caller(revoked), &change.origin).await?;
        let written = writes.0.send(self).await;
        self.open_unless_written(&[closing], &written).await;
        written.map(|()| after)
    }
}

/// The writes of a change to a user.
struct UserWrites<'a>(Transaction<'a>);

impl<'a> UserWrites<'a> {
    /// Everything that the change writes, and the user as written. Nothing if nothing changed.
    fn of(change: &UserChange<'_>, directory: &'a Directory) -> Result<(Self, User), StoreError> {
        let mut writes = Self(Transaction::new(directory));
        let before = change.before;
        let recorded = change.origin.recorded_after(before.map(|before| before.updated_at));
        let changes = User::changes(before, &change.after);
        let mut after = change.after.clone();
        if before.is_none_or(|before| after.differs_from(before)) {
            after.revision = before.map_or(0, |before| before.revision) + 1;
            if let Some(before) = before {
                let revokes = after.revokes_permissions_of(before);
                after.guard_id = if revokes { change.origin.change_id } else { before.guard_id };
            }
            if !changes.is_empty() {
                after.version = before.map_or(0, |before| before.version) + 1;
                after.updated_at = recorded.now.into();
            }
            writes.0.put(&after, Some(Condition::revision_is(before.map(|before| before.revision))))?;
            writes.identity(before, &after, change)?;
            writes.memberships(before, &after, change)?;
            writes.holders(before, &after, change)?;
            writes.account_owners(before, &after)?;
        }
        match &change.sync {
            Some(step) => outbox::write(&mut writes.0, step)?,
            None if change.needs_sync || before.is_some_and(|before| after.routing_differs(before)) => {
                outbox::mark(&mut writes.0, after.user_id, change.origin.change_id, change.origin.now)?;
            }
            None => {}
        }
        if !changes.is_empty() || change.action == Action::LoginRefused {
            writes.0.record(Subject::User(after.user_id), &recorded, change.action, changes)?;
        }
        if let Some(Drift { changes, author }) = change.drift.clone() {
            let origin = recorded.step(1);
            writes.0.record_of(Subject::User(after.user_id), &origin, Action::Drift, changes, author)?;
        }
        worker_link::write(&mut writes.0, change, &after)?;
        if let Some(before) = before.filter(|before| !writes.0.is_empty() && !after.differs_from(before)) {
            writes.0.check(&keys::profile(after.user_id), Condition::revision_is(Some(before.revision)))?;
        }
        // A caller who changes themselves is covered by the version: an item occurs in a transaction once.
        let is_own = change.origin.caller.is_some_and(|caller| caller.user_id == after.user_id);
        if !writes.0.is_empty() && !is_own {
            writes.0.check_caller(&change.origin)?;
        }
        Ok((writes, after))
    }

    fn identity(&mut self, before: Option<&User>, after: &User, change: &UserChange<'_>) -> Result<(), StoreError> {
        if before.is_some_and(|before| before.identity == after.identity) {
            return Ok(());
        }
        let condition = match change.previous_owner {
            None => Condition::absent(),
            Some(previous) => Condition::new("user_id = :previous", [(":previous", text(previous.to_string()))]),
        };
        self.0.put(&IdentityClaim { identity: &after.identity, user_id: after.user_id }, Some(condition))?;
        let Some(before) = before.filter(|_| change.releases_identity) else { return Ok(()) };
        let is_own = Condition::new("user_id = :own", [(":own", text(after.user_id.to_string()))]);
        self.0.delete(&keys::identity(&before.identity), Some(is_own))
    }

    fn memberships(&mut self, before: Option<&User>, after: &User, change: &UserChange<'_>) -> Result<(), StoreError> {
        let none = [].into();
        let (old, new) = (before.map_or(&none, |before| &before.managed.teams), &after.managed.teams);
        for &team_id in new.difference(old) {
            self.0.put(&Membership { team_id, user_id: after.user_id }, None)?;
            self.check_team(team_id, change)?;
        }
        for &team_id in old.difference(new) {
            self.0.delete(&keys::member(team_id, after.user_id), None)?;
        }
        Ok(())
    }

    /// A team that is being deleted, or has been archived, takes no member.
    fn check_team(&mut self, team_id: TeamId, change: &UserChange<'_>) -> Result<(), StoreError> {
        if change.teams.is_some_and(|teams| teams.contains_key(&team_id)) {
            return self.0.check_guard(Guarded::Team(team_id), &change.origin);
        }
        let (is_unlocked, now) = is_unlocked(change.origin.now);
        let can_join = format!("attribute_exists(pk) AND archived <> :archived AND {is_unlocked}");
        let values = [(":archived", AttributeValue::Bool(true)), now];
        self.0.check(&keys::team(team_id), Condition::new(can_join, values))
    }

    fn holders(&mut self, before: Option<&User>, after: &User, change: &UserChange<'_>) -> Result<(), StoreError> {
        let old = before.map(|before| before.managed.skills_in_use()).unwrap_or_default();
        let new = after.managed.skills_in_use();
        for (skill, &level) in new.iter().filter(|(skill, level)| old.get(*skill) != Some(*level)) {
            self.0.put(&UserHolder { skill, user_id: after.user_id, level }, None)?;
            // A skill that the user has is in use already.
            if old.contains_key(skill) {
                continue;
            }
            match change.skills.and_then(|skills| skills.get(skill)) {
                Some(read) => self.0.check_guard(Guarded::Skill(read), &change.origin)?,
                None => self.0.check(&keys::skill(skill), is_there(change.origin.now))?,
            }
        }
        for skill in old.keys().filter(|skill| !new.contains_key(*skill)) {
            self.0.delete(&keys::user_holder(skill, after.user_id), None)?;
        }
        Ok(())
    }

    /// The last active account owner stays (rule 3).
    fn account_owners(&mut self, before: Option<&User>, after: &User) -> Result<(), StoreError> {
        let id = (":id", AttributeValue::Ss(vec![after.user_id.to_string()]));
        match (before.is_some_and(User::is_active_owner), after.is_active_owner()) {
            (false, true) => {
                let sets = [id, (":entity", text(OWNERS))];
                self.0.update(&keys::owners(), "SET entity = :entity ADD ids :id", sets, None)
            }
            (true, false) => {
                let others_left = Condition::new("size(ids) > :one", [(":one", number(1))]);
                let condition = others_left.on_failure(OnFailure::LastOwner);
                self.0.update(&keys::owners(), "DELETE ids :id", [id], Some(condition))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::test_support;

    #[test]
    fn rule_23_until_all_skills_are_written_nothing_counts_as_adopted_so_that_a_crash_on_the_way_is_made_good() {
        let from = Provenance::Adopted(test_support::report_ref("WK1", 1, 1));
        let skill = |i: usize| (SkillName::adopted(&format!("skill {i}")).unwrap(), None);
        let whole = test_support::agent("ada").with(|user| {
            user.managed.assigned_skills = (0..100).map(skill).collect();
            user.managed.provenance = from.clone();
        });
        let written = |step: &User| (step.managed.assigned_skills.len(), step.managed.provenance.clone());
        let first = next_step(None, &whole).unwrap();
        assert_eq!(written(&first), (45, Provenance::Pending));
        let second = next_step(Some(&first), &whole).unwrap();
        assert_eq!(written(&second), (90, Provenance::Pending));
        assert_eq!(next_step(Some(&second), &whole), None);
    }
}
