use domain::people;
use jiff::{SignedDuration, Timestamp};
use store::jobs::{Asked, Claim, Hold, Job, JobState, KeepJobs, LEASE, RETRIED_WITHIN, WorkJobs};
use uuid::Uuid;

use crate::support::Fixture;

const START: Timestamp = Timestamp::UNIX_EPOCH;

async fn queued(fixture: &Fixture) -> Job {
    let job = Job::export(Uuid::new_v4(), people::agent("ada").user_id, Asked::default(), START);
    fixture.directory.create_job(&job).await.unwrap();
    job
}

fn worker(job: &Job) -> Hold {
    Hold { job_id: job.job_id, attempt: Uuid::new_v4() }
}

// rule 29
#[tokio::test]
async fn rule_29_a_job_is_worked_on_by_one_worker_and_says_how_far_it_is() {
    let fixture = Fixture::new().await;
    let job = queued(&fixture).await;
    let (mine, other) = (worker(&job), worker(&job));
    assert!(matches!(fixture.directory.claim(mine, START).await.unwrap(), Claim::Taken(_)));
    assert_eq!(fixture.directory.claim(other, START).await.unwrap(), Claim::Busy);
    fixture.directory.progress(mine, 1_200, 5_000, START).await.unwrap();
    let told = fixture.directory.job(job.job_id).await.unwrap().unwrap();
    assert_eq!((told.state, told.done, told.total), (JobState::Running, 1_200, Some(5_000)));
    fixture.directory.finish(mine, 4_999, "a file").await.unwrap();
    let told = fixture.directory.job(job.job_id).await.unwrap().unwrap();
    assert_eq!((told.state, told.total, told.file.as_deref()), (JobState::Done, Some(4_999), Some("a file")));
    assert_eq!(fixture.directory.claim(other, START).await.unwrap(), Claim::Over);
}

#[tokio::test]
async fn a_dead_workers_job_is_taken_over_and_the_dead_one_can_say_nothing_more_about_it() {
    let fixture = Fixture::new().await;
    let job = queued(&fixture).await;
    let (dead, next) = (worker(&job), worker(&job));
    fixture.directory.claim(dead, START).await.unwrap();
    let later = START + LEASE + SignedDuration::from_secs(1);
    assert!(matches!(fixture.directory.claim(next, later).await.unwrap(), Claim::Taken(_)));
    assert!(fixture.directory.progress(dead, 1, 2, later).await.is_err());
    assert!(fixture.directory.finish(dead, 1, "a file").await.is_err());
    fixture.directory.finish(next, 1, "a file").await.unwrap();
}

#[tokio::test]
async fn a_job_that_its_worker_gives_up_can_be_taken_at_once() {
    let fixture = Fixture::new().await;
    let job = queued(&fixture).await;
    let (first, second) = (worker(&job), worker(&job));
    fixture.directory.claim(first, START).await.unwrap();
    fixture.directory.release(first, START).await.unwrap();
    assert!(matches!(fixture.directory.claim(second, START).await.unwrap(), Claim::Taken(_)));
    assert!(fixture.directory.release(first, START).await.is_err(), "it is the second's now");
}

#[tokio::test]
async fn a_slow_worker_keeps_its_job_as_long_as_it_makes_progress() {
    let fixture = Fixture::new().await;
    let job = queued(&fixture).await;
    let (slow, other) = (worker(&job), worker(&job));
    fixture.directory.claim(slow, START).await.unwrap();
    let nearly = START + LEASE - SignedDuration::from_secs(1);
    fixture.directory.progress(slow, 1, 2, nearly).await.unwrap();
    assert_eq!(fixture.directory.claim(other, nearly + LEASE).await.unwrap(), Claim::Busy);
}

#[tokio::test]
async fn a_job_that_dies_says_so() {
    let fixture = Fixture::new().await;
    let job = queued(&fixture).await;
    fixture.directory.claim(worker(&job), START).await.unwrap();
    let told = fixture.directory.job(job.job_id).await.unwrap().unwrap();
    assert_eq!(told.clone().as_of(START + LEASE + RETRIED_WITHIN).state, JobState::Running);
    let dead = told.as_of(START + LEASE + RETRIED_WITHIN + SignedDuration::from_secs(1));
    assert_eq!(dead.state, JobState::Failed);
    assert!(dead.error.unwrap().contains("Start it again"));
}
