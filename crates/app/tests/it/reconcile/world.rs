//! A workspace with some workers, and a directory.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use app::{
    ingest::WorkerIngest,
    reconcile::{Pace, WorkerReconcile},
    sync::{OfflineActivity, SyncMode, WorkerSync},
};
use domain::{
    Provenance, Record, Skill, SkillName, Source, Status, Team, TeamId, User, UserId, WorkerReport, WorkerSid,
    audit::{Action, Subject},
    policy::Policy,
    reconciliation::Reconciliation,
    test_support::stored,
};
use embedded::Dynamo;
use serde_json::Value;
use store::schema::items::Item;
use store::{
    ChangeOrigin, CommitSkill, CommitTeam, CommitUser, Directory, ImportSkills, SurveyDirectory, TeamChange,
    UserChange, ViewHistory, ViewSkill, ViewUser, WorkerItem,
};
use uuid::Uuid;

use crate::{
    support::user_of_identity,
    sync::{
        taskrouter::Fake,
        world::{Clock, Stepped, TestSync, attributes, skills},
    },
};

pub type TestReconcile = WorkerReconcile<Stepped, Fake, Clock>;

/// Cloned freely: all of it is shared.
#[derive(Clone)]
pub struct World {
    _dynamo: Arc<Dynamo>,
    pub directory: Directory,
    pub fake: Fake,
    pub clock: Clock,
    pub reconcile: Arc<TestReconcile>,
    pub sync: Arc<TestSync>,
}

pub fn sid(n: usize) -> String {
    format!("WK{n:04}")
}

pub fn name(n: usize) -> String {
    format!("user{n:04}")
}

impl World {
    /// A workspace with so many workers, of whom the directory has not heard.
    pub async fn new(workers: usize) -> Self {
        Self::with_policy(workers, Policy::default()).await
    }

