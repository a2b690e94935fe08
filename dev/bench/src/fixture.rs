//! A directory of some size, in memory, behind a meter.

use std::collections::{BTreeSet, HashMap};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Region, retry::RetryConfig},
    types::AttributeValue,
};
use domain::{Actor, Record, ReportVersion, Source, Team, User, audit::Action, catalog::SkillSet, search::fold};
use dynoxide::{Database, ImportOptions, types};
use embedded::Dynamo;
use local::names::{REGION, SECRET_ACCESS_KEY, access_key_id, physical};
use store::{
    Directory, index,
    items::{self, Identity, Item, TeamName, Worker},
    keys,
};

use crate::{Fallible, test_support::Crowd};

/// How many people are put in at a time.
const AT_A_TIME: usize = 1_000;

/// A directory of some size, in memory.
#[derive(Debug)]
pub struct Fixture {
    /// Who is in it.
    pub crowd: Crowd,
    /// The database.
    pub dynamo: Dynamo,
}

impl Fixture {
    /// A directory of this many people.
    pub async fn of(size: usize) -> Fallible<Self> {
        Self::with(Crowd::of(size)?).await
    }

    /// A directory of these people.
    pub async fn with(crowd: Crowd) -> Fallible<Self> {
        let dynamo = Dynamo::memory().await?;
        let properties = embedded::without_stream(embedded::directory_properties()?);
        dynamo.create_table(&table_name(), &properties)?;
        load(dynamo.database(), &crowd)?;
        Ok(Self { crowd, dynamo })
    }
}

/// The table's name.
#[must_use]
pub fn table_name() -> String {
    physical("Directory")
}

/// The directory, reached at this address. A call is made once: a second try would be counted.
#[must_use]
pub fn directory_at(url: &str) -> Directory {
    directory_retrying(url, RetryConfig::disabled())
}

/// The directory, reached at this address and asked again as this says.
#[must_use]
pub fn directory_retrying(url: &str, retries: RetryConfig) -> Directory {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .endpoint_url(url)
        .retry_config(retries)
        .credentials_provider(Credentials::from_keys(access_key_id("bench"), SECRET_ACCESS_KEY, None));
    Directory::new(Client::from_conf(config.build()), table_name())
}

/// Puts the crowd into the table, past the stream: teams and skills, and of each person all that a login writes
/// and the entries.
pub fn load(database: &Database, crowd: &Crowd) -> Fallible<()> {
    let teams = crowd.teams.iter().map(items::team);
    let skills = crowd.skills.iter().map(items::skill);
    import(database, teams.chain(skills).collect::<Result<_, _>>()?)?;
    import(database, crowd.teams.iter().map(of_team).collect::<Fallible<Vec<_>>>()?.into_iter().flatten().collect())?;
    let sets = crowd.skills.iter().map(|skill| skill.skill_set.as_str()).collect::<BTreeSet<_>>();
    let set = |name| items::item(&keys::skill_set(name), "skill_set", &SkillSet::new(name, uuid::Uuid::nil()));
    import(database, sets.into_iter().map(set).collect::<Result<_, _>>()?)?;
    for people in crowd.people.chunks(AT_A_TIME) {
        let items = people.iter().map(everything_of).collect::<Fallible<Vec<_>>>()?;
        import(database, items.into_iter().flatten().collect())?;
    }
    Ok(())
}

fn import(database: &Database, items: Vec<Item>) -> Fallible<()> {
    let items = items.into_iter().map(as_embedded).collect::<Fallible<Vec<_>>>()?;
    database.import_items(&table_name(), items, ImportOptions::default())?;
    Ok(())
}

/// A team's name, and that it gives its skills.
fn of_team(team: &Team) -> Fallible<Vec<Item>> {
    let whose = TeamName { team_id: team.team_id };
    let mut items = vec![items::item(&keys::team_name(&fold(&team.name)), "team_name", &whose)?];
    for skill in team.skills.keys() {
        items.push(items::item(&keys::holder_team(skill, team.team_id), "holder", &whose)?);
    }
    Ok(items)
}

fn everything_of(user: &User) -> Fallible<Vec<Item>> {
    let whose = Identity { user_id: user.user_id };
    let mut items = vec![
        items::profile(user)?,
        items::item(&keys::identity(&user.identity), "identity", &whose)?,
        items::audit(keys::user(user.user_id), &adopted(user))?,
    ];
    if let Some(sid) = &user.worker_sid {
        items.push(items::item(&keys::worker(sid), "worker", &worker(user))?);
    }
    for team_id in &user.teams {
        items.push(items::item(&keys::member(*team_id, user.user_id), "member", &whose)?);
    }
    for skill in user.assigned_skills.keys() {
        items.push(items::item(&keys::holder(skill, user.user_id), "holder", &whose)?);
    }
    items.extend(index::entries(user)?.into_values());
    Ok(items)
}

fn worker(user: &User) -> Worker {
    let stamp = user.reported_at.unwrap_or(ReportVersion { at_ms: 0, version: 0 });
    let applied_hash = Some(user.user_id.to_string().replace('-', ""));
    Worker { user_id: Some(user.user_id), stamp, activity: "Available".to_owned(), applied_hash, gone: false }
}

fn adopted(user: &User) -> Record {
    Record {
        record_id: uuid::Uuid::now_v7(),
        at: user.created_at,
        actor: Actor::Taskrouter,
        source: Source::Webhook,
        request_id: "EV00000000000000000000000000000000".to_owned(),
        action: Action::Adopted,
        changes: User::changes(None, user),
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
