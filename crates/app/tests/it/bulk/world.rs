//! A directory with some users, files in memory, and a runner.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use app::{
    TimeAndIds,
    bulk::{
        BulkRunner, Line, LineReader, LineWriter, Pace, PlanFiles, StorageError, plan_csv, plan_failed_rows,
        plan_lines, uploaded_file,
    },
};
use domain::{
    Level, Record, Role, SkillName, Status, Team, TeamId, User, UserId, WorkerSid,
    audit::{Action, Subject},
    bulk::{
        AppliedUser, BulkBrake, BulkEdit, BulkJob, BulkTask, Outcome, Plan, PlannedUser, Selection, SkillEdit,
        SkillsEdit, Standing,
    },
    job::Job,
    policy::{RoleAuthority, SupervisorScope},
    search::UserQuery,
    skill::Skills,
    test_support::{stored, user_with_role},
};
use embedded::Dynamo;
use store::{
    ChangeOrigin, CommitTeam, CommitUser, Directory, ImportSkills, KeepBulkJobs, ReadBulkResults, StoreJobs,
    TeamChange, UserChange, ViewHistory, ViewUser,
};
use uuid::Uuid;

use crate::sync::{
    steps::Steps,
    world::{Clock, Stepped},
};

pub const STANDING: Standing = Standing { token_role: Role::SystemAdmin, scope: SupervisorScope::All };

pub const LEASE: Duration = Duration::from_mins(1);

