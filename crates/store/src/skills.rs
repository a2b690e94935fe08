//! The catalog of skills: read, counted, written with its record, deleted while nothing uses it (rules 4, 19, 21, 31).

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use domain::{Refusal, Skill, SkillName, TeamId, UserId, audit::Action, catalog::SkillSet, skill::IMPORTED};

use crate::{
    ChangeOrigin, Cursor, Directory, StoreError,
    deletion_lock::{DeletionLock, is_unlocked},
    items,
    keys::{self, Key},
    transaction::{Condition, Transaction},
};

/// How many skills of a set one transaction deletes, each with its record.
const DELETED_AT_ONCE: usize = 40;

/// What a cursor of the list of skill sets answers.
pub const LIST_QUESTION: &str = "skill sets";

/// Reads the catalog.
pub trait ViewSkill {
    /// The skill of this name, or none.
    fn skill(&self, name: &SkillName) -> impl Future<Output = Result<Option<Skill>, StoreError>> + Send;
}

impl ViewSkill for Directory {
    async fn skill(&self, name: &SkillName) -> Result<Option<Skill>, StoreError> {
        self.get(&keys::skill(name)).await?.map(items::read).transpose()
    }
}

/// Who and what uses a skill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// Who has it assigned.
    pub users: BTreeSet<UserId>,
    /// Which teams give it, archived ones too.
    pub teams: BTreeSet<TeamId>,
}

/// Reads the catalog as a whole, and what uses it.
pub trait ViewCatalog {
    /// A page of skill sets in order of name.
    fn skill_sets(
        &self,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<SkillSet>, Option<Cursor>), StoreError>> + Send;
    /// All skills, in order of name.
    fn skills(&self) -> impl Future<Output = Result<Vec<Skill>, StoreError>> + Send;
    /// Who and what uses a skill, as of now.
    fn uses(&self, skill: &SkillName) -> impl Future<Output = Result<Uses, StoreError>> + Send;
    /// Who is in a team, as of now.
    fn in_team(&self, team_id: TeamId) -> impl Future<Output = Result<BTreeSet<UserId>, StoreError>> + Send;
}

impl ViewCatalog for Directory {
    async fn skill_sets(
        &self,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<SkillSet>, Option<Cursor>), StoreError> {
        let page = self.query_page(keys::SKILLS, keys::SKILL_SET, cursor, limit).await?;
        let sets = page.items.into_iter().map(items::read).collect::<Result<_, _>>()?;
        Ok((sets, page.after.map(|after| Cursor::new(LIST_QUESTION, None, after))))
    }

    async fn skills(&self) -> Result<Vec<Skill>, StoreError> {
        let (mut skills, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.query_page(keys::SKILLS, keys::SKILL, cursor.take(), 1000).await?;
            skills.extend(page.items.into_iter().map(items::read).collect::<Result<Vec<Skill>, _>>()?);
            let Some(after) = page.after else { return Ok(skills) };
            cursor = Some(Cursor::new("", None, after));
        }
    }

    async fn uses(&self, skill: &SkillName) -> Result<Uses, StoreError> {
        let keys = self.sort_keys(&keys::of_skill(skill), None).await?;
        let users = keys.iter().filter_map(|sk| keys::holder_of(sk)).collect();
        let teams = keys.iter().filter_map(|sk| keys::team_of(sk)).collect();
        Ok(Uses { users, teams })
    }

    async fn in_team(&self, team_id: TeamId) -> Result<BTreeSet<UserId>, StoreError> {
        self.member_ids(team_id).await
    }
}

