//! Applying callbacks of TaskRouter.

use serde_json::json;

use app::{SystemTimeAndIds, ingest::WorkerIngest};
use domain::{Identity, Source, User, WorkerSid, policy::Policy};
use store::{IndexUser, ViewUser, search::index};
use twilio::{FetchWorker, TwilioError, Worker};

use super::CapacityBench;
use crate::{
    Fallible,
    callbacks::{Callback, attributes},
    cost::Cost,
    numbers::count,
};

/// These callbacks do not make ingest ask TaskRouter.
struct NoWorkers;

impl FetchWorker for NoWorkers {
    async fn fetch_worker(&self, _: &WorkerSid) -> Result<Option<Worker>, TwilioError> {
        Ok(None)
    }
}

const EMAIL: &str = "zelda.newhouse@example.com";
const WORKER: &str = "WK0000000000000000000000000000beef";

impl CapacityBench<'_> {
    pub(super) async fn callbacks(&self) -> Fallible<()> {
        self.entries()?;
        let (login, first) = (login("Zelda Newhouse"), "first login");
        let ((), applied) = self.print(first, self.apply(&login)).await?;
        let user = self.new_user().await?;
        let indexed = self.index("index a new user", &user, None).await?;
        self.report.cost(&format!("{first} and entries"), &applied.then(indexed));

        self.once("activity callback", &activity(&login)).await?;
        self.once("activity callback, repeated", &activity(&login)).await?;
        self.once("login of a known and unchanged user", &Callback { moment: 3, ..login.clone() }).await?;
        let mut with_plugin = Callback { moment: 4, ..login.clone() };
        with_plugin.attributes["last_seen_by_plugin"] = json!("2026-11-25T10:00:00Z");
        self.once("callback with an attribute that is not read", &with_plugin).await?;

        let renamed = Callback { moment: 5, attributes: attributes("Zelda Newhouse-Miller", EMAIL), ..login };
        let ((), applied) = self.print("login with a changed name", self.apply(&renamed)).await?;
        let indexed = self.index("index a changed name", &self.new_user().await?, Some(&user)).await?;
        self.report.cost("login with a changed name and entries", &applied.then(indexed));
        Ok(())
    }

    fn entries(&self) -> Fallible<()> {
        let users = &self.fixture.sample.users;
        let of_each = users.iter().map(|user| Ok(index::entries(user)?.len())).collect::<Fallible<Vec<_>>>()?;
        let mean = count(of_each.iter().sum()) / count(users.len());
        self.report.figure("entries of a user: mean", mean, "entries");
        self.report.figure("entries of a user: most", count(of_each.into_iter().max().unwrap_or(0)), "entries");
        Ok(())
    }

    /// A callback that changes no profile takes one call and one write unit.
    async fn once(&self, what: &str, callback: &Callback) -> Fallible<()> {
        let ((), cost) = self.print(what, self.apply(callback)).await?;
        let one = cost.calls == 1 && cost.read_units == 0.0 && (cost.write_units - 1.0).abs() < f64::EPSILON;
        self.report.limit(one, format!("{what}: {cost:?} is more than one call and one write unit"));
        Ok(())
    }

    pub(super) async fn apply(&self, callback: &Callback) -> Fallible<()> {
        let ingest = WorkerIngest {
            store: self.directory.clone(),
            taskrouter: NoWorkers,
            time_and_ids: SystemTimeAndIds,
            policy: Policy::default(),
        };
        let report =
            twilio::Callback::parse(callback.form().as_bytes())?.worker.ok_or("a callback without a worker")?;
        Ok(ingest.apply(report, Source::Webhook, "EV00000000000000000000000000000000").await?)
    }

    /// As the function `index` does for one record of the stream.
    async fn index(&self, what: &str, user: &User, old: Option<&User>) -> Fallible<Cost> {
        let indexed = async { Ok(self.directory.index_user(user, old).await?) };
        let ((), cost) = self.print(what, indexed).await?;
        self.report.figure(format!("{what}: entries of this user"), count(index::entries(user)?.len()), "entries");
        Ok(cost)
    }

    async fn new_user(&self) -> Fallible<User> {
        let user_id =
            self.directory.user_id_of_identity(&Identity::parse(EMAIL)?).await?.ok_or("no user was adopted")?;
        Ok(self.directory.user(user_id).await?.ok_or("the new user has no profile")?)
    }
}

fn login(full_name: &str) -> Callback {
    Callback {
        account_sid: "AC00000000000000000000000000000000".to_owned(),
        workspace_sid: "WS00000000000000000000000000000000".to_owned(),
        event_type: "worker.attributes.update",
        moment: 1,
        worker_sid: WORKER.to_owned(),
        identity: EMAIL.to_owned(),
        attributes: attributes(full_name, EMAIL),
        activity: "Offline".to_owned(),
    }
}

fn activity(login: &Callback) -> Callback {
    Callback { event_type: "worker.activity.update", moment: 2, activity: "Available".to_owned(), ..login.clone() }
}