fn whole(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub type Runner = BulkRunner<Stepped, Files, Clock>;

/// Files in memory; each of their calls is a step.
#[derive(Clone, Default)]
pub struct Files {
    steps: Steps,
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

pub struct Writer {
    to: Files,
    name: String,
    bytes: Vec<u8>,
}

impl PlanFiles for Files {
    type Writer = Writer;

    fn create(&self, file: &str) -> Writer {
        Writer { to: self.clone(), name: file.to_owned(), bytes: Vec::new() }
    }

    async fn read(&self, file: &str, from: u64, length: u64) -> Result<Vec<u8>, StorageError> {
        self.steps.step("read").await;
        let files = self.files.lock().unwrap();
        let bytes = files.get(file).ok_or(StorageError::Gone)?;
        Ok(bytes.iter().skip(whole(from)).take(whole(length)).copied().collect())
    }
}

impl LineWriter for Writer {
    async fn push(&mut self, bytes: Vec<u8>) -> Result<(), StorageError> {
        self.to.steps.step("push").await;
        self.bytes.extend(bytes);
        Ok(())
    }

    async fn finish(self) -> Result<(), StorageError> {
        self.to.steps.step("finish").await;
        self.to.files.lock().unwrap().insert(self.name, self.bytes);
        Ok(())
    }
}

#[derive(Clone)]
pub struct World {
    _dynamo: Arc<Dynamo>,
    pub directory: Directory,
    pub clock: Clock,
    pub steps: Steps,
    pub runner: Arc<Runner>,
}

pub fn skill(name: &str) -> SkillName {
    SkillName::new(name).unwrap()
}

pub fn skills(of: &[(&str, Option<i64>)]) -> Skills {
    of.iter().map(|(name, level)| (skill(name), level.map(Level))).collect()
}

/// The user of this number, who has `French` with the number as its level if it is even.
pub fn user(number: usize) -> User {
    user_with_role(&format!("user {number:03}"), Role::Agent).with(|user| {
        if number.is_multiple_of(2) {
            user.managed.assigned_skills = skills(&[("French", Some(i64::try_from(number).unwrap() + 1))]);
        }
        user.taskrouter.worker_sid = Some(WorkerSid::new(format!("WK{number}")));
    })
}

pub fn admin() -> User {
    user_with_role("zoe the admin", Role::SystemAdmin)
}

pub fn of_skills(of: &[(&str, SkillEdit)]) -> BulkEdit {
    let each = of.iter().map(|(name, edit)| (skill(name), *edit)).collect();
    BulkEdit { skills: Some(SkillsEdit::Each(each)), ..BulkEdit::default() }
}

/// `French` at 50 for those who have it.
pub fn raise() -> BulkEdit {
    of_skills(&[("French", SkillEdit::SetLevel(Level(50)))])
}

pub fn for_all(edit: BulkEdit) -> BulkTask {
    BulkTask::Edit { users: Selection::Query(UserQuery::default()), edit }
}

impl World {
    /// An admin and so many agents.
    pub async fn new(agents: usize) -> Self {
        Self::with(agents, BulkBrake { users: 25, percent: 5 }, Duration::ZERO).await
    }

    /// With this brake, and this time between two users.
    pub async fn with(agents: usize, brake: BulkBrake, between: Duration) -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        let (clock, steps) = (Clock::default(), Steps::default());
        let store = Stepped { directory: directory.clone(), steps: steps.clone() };
        let files = Files { steps: steps.clone(), ..Files::default() };
        let pace = Pace { page: 3, between, report: Duration::ZERO, ..Pace::new(LEASE) };
        let (time_and_ids, roles) = (clock.clone(), RoleAuthority::Directory);
        let runner = Arc::new(BulkRunner { store, files, time_and_ids, pace, brake, roles });
        let world = Self { _dynamo: Arc::new(dynamo), directory, clock, steps, runner };
        let names = ["French", "English"].map(skill);
        world.directory.import_skills(&names, world.origin()).await.unwrap();
        world.add(admin()).await;
        for number in 0..agents {
            world.add(user(number)).await;
        }
        world
    }

    pub fn origin(&self) -> ChangeOrigin<'static> {
        ChangeOrigin::operator("test", self.clock.now(), Uuid::now_v7())
    }

    pub async fn add(&self, user: User) {
        let user = user.with(|user| (user.version, user.revision) = (0, 0));
        self.directory.commit_user(UserChange::new(None, user, self.origin(), Action::Created)).await.unwrap();
    }

    pub async fn add_team(&self, team_id: TeamId) {
        let origin = self.origin();
        let after = Team::new(team_id, stored("Sales"), origin.now);
        let change = TeamChange { before: None, after, origin, action: Action::Created, skills: None };
        self.directory.commit_team(change).await.unwrap();
    }

    /// Deletes all files, as an erasure does.
    pub fn delete_files(&self) {
        self.runner.files.files.lock().unwrap().clear();
    }

    pub async fn user(&self, number: usize) -> User {
        self.by_id(user(number).user_id).await
    }

    pub async fn by_id(&self, user_id: UserId) -> User {
        self.directory.user(user_id).await.unwrap().unwrap()
    }

    /// A change by hand.
    pub async fn edit(&self, user_id: UserId, change: impl FnOnce(&mut User)) {
        let before = self.by_id(user_id).await;
        let after = before.with(change);
        let change = UserChange::new(Some(&before), after, self.origin(), Action::Edited);
        self.directory.commit_user(change).await.unwrap();
    }

    /// A job that waits for its plan.
    pub async fn queue(&self, task: BulkTask) -> Uuid {
        self.queue_by(admin().user_id, STANDING, task).await
    }

    pub async fn queue_by(&self, requested_by: UserId, standing: Standing, task: BulkTask) -> Uuid {
        let job_id = Uuid::new_v4();
        let job = Job::bulk_queued(job_id, task, standing, requested_by, self.clock.now());
        self.directory.create_job(&job).await.unwrap();
        job_id
    }

    /// A job with its plan.
    pub async fn plan(&self, task: BulkTask) -> Uuid {
        let job_id = self.queue(task).await;
        self.runner.job(job_id).await.unwrap();
        job_id
    }

    pub async fn job(&self, job_id: Uuid) -> Job {
        self.directory.bulk_job(job_id).await.unwrap().unwrap()
    }

    pub async fn bulk(&self, job_id: Uuid) -> BulkJob {
        self.job(job_id).await.bulk().unwrap().clone()
    }

    pub async fn plan_of(&self, job_id: Uuid) -> Plan {
        self.bulk(job_id).await.plan.unwrap()
    }

    /// What `POST /jobs/{job_id}/apply` does.
    pub async fn start_applying(&self, job_id: Uuid) {
        let job = self.job(job_id).await;
        let plan = self.plan_of(job_id).await;
        job.may_apply(&plan.hash, plan.must_confirm.then_some(plan.drastic), self.clock.now()).unwrap();
        let standing = self.bulk(job_id).await.standing;
        self.directory.start_bulk_job(&job, &job.applying(standing, self.clock.now())).await.unwrap();
    }

    pub async fn apply(&self, job_id: Uuid) {
        self.start_applying(job_id).await;
        self.runner.job(job_id).await.unwrap();
    }

    pub async fn cancel(&self, job_id: Uuid) {
        let job = self.job(job_id).await;
        self.directory.replace_bulk_job(&job, &job.cancelled()).await.unwrap();
    }

    /// The lines of the plan with this outcome.
    pub async fn lines(&self, job_id: Uuid, outcome: Outcome) -> Vec<PlannedUser> {
        let file = plan_lines(&self.plan_of(job_id).await.files, outcome);
        let mut lines = LineReader::new(&self.runner.files, file, 0).with_chunk(100);
        let mut planned = Vec::new();
        while let Some(Line { text, .. }) = lines.next().await.unwrap() {
            planned.push(serde_json::from_slice(&text).unwrap());
        }
        planned
    }

    pub async fn csv(&self, job_id: Uuid) -> String {
        let file = plan_csv(&self.plan_of(job_id).await.files);
        String::from_utf8(self.runner.files.read(&file, 0, u64::MAX).await.unwrap()).unwrap()
    }

    /// A job that imports this file, of the admin.
    pub fn upload(&self, text: impl AsRef<[u8]>) -> BulkTask {
        self.upload_of(admin().user_id, text)
    }

    /// The same of another user.
    pub fn upload_of(&self, user_id: UserId, text: impl AsRef<[u8]>) -> BulkTask {
        let upload_id = Uuid::new_v4();
        let file = uploaded_file(user_id, upload_id);
        self.runner.files.files.lock().unwrap().insert(file, text.as_ref().to_vec());
        BulkTask::Import { upload_id }
    }

    pub async fn failed_rows(&self, job_id: Uuid) -> String {
        let file = plan_failed_rows(&self.plan_of(job_id).await.files);
        String::from_utf8(self.runner.files.read(&file, 0, u64::MAX).await.unwrap()).unwrap()
    }

    pub async fn results(&self, job_id: Uuid) -> Vec<AppliedUser> {
        let (mut results, mut cursor) = (Vec::new(), None);
        loop {
            let (page, next) = self.directory.bulk_results(job_id, cursor, 2).await.unwrap();
            results.extend(page);
            cursor = next;
            if cursor.is_none() {
                return results;
            }
        }
    }

    /// The records that the job has left in the user's history.
    pub async fn records(&self, job_id: Uuid, user_id: UserId) -> Vec<Record> {
        let (mut records, _) = self.directory.history(Subject::User(user_id), None, 100).await.unwrap();
        records.retain(|record| record.request_id == job_id.to_string());
        records
    }

    /// The levels of `French` of so many users.
    pub async fn levels(&self, agents: usize) -> Vec<Option<i64>> {
        let mut levels = Vec::new();
        for number in 0..agents {
            let assigned = self.user(number).await.managed.assigned_skills;
            levels.push(assigned.get("French").copied().flatten().map(|level| level.0));
        }
        levels
    }
}

pub fn ids(numbers: impl IntoIterator<Item = usize>) -> BTreeSet<UserId> {
    numbers.into_iter().map(|number| user(number).user_id).collect()
}

pub fn team_id(number: u128) -> TeamId {
    TeamId::new(Uuid::from_u128(number))
}

pub fn deactivate() -> BulkEdit {
    BulkEdit { status: Some(Status::Deactivated), ..BulkEdit::default() }
}
