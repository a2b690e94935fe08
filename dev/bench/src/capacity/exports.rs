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
    export_runner::ExportBucket,
    fixture::directory_at,
    numbers::count,
};

impl CapacityBench<'_> {
    pub(super) async fn exports(&self) -> Fallible<()> {
        // The handler of `export` does this and nothing else to the table.
        let kind = JobKind::export(UserQuery::default());
        let job = Job::queued(Uuid::new_v4(), kind, self.caller, Timestamp::now());
        self.print("start an export", async { Ok(self.directory.create_job(&job).await?) }).await?;
        self.print("look at an export's progress", async { Ok(self.directory.job(job.job_id).await?) }).await?;
        self.export("export the active", UserQuery::default()).await?;
        let team = Criterion::Team(self.fixture.sample.teams.first().ok_or("no team")?.team_id);
        self.export("export a team", UserQuery::new(None, StatusFilter::default(), vec![team])).await?;
        self.export("export all statuses", UserQuery::new(None, StatusFilter::All, Vec::new())).await
    }

    /// Meters the job runner alone; the job is stored past the meter.
    async fn export(&self, what: &str, query: UserQuery) -> Fallible<()> {
        let bucket = ExportBucket::start().await?;
        let unmetered = directory_at(&self.fixture.dynamo.url());
        self.meter.intercept().take();
        let exported = bucket.export(query, &unmetered, self.meter.url()).await?;
        let calls = self.meter.intercept().take();
        let only = |part: fn(&&Call) -> bool| Cost::of(calls.iter().filter(part)).read_units;
        let (all, rows) = (Cost::of(&calls), count(usize::try_from(exported.rows)?));
        self.report.cost(what, &all);
        self.report.figure(format!("{what}: rows"), rows, "rows");
        let per_thousand = all.read_units / rows * 1_000.0;
        self.report.figure(format!("{what}: read units for 1,000 rows"), per_thousand, "read units");
        for (part, units) in [
            ("counting", only(|call| call.only_counts)),
            ("users or entries", only(|call| call.operation == "Query" && !call.only_counts)),
            ("teams, and users of entries", only(|call| call.operation == "BatchGetItem")),
        ] {
            self.report.figure(format!("{what}: of these, {part}"), units, "read units");
        }
        Ok(())
    }
}
