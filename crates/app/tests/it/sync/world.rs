//! A directory with one user, her worker in TaskRouter, and the clock.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use app::{
    SystemTimeAndIds, TimeAndIds,
    sync::{OfflineActivity, Outcome, SyncMode, WorkerSync},
};
use domain::{
    Identity, Level, Provenance, Record, Role, Skill, SkillName, Status, TeamId, TeamName, User, UserId, WorkerReport,
    WorkerSid,
    audit::{Action, Subject},
    bulk::AppliedUser,
    catalog::{SkillSet, SkillUsage},
    job::Job,
    policy::Policy,
    reconciliation::Reconciliation,
    search::UserQuery,
    skill::Skills,
    sync_state::SyncState,
    team::Teams,
    test_support,
};
use embedded::Dynamo;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{
    BulkResult, CarryToTaskRouter, ChangeOrigin, CommitUser, ContestedSkills, Cursor, Directory, DueUser,
    EntryDifference, EntryKeys, EntryOwner, FindByNames, FindUsers, ImportSkills, KeepBulkJobs, Order, OutboxItem,
    PendingUser, ReadBulkResults, ReadSet, ReadSnapshot, ReadUsers, ReadWorkers, RecordReport, RecordedReport,
    ReindexUsers, RunBulkJobs, Snapshot, StoreError, SurveyDirectory, SyncStep, TrackReconciliation, TurnSkills,
    TwilioHealth, UserChange, UserPage, UserReading, ViewCatalog, ViewHistory, ViewTeams, ViewUser, WakeUsers,
    WatchTwilio, WorkerItem,
};
use uuid::Uuid;

use super::{steps::Steps, taskrouter::Fake};

pub const SID: &str = "WK1";

/// A clock that stands still until a test moves it.
#[derive(Debug, Clone)]
pub struct Clock(Arc<AtomicI64>);

impl Default for Clock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(1_800_000_000_000)))
    }
}

impl Clock {
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }

    pub fn second(&self) -> i64 {
        self.0.load(Ordering::Relaxed) / 1_000
    }
}

impl TimeAndIds for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).unwrap()
    }

    fn random_id(&self) -> Uuid {
        SystemTimeAndIds.random_id()
    }

    fn ordered_id(&self) -> Uuid {
        SystemTimeAndIds.ordered_id()
    }
}

/// A directory in which each call is a step.
#[derive(Debug, Clone)]
pub struct Stepped {
    pub directory: Directory,
    pub steps: Steps,
}

macro_rules! stepped {
    ($($verb:ident { $(fn $name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)+ })+) => {$(
        impl $verb for Stepped {$(
            async fn $name(&self, $($arg: $ty),*) -> Result<$out, StoreError> {
                self.steps.step(stringify!($name)).await;
                self.directory.$name($($arg),*).await
            }
        )+}
    )+};
}

