//! Exports.

use domain::{
    job::{Job, JobKind},
    search::{Criterion, StatusFilter, UserQuery},
};
use jiff::Timestamp;
use store::StoreJobs;
use uuid::Uuid;

use super::CapacityBench;
use crate::{
    Fallible,
    cost::{Call, Cost},
    fixture::directory_at,
    job_runner::{EXPORTS, JobRunner},
    numbers::count,
};

/// The most read units that a row may cost. A user's item has 830 bytes here, of which a unit reads 8 KB; of a team, half a
/// unit is each user's item, which is read by itself to verify the entry (decision 0046).
const MOST_FOR_ALL_ACTIVE: f64 = 0.105;
const MOST_FOR_A_TEAM: f64 = 0.58;
const MOST_FOR_ALL_STATUSES: f64 = 0.20;

impl CapacityBench<'_> {
    pub async fn exports(&self) -> Fallible<()> {
        // The handler of `export` does this and nothing else to the table.
        let kind = JobKind::export(UserQuery::default());
        let job = Job::queued(Uuid::new_v4(), kind, self.caller, Timestamp::now());
        self.print("start an export", async { Ok(self.directory.create_job(&job).await?) }).await?;
        self.print("look at an export's progress", async { Ok(self.directory.job(job.job_id).await?) }).await?;
        self.export("export the active", UserQuery::default(), MOST_FOR_ALL_ACTIVE).await?;
        let team = Criterion::Team(self.fixture.sample.teams.first().ok_or("no team")?.team_id);
        let team = UserQuery::new(None, StatusFilter::default(), vec![team]);
        self.export("export a team", team, MOST_FOR_A_TEAM).await?;
        let all = UserQuery::new(None, StatusFilter::All, Vec::new());
        self.export("export all statuses", all, MOST_FOR_ALL_STATUSES).await
    }

    /// Meters the job runner alone; the job is stored past the meter.
    async fn export(&self, what: &str, query: UserQuery, most_a_row: f64) -> Fallible<()> {
        let runner = JobRunner::start(EXPORTS).await?;
        let unmetered = directory_at(&self.fixture.dynamo.url());
        self.meter.intercept().take();
        let exported = runner.export(query, &unmetered, self.meter.url()).await?;
        let calls = self.meter.intercept().take();
        let only = |part: fn(&&Call) -> bool| Cost::of(calls.iter().filter(part)).read_units;
        let (all, rows) = (Cost::of(&calls), count(usize::try_from(exported.rows)?));
        self.report.cost(what, &all);
        self.report.figure(format!("{what}: rows"), rows, "rows");
        let per_thousand = all.read_units / rows * 1_000.0;
        self.report.figure(format!("{what}: read units for 1,000 rows"), per_thousand, "read units");
        for (part, units) in [
            ("users or entries, and teams", only(|call| call.operation == "Query")),
            ("users of entries", only(|call| call.operation == "BatchGetItem")),
        ] {
            self.report.figure(format!("{what}: of these, {part}"), units, "read units");
        }
        let a_row = all.read_units / rows;
        self.report
            .limit(a_row <= most_a_row, format!("{what}: {a_row:.3} read units a row are more than {most_a_row}"));
        Ok(())
    }
}
