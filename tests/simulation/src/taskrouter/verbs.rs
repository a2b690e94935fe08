//! The verbs of the directory, as Twilio's REST API answers them.

use app::TimeAndIds as _;
use domain::WorkerSid;
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::time::sleep;
use twilio::{
    Activity, DeleteWorker, EventQuery, FetchActivity, FetchFlexConfiguration, FetchWorker, FetchWorkspace,
    FlexConfiguration, ListReservations, ListWorkerEvents, ListWorkers, NextPage, Page, Reservation, ReservationStatus,
    TokenAnswer, TwilioError, UpdateWorker, ValidateToken, Worker, WorkerEvent, WorkerUpdate, Workspace,
};

use super::{AVAILABLE, BOT, Held, OFFLINE, TaskRouter, activity_name, foreign, short, shown, without};
use crate::{chaos::Fault, mutants::Mutant};

/// The workers on a page of a list.
const PAGE: usize = 4;

impl FetchWorker for TaskRouter {
    async fn fetch_worker(&self, sid: &WorkerSid) -> Result<Option<Worker>, TwilioError> {
        self.begin("fetch worker").await?;
        let found = self.read(sid.as_str());
        sleep(self.chaos.millis(5..=60)).await;
        Ok(found)
    }
}

impl ListWorkers for TaskRouter {
    async fn list_workers(&self, page: Option<&NextPage>) -> Result<Page<Worker>, TwilioError> {
        self.begin("list workers").await?;
        let after = page.map(|page| json!(page).as_str().unwrap_or_default().to_owned()).unwrap_or_default();
        let all = self.workers();
        let rest = all.iter().filter(|(sid, _)| **sid > after).collect::<Vec<_>>();
        let items = rest.iter().take(PAGE).map(|(sid, stored)| Worker { version: None, ..shown(sid, stored) });
        let items = items.collect::<Vec<_>>();
        let next = (rest.len() > PAGE).then(|| items.last()).flatten();
        let next = next.and_then(|last| serde_json::from_value(json!(last.sid)).ok());
        sleep(self.chaos.millis(5..=60)).await;
        Ok(Page { items, unreadable: 0, next })
    }
}

impl UpdateWorker for TaskRouter {
    async fn update_worker(
        &self,
        sid: &WorkerSid,
        update: &WorkerUpdate,
        version: Option<u64>,
    ) -> Result<Option<Worker>, TwilioError> {
        self.begin("update worker").await?;
        let sid = sid.as_str();
        if self.workers().contains_key(sid) && self.chaos.strikes(Fault::TwilioMeddled) {
            self.see(sid);
        }
        let Some(before) = self.workers().remove(sid) else { return Ok(None) };
        if before.name == BOT {
            self.violated("rule 23: the directory writes to a worker that is not managed".to_owned());
        }
        let mut update = update.clone();
        if self.has(Mutant::ActivityForgotten) {
            update.activity_sid = None;
        }
        if self.has(Mutant::ForeignAttributesDropped) {
            update.attributes = update.attributes.map(|attributes| without(&attributes, "crm"));
        }
        if self.has(Mutant::WriteForgotten) {
            return Ok(self.read(sid));
        }
        self.check_version(sid, version.filter(|_| !self.has(Mutant::WorkerUnconditional)))?;
        if update.activity_sid.is_some()
            && before.reservations.contains(&"pending")
            && !update.reject_pending_reservations
        {
            return Err(TwilioError::Refused { status: 400, code: Some(20_001) });
        }
        if let Some(attributes) = &update.attributes
            && foreign(attributes) != foreign(&before.attributes)
        {
            self.violated(format!(
                "rule 26: the directory has changed attributes of {} that it does not own",
                short(sid)
            ));
        }
        self.change(sid, "directory", |worker| {
            if let Some(attributes) = &update.attributes {
                worker.attributes.clone_from(attributes);
            }
            if let Some(activity) = &update.activity_sid {
                worker.activity.clone_from(activity);
            }
            if update.reject_pending_reservations {
                worker.reservations.retain(|status| *status != "pending");
            }
        });
        self.with(|held| held.writes += 1);
        let after = self.read(sid);
        self.end("update worker").await?;
        Ok(after)
    }
}

