//! The catalog of skills: read, counted, written with its audit record, deleted while unused (rules 4, 19, 21, 31).

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use domain::{
    Skill, SkillName, SkillSetName, TeamId, UserId,
    audit::{Action, Subject},
    catalog::{SkillSet, SkillUsage},
};

use crate::{
    ChangeOrigin, CommitSkill, Cursor, Directory, ImportSkills, StoreError, ViewCatalog, ViewSkill,
    dynamo::{
        deletion_lock::{DeletionLock, is_unlocked},
        guard::Guarded,
        item::text,
        query_page::Direction,
        transaction::{Condition, Transaction},
    },
    schema::{
        items::read_all,
        keys::{self, Key},
        skill_name::SKILL_NAME,
    },
};

/// The skills of a set that one transaction deletes, each with its name and its audit record.
const MAX_DELETED_AT_ONCE: usize = 30;

/// The skills that one query reads.
const SKILLS_PAGE: usize = 1_000;

/// For the cursors of the list of skill sets.
pub const SKILL_SETS_FINGERPRINT: &str = "skill sets";

impl ViewSkill for Directory {
    async fn skill(&self, name: &SkillName) -> Result<Option<Skill>, StoreError> {
        self.get(&keys::skill(name)).await
    }
}

impl ViewCatalog for Directory {
    async fn skill_sets(
        &self,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<SkillSet>, Option<Cursor>), StoreError> {
        let (pk, prefix) = (keys::CATALOG_PK, keys::SKILL_SET_PREFIX);
        let page = self.query_page(pk, prefix, Direction::Ascending, cursor, limit).await?;
        let next = page.after.map(|after| Cursor::new(SKILL_SETS_FINGERPRINT, None, after));
        Ok((read_all(page.items)?, next))
    }

    async fn skills(&self) -> Result<Vec<Skill>, StoreError> {
        let (pk, prefix) = (keys::CATALOG_PK, keys::SKILL_PREFIX);
        let (mut skills, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.query_page(pk, prefix, Direction::Ascending, cursor.take(), SKILLS_PAGE).await?;
            skills.extend(read_all::<Skill, Vec<_>>(page.items)?);
            let Some(after) = page.after else { return Ok(skills) };
            cursor = Some(Cursor::new("", None, after));
        }
    }

    async fn skill_usage(&self, skill: &SkillName) -> Result<SkillUsage, StoreError> {
        let keys = self.sort_keys(&keys::skill_holders_pk(skill), "").await?;
        let users = keys.iter().filter_map(|sk| keys::parse_user_holder(sk)).collect();
        let teams = keys.iter().filter_map(|sk| keys::parse_team_holder(sk)).collect();
        Ok(SkillUsage { users, teams })
    }

    async fn team_members(&self, team_id: TeamId) -> Result<BTreeSet<UserId>, StoreError> {
        self.member_ids(team_id).await
    }
}

impl CommitSkill for Directory {
    async fn create_skill_set(&self, set: &SkillSet, origin: ChangeOrigin<'_>) -> Result<(), StoreError> {
        let mut writes = Transaction::new(self);
        writes.put(set, Some(Condition::absent()))?;
        writes.record(Subject::SkillSet(&set.name), &origin, Action::Created, SkillSet::changes(None, Some(set)))?;
        writes.check_caller(&origin)?;
        writes.send(self).await
    }

