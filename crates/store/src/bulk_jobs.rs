//! Bulk jobs: each write of one is on condition of the revision that was read. What was made of each user is an item of its
//! own, which is written once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use domain::{
    bulk::{AppliedUser, Tally},
    job::{Job, JobKind},
};

use crate::{
    Cursor, Directory, KeepBulkJobs, ReadBulkResults, RunBulkJobs, StoreError,
    cursor::fingerprint,
    dynamo::{
        item::number,
        query_page::Direction,
        transaction::{Condition, Transaction},
    },
    schema::{
        items::{self, Entity, read_all},
        keys::{self, Key},
    },
    users::outbox,
};

/// What applying a plan has made of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkResult {
    pub job_id: Uuid,
    /// The place of the user among those whom the plan changes, from 0.
    pub place: u64,
    #[serde(flatten)]
    pub applied: AppliedUser,
    /// Up to and with this user.
    pub results: Tally,
    /// Where the plan's next user begins, in bytes of its file.
    pub next: u64,
    /// In seconds since 1970, for DynamoDB.
    pub expires_at: i64,
}

impl Entity for BulkResult {
    const NAME: &'static str = "bulk_result";

    fn key(&self) -> Key {
        keys::bulk_result(self.job_id, self.place)
    }
}

/// A due job, as the index holds it.
#[derive(Deserialize)]
struct DueJob {
    pk: String,
}

/// For the cursors of a job's results.
#[must_use]
pub fn results_fingerprint(job_id: Uuid) -> String {
    fingerprint(job_id.as_bytes())
}

impl KeepBulkJobs for Directory {
    async fn bulk_job(&self, job_id: Uuid) -> Result<Option<Job>, StoreError> {
        let job = self.get::<Job>(&keys::job(job_id)).await?;
        Ok(job.filter(|job| job.bulk().is_some()))
    }

    async fn start_bulk_job(&self, read: &Job, next: &Job) -> Result<Job, StoreError> {
        let (revision, written) = after(read, next);
        let now = next.queued_at.unwrap_or(next.created_at);
        let mut transaction = Transaction::new(self);
        self.claim_latest(&mut transaction, &written, *now).await?;
        transaction.put(&written, Some(Condition::revision_is(Some(revision))))?;
        transaction.send(self).await.map(|()| written)
    }

    async fn replace_bulk_job(&self, read: &Job, next: &Job) -> Result<Job, StoreError> {
        let (revision, written) = after(read, next);
        let put = self.db.put_item().table_name(&self.table).set_item(Some(written.to_item()?));
        let put = put.condition_expression("revision = :read").expression_attribute_values(":read", number(revision));
        put.send().await.map_err(|error| StoreError::of(&error))?;
        Ok(written)
    }
}

/// The revision that was read, and the job as it is written next.
fn after(read: &Job, next: &Job) -> (u64, Job) {
    let revision = read.bulk().map_or(0, |bulk| bulk.revision);
    let mut written = next.clone();
    if let JobKind::Bulk(bulk) = &mut written.kind {
        bulk.revision = revision + 1;
    }
    (revision, written)
}

impl RunBulkJobs for Directory {
    async fn due_bulk_jobs(&self, now: Timestamp, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        let due: Vec<DueJob> = self.due_in(keys::BULK_JOBS, "due_at <= :at", outbox::instant(now), limit).await?;
        Ok(due.iter().filter_map(|job| keys::parse_job_pk(&job.pk)).collect())
    }

    async fn last_bulk_result(&self, job_id: Uuid) -> Result<Option<BulkResult>, StoreError> {
        let (pk, prefix) = (keys::job(job_id).pk, keys::RESULT_PREFIX);
        let mut page = self.query_page(&pk, prefix, Direction::Descending, None, 1).await?;
        page.items.pop().map(items::read).transpose()
    }

    async fn put_bulk_result(&self, result: &BulkResult) -> Result<(), StoreError> {
        let put = self.db.put_item().table_name(&self.table).set_item(Some(result.to_item()?));
        let put = put.condition_expression("attribute_not_exists(pk)");
        put.send().await.map(drop).map_err(|error| StoreError::of(&error))
    }
}

impl ReadBulkResults for Directory {
    async fn bulk_results(
        &self,
        job_id: Uuid,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<AppliedUser>, Option<Cursor>), StoreError> {
        let (pk, prefix) = (keys::job(job_id).pk, keys::RESULT_PREFIX);
        let page = self.query_page(&pk, prefix, Direction::Ascending, cursor, limit).await?;
        let results: Vec<BulkResult> = read_all(page.items)?;
        let next = page.after.map(|after| Cursor::new(&results_fingerprint(job_id), None, after));
        Ok((results.into_iter().map(|result| result.applied).collect(), next))
    }
}

/// The partition of [`BY_PENDING`](keys::BY_PENDING) of a job that is to be worked on.
pub(crate) fn due_partition(job: &Job) -> Option<(&'static str, String)> {
    job.bulk()?.due_at.map(|_| (keys::BY_PENDING_PK, keys::BULK_JOBS.to_owned()))
}
