//! A directory, a TaskRouter, and what is in the table afterwards.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::atomic::{AtomicBool, Ordering},
};

use aws_sdk_dynamodb::Client;
use domain::{ReportVersion, SkillName, Source, User, UserId, login::Policy};
use embedded::Dynamo;
use serde_json::Value;
use store::{
    ChangeOrigin, Commit, CommitUser, Directory, StoreError, ViewUser,
    items::Worker,
    teams::{Teams, ViewTeams},
    workers::{Observation, Observed},
};
use twilio::{FetchWorker, TwilioError};
use webhook::{Door, Event, Store};

/// A TaskRouter that holds these workers now.
#[derive(Debug, Default, Clone)]
pub struct TaskRouter(pub HashMap<String, twilio::Worker>);

impl FetchWorker for TaskRouter {
    async fn fetch_worker(&self, sid: &str) -> Result<Option<twilio::Worker>, TwilioError> {
        Ok(self.0.get(sid).cloned())
    }
}

/// A worker as TaskRouter answers it.
pub fn worker(sid: &str, name: &str, attributes: &Value) -> twilio::Worker {
    serde_json::from_value(serde_json::json!({
        "sid": sid, "friendly_name": name, "attributes": attributes.to_string(),
        "activity_sid": "WA1", "activity_name": "Available", "date_updated": null,
    }))
    .unwrap()
}

/// The table, whose writer can be made to die between a callback's two writes.
pub struct Table {
    pub directory: Directory,
    pub dies: AtomicBool,
}

impl ViewUser for Table {
    async fn user(&self, user_id: UserId) -> Result<Option<User>, StoreError> {
        self.directory.user(user_id).await
    }
    async fn worker(&self, sid: &str) -> Result<Option<Worker>, StoreError> {
        self.directory.worker(sid).await
    }
    async fn whose_identity(&self, identity: &str) -> Result<Option<UserId>, StoreError> {
        self.directory.whose_identity(identity).await
    }
}

impl CommitUser for Table {
    async fn commit(&self, commit: Commit<'_>) -> Result<User, StoreError> {
        if self.dies.swap(false, Ordering::Relaxed) {
            return Err(StoreError::Unavailable("the function died".into()));
        }
        self.directory.commit(commit).await
    }
}

impl ViewTeams for Table {
    async fn teams(&self, ids: BTreeSet<domain::TeamId>) -> Result<Teams, StoreError> {
        self.directory.teams(ids).await
    }
    async fn whose_team_name(&self, name: &str) -> Result<Option<domain::TeamId>, StoreError> {
        self.directory.whose_team_name(name).await
    }
}

impl Store for Table {
    async fn observe(&self, seen: Observation<'_>) -> Result<Observed, StoreError> {
        self.directory.observe(seen).await
    }
    async fn import_skills(&self, names: Vec<SkillName>, by: ChangeOrigin<'_>) -> Result<(), StoreError> {
        self.directory.import_skills(names.iter(), by).await
    }
}

pub struct Fixture {
    dynamo: Dynamo,
    client: Client,
}

impl Fixture {
    pub async fn new() -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        Self { client: dynamo.client(), dynamo }
    }

    /// A door to an empty table, where `owner` is to be an account owner.
    pub fn door(&self, taskrouter: TaskRouter) -> Door<Table, TaskRouter> {
        let directory = Directory::new(self.client.clone(), self.dynamo.fresh_table().unwrap());
        let policy = Policy { account_owners: ["owner".to_owned()].into(), ..Policy::default() };
        Door { directory: Table { directory, dies: AtomicBool::new(false) }, twilio: taskrouter, policy }
    }
}

/// A callback about a worker.
#[derive(Debug, Clone)]
pub struct Said {
    pub sid: String,
    pub name: String,
    pub attributes: String,
    pub stamp: ReportVersion,
    pub activity: String,
    pub gone: bool,
}

