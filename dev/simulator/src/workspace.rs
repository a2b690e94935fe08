//! The workspace: its workers, their reservations and events, Flex's configuration, and the issued tokens.
//!
//! One lock protects all of it. A change returns its events; the caller sends them.

mod reservations;

use std::collections::{BTreeMap, HashMap, VecDeque};

use jiff::Timestamp;

use crate::activity::{ACTIVITIES, Activity, OFFLINE_ACTIVITY_SID};
use crate::actor::Origin;
use crate::attributes;
use crate::cloud_event;
use crate::configuration::{Configuration, Deletion, SignedUrl};
use crate::event::{Event, Kind};
use crate::event_streams::EventStreams;
use crate::journal::{Journal, SavedSettings, SavedState};
use crate::outgoing::Outgoing;
use crate::place::Place;
use crate::queue::Queue;
use crate::refusal::Refusal;
use crate::reservation::Reservations;
use crate::settings::Settings;
use crate::token::Token;
use crate::worker::Worker;

/// How many events the Events list has at most.
const MAX_EVENTS: usize = 10_000;
/// `TaskRouter`'s limit, in characters.
const MAX_NAME_CHARACTERS: usize = 64;

/// The journalled state and the recent events.
pub(crate) struct Workspace {
    workers: BTreeMap<String, Worker>,
    by_name: HashMap<String, String>,
    tokens: BTreeMap<String, Token>,
    reservations: Reservations,
    configuration: Option<Configuration>,
    settings: Settings,
    /// The callback URL that the simulator was started with.
    started_with: Option<String>,
    streams: EventStreams,
    events: VecDeque<Event>,
    journal: Journal,
}

/// The fields of a new or updated worker.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub(crate) friendly_name: Option<String>,
    pub(crate) attributes: Option<String>,
    pub(crate) activity_sid: Option<String>,
    pub(crate) reject_pending_reservations: bool,
}

impl Workspace {
    /// What was saved of the settings counts if the callback URL is the same as then.
    pub(crate) fn new(journal: Journal, saved: SavedState, callback_url: Option<String>) -> Self {
        let settings = saved.settings.filter(|saved| saved.started_with == callback_url).map(|saved| saved.settings);
        let default = || Settings { event_callback_url: callback_url.clone(), events_filter: None };
        let by_name = saved.workers.values().map(|worker| (key(&worker.friendly_name), worker.sid.clone())).collect();
        Self {
            workers: saved.workers,
            by_name,
            tokens: saved.tokens,
            reservations: saved.reservations,
            configuration: saved.configuration,
            settings: settings.unwrap_or_else(default),
            started_with: callback_url,
            streams: saved.streams,
            events: VecDeque::new(),
            journal,
        }
    }

    pub(crate) fn worker(&self, sid: &str) -> Result<&Worker, Refusal> {
        self.workers.get(sid).ok_or_else(|| Refusal::no("Worker", sid))
    }

    /// Friendly names are unique without regard to case.
    pub(crate) fn find_by_name(&self, friendly_name: &str) -> Option<&Worker> {
        self.by_name.get(&key(friendly_name)).and_then(|sid| self.workers.get(sid))
    }

    /// All workers, in order of SID.
    pub(crate) fn workers(&self) -> impl Iterator<Item = &Worker> {
        self.workers.values()
    }

