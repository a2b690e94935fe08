//! Reading all that a change is decided on, or that an answer shows: strongly, in one call.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Skill, SkillName, Team, TeamId, User, UserId, catalog::SkillSet};

use crate::{
    Directory, StoreError,
    items::{self, Item, Worker},
    keys::{self, Key},
    teams::Teams,
};

/// What is to be read.
#[derive(Debug, Clone, Default)]
pub struct ReadSet {
    /// People.
    pub users: BTreeSet<UserId>,
    /// Teams.
    pub teams: BTreeSet<TeamId>,
    /// Skills.
    pub skills: BTreeSet<SkillName>,
    /// Skill sets.
    pub skill_sets: BTreeSet<String>,
    /// A worker.
    pub worker: Option<String>,
    /// Whose outbox.
    pub outbox: Option<UserId>,
}

/// What was found of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// People.
    pub users: BTreeMap<UserId, User>,
    /// Teams.
    pub teams: Teams,
    /// Skills.
    pub skills: BTreeMap<SkillName, Skill>,
    /// Skill sets.
    pub skill_sets: BTreeMap<String, SkillSet>,
    /// What TaskRouter last said of the worker.
    pub worker: Option<Worker>,
    /// Whether something is still to be carried over to TaskRouter.
    pub pending: bool,
}

/// Reads several things at a time.
pub trait ReadSnapshot {
    /// What there is of these, as of now: one call for up to 100.
    fn snapshot(&self, wanted: &ReadSet) -> impl Future<Output = Result<Snapshot, StoreError>> + Send;
}

impl ReadSnapshot for Directory {
    async fn snapshot(&self, wanted: &ReadSet) -> Result<Snapshot, StoreError> {
        let mut found = Snapshot::default();
        for item in self.get_many_now(&wanted.keys()).await? {
            found.add(item)?;
        }
        Ok(found)
    }
}

impl ReadSet {
    fn keys(&self) -> Vec<Key> {
        let users = self.users.iter().map(|&id| keys::profile(id));
        let teams = self.teams.iter().map(|&id| keys::team(id));
        let skills = self.skills.iter().map(keys::skill);
        let sets = self.skill_sets.iter().map(|name| keys::skill_set(name));
        let worker = self.worker.iter().map(|sid| keys::worker(sid));
        let outbox = self.outbox.iter().map(|&id| keys::outbox(id));
        users.chain(teams).chain(skills).chain(sets).chain(worker).chain(outbox).collect()
    }
}

impl Snapshot {
    fn add(&mut self, item: Item) -> Result<(), StoreError> {
        let entity = item.get("entity").and_then(|entity| entity.as_s().ok()).cloned();
        match entity.as_deref() {
            Some("user") => {
                let user: User = items::read(item)?;
                self.users.insert(user.user_id, user);
            }
            Some("team") => {
                let team: Team = items::read(item)?;
                self.teams.insert(team.team_id, team);
            }
            Some("skill") => {
                let skill: Skill = items::read(item)?;
                self.skills.insert(skill.name.clone(), skill);
            }
            Some("skill_set") => {
                let set: SkillSet = items::read(item)?;
                self.skill_sets.insert(set.name.clone(), set);
            }
            Some("worker") => self.worker = Some(items::read(item)?),
            Some("outbox") => self.pending = matches!(item.get("pending"), Some(AttributeValue::S(_))),
            other => return Err(StoreError::Broken(format!("an item of the kind {other:?} was not asked for"))),
        }
        Ok(())
    }
}
