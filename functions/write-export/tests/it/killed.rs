//! Job runners that die between two calls, before a call or after it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use app::TimeAndIds;
use domain::{
    Record, User, UserId,
    audit::{Action, Subject},
    job::{ExportCheckpoint, JobKind},
    search::{StatusFilter, UserQuery},
    test_support::agent,
};
use files::{
    Bucket, BucketError,
    export::{FileStore, Upload},
};
use jiff::Timestamp;
use store::{
    ChangeOrigin, Claim, CommitUser, Cursor, Directory, JobClaim, ReadUsers, RunJobs, StoreError, UserChange, UserPage,
    UserReading, ViewHistory, ViewUser,
};
use uuid::Uuid;
use write_export::{Invocation, Pace, handle};

use crate::support::{Clock, Fixture, LEASE};

/// A runner that may make so many calls; it hangs in the one after that, which is made or not, until it is dropped.
#[derive(Clone)]
struct Life {
    calls: Arc<AtomicUsize>,
    may_make: usize,
    makes_the_last: bool,
}

impl Life {
    fn new(may_make: usize, makes_the_last: bool) -> Self {
        Self { calls: Arc::default(), may_make, makes_the_last }
    }

    async fn call<T>(&self, call: impl Future<Output = T>) -> T {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        if number < self.may_make {
            return call.await;
        }
        if number == self.may_make && self.makes_the_last {
            call.await;
        }
        self.calls.store(usize::MAX / 2, Ordering::Relaxed);
        std::future::pending().await
    }

    fn has_ended(&self) -> bool {
        self.calls.load(Ordering::Relaxed) >= usize::MAX / 2
    }
}

struct Mortal<T> {
    life: Life,
    inner: T,
}

impl ReadUsers for Mortal<&Directory> {
    async fn next_users(&self, reading: &mut UserReading) -> Result<UserPage, StoreError> {
        self.life.call(self.inner.next_users(reading)).await
    }
}

impl ViewHistory for Mortal<&Directory> {
    async fn history(
        &self,
        subject: Subject<'_>,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<Record>, Option<Cursor>), StoreError> {
        self.inner.history(subject, cursor, limit).await
    }
}

impl RunJobs for Mortal<&Directory> {
    async fn claim_job(&self, claim: Claim, now: Timestamp) -> Result<JobClaim, StoreError> {
        self.life.call(self.inner.claim_job(claim, now)).await
    }

    async fn report_progress(&self, claim: Claim, done: u64, now: Timestamp) -> Result<(), StoreError> {
        self.life.call(self.inner.report_progress(claim, done, now)).await
    }

    async fn save_checkpoint(&self, claim: Claim, at: &ExportCheckpoint, now: Timestamp) -> Result<(), StoreError> {
        self.life.call(self.inner.save_checkpoint(claim, at, now)).await
    }

    async fn release_job(&self, claim: Claim, now: Timestamp) -> Result<(), StoreError> {
        self.life.call(self.inner.release_job(claim, now)).await
    }

    async fn finish_job(&self, claim: Claim, done: u64, kind: &JobKind) -> Result<(), StoreError> {
        self.life.call(self.inner.finish_job(claim, done, kind)).await
    }

    async fn fail_job(&self, claim: Claim, reason: &str) -> Result<(), StoreError> {
        self.life.call(self.inner.fail_job(claim, reason)).await
    }
}

impl FileStore for Mortal<&Bucket> {
    type Upload = Mortal<<Bucket as FileStore>::Upload>;

    fn upload(&self, attempt: &str) -> Self::Upload {
        Mortal { life: self.life.clone(), inner: self.inner.upload(attempt) }
    }

    async fn resume(&self, saved: &str, attempt: &str) -> Result<Option<Self::Upload>, BucketError> {
        let resumed = self.life.call(self.inner.resume(saved, attempt)).await?;
        Ok(resumed.map(|inner| Mortal { life: self.life.clone(), inner }))
    }
}

impl<U: Upload + Send> Upload for Mortal<U> {
    async fn push(&mut self, bytes: Vec<u8>) -> Result<(), BucketError> {
        self.life.call(self.inner.push(bytes)).await
    }

    async fn save(&mut self) -> Result<String, BucketError> {
        self.life.call(self.inner.save()).await
    }

    async fn finish(self) -> Result<String, BucketError> {
        let Self { life, inner } = self;
        life.call(inner.finish()).await
    }
}

impl Fixture {
    /// Runs the job until it is done, or the runner has died. Returns whether it has lived.
    async fn run(&self, job_id: Uuid, life: Life) -> bool {
        let store = Mortal { life: life.clone(), inner: &self.directory };
        let bucket = Mortal { life: life.clone(), inner: &self.bucket };
        let died = async {
            while !life.has_ended() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            done = handle(&store, &bucket, &self.clock, Pace::new(LEASE), Invocation { job_id }) => {
                done.unwrap();
                true
            }
            () = died => false,
        }
    }

    async fn run_to_the_end(&self, job_id: Uuid) {
        assert!(self.run(job_id, Life::new(usize::MAX / 4, false)).await);
    }

    async fn rename(&self, user_id: UserId, name: &str) {
        self.rename_at(Clock::START + 1, user_id, name).await;
    }