    async fn commit_skill(
        &self,
        before: Option<&Skill>,
        after: Skill,
        origin: ChangeOrigin<'_>,
        action: Action,
    ) -> Result<Skill, StoreError> {
        let changes = Skill::changes(before, Some(&after));
        if changes.is_empty() {
            return Ok(after);
        }
        let guard_id = before.map_or(origin.change_id, |before| before.guard_id);
        let after = Skill { version: before.map_or(0, |before| before.version) + 1, guard_id, ..after };
        let mut writes = Transaction::new(self);
        writes.put(&after, Some(Condition::version_is(before.map(|before| before.version))))?;
        let (is_unlocked, now) = is_unlocked(origin.now);
        let set = (":set", text(after.skill_set.as_str()));
        let set_exists = Condition::new(format!("#name = :set AND {is_unlocked}"), [now, set]);
        let names = [("#name".to_owned(), "name".to_owned())];
        writes.check_named(&keys::skill_set(&after.skill_set), set_exists, Some(names.into()))?;
        if before.is_none() {
            claim_name(&mut writes, &after.name, action)?;
        }
        writes.record(Subject::Skill(&after.name), &origin, action, changes)?;
        writes.check_caller(&origin)?;
        writes.send(self).await?;
        Ok(after)
    }

    async fn delete_skill(&self, skill: &Skill, origin: ChangeOrigin<'_>) -> Result<(), StoreError> {
        // What is in use is refused without keeping others from assigning it.
        skill.check_deletable(&self.skill_usage(&skill.name).await?)?;
        let lock = self.lock(keys::skill(&skill.name), skill.version, &origin).await?;
        let deleted = self.delete_unused(skill, &lock, origin).await;
        if deleted.is_err() {
            self.release(&lock).await;
        }
        deleted
    }

    async fn delete_skill_set(&self, set: &SkillSet, origin: ChangeOrigin<'_>) -> Result<(), StoreError> {
        set.check_deletable(&self.usage_of(&self.skills_in(set).await?).await?)?;
        let set_lock = self.lock(keys::skill_set(&set.name), set.version, &origin).await?;
        let mut locked = Vec::new();
        let deleted = self.delete_unused_set(set, &set_lock, &mut locked, origin).await;
        if deleted.is_err() {
            for (_, lock) in &locked {
                self.release(lock).await;
            }
            self.release(&set_lock).await;
        }
        deleted
    }
}

impl Directory {
    async fn delete_unused(
        &self,
        skill: &Skill,
        lock: &DeletionLock,
        origin: ChangeOrigin<'_>,
    ) -> Result<(), StoreError> {
        let closing = self.close(Guarded::Skill(skill), &origin).await?;
        let deleted = match skill.check_deletable(&self.skill_usage(&skill.name).await?) {
            Ok(()) => self.delete_locked_skills([(skill, lock)], origin).await,
            Err(in_use) => Err(in_use.into()),
        };
        self.open_unless_written(&[closing], &deleted).await;
        deleted
    }

    async fn skills_in(&self, set: &SkillSet) -> Result<Vec<Skill>, StoreError> {
        Ok(self.skills().await?.into_iter().filter(|skill| skill.skill_set == set.name).collect())
    }

    async fn usage_of(&self, skills: &[Skill]) -> Result<SkillUsage, StoreError> {
        let mut usage = SkillUsage::default();
        for skill in skills {
            let of_skill = self.skill_usage(&skill.name).await?;
            usage.users.extend(of_skill.users);
            usage.teams.extend(of_skill.teams);
        }
        Ok(usage)
    }

    /// Leaves the locks that it has taken in `locked`.
    async fn delete_unused_set(
        &self,
        set: &SkillSet,
        set_lock: &DeletionLock,
        locked: &mut Vec<(Skill, DeletionLock)>,
        origin: ChangeOrigin<'_>,
    ) -> Result<(), StoreError> {
        let skills = self.skills_in(set).await?;
        for skill in &skills {
            let lock = self.lock(keys::skill(&skill.name), skill.version, &origin).await?;
            locked.push((skill.clone(), lock));
        }
        let guarded = skills.iter().map(Guarded::Skill).collect::<Vec<_>>();
        let closings = self.close_all(&guarded, &origin).await?;
        let mut left = closings.as_slice();
        let mut deleted = set.check_deletable(&self.usage_of(&skills).await?).map_err(StoreError::from);
        for skills in locked.chunks(MAX_DELETED_AT_ONCE) {
            if deleted.is_ok() {
                deleted = self.delete_locked_skills(skills.iter().map(|(skill, lock)| (skill, lock)), origin).await;
            }
            if deleted.is_ok() {
                left = &left[skills.len()..];
            }
        }
        self.open_unless_written(left, &deleted).await;
        deleted?;
        let mut writes = Transaction::new(self);
        writes.delete(set_lock.key(), Some(set_lock.is_held()))?;
        writes.record(Subject::SkillSet(&set.name), &origin, Action::Deleted, SkillSet::changes(Some(set), None))?;
        writes.check_caller(&origin)?;
        writes.send(self).await
    }

