//! Bulk jobs: the plan of one skill for all users, and applying it to some of them.

use app::bulk::uploaded_file;
use domain::{
    Role, SkillName,
    bulk::{BulkEdit, BulkTask, Selection, SkillEdit, SkillsEdit, Standing},
    effective::effective_skills,
    export::{Row, begin, write_row},
    job::{Job, JobState},
    policy::SupervisorScope,
    search::UserQuery,
    team::Teams,
};
use jiff::Timestamp;
use std::time::Duration;
use store::{Directory, ImportSkills, KeepBulkJobs, StoreJobs, SurveyDirectory};
use uuid::Uuid;

use super::CapacityBench;
use crate::{
    Fallible,
    cost::Cost,
    fixture::directory_at,
    job_runner::{BULK, JobRunner},
    numbers::count,
};

/// Read units of the plan for each user: the user and, because a skill more has to fit into its attributes, the worker.
const MOST_OF_A_PLAN: f64 = 0.7;
const MOST_TIME: Duration = Duration::from_secs(10);
const MOST_MEMORY: f64 = 64.0;
/// Transactions and write units for each user who is changed.
const MOST_TRANSACTIONS: f64 = 1.2;
const MOST_WRITE_UNITS: f64 = 16.0;

const STANDING: Standing = Standing { token_role: Role::AccountOwner, scope: SupervisorScope::All };

/// So many users are changed: at 25 a second it takes four seconds.
const APPLIED: usize = 100;

