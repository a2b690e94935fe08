//! Ingest with an embedded table and a stub of TaskRouter, and the contents of the table.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::atomic::{AtomicBool, Ordering},
};

use app::{SystemTimeAndIds, ingest::WorkerIngest};
use aws_sdk_dynamodb::Client;
use domain::{
    Identity, ReportVersion, Skill, SkillName, Source, TeamId, User, UserId, WorkerReport, WorkerSid, policy::Policy,
    team::Teams, test_support::stored,
};
use embedded::Dynamo;
use serde_json::Value;
use store::{
    ChangeOrigin, CommitUser, Directory, ImportSkills, RecordReport, RecordedReport, StoreError, UserChange, ViewTeams,
    ViewUser, WorkerItem,
};
use twilio::{FetchWorker, TwilioError};

/// A stub of TaskRouter that holds these workers.
#[derive(Debug, Default, Clone)]
pub struct TaskRouter(pub HashMap<String, twilio::Worker>);

impl FetchWorker for TaskRouter {
    async fn fetch_worker(&self, sid: &WorkerSid) -> Result<Option<twilio::Worker>, TwilioError> {
        Ok(self.0.get(sid.as_str()).cloned())
    }
}

/// A worker in the shape of TaskRouter's REST API, last changed at second 1,000.
pub fn worker(sid: &str, name: &str, attributes: &Value) -> twilio::Worker {
    report(1_000, sid, name, attributes).worker()
}

/// A directory that can simulate a crash of the function between a callback's two writes.
pub struct CrashingStore {
    pub directory: Directory,
    pub crash_before_commit: AtomicBool,
}

impl ViewUser for CrashingStore {
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

impl CommitUser for CrashingStore {
    async fn commit_user(&self, change: UserChange<'_>) -> Result<User, StoreError> {
        if self.crash_before_commit.swap(false, Ordering::Relaxed) {
            return Err(StoreError::Unavailable("the function crashed".into()));
        }
        self.directory.commit_user(change).await
    }
}

impl ViewTeams for CrashingStore {
    async fn teams(&self, ids: BTreeSet<TeamId>) -> Result<Teams, StoreError> {
        self.directory.teams(ids).await
    }
}

impl RecordReport for CrashingStore {
    async fn record_report(&self, report: &WorkerReport) -> Result<RecordedReport, StoreError> {
        self.directory.record_report(report).await
    }
    async fn revive_worker(&self, worker_sid: &WorkerSid) -> Result<(), StoreError> {
        self.directory.revive_worker(worker_sid).await
    }
}

impl ImportSkills for CrashingStore {
    async fn import_skills(
        &self,
        names: &[SkillName],
        origin: ChangeOrigin<'_>,
    ) -> Result<BTreeMap<SkillName, Skill>, StoreError> {
        self.directory.import_skills(names, origin).await
    }
}

pub type TestIngest = WorkerIngest<CrashingStore, TaskRouter, SystemTimeAndIds>;

pub struct Fixture {
    dynamo: Dynamo,
    client: Client,
}

impl Fixture {
    pub async fn new() -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        Self { client: dynamo.client(), dynamo }
    }

    /// Ingest into an empty table; `ACCOUNT_OWNERS` lists `owner`.
    pub fn ingest(&self, taskrouter: TaskRouter) -> TestIngest {
        let directory = Directory::new(self.client.clone(), self.dynamo.fresh_table().unwrap());
        let policy = Policy { account_owners: [stored("owner")].into(), ..Policy::default() };
        let store = CrashingStore { directory, crash_before_commit: AtomicBool::new(false) };
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

/// The callback of this second about the worker with this SID, name and attributes.
pub fn report(second: i64, sid: &str, name: &str, attributes: &Value) -> Report {
    let version = ReportVersion { at_ms: second * 1_000, version: u64::try_from(second).ok() };
    let (sid, name, attributes) = (sid.to_owned(), name.to_owned(), attributes.to_string());
    Report { sid, name, attributes, version, activity: format!("activity {second}"), deleted: false }
}

impl Report {
    /// The form that TaskRouter posts.
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
            ("WorkerVersion", self.version.version.map(|version| version.to_string()).unwrap_or_default()),
        ]
    }