stepped! {
    ViewUser {
        fn user(user_id: UserId) -> Option<User>;
        fn worker(sid: &WorkerSid) -> Option<WorkerItem>;
        fn user_id_of_identity(identity: &Identity) -> Option<UserId>;
    }
    ReadSnapshot { fn snapshot(read_set: &ReadSet) -> Snapshot; }
    CommitUser { fn commit_user(change: UserChange<'_>) -> User; }
    ImportSkills { fn import_skills(names: &[SkillName], origin: ChangeOrigin<'_>) -> BTreeMap<SkillName, Skill>; }
    CarryToTaskRouter {
        fn sync_step(step: SyncStep<'_>) -> ();
        fn due(now: Timestamp, is_writing: bool, limit: usize) -> Vec<OutboxItem>;
    }
    RecordReport {
        fn record_report(report: &WorkerReport) -> RecordedReport;
        fn revive_worker(sid: &WorkerSid) -> ();
    }
    ViewTeams {
        fn teams(ids: BTreeSet<TeamId>) -> Teams;
    }
    SurveyDirectory {
        fn all_users() -> Vec<User>;
        fn pending_users() -> Vec<PendingUser>;
        fn changing_teams() -> BTreeSet<TeamId>;
        fn contested_users() -> BTreeSet<UserId>;
        fn sync_states(user_ids: &BTreeSet<UserId>) -> BTreeMap<UserId, SyncState>;
    }
    ReadWorkers {
        fn workers(sids: &BTreeSet<WorkerSid>) -> BTreeMap<WorkerSid, WorkerItem>;
    }
    ReadUsers { fn next_users(reading: &mut UserReading) -> UserPage; }
    FindByNames {
        fn users_of_identities(identities: &BTreeSet<Identity>) -> BTreeMap<String, UserId>;
        fn teams_of_names(names: &BTreeSet<TeamName>) -> BTreeMap<String, TeamId>;
    }
    KeepBulkJobs {
        fn bulk_job(job_id: Uuid) -> Option<Job>;
        fn start_bulk_job(read: &Job, next: &Job) -> Job;
        fn replace_bulk_job(read: &Job, next: &Job) -> Job;
    }
    RunBulkJobs {
        fn due_bulk_jobs(now: Timestamp, limit: usize) -> Vec<Uuid>;
        fn last_bulk_result(job_id: Uuid) -> Option<BulkResult>;
        fn put_bulk_result(result: &BulkResult) -> ();
    }
    ReadBulkResults {
        fn bulk_results(job_id: Uuid, cursor: Option<Cursor>, limit: usize) -> (Vec<AppliedUser>, Option<Cursor>);
    }
    ViewCatalog {
        fn skill_sets(cursor: Option<Cursor>, limit: usize) -> (Vec<SkillSet>, Option<Cursor>);
        fn skills() -> Vec<Skill>;
        fn skill_usage(skill: &SkillName) -> SkillUsage;
        fn team_members(team_id: TeamId) -> BTreeSet<UserId>;
    }
    FindUsers {
        fn find_users(query: &UserQuery, order: Order, cursor: Option<Cursor>, limit: usize) -> UserPage;
    }
    ViewHistory {
        fn history(subject: Subject<'_>, cursor: Option<Cursor>, limit: usize) -> (Vec<Record>, Option<Cursor>);
    }
    ReindexUsers {
        fn compare_entries(user: Option<&User>, suspects: &EntryKeys) -> EntryDifference;
        fn repair_entries(owner: EntryOwner<'_>, batch: &EntryDifference) -> ();
    }
    WakeUsers {
        fn wake(user_id: UserId, token: Uuid, now: Timestamp, contested: ContestedSkills) -> ();
    }
    TrackReconciliation {
        fn reconciliation() -> Option<Reconciliation>;
        fn put_reconciliation(read: Option<u64>, reconciliation: Reconciliation) -> Reconciliation;
    }
    TurnSkills {
        fn due_temporary_skills(by: Timestamp, limit: usize) -> Vec<DueUser>;
        fn commit_turn(before: &User, after: User, origin: ChangeOrigin<'_>, action: Action) -> User;
    }
    WatchTwilio {
        fn twilio_health() -> TwilioHealth;
        fn twilio_failed() -> TwilioHealth;
        fn twilio_answered() -> ();
    }
}

pub type TestSync = WorkerSync<Stepped, Fake, Clock>;

/// Everything that a test looks at. Cloned freely: all of it is shared.
#[derive(Clone)]
pub struct World {
    _dynamo: Arc<Dynamo>,
    pub sync: Arc<TestSync>,
    pub directory: Directory,
    pub fake: Fake,
    pub clock: Clock,
    pub user_id: UserId,
}

pub fn skills(of: &[(&str, i64)]) -> Skills {
    of.iter().map(|(name, level)| (SkillName::new(name).unwrap(), Some(Level(*level)))).collect()
}

/// Attributes as Flex writes them.
pub fn attributes(role: &str, of: &[(&str, i64)]) -> Value {
    let names = of.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let levels = of.iter().map(|(name, level)| ((*name).to_owned(), json!(level))).collect::<serde_json::Map<_, _>>();
    json!({"full_name": "Ada", "roles": [role], "routing": {"skills": names, "levels": levels}})
}

impl World {
    /// Ada, an agent whose role and skills were decided here and are in TaskRouter.
    pub async fn new() -> Self {
        Self::with_policy(Policy::default(), SyncMode::Write).await
    }

    pub async fn with_policy(policy: Policy, mode: SyncMode) -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        let (fake, clock) = (Fake::default(), Clock::default());
        fake.put(SID, "ada", attributes("agent", &[("English", 80)]).to_string());
        let store = Stepped { directory: directory.clone(), steps: fake.steps.clone() };
        let offline = OfflineActivity::default();
        let sync = WorkerSync { store, taskrouter: fake.clone(), time_and_ids: clock.clone(), policy, mode, offline };
        let user_id = test_support::agent("ada").user_id;
        let world = Self { _dynamo: Arc::new(dynamo), sync: Arc::new(sync), directory, fake, clock, user_id };
        world.create().await;
        world
    }

    async fn create(&self) {
        let ada = test_support::user_with_role("ada", Role::Agent).with(|user| {
            user.managed.assigned_skills = skills(&[("English", 80)]);
            user.managed.provenance = Provenance::Managed;
            user.taskrouter.worker_sid = Some(WorkerSid::new(SID));
            (user.version, user.revision) = (0, 0);
        });
        let names = ["English", "French", "German"].map(|name| SkillName::new(name).unwrap());
        self.directory.import_skills(&names, self.origin()).await.unwrap();
        self.directory.commit_user(UserChange::new(None, ada, self.origin(), Action::Created)).await.unwrap();
        self.edit(|_| {}).await;
        self.run().await;
        self.fake.calls();
    }

    fn origin(&self) -> ChangeOrigin<'static> {
        ChangeOrigin::operator("test", self.clock.now(), Uuid::now_v7())
    }

    pub async fn user(&self) -> User {
        self.directory.user(self.user_id).await.unwrap().unwrap()
    }

    /// A decision made here; it marks the outbox even if it changes nothing.
    pub async fn edit(&self, change: impl FnOnce(&mut User)) {
        self.act(Action::Edited, change).await;
    }

    pub async fn act(&self, action: Action, change: impl FnOnce(&mut User)) {
        let before = self.user().await;
        let change = UserChange::new(Some(&before), before.with(change), self.origin(), action);
        self.directory.commit_user(UserChange { needs_sync: true, ..change }).await.unwrap();
    }

    pub async fn set_skills(&self, of: &[(&str, i64)]) {
        let of = skills(of);
        self.edit(|user| user.managed.assigned_skills = of).await;
    }

    pub async fn set_status(&self, status: Status) {
        self.act(Action::Edited, |user| user.managed.status = status).await;
    }

    /// Something says: look at this user.
    pub async fn wake(&self) {
        self.edit(|_| {}).await;
    }

    pub async fn run(&self) -> Outcome {
        self.sync.sync_user(self.user_id).await.unwrap()
    }

    /// A decision, carried over.
    pub async fn carried(&self, of: &[(&str, i64)]) {
        self.set_skills(of).await;
        assert_eq!(self.run().await, Outcome::Done);
    }

    pub async fn snapshot(&self) -> Snapshot {
        let read_set = ReadSet { outbox: Some(self.user_id), sync: Some(self.user_id), ..ReadSet::default() };
        self.directory.snapshot(&read_set).await.unwrap()
    }

    pub async fn state(&self) -> SyncState {
        self.snapshot().await.sync.unwrap_or_default()
    }

    pub async fn is_pending(&self) -> bool {
        self.snapshot().await.outbox.is_some()
    }

    pub async fn due(&self) -> Vec<UserId> {
        self.directory.due(self.clock.now(), true, 10).await.unwrap().into_iter().map(|due| due.user_id).collect()
    }

    /// The user's history, newest first.
    pub async fn history(&self) -> Vec<Record> {
        self.directory.history(Subject::User(self.user_id), None, 100).await.unwrap().0
    }

    pub async fn drift(&self) -> Vec<Record> {
        self.history().await.into_iter().filter(|record| record.action == Action::Drift).collect()
    }

    /// The routing skills in TaskRouter.
    pub fn routed(&self) -> BTreeSet<String> {
        let attributes = self.fake.attributes(SID);
        let names = attributes["routing"]["skills"].as_array().cloned().unwrap_or_default();
        names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    #[track_caller]
    pub fn assert_routed(&self, names: &[&str]) {
        assert_eq!(self.routed(), names.iter().map(|name| (*name).to_owned()).collect());
    }
}
