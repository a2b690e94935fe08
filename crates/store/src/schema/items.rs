//! The table's items: shape, entity name and key of each stand together. Every item names its entity in `entity`.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

use domain::{
    Identity, Level, Record, ReportVersion, Role, Skill, SkillName, Status, Team, TeamId, Time, User, UserId,
    audit::Subject,
    catalog::SkillSet,
    job::Job,
    preset::SkillPreset,
    reconciliation::Reconciliation,
    search::{Criterion, UserText},
    sync_state::SyncState,
    sync_summary::SyncStage,
};

use super::keys::{self, Key};
use crate::StoreError;

/// An item as DynamoDB holds it.
pub type Item = HashMap<String, AttributeValue>;

/// Something that is written as one item.
pub trait Entity: Serialize {
    /// The value of the item's `entity`.
    const NAME: &'static str;

    fn key(&self) -> Key;

    /// Key attributes of secondary indexes.
    fn index_attributes(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn to_item(&self) -> Result<Item, StoreError> {
        let mut item: Item = serde_dynamo::to_item(self)?;
        item.extend(self.key().attributes());
        let attributes = self.index_attributes().into_iter().chain([("entity", Self::NAME.to_owned())]);
        item.extend(attributes.map(|(name, value)| (name.to_owned(), AttributeValue::S(value))));
        Ok(item)
    }
}

pub(crate) fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    Ok(serde_dynamo::from_item(item)?)
}

pub(crate) fn read_all<T: DeserializeOwned, C: FromIterator<T>>(items: Vec<Item>) -> Result<C, StoreError> {
    items.into_iter().map(read).collect()
}

impl Entity for User {
    const NAME: &'static str = "user";

    fn key(&self) -> Key {
        keys::profile(self.user_id)
    }

    fn index_attributes(&self) -> Vec<(&'static str, String)> {
        let by_status =
            [(keys::BY_STATUS_PK, keys::by_status_pk(self.managed.status)), (keys::BY_STATUS_SK, keys::by_name(self))];
        let by_turn = |at: Time| {
            [(keys::BY_PENDING_PK, keys::TEMPORARY_SKILLS.to_owned()), (keys::BY_PENDING_SK, at.to_string())]
        };
        by_status.into_iter().chain(self.managed.next_turn().map(by_turn).into_iter().flatten()).collect()
    }
}

impl Entity for Team {
    const NAME: &'static str = "team";

    fn key(&self) -> Key {
        keys::team(self.team_id)
    }
}

impl Entity for Skill {
    const NAME: &'static str = "skill";

    fn key(&self) -> Key {
        keys::skill(&self.name)
    }
}

impl Entity for SkillSet {
    const NAME: &'static str = "skill_set";

    fn key(&self) -> Key {
        keys::skill_set(&self.name)
    }
}

impl Entity for SkillPreset {
    const NAME: &'static str = "preset";

    fn key(&self) -> Key {
        keys::preset(self.preset_id)
    }
}

impl Entity for Job {
    const NAME: &'static str = "job";

    fn key(&self) -> Key {
        keys::job(self.job_id)
    }

    fn index_attributes(&self) -> Vec<(&'static str, String)> {
        crate::bulk_jobs::due_partition(self).into_iter().collect()
    }
}

impl Entity for Reconciliation {
    const NAME: &'static str = "reconciliation";

    fn key(&self) -> Key {
        keys::reconciliation()
    }
}

/// Something is to be carried to TaskRouter. Written by updates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OutboxItem {
    pub user_id: UserId,
    /// New for each change.
    pub pending: Uuid,
    /// When the first change was made that is not carried over.
    pub since: Time,
    /// What becomes of contested skills.
    #[serde(default)]
    pub contested: ContestedSkills,
    /// A time, or a text that is later than every time.
    #[serde(default)]
    due_at: String,
}

/// What a look at a user makes of skills that another writer contests (rule 24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContestedSkills {
    /// They stay as the other writer has them.
    #[default]
    Leave,
    /// A reconciliation reverts them this once.
    RevertOnce,
    /// An admin has decided: the contest is over.
    Decided,
}

