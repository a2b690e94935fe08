//! Taking in what TaskRouter says.

use domain::{Source, User, login::Policy};
use store::{
    Directory, ViewUser,
    index::{self, IndexUser},
};
use twilio::{FetchWorker, TwilioError, Worker};
use webhook::{Door, Event};

use super::CostMeter;
use crate::{
    Fallible,
    callbacks::{Callback, attributes},
    cost::Cost,
    report::count,
};

/// A TaskRouter that is not asked.
struct Nobody;

impl FetchWorker for Nobody {
    async fn fetch_worker(&self, _: &str) -> Result<Option<Worker>, TwilioError> {
        Ok(None)
    }
}

const EMAIL: &str = "zelda.newcomer@example.com";
const WORKER: &str = "WK0000000000000000000000000000beef";

impl CostMeter<'_> {
    pub(super) async fn callbacks(&self) -> Fallible<()> {
        self.entries()?;
        let (login, first) = (login("Zelda ProvisionedUser"), "first login");
        let ((), heard) = self.print(first, self.heard(&login)).await?;
        let user = self.newcomer().await?;
        let indexed = self.indexed("index somebody new", &user, None).await?;
        self.report.cost(&format!("{first} and entries"), &heard.then(indexed));

        self.once("activity callback", &activity(&login)).await?;
        self.once("activity callback, repeated", &activity(&login)).await?;
        self.once("login of somebody known and unchanged", &Callback { moment: 3, ..login.clone() }).await?;

        let renamed = Callback { moment: 4, attributes: attributes("Zelda ProvisionedUser-Miller", EMAIL), ..login };
        let ((), heard) = self.print("login with a changed name", self.heard(&renamed)).await?;
        let indexed = self.indexed("index a changed name", &self.newcomer().await?, Some(&user)).await?;
        self.report.cost("login with a changed name and entries", &heard.then(indexed));
        Ok(())
    }

    fn entries(&self) -> Fallible<()> {
        let people = &self.fixture.crowd.people;
        let of_each = people.iter().map(|user| Ok(index::entries(user)?.len())).collect::<Fallible<Vec<_>>>()?;
        let mean = count(of_each.iter().sum()) / count(people.len());
        self.report.figure("entries of a person: mean", mean, "entries");
        self.report.figure("entries of a person: most", count(of_each.into_iter().max().unwrap_or(0)), "entries");
        Ok(())
    }

    /// A callback that says nothing new takes one call and one write unit.
    async fn once(&self, what: &str, callback: &Callback) -> Fallible<()> {
        let ((), cost) = self.print(what, self.heard(callback)).await?;
        let one = cost.calls == 1 && cost.read_units == 0.0 && (cost.write_units - 1.0).abs() < f64::EPSILON;
        self.report.limit(one, format!("{what}: {cost:?} is more than one call and one write unit"));
        Ok(())
    }

    async fn heard(&self, callback: &Callback) -> Fallible<()> {
        let door = Door { directory: self.directory.clone(), twilio: Nobody, policy: Policy::default() };
        let callback = twilio::Callback::parse(callback.form().as_bytes())?;
        let event = Event::of(&callback).ok_or("a callback of no worker")?;
        Ok(door.take(event, Source::Webhook, "EV00000000000000000000000000000000").await?)
    }

    /// What the index function does for one record of the stream.
    async fn indexed(&self, what: &str, user: &User, old: Option<&User>) -> Fallible<Cost> {
        let indexed = async { Ok(Directory::index(&self.directory, user, old).await?) };
        let ((), cost) = self.print(what, indexed).await?;
        self.report.figure(format!("{what}: entries of this person"), count(index::entries(user)?.len()), "entries");
        Ok(cost)
    }

    async fn newcomer(&self) -> Fallible<User> {
        let user_id = self.directory.whose_identity(EMAIL).await?.ok_or("the newcomer was not heard of")?;
        Ok(self.directory.user(user_id).await?.ok_or("the newcomer has no profile")?)
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