    /// The recent events, newest first.
    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().rev()
    }

    /// Flex's configuration; none if there is no Flex.
    pub(crate) fn configuration(&self) -> Option<&Configuration> {
        self.configuration.as_ref()
    }

    /// The queues with their SIDs, in order of SID. They are there without Flex too.
    pub(crate) fn queues(&self) -> Vec<(String, Queue)> {
        let queues =
            self.configuration().map_or_else(Queue::defaults, |configuration| configuration.task_queues.clone());
        queues.into_iter().enumerate().map(|(index, queue)| (Queue::sid(index), queue)).collect()
    }

    pub(crate) fn configure(&mut self, configuration: Option<Configuration>) {
        self.journal.configuration(configuration.as_ref());
        self.configuration = configuration;
    }

    pub(crate) const fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn change_settings(&mut self, url: Option<&str>, filter: Option<&str>) -> Result<(), Refusal> {
        self.settings.change(url, filter)?;
        let (started_with, settings) = (self.started_with.clone(), self.settings.clone());
        self.journal.settings(SavedSettings { started_with, settings });
        Ok(())
    }

    pub(crate) const fn streams(&self) -> &EventStreams {
        &self.streams
    }

    pub(crate) fn change_streams<T>(
        &mut self,
        change: impl FnOnce(&mut EventStreams) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let done = change(&mut self.streams)?;
        self.journal.streams(&self.streams);
        Ok(done)
    }

    /// What tells of an event: a callback, if the workspace has a URL and its filter lets it through, and what sinks get.
    pub(crate) fn outgoing(&self, event: &Event, place: &Place) -> Vec<Outgoing> {
        let event_type = event.kind.event_type();
        let url = self.settings.event_callback_url.clone().filter(|_| self.settings.tells(event_type));
        let signed = self.configuration().map(|configuration| configuration.signed_url).unwrap_or_default();
        let callback = |url| Outgoing::Callback {
            url,
            signs_fragment: signed == SignedUrl::WithFragment,
            fields: event.fields(place),
        };
        let stream = |destination: &str| Outgoing::Stream {
            destination: destination.to_owned(),
            body: cloud_event::body(event, place),
        };
        url.map(callback).into_iter().chain(self.streams.destinations(event_type).map(stream)).collect()
    }

    pub(crate) fn token(&self, token: &str, now: Timestamp) -> Option<&Token> {
        self.tokens.get(token).filter(|token| token.expiration > now)
    }

    /// The tokens that have not expired.
    pub(crate) fn tokens(&self, now: Timestamp) -> impl Iterator<Item = &Token> {
        self.tokens.values().filter(move |token| token.expiration > now)
    }

    pub(crate) fn keep_token(&mut self, token: &Token) {
        self.journal.token(token);
        self.tokens.insert(token.value.clone(), token.clone());
    }

    pub(crate) fn create(&mut self, change: Change, origin: &Origin) -> Result<(Worker, Event), Refusal> {
        let name = change.friendly_name.ok_or_else(|| Refusal::bad("FriendlyName is required"))?;
        self.check_name(&name, None)?;
        let text = change.attributes.unwrap_or_else(|| "{}".to_owned());
        attributes::check(&text)?;
        let activity = change.activity_sid.map_or(Ok(&ACTIVITIES[0]), |sid| activity(&sid))?;
        let worker = Worker::new(name, text, activity, origin.at);
        self.put(worker.clone());
        Ok((worker.clone(), self.record(Event::new(Kind::Created, &worker, origin))))
    }

    /// Applies a change, and increments the version if it changes anything. Gives the new worker and the events, which
    /// all show the new worker.
    pub(crate) fn update(
        &mut self,
        sid: &str,
        change: Change,
        origin: &Origin,
    ) -> Result<(Worker, Vec<Event>), Refusal> {
        let before = self.worker(sid)?.clone();
        let reject = change.reject_pending_reservations;
        let mut after = self.changed(&before, change, origin.at)?;
        let pending = self.pending_reservations(&before, &after, reject)?;
        let kinds = kinds_of(&before, &after);
        if !kinds.is_empty() || after.friendly_name != before.friendly_name {
            after.version += 1;
            after.date_updated = origin.at;
        }
        if after != before {
            self.by_name.remove(&key(&before.friendly_name));
            self.put(after.clone());
        }
        let mut events = self.reject(&pending, origin)?;
        events.extend(kinds.into_iter().map(|kind| self.record(update_event(kind, &before, &after, origin))));
        Ok((after, events))
    }

    pub(crate) fn delete(&mut self, sid: &str, origin: &Origin) -> Result<Event, Refusal> {
        let worker = self.worker(sid)?.clone();
        if worker.activity_sid != OFFLINE_ACTIVITY_SID {
            let activity = worker.activity().name;
            return Err(Refusal::bad(format!("Worker {sid} cannot be deleted: it is {activity} and not Offline")));
        }
        let open = self.reservations_of(sid).filter(|reservation| reservation.status.is_open()).count();
        let deletion = self.configuration().map(|configuration| configuration.deletion_with_reservations);
        if open > 0 && deletion == Some(Deletion::Refused) {
            return Err(Refusal::bad(format!("Worker {sid} cannot be deleted while it has {open} open reservations")));
        }
        self.workers.remove(sid);
        self.by_name.remove(&key(&worker.friendly_name));
        self.reservations.retain(|_, reservation| reservation.worker_sid != sid);
        self.journal.deleted(sid);
        Ok(self.record(Event::new(Kind::Deleted, &worker, origin)))
    }

    /// The worker with the change applied; version and date are the old ones.
    fn changed(&self, before: &Worker, change: Change, now: Timestamp) -> Result<Worker, Refusal> {
        let mut after = before.clone();
        if let Some(name) = change.friendly_name {
            self.check_name(&name, Some(&before.sid))?;
            after.friendly_name = name;
        }
        if let Some(text) = change.attributes {
            attributes::check(&text)?;
            after.attributes = text;
        }
        if let Some(sid) = change.activity_sid.filter(|sid| *sid != before.activity_sid) {
            activity(&sid)?.sid.clone_into(&mut after.activity_sid);
            after.date_status_changed = now;
        }
        if change.reject_pending_reservations && after.activity().available {
            let message = "RejectPendingReservations is only valid with an activity that is not available";
            return Err(Refusal::bad(message));
        }
        Ok(after)
    }

    fn check_name(&self, name: &str, own_sid: Option<&str>) -> Result<(), Refusal> {
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARACTERS {
            return Err(Refusal::bad(format!("FriendlyName must have 1 to {MAX_NAME_CHARACTERS} characters")));
        }
        match self.find_by_name(name) {
            Some(other) if Some(&*other.sid) != own_sid => {
                Err(Refusal::bad(format!("Worker named {name} already exists in this workspace")))
            }
            _ => Ok(()),
        }
    }

    fn put(&mut self, worker: Worker) {
        self.journal.worker(&worker);
        self.by_name.insert(key(&worker.friendly_name), worker.sid.clone());
        self.workers.insert(worker.sid.clone(), worker);
    }

    fn record(&mut self, event: Event) -> Event {
        if self.events.len() == MAX_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event.clone());
        event
    }
}

fn key(friendly_name: &str) -> String {
    friendly_name.to_lowercase()
}

fn activity(sid: &str) -> Result<&'static Activity, Refusal> {
    Activity::of(sid).ok_or_else(|| Refusal::bad(format!("ActivitySid {sid} is not an activity of this workspace")))
}

/// The events of an update, in order. Another spelling of the same attributes is stored, but is no change.
fn kinds_of(before: &Worker, after: &Worker) -> Vec<Kind> {
    let attributes = !attributes::same(&before.attributes, &after.attributes);
    let activity = before.activity_sid != after.activity_sid;
    let kinds = [(attributes, Kind::AttributesUpdate), (activity, Kind::ActivityUpdate)];
    kinds.into_iter().filter(|(changed, _)| *changed).map(|(_, kind)| kind).collect()
}

fn update_event(kind: Kind, before: &Worker, after: &Worker, origin: &Origin) -> Event {
    match kind {
        Kind::ActivityUpdate => Event::activity_update(before, after, origin),
        kind => Event::new(kind, after, origin),
    }
}
