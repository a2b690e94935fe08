//! Writing a person: one transaction with everything that belongs to it, the audit record included (rule 31).

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use domain::{
    Provenance, ReportVersion, Role, Skill, SkillName, Status, TeamId, User, UserId, audit::Action, skill::Skills,
};

use crate::{
    ChangeOrigin, Directory, StoreError,
    deletion_lock::{is_assignable, is_unlocked},
    items::{self, Identity},
    keys::{self, Key},
    profiles::{number, text},
    transaction::{Condition, OnFailure, Transaction},
};

/// A transaction takes 100 items: so many for teams and skills, of which one that is joined or assigned takes two. A
/// person with more changed skills is written in several.
const MOST_ITEMS: usize = 90;

/// What makes a callback *applied*: its hash is noted on the worker, while nothing later has been heard.
#[derive(Debug, Clone, Copy)]
pub struct Applied<'a> {
    /// The worker.
    pub worker_sid: &'a str,
    /// The moment that must still be the latest; none links the worker to its user and notes nothing else.
    pub latest: Option<(ReportVersion, &'a str)>,
}

/// A change to one person.
#[derive(Debug, Clone)]
pub struct Commit<'a> {
    /// As they were read; none for somebody new.
    pub before: Option<&'a User>,
    /// As they are to be.
    pub after: User,
    /// Who does it, from where and when.
    pub by: ChangeOrigin<'a>,
    /// What is done.
    pub action: Action,
    /// Skills on whose range the change was decided: they must still be as they were read (rule 19).
    pub skills: Option<&'a BTreeMap<SkillName, Skill>>,
    /// The callback that this applies, if it is one.
    pub applied: Option<Applied<'a>>,
    /// Whose identity is taken over: somebody whose worker is gone (rule 22).
    pub previous_owner: Option<UserId>,
    /// Whether the identity that a rename leaves is still theirs to leave; somebody else may have taken it over.
    pub releases_identity: bool,
    /// Whether TaskRouter may hold something else than it should, whatever changed here.
    pub needs_sync: bool,
}

impl<'a> Commit<'a> {
    /// A change that no callback has brought.
    #[must_use]
    pub const fn new(before: Option<&'a User>, after: User, by: ChangeOrigin<'a>, action: Action) -> Self {
        Self {
            before,
            after,
            by,
            action,
            skills: None,
            applied: None,
            previous_owner: None,
            releases_identity: true,
            needs_sync: false,
        }
    }
}

/// Writes people.
pub trait CommitUser {
    /// Writes the change and gives the person as written, all of it or nothing. [`StoreError::Conflict`] when
    /// the person, the worker, the identity or the caller is no longer what the change was based on;
    /// [`StoreError::LastOwner`] when no active account owner would be left.
    fn commit(&self, commit: Commit<'_>) -> impl Future<Output = Result<User, StoreError>> + Send;
}

impl CommitUser for Directory {
    async fn commit(&self, commit: Commit<'_>) -> Result<User, StoreError> {
        let mut before = commit.before.cloned();
        while let Some(step) = partly(before.as_ref(), &commit.after) {
            let step = Commit { before: before.as_ref(), after: step, applied: None, ..commit.clone() };
            before = Some(self.commit_whole(&step).await?);
        }
        self.commit_whole(&Commit { before: before.as_ref(), ..commit.clone() }).await
    }
}

/// The person with as many of the skills changed as one transaction takes; none where it takes all of them. Until the
/// last step nothing counts as adopted, so that a callback that dies on the way adopts all of them when it comes again.
fn partly(before: Option<&User>, after: &User) -> Option<User> {
    let none = Skills::new();
    let had = before.map_or(&none, |before| &before.assigned_skills);
    let names = had.keys().chain(after.assigned_skills.keys()).collect::<BTreeSet<_>>();
    let changed = names.into_iter().filter(|name| had.get(*name) != after.assigned_skills.get(*name));
    let changed = changed.collect::<Vec<_>>();
    let at_once = room_for_skills(before, after);
    if changed.len() <= at_once {
        return None;
    }
    let mut assigned_skills = had.clone();
    for name in changed.into_iter().take(at_once) {
        match after.assigned_skills.get(name) {
            Some(level) => drop(assigned_skills.insert(name.clone(), *level)),
            None => drop(assigned_skills.remove(name)),
        }
    }
    let provenance = before.map_or(Provenance::Pending, |before| before.provenance);
    Some(User { assigned_skills, provenance, ..after.clone() })
}

/// How many changed skills fit beside the changed teams: at least seven beside 25 that are joined and 25 that are left.
fn room_for_skills(before: Option<&User>, after: &User) -> usize {
    let none = BTreeSet::new();
    let had = before.map_or(&none, |before| &before.teams);
    let for_teams = 2 * after.teams.difference(had).count() + had.difference(&after.teams).count();
    MOST_ITEMS.saturating_sub(for_teams).max(2) / 2
}

impl Directory {
    async fn commit_whole(&self, commit: &Commit<'_>) -> Result<User, StoreError> {
        let (writes, after) = Writes::of(commit, self)?;
        writes.0.send(self).await?;
        Ok(after)
    }
}

/// The items of a change to a person.
struct Writes<'a>(Transaction<'a>);

