//! Carrying users over to TaskRouter, and reverting what a login has overwritten.

use app::{
    SystemTimeAndIds, TimeAndIds as _,
    sync::{OfflineActivity, Outcome, SyncMode, WorkerSync},
};
use domain::{Identity, Role, User, WorkerSid, audit::Action, policy::Policy};
use store::{ChangeOrigin, CommitUser, Directory, UserChange, ViewUser};
use uuid::Uuid;

use super::CapacityBench;
use crate::{
    Fallible,
    callbacks::{Callback, attributes},
    cost::Cost,
    numbers::count,
    taskrouter::InMemoryTaskRouter,
};

const EMAIL: &str = "carla.overton@example.com";
const WORKER: &str = "WK0000000000000000000000000000cafe";

/// More REST calls than these are not to be made.
const CALLS_OF_AN_EDIT: usize = 2;
const CALLS_OF_DRIFT: usize = 3;

type Sync = WorkerSync<Directory, InMemoryTaskRouter, SystemTimeAndIds>;

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
        let worker_sid = WorkerSid::new(WORKER);
        let sync = WorkerSync {
            store: self.directory.clone(),
            taskrouter: InMemoryTaskRouter::default(),
            time_and_ids: SystemTimeAndIds,
            policy: Policy::default(),
            mode: SyncMode::Write,
            offline: OfflineActivity::default(),
        };
        sync.taskrouter.put(&worker_sid, login.attributes.to_string());

        self.make_supervisor().await?;
        self.carried("carry an edit over", &sync, CALLS_OF_AN_EDIT).await?;

        // A login claims the old role again.
        sync.taskrouter.put(&worker_sid, login.attributes.to_string());
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
        sync.taskrouter.take_calls();
        let (outcome, cost) = self.print(what, async { Ok(sync.sync_user(user_id).await?) }).await?;
        if outcome != Outcome::Done {
            return Err(format!("{what}: {outcome:?}").into());
        }
        let calls = sync.taskrouter.take_calls().len();
        self.report.figure(format!("{what}: REST calls"), count(calls), "calls");
        self.report.limit(calls <= most, format!("{what}: {calls} REST calls are more than {most}"));
        Ok(cost)
    }

    async fn carla(&self) -> Fallible<User> {
        let user_id =
            self.directory.user_id_of_identity(&Identity::parse(EMAIL)?).await?.ok_or("the login was not adopted")?;
        Ok(self.directory.user(user_id).await?.ok_or("the new user has no profile")?)
    }
}