    pub async fn with_policy(workers: usize, policy: Policy) -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        let (fake, clock) = (Fake::default(), Clock::default());
        let store = Stepped { directory: directory.clone(), steps: fake.steps.clone() };
        let ingest = WorkerIngest {
            store: store.clone(),
            taskrouter: fake.clone(),
            time_and_ids: clock.clone(),
            policy: policy.clone(),
        };
        let pace = Pace { step: Duration::ZERO, ..Pace::default() };
        let reconcile = WorkerReconcile { ingest, offline: OfflineActivity::default(), pace };
        let sync = WorkerSync {
            store,
            taskrouter: fake.clone(),
            time_and_ids: clock.clone(),
            policy,
            mode: SyncMode::Write,
            offline: OfflineActivity::default(),
        };
        let (reconcile, sync) = (Arc::new(reconcile), Arc::new(sync));
        let world = Self { _dynamo: Arc::new(dynamo), directory, fake, clock, reconcile, sync };
        (0..workers).for_each(|n| world.log_in_unheard(n));
        world
    }

    /// One whose workers the directory has adopted.
    pub async fn adopted(workers: usize) -> Self {
        let world = Self::new(workers).await;
        world.run().await;
        world.fake.calls();
        world
    }

    /// A login whose callback is lost.
    pub fn log_in_unheard(&self, n: usize) {
        self.fake.put(&sid(n), &name(n), attributes("agent", &[("English", 80)]).to_string());
    }

    /// Another tool writes attributes, and the callback is lost.
    pub fn overwrite_unheard(&self, n: usize, attributes: &Value) {
        self.fake.change(&sid(n), |worker| worker.attributes = attributes.to_string());
    }

    /// What a callback about the worker says now.
    pub fn callback(&self, n: usize) -> WorkerReport {
        let mut report = self.fake.current(&sid(n)).unwrap().report().unwrap();
        report.version.at_ms += 500;
        report
    }

    pub async fn deliver(&self, report: WorkerReport) {
        self.reconcile.ingest.apply(report, Source::Webhook, "").await.unwrap();
    }

    /// A second after what was before.
    pub async fn run(&self) -> Reconciliation {
        self.clock.advance(1);
        self.reconcile.run(|_| {}).await.unwrap().expect("no other runner")
    }

    /// Carries over what is pending, as the stream and the schedule would.
    pub async fn carry_over(&self) {
        for pending in self.directory.pending_users().await.unwrap() {
            self.sync.sync_user(pending.user_id).await.unwrap();
        }
    }

    pub async fn user(&self, n: usize) -> User {
        user_of_identity(&self.directory, &name(n)).await
    }

    pub async fn users(&self) -> Vec<User> {
        self.directory.all_users().await.unwrap()
    }

    /// A decision made here.
    pub async fn edit(&self, n: usize, change: impl FnOnce(&mut User)) {
        let before = self.user(n).await;
        let after = before.with(change).with(|user| user.managed.provenance = Provenance::Managed);
        let origin = ChangeOrigin::operator("test", app::TimeAndIds::now(&self.clock), Uuid::now_v7());
        let change = UserChange::new(Some(&before), after, origin, Action::Edited);
        self.directory.commit_user(change).await.unwrap();
    }

    pub async fn set_skills(&self, n: usize, of: &[(&str, i64)]) {
        let of = skills(of);
        self.edit(n, |user| user.managed.assigned_skills = of).await;
    }

    pub async fn set_status(&self, n: usize, status: Status) {
        self.edit(n, |user| user.managed.status = status).await;
    }

    /// What is known of the worker.
    pub async fn worker(&self, n: usize) -> WorkerItem {
        self.directory.worker(&WorkerSid::new(sid(n))).await.unwrap().unwrap()
    }

    /// The outbox is lost.
    pub async fn forget_outbox(&self, n: usize) {
        let key = store::schema::keys::outbox(self.user(n).await.user_id).attributes();
        let delete = self.directory.client().delete_item().table_name(self.directory.name()).set_key(Some(key));
        delete.send().await.unwrap();
    }

    /// All join a team without skills, and then it gets one.
    pub async fn change_team_of_all(&self) {
        let origin = || ChangeOrigin::operator("test", app::TimeAndIds::now(&self.clock), Uuid::now_v7());
        let team = Team::new(TeamId::new(Uuid::from_u128(7)), stored("Sales"), app::TimeAndIds::now(&self.clock));
        let created = TeamChange { before: None, after: team, origin: origin(), action: Action::Created, skills: None };
        let team = self.directory.commit_team(created).await.unwrap();
        let team_ids = [team.team_id];
        for user in self.users().await {
            let joined = user.with(|user| user.managed.teams = team_ids.into());
            let change = UserChange::new(Some(&user), joined, origin(), Action::Edited);
            self.directory.commit_user(change).await.unwrap();
        }
        self.carry_over().await;
        let after = Team { skills: skills(&[("English", 90), ("French", 1)]), ..team.clone() };
        let french = SkillName::new("French").unwrap();
        self.directory.import_skills(&[french], origin()).await.unwrap();
        let change = TeamChange { before: Some(&team), after, origin: origin(), action: Action::Edited, skills: None };
        self.directory.commit_team(change).await.unwrap();
    }

    pub async fn skill_without_levels(&self, name: &str) {
        let name = SkillName::new(name).unwrap();
        let before = self.directory.skill(&name).await.unwrap().unwrap();
        let after = Skill { levels: None, ..before.clone() };
        let origin = ChangeOrigin::operator("test", app::TimeAndIds::now(&self.clock), Uuid::now_v7());
        self.directory.commit_skill(Some(&before), after, origin, Action::Edited).await.unwrap();
    }

    pub async fn drift(&self, n: usize) -> Vec<Record> {
        let user_id = self.user(n).await.user_id;
        let history = self.directory.history(Subject::User(user_id), None, 100).await.unwrap().0;
        history.into_iter().filter(|record| record.action == Action::Drift).collect()
    }

    /// What a write would change: how many items there are besides search and filter entries, which nothing maintains here,
    /// the revisions of users, and who is pending.
    pub async fn state(&self) -> (usize, Vec<(UserId, u64)>, usize) {
        let revisions = self.users().await.into_iter().map(|user| (user.user_id, user.revision)).collect();
        let pending = self.directory.pending_users().await.unwrap().len();
        (self.items(|entity| !matches!(entity, "search" | "filter")).await, revisions, pending)
    }

    /// All items, for [`restore`](Self::restore).
    pub async fn backup(&self) -> Vec<Item> {
        let scan = self.directory.client().scan().table_name(self.directory.name()).send().await.unwrap();
        scan.items.unwrap()
    }

    /// The table is as it was then.
    pub async fn restore(&self, backup: Vec<Item>) {
        let (client, table) = (self.directory.client(), self.directory.name());
        for mut item in self.backup().await {
            let key = ["pk", "sk"].map(|name| (name.to_owned(), item.remove(name).unwrap()));
            client.delete_item().table_name(table).set_key(Some(key.into())).send().await.unwrap();
        }
        for item in backup {
            client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
        }
    }

    /// How many items there are of these entities.
    pub async fn items(&self, is_counted: impl Fn(&str) -> bool) -> usize {
        let scan = self.directory.client().scan().table_name(self.directory.name()).send().await.unwrap();
        scan.items.unwrap().iter().filter(|item| is_counted(item["entity"].as_s().unwrap())).count()
    }

    /// Who is in the directory, by identity, with their worker; and who is in TaskRouter.
    pub async fn both_sides(&self) -> [BTreeSet<(String, String)>; 2] {
        let users = self.users().await.into_iter();
        let here = users.filter_map(|user| Some((user.identity.to_string(), user.taskrouter.worker_sid?.to_string())));
        [here.collect(), self.fake.names().into_iter().collect()]
    }
}
