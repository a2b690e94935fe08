//! Reading everything that a decision or a response needs, in one call.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Skill, SkillName, SkillSetName, Team, TeamId, User, UserId, WorkerSid, catalog::SkillSet, team::Teams};

use crate::{
    Directory, ReadSnapshot, StoreError, WorkerItem,
    schema::{
        items::{self, Entity, Item, OUTBOX},
        keys::{self, Key},
        skill_name::{SKILL_NAME, SkillNameItem},
    },
};

#[derive(Debug, Clone, Default)]
pub struct ReadSet {
    pub users: BTreeSet<UserId>,
    pub teams: BTreeSet<TeamId>,
    pub skills: BTreeSet<SkillName>,
    /// Found by name without regard to case, width and invisible characters (rule 33).
    pub skill_sets: BTreeSet<SkillSetName>,
    /// The skill whose namesakes are read.
    pub namesakes: Option<SkillName>,
    pub worker: Option<WorkerSid>,
    /// The user whose outbox is read.
    pub outbox: Option<UserId>,
}

/// What of it exists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    pub users: BTreeMap<UserId, User>,
    pub teams: Teams,
    pub skills: BTreeMap<SkillName, Skill>,
    /// By their names as they are spelled.
    pub skill_sets: BTreeMap<SkillSetName, SkillSet>,
    /// Skills whose names differ only in case, width or invisible characters.
    pub namesakes: BTreeSet<SkillName>,
    /// What TaskRouter last reported of the worker.
    pub worker: Option<WorkerItem>,
    /// Whether a change is still to be carried to TaskRouter.
    pub pending: bool,
}

impl ReadSnapshot for Directory {
    async fn snapshot(&self, read_set: &ReadSet) -> Result<Snapshot, StoreError> {
        let mut snapshot = Snapshot::default();
        for item in self.get_many_consistent(&read_set.keys()).await? {
            snapshot.add(item)?;
        }
        Ok(snapshot)
    }
}

impl ReadSet {
    fn keys(&self) -> Vec<Key> {
        let users = self.users.iter().map(|&id| keys::profile(id));
        let teams = self.teams.iter().map(|&id| keys::team(id));
        let skills = self.skills.iter().map(keys::skill);
        let sets = self.skill_sets.iter().map(keys::skill_set);
        let namesakes = self.namesakes.iter().map(keys::skill_name);
        let worker = self.worker.iter().map(keys::worker);
        let outbox = self.outbox.iter().map(|&id| keys::outbox(id));
        users.chain(teams).chain(skills).chain(sets).chain(namesakes).chain(worker).chain(outbox).collect()
    }
}

impl Snapshot {
    fn add(&mut self, item: Item) -> Result<(), StoreError> {
        let entity = item.get("entity").and_then(|entity| entity.as_s().ok()).cloned().unwrap_or_default();
        match entity.as_str() {
            User::NAME => {
                let user: User = items::read(item)?;
                self.users.insert(user.user_id, user);
            }
            Team::NAME => {
                let team: Team = items::read(item)?;
                self.teams.insert(team.team_id, team);
            }
            Skill::NAME => {
                let skill: Skill = items::read(item)?;
                self.skills.insert(skill.name.clone(), skill);
            }
            SkillSet::NAME => {
                let set: SkillSet = items::read(item)?;
                self.skill_sets.insert(set.name.clone(), set);
            }
            SKILL_NAME => self.namesakes = items::read::<SkillNameItem>(item)?.spellings,
            WorkerItem::NAME => self.worker = Some(items::read(item)?),
            OUTBOX => self.pending = matches!(item.get("pending"), Some(AttributeValue::S(_))),
            other => return Err(StoreError::Malformed(format!("unexpected entity {other:?}"))),
        }
        Ok(())
    }
}
