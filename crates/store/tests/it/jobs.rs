use domain::{
    Refusal,
    job::{ExportCheckpoint, Job, JobKind, JobState, RETRY_WINDOW},
    search::UserQuery,
    test_support,
};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use store::{Claim, JobClaim, RunJobs, StoreError, StoreJobs};
use uuid::Uuid;

use crate::support::Fixture;

const LEASE: Duration = Duration::from_mins(1);

const START: Timestamp = Timestamp::UNIX_EPOCH;

async fn queue_job(fixture: &Fixture) -> Job {
    let job =
        Job::queued(Uuid::new_v4(), JobKind::export(UserQuery::default()), test_support::agent("ada").user_id, START);
    fixture.directory.create_job(&job).await.unwrap();
    job
}

/// An export with its result.
fn export(file: &str) -> JobKind {
    JobKind::Export { query: UserQuery::default(), for_import: false, file: Some(file.to_owned()) }
}

fn claim(job: &Job) -> Claim {
    Claim { job_id: job.job_id, attempt: Uuid::new_v4(), lease: LEASE }
}

#[tokio::test]
async fn rule_29_a_job_is_worked_on_by_one_worker_and_says_how_far_it_is() {
    let fixture = Fixture::new().await;
    let job = queue_job(&fixture).await;
    let (mine, other) = (claim(&job), claim(&job));
    assert!(matches!(fixture.directory.claim_job(mine, START).await.unwrap(), JobClaim::Claimed(_)));
    assert_eq!(fixture.directory.claim_job(other, START).await.unwrap(), JobClaim::Busy);
    fixture.directory.report_progress(mine, 1_200, START).await.unwrap();
    let job = fixture.directory.job(job.job_id).await.unwrap().unwrap();
    assert_eq!((job.state, job.done, job.total), (JobState::Running, 1_200, None));
    fixture.directory.finish_job(mine, 4_999, &export("a file")).await.unwrap();
    let job = fixture.directory.job(job.job_id).await.unwrap().unwrap();
    assert_eq!((job.state, job.total, job.kind), (JobState::Done, Some(4_999), export("a file")));
    assert_eq!(fixture.directory.claim_job(other, START).await.unwrap(), JobClaim::Finished);
}

#[tokio::test]
async fn a_dead_workers_job_is_taken_over_and_the_dead_one_can_say_nothing_more_about_it() {
    let fixture = Fixture::new().await;
    let job = queue_job(&fixture).await;
    let (expired, next) = (claim(&job), claim(&job));
    fixture.directory.claim_job(expired, START).await.unwrap();
    let later = START + LEASE + SignedDuration::from_secs(1);
    assert!(matches!(fixture.directory.claim_job(next, later).await.unwrap(), JobClaim::Claimed(_)));
    assert!(fixture.directory.report_progress(expired, 1, later).await.is_err());
    assert!(fixture.directory.finish_job(expired, 1, &export("a file")).await.is_err());
    fixture.directory.finish_job(next, 1, &export("a file")).await.unwrap();
}

#[tokio::test]
async fn rule_29_the_next_runner_gets_the_checkpoint_of_the_last_one_and_nobody_keeps_it_after_the_end() {
    let fixture = Fixture::new().await;
    let job = queue_job(&fixture).await;
    let [dead, next] = [claim(&job), claim(&job)];
    let claimed = async |claim, now| match fixture.directory.claim_job(claim, now).await.unwrap() {
        JobClaim::Claimed(job) => (job.done, job.checkpoint),
        other => panic!("{other:?}"),
    };
    assert_eq!(claimed(dead, START).await, (0, None));
    let checkpoint = ExportCheckpoint { rows: 250, cursor: "a cursor".to_owned(), upload: "a file".to_owned() };
    fixture.directory.save_checkpoint(dead, &checkpoint, START).await.unwrap();
    let later = START + LEASE + SignedDuration::from_secs(1);
    assert_eq!(claimed(next, later).await, (250, Some(checkpoint.clone())));
    assert!(fixture.directory.save_checkpoint(dead, &checkpoint, later).await.is_err(), "it has lost the job");
    fixture.directory.finish_job(next, 300, &export("a file")).await.unwrap();
    assert_eq!(fixture.directory.job(job.job_id).await.unwrap().unwrap().checkpoint, None);
}

#[tokio::test]
async fn a_job_that_its_worker_gives_up_can_be_taken_at_once() {
    let fixture = Fixture::new().await;
    let job = queue_job(&fixture).await;
    let (first, second) = (claim(&job), claim(&job));
    fixture.directory.claim_job(first, START).await.unwrap();
    fixture.directory.release_job(first, START).await.unwrap();
    assert!(matches!(fixture.directory.claim_job(second, START).await.unwrap(), JobClaim::Claimed(_)));
    assert!(fixture.directory.release_job(first, START).await.is_err(), "it is the second's now");
}

#[tokio::test]
async fn a_slow_worker_keeps_its_job_as_long_as_it_makes_progress() {
    let fixture = Fixture::new().await;
    let job = queue_job(&fixture).await;
    let (slow, other) = (claim(&job), claim(&job));
    fixture.directory.claim_job(slow, START).await.unwrap();
    let nearly = START + LEASE - SignedDuration::from_secs(1);
    fixture.directory.report_progress(slow, 1, nearly).await.unwrap();
    assert_eq!(fixture.directory.claim_job(other, nearly + LEASE).await.unwrap(), JobClaim::Busy);
}

#[tokio::test]
async fn rule_29_another_export_is_refused_until_the_latest_is_done_has_failed_or_its_runner_is_given_up() {
    let fixture = Fixture::new().await;
    let directory = &fixture.directory;
    let at = |now| {
        let requested_by = test_support::agent("ada").user_id;
        Job::queued(Uuid::new_v4(), JobKind::export(UserQuery::default()), requested_by, now)
    };
    let is_refused = async |now| match directory.create_job(&at(now)).await {
        Err(StoreError::Refused(Refusal::ExportRunning(_))) => true,
        created => created.map(|()| false).unwrap(),
    };
    let first = queue_job(&fixture).await;
    assert!(is_refused(START).await, "queued");
    let runner = claim(&first);
    directory.claim_job(runner, START).await.unwrap();
    assert!(is_refused(START + LEASE + RETRY_WINDOW).await, "running");
    directory.finish_job(runner, 1, &export("a file")).await.unwrap();
    let second = at(START);
    directory.create_job(&second).await.unwrap();
    directory.claim_job(claim(&second), START).await.unwrap();
    let given_up = START + LEASE + RETRY_WINDOW + SignedDuration::from_secs(1);
    assert!(!is_refused(given_up).await, "its runner is dead");
    assert!(is_refused(given_up).await);
}

#[tokio::test]
async fn a_job_that_dies_says_so() {
    let fixture = Fixture::new().await;
    let job = queue_job(&fixture).await;
    fixture.directory.claim_job(claim(&job), START).await.unwrap();
    let job = fixture.directory.job(job.job_id).await.unwrap().unwrap();
    assert_eq!(job.clone().as_of(START + LEASE + RETRY_WINDOW).state, JobState::Running);
    let failed = job.as_of(START + LEASE + RETRY_WINDOW + SignedDuration::from_secs(1));
    assert_eq!(failed.state, JobState::Failed);
    assert!(failed.error.unwrap().contains("Start it again"));
}
