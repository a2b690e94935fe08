//! Reconciling one worker: what a callback has begun and not finished is finished (rule 28).

use app::{
    SystemTimeAndIds,
    ingest::WorkerIngest,
    reconcile::{Pace, WorkerReconcile},
    sync::OfflineActivity,
};
use domain::WorkerSid;
use serde_json::json;
use store::{Directory, ViewUser};
use twilio::{
    Activity, FetchActivity, FetchFlexConfiguration, FetchWorker, FetchWorkspace, FlexConfiguration, ListWorkers,
    NextPage, Page, TwilioError, Worker, Workspace,
};

use crate::support::{Fixture, Report, TaskRouter, TestIngest, report, user_of_identity};

/// A stub of TaskRouter with this one worker, or with none.
struct OneWorker(Option<Worker>);

impl FetchWorker for OneWorker {
    async fn fetch_worker(&self, _: &WorkerSid) -> Result<Option<Worker>, TwilioError> {
        Ok(self.0.clone())
    }
}

impl ListWorkers for OneWorker {
    async fn list_workers(&self, _: Option<&NextPage>) -> Result<Page<Worker>, TwilioError> {
        Err(TwilioError::Connection)
    }
}

impl FetchActivity for OneWorker {
    async fn fetch_activity(&self, _: &str) -> Result<Option<Activity>, TwilioError> {
        Err(TwilioError::Connection)
    }
}

impl FetchWorkspace for OneWorker {
    async fn fetch_workspace(&self) -> Result<Option<Workspace>, TwilioError> {
        Err(TwilioError::Connection)
    }
}

impl FetchFlexConfiguration for OneWorker {
    async fn fetch_flex_configuration(&self) -> Result<Option<FlexConfiguration>, TwilioError> {
        Err(TwilioError::Connection)
    }
}

async fn reconcile(directory: &Directory, worker: Option<Worker>) {
    let ingest = WorkerIngest {
        store: directory.clone(),
        taskrouter: OneWorker(worker),
        time_and_ids: SystemTimeAndIds,
        policy: domain::policy::Policy::default(),
    };
    let reconcile = WorkerReconcile { ingest, offline: OfflineActivity::default(), pace: Pace::default() };
    reconcile.worker(&WorkerSid::new("WK1")).await.unwrap();
}

fn login(second: i64, name: &str) -> Report {
    report(second, "WK1", "ada", &json!({"full_name": name, "email": "ada@example.com", "roles": ["agent"]}))
}

async fn ada() -> (Fixture, TestIngest) {
    let fixture = Fixture::new().await;
    let ingest = fixture.ingest(TaskRouter::default());
    login(1, "Ada Byron").deliver(&ingest).await;
    (fixture, ingest)
}

#[tokio::test]
async fn rule_28_a_callback_that_was_recorded_and_not_applied_is_made_up_for_although_answers_have_whole_seconds() {
    let (_fixture, ingest) = ada().await;
    let directory = &ingest.store.directory;
    let answer = login(2, "Ada Lovelace");
    let mut callback = answer.clone();
    callback.version.at_ms += 700;
    callback.deliver_with_crash(&ingest).await;
    assert_eq!(user_of_identity(directory, "ada").await.name(), "Ada Byron");
    reconcile(directory, Some(answer.worker())).await;
    assert_eq!(user_of_identity(directory, "ada").await.name(), "Ada Lovelace");
    let worker = directory.worker(&WorkerSid::new("WK1")).await.unwrap().unwrap();
    assert!(worker.applied_hash.is_some());
}

#[tokio::test]
async fn rule_28_an_answer_that_is_out_of_date_takes_nothing_back() {
    let (_fixture, ingest) = ada().await;
    let directory = &ingest.store.directory;
    login(2, "Ada Lovelace").deliver(&ingest).await;
    reconcile(directory, Some(login(1, "Ada Byron").worker())).await;
    assert_eq!(user_of_identity(directory, "ada").await.name(), "Ada Lovelace");
}

#[tokio::test]
async fn rule_28_a_worker_that_twilio_no_longer_has_leaves_an_active_user_without_a_worker() {
    let (_fixture, ingest) = ada().await;
    let directory = &ingest.store.directory;
    reconcile(directory, None).await;
    let ada = user_of_identity(directory, "ada").await;
    assert!(ada.is_active() && ada.taskrouter.worker_sid.is_none(), "{ada:?}");
}
