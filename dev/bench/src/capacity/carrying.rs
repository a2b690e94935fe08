//! Carrying users over to TaskRouter, and reverting what a login has overwritten.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use uuid::Uuid;

use app::{
    SystemTimeAndIds, TimeAndIds as _,
    sync::{OfflineActivity, Outcome, SyncMode, WorkerSync},
};
use domain::{Identity, Role, User, WorkerSid, audit::Action, policy::Policy};
use store::{ChangeOrigin, CommitUser, Directory, UserChange, ViewUser};
use twilio::{
    Activity, DeleteWorker, EventQuery, FetchActivity, FetchFlexConfiguration, FetchWorker, FetchWorkspace,
    FlexConfiguration, ListReservations, ListWorkerEvents, NextPage, Page, Reservation, ReservationStatus, TwilioError,
    UpdateWorker, Worker, WorkerEvent, WorkerUpdate, Workspace,
};

use super::CapacityBench;
use crate::{
    Fallible,
    callbacks::{Callback, attributes},
    cost::Cost,
    numbers::count,
};

const EMAIL: &str = "carla.overton@example.com";
const WORKER: &str = "WK0000000000000000000000000000cafe";

/// More REST calls than these are not to be made.
const CALLS_OF_AN_EDIT: usize = 2;
const CALLS_OF_DRIFT: usize = 3;

/// A TaskRouter with one worker, which counts what it is asked.
#[derive(Debug, Default)]
struct OneWorker {
    /// Attributes and version.
    held: Mutex<(String, u64)>,
    calls: AtomicUsize,
}

type Sync = WorkerSync<Directory, OneWorker, SystemTimeAndIds>;

impl CapacityBench<'_> {
    pub(super) async fn carrying(&self) -> Fallible<()> {
        let login = Callback {
            account_sid: "AC00000000000000000000000000000000".to_owned(),
            workspace_sid: "WS00000000000000000000000000000000".to_owned(),
            event_type: "worker.attributes.update",
            moment: 1,
            worker_sid: WORKER.to_owned(),
            identity: EMAIL.to_owned(),
            attributes: attributes("Carla Overton", EMAIL),
            activity: "Offline".to_owned(),
        };
        self.apply(&login).await?;
        let sync = WorkerSync {
            store: self.directory.clone(),
            taskrouter: OneWorker::default(),
            time_and_ids: SystemTimeAndIds,
            policy: Policy::default(),
            mode: SyncMode::Write,
            offline: OfflineActivity::default(),
        };
        sync.taskrouter.set(&login.attributes.to_string());

        self.make_supervisor().await?;
        self.carried("carry an edit over", &sync, CALLS_OF_AN_EDIT).await?;

        // A login claims the old role again.
        sync.taskrouter.set(&login.attributes.to_string());
        let (what, again) = ("login that overwrites a role", Callback { moment: 2, ..login });
        let ((), applied) = self.print(what, self.apply(&again)).await?;
        let reverted = self.carried("revert what it has overwritten", &sync, CALLS_OF_DRIFT).await?;
        self.report.cost(&format!("{what} and is reverted"), &applied.then(reverted));
        Ok(())
    }

    async fn make_supervisor(&self) -> Fallible<()> {
        let user = self.carla().await?;
        let after = user.with(|user| {
            (user.managed.role, user.managed.role_granted) = (Role::Supervisor, true);
        });
        let origin = ChangeOrigin::operator("bench", SystemTimeAndIds.now(), Uuid::now_v7());
        self.directory.commit_user(UserChange::new(Some(&user), after, origin, Action::Edited)).await?;
        Ok(())
    }

    async fn carried(&self, what: &str, sync: &Sync, most: usize) -> Fallible<Cost> {
        let user_id = self.carla().await?.user_id;
        sync.taskrouter.calls.store(0, Ordering::Relaxed);
        let (outcome, cost) = self.print(what, async { Ok(sync.sync_user(user_id).await?) }).await?;
        if outcome != Outcome::Done {
            return Err(format!("{what}: {outcome:?}").into());
        }
        let calls = sync.taskrouter.calls.load(Ordering::Relaxed);
        self.report.figure(format!("{what}: REST calls"), count(calls), "calls");
        self.report.limit(calls <= most, format!("{what}: {calls} REST calls are more than {most}"));
        Ok(cost)
    }

    async fn carla(&self) -> Fallible<User> {
        let user_id =
            self.directory.user_id_of_identity(&Identity::parse(EMAIL)?).await?.ok_or("nobody was adopted")?;
        Ok(self.directory.user(user_id).await?.ok_or("the new user has no profile")?)
    }
}

impl OneWorker {
    fn set(&self, attributes: &str) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = (attributes.to_owned(), held.1 + 1);
    }

    fn worker(&self) -> Option<Worker> {
        let (attributes, version) = self.held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let json = json!({"sid": WORKER, "friendly_name": EMAIL, "attributes": attributes, "activity_sid": "WA1"});
        Some(Worker { version: Some(version), ..Worker::read(&json.to_string())? })
    }

    fn count(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }
}

impl FetchWorker for OneWorker {
    async fn fetch_worker(&self, _: &WorkerSid) -> Result<Option<Worker>, TwilioError> {
        self.count();
        Ok(self.worker())
    }
}

impl UpdateWorker for OneWorker {
    async fn update_worker(
        &self,
        _: &WorkerSid,
        update: &WorkerUpdate,
        _: Option<u64>,
    ) -> Result<Option<Worker>, TwilioError> {
        self.count();
        if let Some(attributes) = &update.attributes {
            self.set(attributes);
        }
        Ok(self.worker())
    }
}

impl ListWorkerEvents for OneWorker {
    async fn list_worker_events(
        &self,
        _: EventQuery<'_>,
        _: Option<&NextPage>,
    ) -> Result<Page<WorkerEvent>, TwilioError> {
        self.count();
        Ok(Page { items: Vec::new(), unreadable: 0, next: None })
    }
}

/// What is not measured here does not exist.
macro_rules! nothing {
    ($($verb:ident: $name:ident($($arg:ty),*) -> $out:ty = $value:expr;)+) => {$(
        impl $verb for OneWorker {
            async fn $name(&self, $(_: $arg),*) -> Result<$out, TwilioError> {
                self.count();
                Ok($value)
            }
        }
    )+};
}

nothing! {
    DeleteWorker: delete_worker(&WorkerSid, Option<u64>) -> () = ();
    ListReservations: list_reservations(&WorkerSid, ReservationStatus, Option<&NextPage>) -> Page<Reservation>
        = Page { items: Vec::new(), unreadable: 0, next: None };
    FetchActivity: fetch_activity(&str) -> Option<Activity> = None;
    FetchWorkspace: fetch_workspace() -> Option<Workspace> = None;
    FetchFlexConfiguration: fetch_flex_configuration() -> Option<FlexConfiguration> = None;
}
