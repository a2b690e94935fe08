//! Reading everything that a decision or a response needs, in one call.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    PresetId, PresetName, Skill, SkillName, SkillSetName, Team, TeamId, User, UserId, WorkerSid, catalog::SkillSet,
    preset::SkillPreset, sync_state::SyncState, team::Teams,
};

use crate::{
    Directory, ReadSnapshot, StoreError, WorkerItem,
    schema::{
        items::{self, Entity, Item, NamedPreset, OWNERS, OutboxItem, Owners, SyncItem},
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
    pub presets: BTreeSet<PresetId>,
    /// Found without regard to case, width and invisible characters (rule 33).
    pub preset_name: Option<PresetName>,
    pub worker: Option<WorkerSid>,
    /// The user whose outbox is read.
    pub outbox: Option<UserId>,
    /// The user whose synchronisation is read.
    pub sync: Option<UserId>,
    /// Whether the ids of the active account owners are read.
    pub account_owners: bool,
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
    pub presets: BTreeMap<PresetId, SkillPreset>,
    /// The preset that has the name.
    pub preset_of_name: Option<SkillPreset>,
    /// What TaskRouter last reported of the worker.
    pub worker: Option<WorkerItem>,
    /// What is still to be carried to TaskRouter.
    pub outbox: Option<OutboxItem>,
    /// None if nothing was ever carried over.
    pub sync: Option<SyncState>,
    /// The active ones.
    pub account_owners: BTreeSet<UserId>,
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
        let sync = self.sync.iter().map(|&id| keys::sync(id));
        let presets = self.presets.iter().map(|&id| keys::preset(id));
        let preset_name = self.preset_name.iter().map(keys::preset_name);
        let owners = self.account_owners.then(keys::owners);
        let catalog = skills.chain(sets).chain(namesakes).chain(presets).chain(preset_name);
        users.chain(teams).chain(catalog).chain(worker).chain(outbox).chain(sync).chain(owners).collect()
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
            SkillPreset::NAME => {
                let preset: SkillPreset = items::read(item)?;
                self.presets.insert(preset.preset_id, preset);
            }
            NamedPreset::NAME => self.preset_of_name = Some(items::read(item)?),
            WorkerItem::NAME => self.worker = Some(items::read(item)?),
            OutboxItem::NAME => self.outbox = Some(items::read(item)?),
            SyncItem::NAME => self.sync = Some(items::read(item)?),
            OWNERS => self.account_owners = items::read::<Owners>(item)?.ids,
            other => return Err(StoreError::Malformed(format!("unexpected entity {other:?}"))),
        }
        Ok(())
    }
}