impl<'a> Writes<'a> {
    /// Everything that this change writes, and the person as written. Nothing, where nothing changed.
    fn of(commit: &Commit<'_>, directory: &'a Directory) -> Result<(Self, User), StoreError> {
        let mut writes = Self(Transaction::new(directory));
        let (before, changes) = (commit.before, User::changes(commit.before, &commit.after));
        let mut after = commit.after.clone();
        if before != Some(&after) {
            after.version = before.map_or(0, |before| before.version) + 1;
            after.updated_at = if changes.is_empty() { after.updated_at } else { commit.by.now };
            writes.profile(before, &after)?;
            writes.identity(before, &after, commit)?;
            writes.members(before, &after, commit)?;
            writes.holders(before, &after, commit)?;
            writes.account_owners(before, &after)?;
        }
        if commit.needs_sync || before.is_some_and(|before| after.routing_differs(before)) {
            writes.pending(after.user_id)?;
        }
        if !changes.is_empty() || commit.action == Action::LoginRefused {
            writes.0.record(keys::user(after.user_id), &commit.by, commit.action, changes)?;
        }
        if let Some(applied) = commit.applied {
            writes.applied(after.user_id, applied)?;
        }
        // Somebody's own version is a condition already, and an item stands in a transaction once.
        if !writes.0.is_empty() && commit.by.caller.is_some_and(|caller| caller.user_id != after.user_id) {
            writes.0.caller(&commit.by)?;
        }
        Ok((writes, after))
    }

    fn profile(&mut self, before: Option<&User>, after: &User) -> Result<(), StoreError> {
        self.0.put(items::profile(after)?, Some(Condition::version_is(before.map(|before| before.version))))
    }

    fn identity(&mut self, before: Option<&User>, after: &User, commit: &Commit<'_>) -> Result<(), StoreError> {
        let key = keys::identity(&after.identity);
        let was = before.map(|before| keys::identity(&before.identity));
        if was.as_ref() == Some(&key) {
            return Ok(());
        }
        let item = items::item(&key, "identity", &Identity { user_id: after.user_id })?;
        let condition = match commit.previous_owner {
            None => Condition::absent(),
            Some(previous_owner) => {
                Condition::new("user_id = :previous_owner", [(":previous_owner", text(previous_owner.to_string()))])
            }
        };
        self.0.put(item, Some(condition))?;
        let Some(was) = was.filter(|_| commit.releases_identity) else { return Ok(()) };
        self.0.delete(&was, Some(Condition::new("user_id = :mine", [(":mine", text(after.user_id.to_string()))])))
    }

    fn members(&mut self, before: Option<&User>, after: &User, commit: &Commit<'_>) -> Result<(), StoreError> {
        let none = [].into();
        let had = before.map_or(&none, |before| &before.teams);
        for joined in after.teams.difference(had) {
            let key = keys::member(*joined, after.user_id);
            self.0.put(items::item(&key, "member", &Identity { user_id: after.user_id })?, None)?;
            self.team_is_there(*joined, commit)?;
        }
        for left in had.difference(&after.teams) {
            self.0.delete(&keys::member(*left, after.user_id), None)?;
        }
        Ok(())
    }

