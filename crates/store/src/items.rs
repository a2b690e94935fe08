//! What the items look like. Every item says in `entity` what it is.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::HashMap;

use domain::{Level, Record, ReportVersion, Skill, Team, TeamId, User, UserId, search::UserText};

use crate::{
    StoreError,
    keys::{self, Key},
};

/// An item as DynamoDB has it.
pub type Item = HashMap<String, AttributeValue>;

/// Reads an item.
pub fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    Ok(serde_dynamo::from_item(item)?)
}

/// Makes an item: key, entity and what it says.
pub fn item(key: &Key, entity: &str, body: &impl Serialize) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(body)?;
    item.extend(key.attributes());
    item.insert("entity".to_owned(), AttributeValue::S(entity.to_owned()));
    Ok(item)
}

/// A profile, with its place in the index.
pub fn profile(user: &User) -> Result<Item, StoreError> {
    let mut item = item(&keys::profile(user.user_id), "user", user)?;
    item.insert("by_status_pk".to_owned(), AttributeValue::S(keys::by_status(user.status)));
    item.insert("by_status_sk".to_owned(), AttributeValue::S(keys::by_name(user)));
    Ok(item)
}

/// What TaskRouter last said of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// Whose worker it is; none for an unmanaged one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Milliseconds since 1970, and the worker's version, of the latest callback.
    #[serde(flatten)]
    pub stamp: ReportVersion,
    /// The activity's name.
    #[serde(default)]
    pub activity: String,
    /// Of what the profile was last brought up to date with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_hash: Option<String>,
    /// Removed in TaskRouter; a SID is never used again.
    #[serde(default)]
    pub gone: bool,
}

/// Whose an identity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Whose.
    pub user_id: UserId,
}

/// Whose a team's name is; also which team gives a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamName {
    /// Whose.
    pub team_id: TeamId,
}

/// A search entry: the text from one position on leads to a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchEntry {
    /// Where it stands.
    pub sk: String,
    /// The whole text of the user, so that a query need not read the profile to know whether it matches.
    pub text: String,
    /// Where in it this entry starts.
    pub position: usize,
}

impl SearchEntry {
    /// The text of the user.
    #[must_use]
    pub fn user_text(&self) -> UserText {
        UserText::from_joined(&self.text)
    }
}

/// A filter entry: somebody has this role, is in this team or has this skill assigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterEntry {
    /// Where it stands.
    pub sk: String,
    /// The whole text of the user, so that a query need not read the profile to know whether it matches.
    pub text: String,
    /// The level with which the skill is assigned, if it is one and has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
}

/// An audit record.
pub fn audit(pk: String, record: &Record) -> Result<Item, StoreError> {
    item(&keys::audit(pk, record.record_id), "audit", record)
}

/// A team.
pub fn team(team: &Team) -> Result<Item, StoreError> {
    item(&keys::team(team.team_id), "team", team)
}

/// A skill of the catalog.
pub fn skill(skill: &Skill) -> Result<Item, StoreError> {
    item(&keys::skill(&skill.name), "skill", skill)
}