/// At this second, the worker with this SID and name says these attributes.
pub fn said(second: i64, sid: &str, name: &str, attributes: &Value) -> Said {
    let stamp = ReportVersion { at_ms: second * 1_000, version: u64::try_from(second).unwrap() };
    let (sid, name, attributes) = (sid.to_owned(), name.to_owned(), attributes.to_string());
    Said { sid, name, attributes, stamp, activity: format!("activity {second}"), gone: false }
}

impl Said {
    /// As the form that TaskRouter posts.
    pub fn form(&self) -> Vec<(&'static str, String)> {
        let event_type = if self.gone { "worker.deleted" } else { "worker.attributes.update" };
        vec![
            ("AccountSid", "AC1".to_owned()),
            ("WorkspaceSid", "WS1".to_owned()),
            ("EventType", event_type.to_owned()),
            ("Sid", "EV1".to_owned()),
            ("TimestampMs", self.stamp.at_ms.to_string()),
            ("WorkerSid", self.sid.clone()),
            ("WorkerName", self.name.clone()),
            ("WorkerAttributes", self.attributes.clone()),
            ("WorkerActivitySid", "WA1".to_owned()),
            ("WorkerActivityName", self.activity.clone()),
            ("WorkerVersion", self.stamp.version.to_string()),
        ]
    }

    fn event(&self) -> Event {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(self.form()).finish();
        Event::of(&twilio::Callback::parse(form.as_bytes()).unwrap()).unwrap()
    }
}

impl Said {
    pub async fn arrives(&self, door: &Door<Table, TaskRouter>) {
        door.take(self.event(), Source::Webhook, "EV1").await.unwrap();
    }

    /// The function dies after the first of its writes, if it gets that far.
    pub async fn arrives_and_dies(&self, door: &Door<Table, TaskRouter>) {
        door.directory.dies.store(true, Ordering::Relaxed);
        let _ = door.take(self.event(), Source::Webhook, "EV1").await;
        door.directory.dies.store(false, Ordering::Relaxed);
    }
}

/// What depends on how often and when something was said. `reported_at` is the moment of that of several callbacks with
/// the same words which was applied: the others are known by their hash and written nowhere.
const MOMENTS: [&str; 4] = ["version", "created_at", "updated_at", "reported_at"];

/// Items by key.
pub type Contents = BTreeMap<String, Value>;

/// Everything in the table that a callback may change, but for moments, the history and the outbox, with people named
/// by identity, since ids are random.
pub async fn contents(directory: &Directory) -> Contents {
    let items = directory.client().scan().table_name(directory.name()).send().await.unwrap().items.unwrap_or_default();
    let items = items.into_iter().map(|item| serde_dynamo::from_item::<_, Value>(item).unwrap()).collect::<Vec<_>>();
    let profiles = items.iter().filter(|item| item["entity"] == "user");
    let names = profiles.map(|item| (text(item, "user_id"), text(item, "identity"))).collect::<BTreeMap<_, _>>();
    let readable = |text: &str| names.iter().fold(text.to_owned(), |text, (id, name)| text.replace(id.as_str(), name));
    let kept = items.iter().filter(|item| !["audit", "outbox"].contains(&item["entity"].as_str().unwrap()));
    kept.map(|item| {
        let mut item = item.clone();
        if item["entity"] == "user" {
            item.as_object_mut().unwrap().retain(|field, _| !MOMENTS.contains(&field.as_str()));
        }
        let item: Value = serde_json::from_str(&readable(&item.to_string())).unwrap();
        (format!("{} {}", text(&item, "pk"), text(&item, "sk")), item)
    })
    .collect()
}

fn text(item: &Value, field: &str) -> String {
    item[field].as_str().unwrap_or_default().to_owned()
}

/// The person of this identity.
pub async fn person(directory: &Directory, identity: &str) -> User {
    let user_id = directory.whose_identity(identity).await.unwrap().unwrap();
    directory.user(user_id).await.unwrap().unwrap()
}
