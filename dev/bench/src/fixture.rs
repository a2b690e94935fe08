//! A directory of some size, in memory.

use std::collections::{BTreeSet, HashMap};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{Region, retry::RetryConfig},
    types::AttributeValue,
};
use domain::{
    Actor, Record, ReportVersion, Source, User,
    audit::{Action, Subject},
    catalog::SkillSet,
};
use dynoxide::{Database, ImportOptions, types};
use embedded::Dynamo;
use local::names::{REGION, SECRET_ACCESS_KEY, access_key_id, physical};
use store::{
    Directory, WorkerItem,
    schema::{
        items::{AuditItem, Entity, IdentityClaim, Item, Membership, NamedTeam, TeamHolder, UserHolder},
        keys,
    },
    search::index,
};
use uuid::Uuid;

use crate::{Fallible, sample_users::SampleUsers};

/// How many users are loaded at a time.
const BATCH: usize = 1_000;

#[derive(Debug)]
pub struct Fixture {
    pub sample: SampleUsers,
    pub dynamo: Dynamo,
}

impl Fixture {
    /// A directory of this many users.
    pub async fn of_size(size: usize) -> Fallible<Self> {
        Self::of(SampleUsers::new(size)?).await
    }

    pub async fn of(sample: SampleUsers) -> Fallible<Self> {
        let dynamo = Dynamo::memory().await?;
        let properties = embedded::without_stream(embedded::directory_properties()?);
        dynamo.create_table(&table_name(), &properties)?;
        load(dynamo.database(), &sample)?;
        Ok(Self { sample, dynamo })
    }
}

pub fn table_name() -> String {
    physical("Directory")
}

/// The directory, reached at this address. Failed calls are not retried, because retries would be counted.
pub fn directory_at(url: &str) -> Directory {
    directory_retrying(url, RetryConfig::disabled())
}

pub fn directory_retrying(url: &str, retries: RetryConfig) -> Directory {
    let config = embedded::config_at(url)
        .region(Region::from_static(REGION))
        .retry_config(retries)
        .credentials_provider(Credentials::from_keys(access_key_id("bench"), SECRET_ACCESS_KEY, None));
    Directory::new(Client::from_conf(config.build()), table_name())
}

/// Loads all items into the table, past the stream: teams, skills, and of each user what a login writes and the
/// entries. Thousands of commits would take minutes.
pub fn load(database: &Database, sample: &SampleUsers) -> Fallible<()> {
    import(database, catalog(sample)?)?;
    for users in sample.users.chunks(BATCH) {
        let items = users.iter().map(items_of_user).collect::<Fallible<Vec<_>>>()?;
        import(database, items.into_iter().flatten().collect())?;
    }
    Ok(())
}

/// Loads items into the table, past the stream.
pub fn import(database: &Database, items: Vec<Item>) -> Fallible<()> {
    let items = items.into_iter().map(as_embedded).collect::<Fallible<Vec<_>>>()?;
    database.import_items(&table_name(), items, ImportOptions::default())?;
    Ok(())
}

fn catalog(sample: &SampleUsers) -> Fallible<Vec<Item>> {
    let mut items = Vec::new();
    for team in &sample.teams {
        items.push(team.to_item()?);
        items.push(NamedTeam(team).to_item()?);
        for skill in team.skills.keys() {
            items.push(TeamHolder { skill, team_id: team.team_id }.to_item()?);
        }
    }
    for skill in &sample.skills {
        items.push(skill.to_item()?);
    }
    for name in sample.skills.iter().map(|skill| &skill.skill_set).collect::<BTreeSet<_>>() {
        items.push(SkillSet::new(name.clone(), Uuid::nil()).to_item()?);
    }
    Ok(items)
}

fn items_of_user(user: &User) -> Fallible<Vec<Item>> {
    let (user_id, record) = (user.user_id, adopted(user));
    let mut items = vec![
        user.to_item()?,
        IdentityClaim { identity: &user.identity, user_id }.to_item()?,
        AuditItem { subject: Subject::User(user_id), record: &record }.to_item()?,
    ];
    items.extend(worker(user)?);
    for &team_id in &user.managed.teams {
        items.push(Membership { team_id, user_id }.to_item()?);
    }
    for (skill, &level) in &user.managed.assigned_skills {
        items.push(UserHolder { skill, user_id, level }.to_item()?);
    }
    items.extend(index::entries(user)?.into_values());
    Ok(items)
}

/// The item of the user's worker, which the store writes by updates only.
fn worker(user: &User) -> Fallible<Option<Item>> {
    let Some(sid) = &user.taskrouter.worker_sid else { return Ok(None) };
    let worker = WorkerItem {
        user_id: Some(user.user_id),
        reported: user.taskrouter.reported_at.as_ref().map_or(ReportVersion::EARLIEST, |last| last.version),
        attributes_at: user.taskrouter.reported_at.as_ref().map(|last| last.version),
        activity: "Available".to_owned(),
        other_chars: None,
        applied_hash: Some(user.user_id.to_string().replace('-', "")),
        deleted: false,
        guarded: !user.is_active(),
    };
    let mut item: Item = serde_dynamo::to_item(&worker)?;
    item.extend(keys::worker(sid).attributes());
    item.insert("entity".to_owned(), AttributeValue::S(WorkerItem::NAME.to_owned()));
    Ok(Some(item))
}

fn adopted(user: &User) -> Record {
    Record {
        record_id: Uuid::now_v7(),
        at: user.created_at,
        actor: Actor::Taskrouter,
        source: Source::Webhook,
        request_id: "EV00000000000000000000000000000000".to_owned(),
        action: Action::Adopted,
        changes: User::changes(None, user),
        author: None,
    }
}

fn as_embedded(item: Item) -> Fallible<HashMap<String, types::AttributeValue>> {
    item.into_iter().map(|(name, value)| Ok((name, value_as_embedded(value)?))).collect()
}

fn value_as_embedded(value: AttributeValue) -> Fallible<types::AttributeValue> {
    Ok(match value {
        AttributeValue::S(text) => types::AttributeValue::S(text),
        AttributeValue::N(number) => types::AttributeValue::N(number),
        AttributeValue::Bool(is) => types::AttributeValue::BOOL(is),
        AttributeValue::Null(is) => types::AttributeValue::NULL(is),
        AttributeValue::Ss(texts) => types::AttributeValue::SS(texts),
        AttributeValue::L(values) => {
            types::AttributeValue::L(values.into_iter().map(value_as_embedded).collect::<Fallible<_>>()?)
        }
        AttributeValue::M(item) => types::AttributeValue::M(as_embedded(item)?),
        other => return Err(format!("no item of the table has a value such as {other:?}").into()),
    })
}
