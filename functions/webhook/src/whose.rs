//! Whose worker it is (rule 22). A known SID decides; else the identity. Where two workers claim one identity,
//! TaskRouter is asked which of them bears it now.

use jiff::Timestamp;

use domain::{
    Actor, ReportVersion, Source, User, UserId,
    audit::Action,
    login::{Seen, seen_again},
    skill::Skills,
};
use store::{
    ChangeOrigin, Commit, StoreError,
    workers::{Observation, Observed},
};
use twilio::FetchWorker;

use crate::{
    Event,
    door::{Door, DoorError, Store},
};

/// Whose worker it is.
pub(crate) enum Whose {
    /// Nobody's yet.
    Nobodys,
    /// This person's. Somebody else, whose worker is gone, gives the identity up.
    Theirs { user: Box<User>, previous_owner: Option<UserId> },
    /// Something about another worker has been taken in first: ask again.
    LookAgain,
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

impl<S: Store, T: FetchWorker + Sync> Door<S, T> {
    pub(crate) async fn whose(&self, event: &mut Event, observed: &Observed) -> Result<Whose, DoorError> {
        if let Some(user_id) = observed.worker.user_id {
            let user = Box::new(self.existing(user_id).await?);
            return self.renamed(user, event, observed).await;
        }
        let Some(user_id) = self.directory.whose_identity(&event.identity).await? else { return Ok(Whose::Nobodys) };
        let user = Box::new(self.existing(user_id).await?);
        match user.worker_sid.clone() {
            Some(other) if other != event.worker_sid => self.two_claim(user, &other, event).await,
            _ => Ok(Whose::Theirs { user, previous_owner: None }),
        }
    }

    /// A known worker, perhaps under a new name, which somebody else may have borne until now.
    async fn renamed(&self, user: Box<User>, event: &Event, observed: &Observed) -> Result<Whose, DoorError> {
        let is_current = observed.latest && user.worker_sid.as_deref() == Some(&event.worker_sid);
        if !is_current || same(&user.identity, &event.identity) {
            return Ok(Whose::Theirs { user, previous_owner: None });
        }
        let bearer = self.directory.whose_identity(&event.identity).await?;
        let Some(bearer) = bearer.filter(|bearer| *bearer != user.user_id) else {
            return Ok(Whose::Theirs { user, previous_owner: None });
        };
        // The bearer's own callback, or the reconciliation, says who they are now. Taking that in here could go in
        // circles, when two have swapped their names.
        if let Some(other) = self.existing(bearer).await?.worker_sid
            && let Some(now) = self.twilio.fetch_worker(&other).await?
            && same(&now.friendly_name, &event.identity)
        {
            return Err(DoorError::Unsettled);
        }
        Ok(Whose::Theirs { user, previous_owner: Some(bearer) })
    }

    /// An unknown worker under the name of somebody who has another worker: either of the two is out of date.
    async fn two_claim(&self, user: Box<User>, other: &str, event: &mut Event) -> Result<Whose, DoorError> {
        if event.gone {
            return Ok(Whose::Theirs { user, previous_owner: None });
        }
        let asked_at = Timestamp::now().as_millisecond();
        match self.twilio.fetch_worker(&event.worker_sid).await? {
            None => {
                event.gone = true;
                Ok(Whose::LookAgain)
            }
            Some(now) if !same(&now.friendly_name, &event.identity) => {
                *event = Event::asked(&now, asked_at).ok_or(DoorError::Unsettled)?;
                Ok(Whose::LookAgain)
            }
            Some(_) => self.bring_up_to_date(other, &event.identity).await,
        }
    }

    /// Takes in what TaskRouter says now of a worker that no longer bears this name.
    async fn bring_up_to_date(&self, worker_sid: &str, not: &str) -> Result<Whose, DoorError> {
        let asked_at = Timestamp::now().as_millisecond();
        let event = match self.twilio.fetch_worker(worker_sid).await? {
            Some(now) if same(&now.friendly_name, not) => return Err(DoorError::Unsettled),
            Some(now) => Event::asked(&now, asked_at).ok_or(DoorError::Unsettled)?,
            None => {
                self.remove(worker_sid).await?;
                return Ok(Whose::LookAgain);
            }
        };
        Box::pin(self.take(event, Source::Webhook, "")).await?;
        Ok(Whose::LookAgain)
    }

    /// A worker that TaskRouter knows no more leaves its user without worker (rule 28).
    async fn remove(&self, worker_sid: &str) -> Result<(), DoorError> {
        let stamp = ReportVersion { at_ms: 0, version: 0 };
        let seen = Observation { worker_sid, activity: "", stamp, gone: true };
        let Some(user_id) = self.directory.observe(seen).await?.worker.user_id else { return Ok(()) };
        let user = self.existing(user_id).await?;
        let seen = Seen { identity: "", worker_sid, gone: true, stamp, latest: false, said: None };
        let after = seen_again(&user, seen, &self.policy, &Skills::new());
        let source = Source::Webhook;
        let by = ChangeOrigin { actor: Actor::Taskrouter, source, request_id: "", caller: None, now: http_api::now() };
        let commit = Commit::new(Some(&user), after, by, Action::WorkerRemoved);
        self.directory.commit(Commit { releases_identity: false, ..commit }).await?;
        Ok(())
    }

    async fn existing(&self, user_id: UserId) -> Result<User, StoreError> {
        let user = self.directory.user(user_id).await?;
        user.ok_or_else(|| StoreError::Broken("a worker or an identity leads to nobody".to_owned()))
    }
}