    /// A team that is deleted or archived in this moment takes no member.
    fn team_is_there(&mut self, team: TeamId, commit: &Commit<'_>) -> Result<(), StoreError> {
        let (is_open, now) = is_unlocked(commit.by.now);
        let is_there = format!("attribute_exists(pk) AND archived <> :archived AND {is_open}");
        self.0.check(&keys::team(team), Condition::new(is_there, [(":archived", AttributeValue::Bool(true)), now]))
    }

    fn holders(&mut self, before: Option<&User>, after: &User, commit: &Commit<'_>) -> Result<(), StoreError> {
        let none = [].into();
        let had = before.map_or(&none, |before| &before.assigned_skills);
        for (skill, level) in after.assigned_skills.iter().filter(|(skill, level)| had.get(*skill) != Some(*level)) {
            let key = keys::holder(skill, after.user_id);
            let mut item = items::item(&key, "holder", &Identity { user_id: after.user_id })?;
            if let Some(level) = level {
                item.insert("level".to_owned(), number(level));
            }
            self.0.put(item, None)?;
            let read = commit.skills.and_then(|skills| skills.get(skill));
            self.0.check(&keys::skill(skill), is_assignable(read, commit.by.now))?;
        }
        for skill in had.keys().filter(|skill| !after.assigned_skills.contains_key(*skill)) {
            self.0.delete(&keys::holder(skill, after.user_id), None)?;
        }
        Ok(())
    }

    /// The last active account owner stays (rule 3).
    fn account_owners(&mut self, before: Option<&User>, after: &User) -> Result<(), StoreError> {
        let is_owner = |user: &User| user.role == Role::AccountOwner && user.status == Status::Active;
        let id = (":id", AttributeValue::Ss(vec![after.user_id.to_string()]));
        match (before.is_some_and(is_owner), is_owner(after)) {
            (false, true) => {
                let sets = [id, (":entity", text("owners"))];
                self.0.update(&keys::owners(), "SET entity = :entity ADD ids :id", sets, None)
            }
            (true, false) => {
                let more = Condition::new("size(ids) > :one", [(":one", number(1))]).otherwise(OnFailure::LastOwner);
                self.0.update(&keys::owners(), "DELETE ids :id", [id], Some(more))
            }
            _ => Ok(()),
        }
    }

    /// There is something to carry over to TaskRouter.
    fn pending(&mut self, user_id: UserId) -> Result<(), StoreError> {
        let sets = [
            (":entity", text("outbox")),
            (":pending", text(Uuid::new_v4().to_string())),
            (":user_id", text(user_id.to_string())),
        ];
        let update = "SET entity = :entity, pending = :pending, user_id = :user_id";
        self.0.update(&keys::outbox(user_id), update, sets, None)
    }

    fn applied(&mut self, user_id: UserId, applied: Applied<'_>) -> Result<(), StoreError> {
        let key: Key = keys::worker(applied.worker_sid);
        let id = (":user_id", text(user_id.to_string()));
        // Of two callbacks that meet somebody new at the same moment, one makes the person.
        let is_free = "(attribute_not_exists(user_id) OR user_id = :user_id)";
        let Some((stamp, hash)) = applied.latest else {
            return self.0.update(&key, "SET user_id = :user_id", [id], Some(Condition::new(is_free, [])));
        };
        let is_latest = format!("{is_free} AND at_ms = :at_ms AND version = :version");
        let stamp = [(":at_ms", number(stamp.at_ms)), (":version", number(stamp.version))];
        let update = "SET user_id = :user_id, applied_hash = :hash";
        self.0.update(&key, update, [id, (":hash", text(hash))], Some(Condition::new(is_latest, stamp)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{SkillName, people};

    #[test]
    fn rule_23_until_all_skills_are_written_nothing_counts_as_adopted_so_that_a_crash_on_the_way_is_made_good() {
        let from = Provenance::Adopted(ReportVersion { at_ms: 1, version: 1 });
        let skill = |i: usize| (SkillName::adopted(&format!("skill {i}")).unwrap(), None);
        let whole = User { assigned_skills: (0..100).map(skill).collect(), provenance: from, ..people::agent("ada") };
        let first = partly(None, &whole).unwrap();
        assert_eq!((first.assigned_skills.len(), first.provenance), (45, Provenance::Pending));
        let second = partly(Some(&first), &whole).unwrap();
        assert_eq!((second.assigned_skills.len(), second.provenance), (90, Provenance::Pending));
        assert_eq!(partly(Some(&second), &whole), None);
    }
}
