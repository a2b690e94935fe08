//! A whole export.

use jiff::Timestamp;
use table::jobs::{Asked, Job, KeepJobs};
use uuid::Uuid;

use super::Gauge;
use crate::{
    Fallible,
    cost::{Call, Cost},
    report::count,
    stand::directory_at,
    worker::Exports,
};

impl Gauge<'_> {
    pub(super) async fn exporting(&self) -> Fallible<()> {
        // The function's handler does this and nothing else to the table.
        let job = Job::export(Uuid::new_v4(), self.caller, Asked::default(), Timestamp::now());
        self.print("start an export", async { Ok(self.directory.create_job(&job).await?) }).await?;
        self.print("look at an export's progress", async { Ok(self.directory.job(job.job_id).await?) }).await?;
        self.written().await
    }

    /// The worker alone is metered, and not the job's being put.
    async fn written(&self) -> Fallible<()> {
        let exports = Exports::start().await?;
        let behind_the_meter = directory_at(&self.stand.dynamo.url());
        self.meter.take();
        let exported = exports.export(&behind_the_meter, self.caller, self.meter.url()).await?;
        let calls = self.meter.take();
        let only = |part: fn(&&Call) -> bool| Cost::of(calls.iter().filter(part));
        let (counting, all) = (only(|call| call.only_counts), Cost::of(&calls));
        let rows = count(usize::try_from(exported.rows)?);
        self.report.cost("export everybody", &all);
        self.report.figure("export everybody: rows", rows, "rows");
        self.report.figure(
            "export everybody: read units per 1,000 rows",
            all.read_units / rows * 1_000.0,
            "read units",
        );
        self.report.cost("export everybody, its count", &counting);
        let users = only(|call| call.operation == "Query" && !call.only_counts);
        self.report.figure("export everybody, its people: read units", users.read_units, "read units");
        let teams = only(|call| call.operation == "BatchGetItem");
        self.report.figure("export everybody, its teams: read units", teams.read_units, "read units");
        Ok(())
    }
}