/// Writes the catalog.
pub trait CommitSkill {
    /// Makes a skill set. [`StoreError::Conflict`] where there is one of this name.
    fn create_skill_set(
        &self,
        set: &SkillSet,
        by: ChangeOrigin<'_>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Makes or changes a skill and gives it as written. [`StoreError::Conflict`] when it, its skill set or the caller is no
    /// longer what the change was based on.
    fn commit_skill(
        &self,
        before: Option<&Skill>,
        after: Skill,
        by: ChangeOrigin<'_>,
        action: Action,
    ) -> impl Future<Output = Result<Skill, StoreError>> + Send;
    /// Deletes a skill that nothing uses (rule 21); says what uses it, if something does.
    fn delete_skill(
        &self,
        skill: &Skill,
        by: ChangeOrigin<'_>,
    ) -> impl Future<Output = Result<Result<(), Refusal>, StoreError>> + Send;
    /// Deletes a skill set of whose skills none is in use, with the skills (rule 21).
    fn delete_skill_set(
        &self,
        set: &SkillSet,
        by: ChangeOrigin<'_>,
    ) -> impl Future<Output = Result<Result<(), Refusal>, StoreError>> + Send;
}

impl CommitSkill for Directory {
    async fn create_skill_set(&self, set: &SkillSet, by: ChangeOrigin<'_>) -> Result<(), StoreError> {
        let mut writes = Transaction::new(self);
        let key = keys::skill_set(&set.name);
        writes.put(items::item(&key, "skill_set", set)?, Some(Condition::absent()))?;
        let changes = SkillSet::changes(None, Some(set));
        writes.record(keys::history_of_skill_set(&set.name), &by, Action::Created, changes)?;
        writes.caller(&by)?;
        writes.send(self).await
    }

    async fn commit_skill(
        &self,
        before: Option<&Skill>,
        after: Skill,
        by: ChangeOrigin<'_>,
        action: Action,
    ) -> Result<Skill, StoreError> {
        let changes = Skill::changes(before, Some(&after));
        if changes.is_empty() {
            return Ok(after);
        }
        let after = Skill { version: before.map_or(0, |before| before.version) + 1, ..after };
        let mut writes = Transaction::new(self);
        writes.put(items::skill(&after)?, Some(Condition::version_is(before.map(|before| before.version))))?;
        let (is_open, now) = is_unlocked(by.now);
        let set_is_there = Condition::new(format!("attribute_exists(pk) AND {is_open}"), [now]);
        writes.check(&keys::skill_set(&after.skill_set), set_is_there)?;
        writes.record(keys::history_of_skill(&after.name), &by, action, changes)?;
        writes.caller(&by)?;
        writes.send(self).await?;
        Ok(after)
    }

    async fn delete_skill(&self, skill: &Skill, by: ChangeOrigin<'_>) -> Result<Result<(), Refusal>, StoreError> {
        let closed = self.close(keys::skill(&skill.name), skill.version, by.now).await?;
        let deleted = self.delete_unused(skill, &closed, by).await;
        if !matches!(deleted, Ok(Ok(()))) {
            self.open(&closed).await;
        }
        deleted
    }

    async fn delete_skill_set(&self, set: &SkillSet, by: ChangeOrigin<'_>) -> Result<Result<(), Refusal>, StoreError> {
        let closed_set = self.close(keys::skill_set(&set.name), set.version, by.now).await?;
        let mut closed = Vec::new();
        let deleted = self.delete_unused_set(set, &closed_set, &mut closed, by).await;
        if !matches!(deleted, Ok(Ok(()))) {
            for (_, closed) in &closed {
                self.open(closed).await;
            }
            self.open(&closed_set).await;
        }
        deleted
    }
}

impl Directory {
    async fn delete_unused(
        &self,
        skill: &Skill,
        closed: &DeletionLock,
        by: ChangeOrigin<'_>,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let uses = self.uses(&skill.name).await?;
        if let Err(refusal) = skill.may_be_deleted(uses.users.len(), uses.teams.len()) {
            return Ok(Err(refusal));
        }
        self.delete_skills([(skill, closed)], by).await.map(Ok)
    }