impl OutboxItem {
    pub const NAME: &'static str = "outbox";

    /// Whether it waits for a deployment that may write.
    #[must_use]
    pub fn waits_for_writing(&self) -> bool {
        self.due_at == crate::users::outbox::WHEN_WRITING
    }
}

impl Entity for SyncItem<'_> {
    const NAME: &'static str = "sync";

    fn key(&self) -> Key {
        keys::sync(self.user_id)
    }

    fn index_attributes(&self) -> Vec<(&'static str, String)> {
        let lasting = SyncStage::lasting(self.state).and_then(|(stage, since)| Some((keys::stage_pk(stage)?, since)));
        let attributes = |(pk, since): (&str, Time)| {
            vec![(keys::BY_PENDING_PK, pk.to_owned()), (keys::BY_PENDING_SK, since.to_string())]
        };
        lasting.map(attributes).unwrap_or_default()
    }
}

/// How far a user's state has been carried over.
#[derive(Serialize)]
pub struct SyncItem<'a> {
    #[serde(skip)]
    pub user_id: UserId,
    #[serde(flatten)]
    pub state: &'a SyncState,
}

/// A change of a team that has not reached all members. The change puts it; the steps move it on by updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FanOut {
    pub team_id: TeamId,
    /// New for each change: a later one begins with the first member again.
    pub generation: Uuid,
    /// The last member, in order of id, that was marked; none at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_marked: Option<UserId>,
    /// From when on the schedule takes it up.
    pub due_at: Time,
}

impl Entity for FanOut {
    const NAME: &'static str = "fan_out";

    fn key(&self) -> Key {
        keys::fan_out(self.team_id)
    }

    fn index_attributes(&self) -> Vec<(&'static str, String)> {
        vec![(keys::BY_PENDING_PK, keys::FAN_OUTS.to_owned())]
    }
}

/// Whether Twilio answers. Written by updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct TwilioHealth {
    /// The failures in a row, of any user.
    pub failures: u32,
}

impl TwilioHealth {
    pub const NAME: &'static str = "twilio_health";
}

/// The ids of the active account owners. Written by updates: `ids` is a string set.
#[derive(Deserialize)]
pub struct Owners {
    pub ids: BTreeSet<UserId>,
}

pub(crate) const OWNERS: &str = "owners";

#[derive(Serialize)]
pub struct AuditItem<'a> {
    #[serde(skip)]
    pub subject: Subject<'a>,
    #[serde(flatten)]
    pub record: &'a Record,
}

impl Entity for AuditItem<'_> {
    const NAME: &'static str = "audit";

    fn key(&self) -> Key {
        keys::audit(self.subject, self.record.record_id)
    }
}

/// What TaskRouter last reported of a worker. Written by updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerItem {
    /// None for an unmanaged worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The latest report.
    #[serde(flatten)]
    pub reported: ReportVersion,
    /// The latest report that states attributes, of those that were the latest when they arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes_at: Option<ReportVersion>,
    /// The activity's name.
    #[serde(default)]
    pub activity: String,
    /// The characters of the attributes besides those that the directory writes (rule 27); none if no report has told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_chars: Option<usize>,
    /// The hash of the report that the profile was last updated from; none if something has been decided since that the
    /// next report is to be judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_hash: Option<String>,
    /// Whether the user is not active: no report is passed over, not even of an activity (rule 12).
    #[serde(default)]
    pub guarded: bool,
    /// Deleted in TaskRouter, which never uses a SID again.
    #[serde(default)]
    pub deleted: bool,
}

impl WorkerItem {
    pub const NAME: &'static str = "worker";
}

/// The user of an item that leads to one: of an identity, a membership, a holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct UserRef {
    pub user_id: UserId,
}

/// The team of an item that leads to one: of a team's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct TeamRef {
    pub team_id: TeamId,
}

/// Claims an identity for one user (rule 22).
#[derive(Serialize)]
pub struct IdentityClaim<'a> {
    #[serde(skip)]
    pub identity: &'a Identity,
    pub user_id: UserId,
}