impl CapacityBench<'_> {
    pub async fn bulk(&self) -> Fallible<()> {
        let directory = directory_at(&self.fixture.dynamo.url());
        let skill = SkillName::new("Bulk_skill")?;
        let origin = store::ChangeOrigin::operator("bench", Timestamp::now(), Uuid::now_v7());
        directory.import_skills(std::slice::from_ref(&skill), origin).await?;
        let each = SkillsEdit::Each([(skill, SkillEdit::Add(None))].into());
        let edit = BulkEdit { skills: Some(each), ..BulkEdit::default() };
        let runner = JobRunner::start(BULK).await?;

        let all = BulkTask::Edit { users: Selection::Query(UserQuery::default()), edit: edit.clone() };
        let (job, calls, took, peak_kib) =
            self.run_bulk(&runner, &directory, self.queue(&directory, all).await?).await?;
        let (cost, users) = (Cost::of(&calls), count(usize::try_from(job.done)?));
        self.report.cost("plan one skill for all users", &cost);
        let (each, memory) = (cost.read_units / users, count(peak_kib) / 1_024.0);
        self.report.figure("plan one skill for all users: users", users, "users");
        self.report.figure("plan one skill for all users: read units each", each, "read units");
        self.report.figure("plan one skill for all users: time", took.as_secs_f64(), "s");
        self.report.figure("plan one skill for all users: peak memory of the job runner", memory, "MiB");
        self.report.limit(each <= MOST_OF_A_PLAN, format!("a plan costs {each:.3} read units a user"));
        if !cfg!(debug_assertions) {
            self.report.limit(took <= MOST_TIME, format!("a plan of {users} users takes {took:?}"));
            self.report.limit(memory <= MOST_MEMORY, format!("a plan of {users} users takes {memory:.1} MiB"));
        }

        self.import_unchanged(&runner, &directory).await?;

        let some = self.fixture.sample.users.iter().filter(|user| user.is_active()).take(APPLIED);
        let some = Selection::Users(some.map(|user| user.user_id).collect());
        let planned = self.queue(&directory, BulkTask::Edit { users: some, edit }).await?;
        let (planned, ..) = self.run_bulk(&runner, &directory, planned).await?;
        let applying = planned.applying(STANDING, Timestamp::now());
        directory.replace_bulk_job(&planned, &applying).await?;
        let (job, calls, ..) = self.run_bulk(&runner, &directory, planned.job_id).await?;
        let (cost, users) = (Cost::of(&calls), count(usize::try_from(job.done)?));
        if job.state != JobState::Done || users < count(APPLIED) {
            return Err(format!("the plan was not applied: {job:?}").into());
        }
        self.report.cost(&format!("apply one skill to {APPLIED} users"), &cost);
        let transactions = count(calls.iter().filter(|call| call.operation == "TransactWriteItems").count()) / users;
        let units = (cost.write_units - cost.second_index_units) / users;
        self.report.figure("apply one skill: transactions each", transactions, "transactions");
        self.report.figure("apply one skill: write units each", units, "write units");
        self.report.limit(transactions <= MOST_TRANSACTIONS, format!("{transactions} transactions for each user"));
        self.report.limit(units <= MOST_WRITE_UNITS, format!("{units:.1} write units for each user"));
        Ok(())
    }

    /// An export that comes back as it was.
    async fn import_unchanged(&self, runner: &JobRunner, directory: &Directory) -> Fallible<()> {
        let teams = self.fixture.sample.teams.iter().map(|team| (team.team_id, team.clone())).collect::<Teams>();
        let mut csv = begin(Vec::new(), true)?;
        for user in directory.all_users().await? {
            write_row(&mut csv, &Row::new(&user, &teams, &effective_skills(&user, teams.values())), true)?;
        }
        let upload_id = Uuid::new_v4();
        runner.put(&uploaded_file(self.caller, upload_id), &csv.into_inner()?)?;
        let job_id = self.queue(directory, BulkTask::Import { upload_id }).await?;
        let (job, calls, took, peak_kib) = self.run_bulk(runner, directory, job_id).await?;
        let tally = job.bulk().and_then(|bulk| bulk.plan.as_ref()).ok_or("the import has no plan")?.tally;
        let (cost, rows, memory) = (Cost::of(&calls), count(usize::try_from(job.done)?), count(peak_kib) / 1_024.0);
        self.report.cost("import everybody unchanged", &cost);
        self.report.figure("import everybody unchanged: rows", rows, "rows");
        self.report.figure("import everybody unchanged: read units each", cost.read_units / rows, "read units");
        self.report.figure("import everybody unchanged: time", took.as_secs_f64(), "s");
        self.report.figure("import everybody unchanged: peak memory of the job runner", memory, "MiB");
        let unchanged = count(usize::try_from(tally.unchanged)?);
        self.report
            .limit(unchanged >= rows, format!("an export that comes back would change or refuse a user: {tally:?}"));
        // The job's own item is written while it is planned, and nothing else.
        let transactions = calls.iter().filter(|call| call.operation == "TransactWriteItems").count();
        self.report.limit(transactions == 0, format!("{transactions} transactions for rows that change nothing"));
        let puts = calls.iter().filter(|call| call.operation == "PutItem").count();
        let writes = calls.iter().filter(|call| call.units > 0.0 && call.operation.contains("Write")).count();
        self.report.limit(writes == 0, format!("{writes} batches written for rows that change nothing"));
        self.report.figure("import everybody unchanged: writes of the job's own item", count(puts), "writes");
        if !cfg!(debug_assertions) {
            self.report.limit(memory <= MOST_MEMORY, format!("an import of {rows} rows takes {memory:.1} MiB"));
        }
        Ok(())
    }

    async fn queue(&self, directory: &Directory, task: BulkTask) -> Fallible<Uuid> {
        let job = Job::bulk_queued(Uuid::new_v4(), task, STANDING, self.caller, Timestamp::now());
        directory.create_job(&job).await?;
        Ok(job.job_id)
    }

    /// Meters the job runner alone.
    async fn run_bulk(
        &self,
        runner: &JobRunner,
        directory: &Directory,
        job_id: Uuid,
    ) -> Fallible<(Job, Vec<crate::cost::Call>, Duration, usize)> {
        self.meter.intercept().take();
        let (took, peak_kib) = runner.run(job_id, self.meter.url()).await?;
        let calls = self.meter.intercept().take();
        let job = directory.bulk_job(job_id).await?.ok_or("the job is gone")?;
        if let Some(error) = &job.error {
            return Err(format!("the job failed: {error}").into());
        }
        Ok((job, calls, took, peak_kib))
    }
}