    /// What it has closed it leaves in `closed`.
    async fn delete_unused_set(
        &self,
        set: &SkillSet,
        closed_set: &DeletionLock,
        closed: &mut Vec<(Skill, DeletionLock)>,
        by: ChangeOrigin<'_>,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let mut all = Uses::default();
        for skill in self.skills().await?.into_iter().filter(|skill| skill.skill_set == set.name) {
            let closed_skill = self.close(keys::skill(&skill.name), skill.version, by.now).await?;
            closed.push((skill.clone(), closed_skill));
            let uses = self.uses(&skill.name).await?;
            all.users.extend(uses.users);
            all.teams.extend(uses.teams);
        }
        if let Err(refusal) = set.may_be_deleted(all.users.len(), all.teams.len()) {
            return Ok(Err(refusal));
        }
        for some in closed.chunks(DELETED_AT_ONCE) {
            self.delete_skills(some.iter().map(|(skill, closed)| (skill, closed)), by).await?;
        }
        let mut writes = Transaction::new(self);
        writes.delete(closed_set.key(), Some(closed_set.still()))?;
        let changes = SkillSet::changes(Some(set), None);
        writes.record(keys::history_of_skill_set(&set.name), &by, Action::Deleted, changes)?;
        writes.caller(&by)?;
        writes.send(self).await.map(Ok)
    }

    async fn delete_skills<'s>(
        &self,
        skills: impl IntoIterator<Item = (&'s Skill, &'s DeletionLock)>,
        by: ChangeOrigin<'_>,
    ) -> Result<(), StoreError> {
        let mut writes = Transaction::new(self);
        for (skill, closed) in skills {
            writes.delete(closed.key(), Some(closed.still()))?;
            let changes = Skill::changes(Some(skill), None);
            writes.record(keys::history_of_skill(&skill.name), &by, Action::Deleted, changes)?;
        }
        writes.caller(&by)?;
        writes.send(self).await
    }

    /// Adds those of these skills that the catalog does not know, in the skill set "Imported" (rule 23).
    pub async fn import_skills(
        &self,
        names: impl Iterator<Item = &SkillName>,
        by: ChangeOrigin<'_>,
    ) -> Result<(), StoreError> {
        let names = names.collect::<Vec<_>>();
        let keys = names.iter().map(|name| keys::skill(name)).collect::<Vec<_>>();
        let known = self.get_many(&keys).await?.into_iter().map(items::read::<Skill>);
        let known = known.map(|skill| skill.map(|skill| skill.name)).collect::<Result<BTreeSet<_>, _>>()?;
        let unknown = names.into_iter().filter(|name| !known.contains(*name)).collect::<Vec<_>>();
        if !unknown.is_empty() && self.get(&keys::skill_set(IMPORTED)).await?.is_none() {
            let made = self.create_skill_set(&SkillSet::new(IMPORTED, Uuid::nil()), by).await;
            self.made_by_somebody(made, &keys::skill_set(IMPORTED)).await?;
        }
        for name in unknown {
            let made = self.commit_skill(None, Skill::imported(name.clone()), by, Action::Imported).await;
            self.made_by_somebody(made.map(drop), &keys::skill(name)).await?;
        }
        Ok(())
    }

    /// Another callback that meets the same skill for the first time may have made it.
    async fn made_by_somebody(&self, made: Result<(), StoreError>, key: &Key) -> Result<(), StoreError> {
        match made {
            Err(StoreError::Conflict) if self.get(key).await?.is_some() => Ok(()),
            other => other,
        }
    }
}

/// How many use a skill, as the catalog shows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// People who have it assigned.
    pub users: usize,
    /// Teams that have it, archived ones too.
    pub teams: usize,
    /// People who are in a team that gives it.
    pub inheriting_users: usize,
}

impl Counts {
    /// Of these uses; `members` are the people in those of the teams that are not archived.
    #[must_use]
    pub fn of(uses: &Uses, members: &BTreeMap<TeamId, BTreeSet<UserId>>) -> Self {
        let inheriting = uses.teams.iter().filter_map(|team| members.get(team)).flatten().collect::<BTreeSet<_>>();
        Self { users: uses.users.len(), teams: uses.teams.len(), inheriting_users: inheriting.len() }
    }
}