    /// The worker that this report is about, unchanged since.
    pub fn worker(&self) -> twilio::Worker {
        let changed_at = jiff::Timestamp::from_millisecond(self.version.at_ms).unwrap();
        let answer = serde_json::json!({
            "sid": self.sid, "friendly_name": self.name, "attributes": self.attributes,
            "activity_sid": "WA1", "activity_name": self.activity, "date_updated": changed_at,
        });
        twilio::Worker { version: self.version.version, ..twilio::Worker::read(&answer.to_string()).unwrap() }
    }

    fn parsed(&self) -> WorkerReport {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(self.form()).finish();
        twilio::Callback::parse(form.as_bytes()).unwrap().worker.unwrap()
    }

    pub async fn deliver(&self, ingest: &TestIngest) {
        ingest.apply(self.parsed(), Source::Webhook, "EV1").await.unwrap();
    }

    /// The function crashes after the first of its writes, if it gets that far.
    pub async fn deliver_with_crash(&self, ingest: &TestIngest) {
        ingest.store.crash_before_commit.store(true, Ordering::Relaxed);
        let _ = ingest.apply(self.parsed(), Source::Webhook, "EV1").await;
        ingest.store.crash_before_commit.store(false, Ordering::Relaxed);
    }
}

/// Fields that depend on the number and time of reports. Of several equal reports, `reported_at` is the version of the
/// one that was applied: the others are recognised by their hash and not stored.
const TIME_FIELDS: [&str; 5] = ["version", "revision", "created_at", "updated_at", "reported_at"];

/// Items by key.
pub type TableContents = BTreeMap<String, Value>;

/// Everything in the table that a callback may change, except for times, histories and outboxes. Users are named by
/// identity, because ids are random.
pub async fn table_contents(directory: &Directory) -> TableContents {
    let items = directory.client().scan().table_name(directory.name()).send().await.unwrap().items.unwrap_or_default();
    let items = items.into_iter().map(|item| serde_dynamo::from_item::<_, Value>(item).unwrap()).collect::<Vec<_>>();
    let profiles = items.iter().filter(|item| item["entity"] == "user");
    let names = profiles.map(|item| (text(item, "user_id"), text(item, "identity"))).collect::<BTreeMap<_, _>>();
    let replace_ids =
        |text: &str| names.iter().fold(text.to_owned(), |text, (id, name)| text.replace(id.as_str(), name));
    let compared =
        items.iter().filter(|item| !["audit", "outbox", "guard"].contains(&item["entity"].as_str().unwrap()));
    compared
        .map(|item| {
            let mut item = item.clone();
            // That a late report has stated attributes is kept with the user alone.
            item.as_object_mut().unwrap().remove("attributes_at");
            item.as_object_mut().unwrap().remove("guard_id");
            // A removed worker's reports change nothing, whether or not they are recognised by their hash.
            if item["deleted"] == true {
                item.as_object_mut().unwrap().remove("applied_hash");
            }
            if item["entity"] == "user" {
                item.as_object_mut().unwrap().retain(|field, _| !TIME_FIELDS.contains(&field.as_str()));
            }
            let item: Value = serde_json::from_str(&replace_ids(&item.to_string())).unwrap();
            (format!("{} {}", text(&item, "pk"), text(&item, "sk")), item)
        })
        .collect()
}

fn text(item: &Value, field: &str) -> String {
    item[field].as_str().unwrap_or_default().to_owned()
}

pub async fn user_of_identity(directory: &Directory, identity: &str) -> User {
    let user_id = directory.user_id_of_identity(&stored(identity)).await.unwrap().unwrap();
    directory.user(user_id).await.unwrap().unwrap()
}
