//! Whole exports.

use jiff::Timestamp;
use store::jobs::{Asked, Job, KeepJobs};
use uuid::Uuid;

use super::CostMeter;
use crate::{
    Fallible,
    cost::{Call, Cost},
    fixture::directory_at,
    report::count,
    worker::Exports,
};

impl CostMeter<'_> {
    pub(super) async fn exporting(&self) -> Fallible<()> {
        // The function's handler does this and nothing else to the table.
        let job = Job::export(Uuid::new_v4(), self.caller, Asked::default(), Timestamp::now());
        self.print("start an export", async { Ok(self.directory.create_job(&job).await?) }).await?;
        self.print("look at an export's progress", async { Ok(self.directory.job(job.job_id).await?) }).await?;
        self.written("export the active", Asked::default()).await?;
        let team = self.fixture.crowd.teams.first().ok_or("no team")?.team_id.to_string();
        self.written("export a team", Asked { team: Some(team), ..Asked::default() }).await?;
        self.written("export all statuses", Asked { status: Some("all".to_owned()), ..Asked::default() }).await
    }

    /// The worker alone is metered, and not the job's being put.
    async fn written(&self, what: &str, asked: Asked) -> Fallible<()> {
        let exports = Exports::start().await?;
        let behind_the_meter = directory_at(&self.fixture.dynamo.url());
        self.meter.take();
        let exported = exports.export(asked, &behind_the_meter, self.meter.url()).await?;
        let calls = self.meter.take();
        let only = |part: fn(&&Call) -> bool| Cost::of(calls.iter().filter(part)).read_units;
        let (all, rows) = (Cost::of(&calls), count(usize::try_from(exported.rows)?));
        self.report.cost(what, &all);
        self.report.figure(format!("{what}: rows"), rows, "rows");
        let per_thousand = all.read_units / rows * 1_000.0;
        self.report.figure(format!("{what}: read units for 1,000 rows"), per_thousand, "read units");
        for (part, units) in [
            ("counting", only(|call| call.only_counts)),
            ("people or entries", only(|call| call.operation == "Query" && !call.only_counts)),
            ("teams, and people of entries", only(|call| call.operation == "BatchGetItem")),
        ] {
            self.report.figure(format!("{what}: of these, {part}"), units, "read units");
        }
        Ok(())
    }
}
