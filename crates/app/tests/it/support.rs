//! A directory, a TaskRouter, and what is in the table afterwards.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::atomic::{AtomicBool, Ordering},
};

use app::{SystemTimeAndIds, ingest::WorkerIngest};
use aws_sdk_dynamodb::Client;
use domain::{
    Identity, ReportVersion, SkillName, Source, TeamId, TeamName, User, UserId, WorkerReport, WorkerSid,
    policy::Policy, team::Teams, test_support::stored,
};
use embedded::Dynamo;
use serde_json::Value;
use store::{
    ChangeOrigin, CommitUser, Directory, ImportSkills, RecordReport, RecordedReport, StoreError, UserChange, ViewTeams,
    ViewUser, WorkerItem,
};
use twilio::{FetchWorker, TwilioError};

/// A TaskRouter that holds these workers now.
#[derive(Debug, Default, Clone)]
pub struct TaskRouter(pub HashMap<String, twilio::Worker>);

impl FetchWorker for TaskRouter {
    async fn fetch_worker(&self, sid: &WorkerSid) -> Result<Option<twilio::Worker>, TwilioError> {
        Ok(self.0.get(sid.as_str()).cloned())
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
    async fn worker(&self, sid: &WorkerSid) -> Result<Option<WorkerItem>, StoreError> {
        self.directory.worker(sid).await
    }
    async fn user_id_of_identity(&self, identity: &Identity) -> Result<Option<UserId>, StoreError> {
        self.directory.user_id_of_identity(identity).await
    }
}

impl CommitUser for Table {
    async fn commit_user(&self, change: UserChange<'_>) -> Result<User, StoreError> {
        if self.dies.swap(false, Ordering::Relaxed) {
            return Err(StoreError::Unavailable("the function died".into()));
        }
        self.directory.commit_user(change).await
    }
}

impl ViewTeams for Table {
    async fn teams(&self, ids: BTreeSet<TeamId>) -> Result<Teams, StoreError> {
        self.directory.teams(ids).await
    }
    async fn team_id_of_name(&self, name: &TeamName) -> Result<Option<TeamId>, StoreError> {
        self.directory.team_id_of_name(name).await
    }
}

impl RecordReport for Table {
    async fn record_report(&self, report: &WorkerReport) -> Result<RecordedReport, StoreError> {
        self.directory.record_report(report).await
    }
}

impl ImportSkills for Table {
    async fn import_skills(&self, names: &[SkillName], origin: ChangeOrigin<'_>) -> Result<(), StoreError> {
        self.directory.import_skills(names, origin).await
    }
}

pub type Ingest = WorkerIngest<Table, TaskRouter, SystemTimeAndIds>;

pub struct Fixture {
    dynamo: Dynamo,
    client: Client,
}

impl Fixture {
    pub async fn new() -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        Self { client: dynamo.client(), dynamo }
    }

    /// Ingest into an empty table, where `owner` is to be an account owner.
    pub fn ingest(&self, taskrouter: TaskRouter) -> Ingest {
        let directory = Directory::new(self.client.clone(), self.dynamo.fresh_table().unwrap());
        let policy = Policy { account_owners: [stored("owner")].into(), ..Policy::default() };
        let store = Table { directory, dies: AtomicBool::new(false) };
        WorkerIngest { store, taskrouter, time_and_ids: SystemTimeAndIds, policy }
    }
}

/// A callback about a worker.
#[derive(Debug, Clone)]
pub struct Report {
    pub sid: String,
    pub name: String,
    pub attributes: String,
    pub version: ReportVersion,
    pub activity: String,
    pub deleted: bool,
}

/// At this second, the worker with this SID and name has these attributes.
pub fn report(second: i64, sid: &str, name: &str, attributes: &Value) -> Report {
    let version = ReportVersion { at_ms: second * 1_000, version: u64::try_from(second).unwrap() };
    let (sid, name, attributes) = (sid.to_owned(), name.to_owned(), attributes.to_string());
    Report { sid, name, attributes, version, activity: format!("activity {second}"), deleted: false }
}

impl Report {
    /// As the form that TaskRouter posts.
    pub fn form(&self) -> Vec<(&'static str, String)> {
        let event_type = if self.deleted { "worker.deleted" } else { "worker.attributes.update" };
        vec![
            ("AccountSid", "AC1".to_owned()),
            ("WorkspaceSid", "WS1".to_owned()),
            ("EventType", event_type.to_owned()),
            ("Sid", "EV1".to_owned()),
            ("TimestampMs", self.version.at_ms.to_string()),
            ("WorkerSid", self.sid.clone()),
            ("WorkerName", self.name.clone()),
            ("WorkerAttributes", self.attributes.clone()),
            ("WorkerActivitySid", "WA1".to_owned()),
            ("WorkerActivityName", self.activity.clone()),
            ("WorkerVersion", self.version.version.to_string()),
        ]
    }

    fn parsed(&self) -> WorkerReport {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(self.form()).finish();
        twilio::Callback::parse(form.as_bytes()).unwrap().worker.unwrap()
    }

    pub async fn arrives(&self, ingest: &Ingest) {
        ingest.apply(self.parsed(), Source::Webhook, "EV1").await.unwrap();
    }

    /// The function dies after the first of its writes, if it gets that far.
    pub async fn arrives_and_dies(&self, ingest: &Ingest) {
        ingest.store.dies.store(true, Ordering::Relaxed);
        let _ = ingest.apply(self.parsed(), Source::Webhook, "EV1").await;
        ingest.store.dies.store(false, Ordering::Relaxed);
    }
}

/// What depends on how often and when something was reported. Of several equal reports, `reported_at` is the version of
/// the one that was applied: the others are recognised by their hash and not stored.
const MOMENTS: [&str; 4] = ["version", "created_at", "updated_at", "reported_at"];

/// Items by key.
pub type Contents = BTreeMap<String, Value>;

/// Everything in the table that a callback may change, except for times, histories and outboxes. Users are named by
/// identity, because ids are random.
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
    let user_id = directory.user_id_of_identity(&stored(identity)).await.unwrap().unwrap();
    directory.user(user_id).await.unwrap().unwrap()
}