impl DeleteWorker for TaskRouter {
    async fn delete_worker(&self, sid: &WorkerSid, version: Option<u64>) -> Result<(), TwilioError> {
        self.begin("delete worker").await?;
        if self.has(Mutant::RemovalForgotten) {
            return Ok(());
        }
        match self.check_version(sid.as_str(), version) {
            Err(TwilioError::NotFound { .. }) => return Ok(()),
            checked => checked?,
        }
        self.delete(sid.as_str(), "directory");
        self.with(|held| held.writes += 1);
        self.end("delete worker").await
    }
}

impl ListReservations for TaskRouter {
    async fn list_reservations(
        &self,
        worker_sid: &WorkerSid,
        status: ReservationStatus,
        _: Option<&NextPage>,
    ) -> Result<Page<Reservation>, TwilioError> {
        self.begin("list reservations").await?;
        let all = self.workers().remove(worker_sid.as_str()).map(|worker| worker.reservations).unwrap_or_default();
        let of =
            |name: &&'static str| Reservation::read(&json!({"sid": "WR1", "reservation_status": name}).to_string());
        Ok(Page {
            items: all.iter().filter(|name| **name == status.name()).filter_map(of).collect(),
            unreadable: 0,
            next: None,
        })
    }
}

impl FetchActivity for TaskRouter {
    async fn fetch_activity(&self, sid: &str) -> Result<Option<Activity>, TwilioError> {
        self.begin("fetch activity").await?;
        let name = activity_name(sid);
        Ok(Activity::read(&json!({"sid": sid, "friendly_name": name, "available": sid == AVAILABLE}).to_string()))
    }
}

impl FetchWorkspace for TaskRouter {
    async fn fetch_workspace(&self) -> Result<Option<Workspace>, TwilioError> {
        self.begin("fetch workspace").await?;
        Ok(Workspace::read(&json!({"sid": "WS1", "default_activity_sid": OFFLINE}).to_string()))
    }
}

impl FetchFlexConfiguration for TaskRouter {
    async fn fetch_flex_configuration(&self) -> Result<Option<FlexConfiguration>, TwilioError> {
        self.begin("fetch Flex configuration").await?;
        Ok(FlexConfiguration::read(&json!({"taskrouter_offline_activity_sid": OFFLINE}).to_string()))
    }
}

impl ListWorkerEvents for TaskRouter {
    async fn list_worker_events(
        &self,
        query: EventQuery<'_>,
        _: Option<&NextPage>,
    ) -> Result<Page<WorkerEvent>, TwilioError> {
        self.begin("list events").await?;
        let events = self.with(|held| held.events.clone());
        let is_asked = |event: &WorkerEvent| {
            event.event_type == query.event_type
                && query.worker_sid.is_none_or(|sid| event.worker_sid.as_ref() == Some(sid))
                && event.at_ms.is_some_and(|at_ms| at_ms >= query.since.as_millisecond())
        };
        let items = events.iter().filter_map(|event| WorkerEvent::read(&event.to_string())).filter(is_asked).collect();
        Ok(Page { items, unreadable: 0, next: None })
    }
}

impl ValidateToken for TaskRouter {
    async fn validate_token(&self, token: &SecretString) -> Result<Option<TokenAnswer>, TwilioError> {
        self.begin("validate token").await?;
        let token = token.expose_secret();
        let is_forgotten = self.has(Mutant::RevocationForgotten);
        let is_valid = |held: &Held| is_forgotten || !held.revoked.contains_key(token);
        let known = self.with(|held| held.tokens.get(token).filter(|_| is_valid(held)).cloned());
        let expiration = self.clock.now().checked_add(SignedDuration::from_hours(8)).ok();
        Ok(known.map(|(worker_sid, roles)| TokenAnswer { worker_sid, roles, expiration }))
    }
}