impl Entity for IdentityClaim<'_> {
    const NAME: &'static str = "identity";

    fn key(&self) -> Key {
        keys::identity(self.identity)
    }
}

/// The whole team under its name, which it claims: the list of teams reads these (docs/decisions/0053).
#[derive(Serialize)]
#[serde(transparent)]
pub struct NamedTeam<'a>(pub &'a Team);

impl Entity for NamedTeam<'_> {
    const NAME: &'static str = "team_name";

    fn key(&self) -> Key {
        keys::team_name(&self.0.name)
    }
}

/// The whole preset under its name, which it claims: the list of presets reads these, as that of teams does.
#[derive(Serialize)]
#[serde(transparent)]
pub struct NamedPreset<'a>(pub &'a SkillPreset);

impl Entity for NamedPreset<'_> {
    const NAME: &'static str = "preset_name";

    fn key(&self) -> Key {
        keys::preset_name(&self.0.name)
    }
}

#[derive(Serialize)]
pub struct Membership {
    #[serde(skip)]
    pub team_id: TeamId,
    pub user_id: UserId,
}

impl Entity for Membership {
    const NAME: &'static str = "member";

    fn key(&self) -> Key {
        keys::member(self.team_id, self.user_id)
    }
}

/// A user to whom a skill is assigned, or is for a time: its level is that of the permanent assignment.
#[derive(Serialize)]
pub struct UserHolder<'a> {
    #[serde(skip)]
    pub skill: &'a SkillName,
    pub user_id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
}

impl Entity for UserHolder<'_> {
    const NAME: &'static str = "holder";

    fn key(&self) -> Key {
        keys::user_holder(self.skill, self.user_id)
    }
}

/// A team that grants a skill, archived or not.
#[derive(Serialize)]
pub struct TeamHolder<'a> {
    #[serde(skip)]
    pub skill: &'a SkillName,
    pub team_id: TeamId,
}

impl Entity for TeamHolder<'_> {
    const NAME: &'static str = "holder";

    fn key(&self) -> Key {
        keys::team_holder(self.skill, self.team_id)
    }
}

/// Leads from the text at one position to its user.
#[derive(Serialize)]
pub(crate) struct SearchEntry<'a> {
    #[serde(skip)]
    pub status: Status,
    #[serde(skip)]
    pub head: &'a str,
    #[serde(skip)]
    pub rest: &'a str,
    #[serde(skip)]
    pub user_id: UserId,
    /// The user's whole text, so that a query need not read the profile to know whether it may match.
    pub text: &'a str,
    /// Where in the text the entry begins, in bytes.
    pub position: usize,
}

impl Entity for SearchEntry<'_> {
    const NAME: &'static str = "search";

    fn key(&self) -> Key {
        keys::search_entry(self.status, self.head, self.rest, self.user_id)
    }
}

/// Leads from a filter to a user.
#[derive(Serialize)]
pub(crate) struct FilterEntry<'a> {
    #[serde(skip)]
    pub criterion: &'a Criterion,
    #[serde(skip)]
    pub user: &'a User,
    pub text: &'a str,
    /// Of an assigned skill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// What other filters ask, so that a query need not read the profile to know whether it may match.
    pub role: Role,
    pub teams: &'a BTreeSet<TeamId>,
}

impl Entity for FilterEntry<'_> {
    const NAME: &'static str = "filter";

    fn key(&self) -> Key {
        keys::filter_entry(self.criterion, self.user)
    }
}

/// A search or filter entry, as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct IndexEntry {
    pub sk: String,
    pub text: String,
    /// Of a search entry.
    #[serde(default)]
    pub position: usize,
    /// Of a filter entry. One that was written by an earlier version has neither role nor teams.
    #[serde(default)]
    pub level: Option<Level>,
    #[serde(default)]
    pub role: Option<Role>,
    #[serde(default)]
    pub teams: Option<BTreeSet<TeamId>>,
}

impl IndexEntry {
    pub fn user_text(&self) -> UserText {
        UserText::from_joined(&self.text)
    }
}