    async fn delete_locked_skills<'s>(
        &self,
        skills: impl IntoIterator<Item = (&'s Skill, &'s DeletionLock)>,
        origin: ChangeOrigin<'_>,
    ) -> Result<(), StoreError> {
        let mut writes = Transaction::new(self);
        let mut names = BTreeMap::<Key, Vec<String>>::new();
        for (skill, lock) in skills {
            writes.delete(lock.key(), Some(lock.is_held()))?;
            writes.record(Subject::Skill(&skill.name), &origin, Action::Deleted, Skill::changes(Some(skill), None))?;
            names.entry(keys::skill_name(&skill.name)).or_default().push(skill.name.to_string());
        }
        // A transaction takes an item once, and several skills may share one.
        for (key, names) in names {
            writes.update(&key, "DELETE spellings :gone", [(":gone", AttributeValue::Ss(names))], None)?;
        }
        writes.check_caller(&origin)?;
        writes.send(self).await
    }
}

/// Of new names that differ only in case, width or invisible characters one is taken (rule 33). An adopted name is kept
/// unchanged, and counts when the next one is created.
fn claim_name(writes: &mut Transaction<'_>, name: &SkillName, action: Action) -> Result<(), StoreError> {
    let sets = [(":entity", text(SKILL_NAME)), (":name", AttributeValue::Ss(vec![name.to_string()]))];
    let is_free = (action != Action::Imported).then(|| Condition::new("attribute_not_exists(spellings)", []));
    writes.update(&keys::skill_name(name), "SET entity = :entity ADD spellings :name", sets, is_free)
}

impl ImportSkills for Directory {
    async fn import_skills(
        &self,
        names: &[SkillName],
        origin: ChangeOrigin<'_>,
    ) -> Result<BTreeMap<SkillName, Skill>, StoreError> {
        let keys = names.iter().map(keys::skill).collect::<Vec<_>>();
        let known: Vec<Skill> = read_all(self.get_many_consistent(&keys).await?)?;
        let mut known = known.into_iter().map(|skill| (skill.name.clone(), skill)).collect::<BTreeMap<_, _>>();
        let unknown = names.iter().filter(|name| !known.contains_key(*name)).collect::<BTreeSet<_>>();
        let imported = keys::skill_set(&SkillSetName::imported());
        if !unknown.is_empty() && !self.exists(&imported).await? {
            let set = SkillSet::new(SkillSetName::imported(), Uuid::nil());
            match self.create_skill_set(&set, origin).await {
                // A concurrent report with a new skill may have created it.
                Err(StoreError::Conflict) if self.exists(&imported).await? => {}
                created => created?,
            }
        }
        for name in unknown {
            let created = self.commit_skill(None, Skill::imported(name.clone()), origin, Action::Imported).await;
            let skill = match created {
                Err(StoreError::Conflict) => self.skill(name).await?.ok_or(StoreError::Conflict)?,
                created => created?,
            };
            known.insert(name.clone(), skill);
        }
        Ok(known)
    }
}

impl Directory {
    async fn exists(&self, key: &Key) -> Result<bool, StoreError> {
        Ok(self.get::<serde::de::IgnoredAny>(key).await?.is_some())
    }
}