    async fn rename_at(&self, second: i64, user_id: UserId, name: &str) {
        let user = self.directory.user(user_id).await.unwrap().unwrap();
        let now = Timestamp::from_second(second).unwrap();
        let origin = ChangeOrigin::operator("test", now, Uuid::now_v7());
        let after = user.with(|user| user.idp.full_name = Some(name.to_owned()));
        self.directory.commit_user(UserChange::new(Some(&user), after, origin, Action::Login)).await.unwrap();
    }
}

fn agents(count: usize) -> Vec<User> {
    (0..count).map(|number| agent(&format!("user {number:04}"))).collect()
}

fn ids(users: &[User]) -> Vec<UserId> {
    users.iter().map(|user| user.user_id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_an_export_goes_on_wherever_its_runner_was_killed_and_has_each_user_once() {
    let (fixture, users) = (Fixture::new().await, agents(700));
    fixture.put(&users).await;
    let mut calls = 0;
    for makes_the_last in [false, true] {
        for may_make in 0.. {
            let job = fixture.queue(UserQuery::default()).await;
            let has_lived = fixture.run(job.job_id, Life::new(may_make, makes_the_last)).await;
            // Two die in a row, the second one soon.
            fixture.clock.pass(61);
            fixture.run(job.job_id, Life::new(4, !makes_the_last)).await;
            fixture.clock.pass(61);
            fixture.run_to_the_end(job.job_id).await;
            assert_eq!(fixture.exported(&job).await, ids(&users), "killed at call {may_make}");
            calls = may_make;
            if has_lived {
                break;
            }
        }
    }
    assert!(calls > 10, "a page is read, written and saved by a call each: {calls}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_what_a_dead_runner_has_written_is_not_read_again() {
    let (fixture, users) = (Fixture::new().await, agents(700));
    fixture.put(&users).await;
    let job = fixture.queue(UserQuery::default()).await;
    // Claim, two pages read, one pushed, saved and checkpointed.
    assert!(!fixture.run(job.job_id, Life::new(6, true)).await);
    fixture.clock.pass(61);
    let claim = Claim { job_id: job.job_id, attempt: Uuid::new_v4(), lease: LEASE };
    let claimed = fixture.directory.claim_job(claim, fixture.clock.now()).await.unwrap();
    let JobClaim::Claimed(claimed) = claimed else { panic!("{claimed:?}") };
    assert_eq!(claimed.checkpoint.unwrap().rows, 250);
    // Whom the dead runner has written is no longer there to be read, and stays in the file.
    fixture.delete(&users[..250]).await;
    fixture.clock.pass(61);
    fixture.run_to_the_end(job.job_id).await;
    assert_eq!(fixture.exported(&job).await, ids(&users));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_a_user_who_moves_in_the_list_during_an_export_is_there_once_at_most_and_all_others_once() {
    let (fixture, users) = (Fixture::new().await, agents(700));
    fixture.put(&users).await;
    let [up, down, within, ahead] = [&users[10], &users[650], &users[20], &users[660]].map(|user| user.user_id);
    for is_killed in [false, true] {
        let query = UserQuery::new(None, StatusFilter::All, Vec::new());
        let job = fixture.queue(query).await;
        if is_killed {
            assert!(!fixture.run(job.job_id, Life::new(6, true)).await);
            fixture.clock.pass(61);
        }
        fixture.rename(up, &format!("user 0690 {is_killed}")).await;
        fixture.rename(down, &format!("user 0005 {is_killed}")).await;
        fixture.rename(within, &format!("user 0021 {is_killed}")).await;
        fixture.rename(ahead, &format!("user 0640 {is_killed}")).await;
        fixture.run_to_the_end(job.job_id).await;
        let mut exported = fixture.exported(&job).await;
        let rows = exported.len();
        exported.sort_unstable();
        exported.dedup();
        assert_eq!(exported.len(), rows, "each once");
        let mut unmoved = ids(&users);
        unmoved.retain(|id| ![up, down, within, ahead].contains(id));
        assert!(unmoved.iter().all(|id| exported.contains(id)));
        assert!(exported.contains(&ahead), "it moved where the export had not been");
        if is_killed {
            assert!(exported.contains(&up), "written where it was");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_who_was_renamed_just_before_an_export_is_in_it() {
    let (fixture, users) = (Fixture::new().await, agents(700));
    fixture.put(&users).await;
    fixture.rename_at(Clock::START - 2, users[10].user_id, "user 0690 renamed").await;
    let job = fixture.queue(UserQuery::default()).await;
    fixture.run_to_the_end(job.job_id).await;
    let exported = fixture.exported(&job).await;
    assert_eq!(exported.iter().filter(|id| **id == users[10].user_id).count(), 1);
    assert_eq!(exported.len(), users.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_a_change_from_before_the_export_that_is_written_late_and_read_by_the_next_runner_repeats_nobody() {
    let (fixture, users) = (Fixture::new().await, agents(700));
    fixture.put(&users).await;
    let job = fixture.queue(UserQuery::default()).await;
    // The dead runner has written the user where they stood before.
    assert!(!fixture.run(job.job_id, Life::new(6, true)).await);
    fixture.rename_at(Clock::START - 2, users[10].user_id, "user 0690 renamed").await;
    fixture.clock.pass(61);
    fixture.run_to_the_end(job.job_id).await;
    let mut exported = fixture.exported(&job).await;
    assert_eq!(exported.len(), users.len());
    exported.sort_unstable();
    exported.dedup();
    assert_eq!(exported.len(), users.len(), "each once");
}
