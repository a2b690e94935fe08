//! Bulk jobs: the plan of one skill for all users, and applying it to some of them.

use app::bulk::uploaded_file;
use domain::{
    Role, SkillName, UserId,
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
use store::{Directory, ImportSkills, KeepBulkJobs, RunBulkJobs, StoreJobs, SurveyDirectory};
use tokio::time::sleep;
use uuid::Uuid;

use super::CapacityBench;
use crate::{
    Fallible,
    cost::{Call, Cost},
    fixture::directory_at,
    job_runner::{BULK, JobRunner},
    numbers::count,
    proxy::TRANSACTION,
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

        let active = self.fixture.sample.users.iter().filter(|user| user.is_active()).map(|user| user.user_id);
        let active = active.take(2 * APPLIED).collect::<Vec<_>>();
        let (first, others) = active.split_at(APPLIED);
        let job_id = self.queue_applying(&runner, &directory, first, &edit).await?;
        self.apply_plan(&runner, &directory, job_id).await?;
        let job_id = self.queue_applying(&runner, &directory, others, &edit).await?;
        self.apply_plan_with_crash(&runner, &directory, job_id).await
    }

    async fn apply_plan(&self, runner: &JobRunner, directory: &Directory, job_id: Uuid) -> Fallible<()> {
        let (job, calls, _, peak_kib) = self.run_bulk(runner, directory, job_id).await?;
        is_applied(&job)?;
        let (cost, users, memory) = (Cost::of(&calls), count(APPLIED), count(peak_kib) / 1_024.0);
        self.report.cost(&format!("apply one skill to {APPLIED} users"), &cost);
        let transactions = count(transactions(&calls)) / users;
        let units = (cost.write_units - cost.second_index_units) / users;
        self.report.figure("apply one skill: transactions each", transactions, "transactions");
        self.report.figure("apply one skill: write units each", units, "write units");
        self.report.figure("apply one skill: peak memory of the job runner", memory, "MiB");
        self.report.limit(transactions <= MOST_TRANSACTIONS, format!("{transactions} transactions for each user"));
        self.report.limit(units <= MOST_WRITE_UNITS, format!("{units:.1} write units for each user"));
        if !cfg!(debug_assertions) {
            self.report.limit(memory <= MOST_MEMORY, format!("applying takes {memory:.1} MiB"));
        }
        Ok(())
    }

    /// The job runner is killed between the change of one user and its result, and another one goes on.
    async fn apply_plan_with_crash(&self, runner: &JobRunner, directory: &Directory, job_id: Uuid) -> Fallible<()> {
        self.meter.intercept().take();
        let in_the_middle = async {
            while self.meter.intercept().seen(TRANSACTION) < APPLIED / 2 {
                sleep(Duration::from_millis(1)).await;
            }
        };
        runner.run_until(in_the_middle, job_id, self.meter.url()).await?;
        let before = self.meter.intercept().take();
        let crashed = directory.bulk_job(job_id).await?.ok_or("the job is gone")?;
        let last = directory.last_bulk_result(job_id).await?.ok_or("nothing was applied before the crash")?;
        let stored = usize::try_from(last.place)? + 1;
        if transactions(&before) <= stored {
            return Err("the job runner was killed too late, after it had kept the result".into());
        }
        // The lease of the first runner ends now, not in some minutes.
        directory.replace_bulk_job(&crashed, &crashed.released(last.results, Timestamp::now())).await?;
        let (job, after, ..) = self.run_bulk(runner, directory, job_id).await?;
        is_applied(&job)?;
        let made = transactions(&before) + transactions(&after);
        let again = made.checked_sub(APPLIED).ok_or_else(|| format!("only {made} transactions were counted"))?;
        self.report.figure("apply one skill, killed in the middle: users left", count(APPLIED - stored), "users");
        self.report.cost("apply one skill, killed in the middle: the next run", &Cost::of(&after));
        self.report.figure("apply one skill, killed in the middle: transactions again", count(again), "transactions");
        self.report.limit(again <= 1, format!("after a crash, {again} transactions were made again"));
        Ok(())
    }

    /// A plan for these users that is to be applied.
    async fn queue_applying(
        &self,
        runner: &JobRunner,
        directory: &Directory,
        users: &[UserId],
        edit: &BulkEdit,
    ) -> Fallible<Uuid> {
        let task = BulkTask::Edit { users: Selection::Users(users.iter().copied().collect()), edit: edit.clone() };
        let (planned, ..) = self.run_bulk(runner, directory, self.queue(directory, task).await?).await?;
        directory.replace_bulk_job(&planned, &planned.applying(STANDING, Timestamp::now())).await?;
        Ok(planned.job_id)
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
        let transactions = transactions(&calls);
        self.report.limit(transactions == 0, format!("{transactions} transactions for rows that change nothing"));
        let puts = calls.iter().filter(|call| call.operation == "PutItem").count();
        let writes = calls.iter().filter(|call| call.units > 0.0 && call.operation.contains("Write")).count();
        self.report.limit(writes == 0, format!("{writes} batches written for rows that change nothing"));
        self.report.figure("import everybody unchanged: writes of the job's own item", count(puts), "writes");
        let most = took.as_secs() + 3;
        self.report
            .limit(puts as u64 <= most, format!("{puts} writes in {took:?}, of which one a second is the job's own"));
        let others =
            calls.iter().filter(|call| ["UpdateItem", "DeleteItem"].contains(&call.operation.as_str())).count();
        self.report.limit(others == 0, format!("{others} updates or deletes for rows that change nothing"));
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
    ) -> Fallible<(Job, Vec<Call>, Duration, usize)> {
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

fn transactions(calls: &[Call]) -> usize {
    calls.iter().filter(|call| call.operation == TRANSACTION).count()
}

/// Each of the users was changed.
fn is_applied(job: &Job) -> Fallible<()> {
    let changed = job.bulk().map_or(0, |bulk| bulk.results.changed);
    let is_whole = job.state == JobState::Done && usize::try_from(changed)? == APPLIED;
    if is_whole { Ok(()) } else { Err(format!("the plan was not applied: {job:?}").into()) }
}
