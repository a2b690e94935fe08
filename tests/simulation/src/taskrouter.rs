//! TaskRouter with Flex, as the directory's verbs meet it: workers with versions, activities, reservations and events, the
//! callbacks that each change causes, and Flex tokens.
//!
//! A call may fail as Twilio's REST API does. What the directory writes is checked as it is written: nothing that it does
//! not own may change, to the character (rule 26).

mod verbs;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use app::TimeAndIds as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::{sync::Notify, time::sleep};
use twilio::{
    TwilioError, Worker,
    raw_json::{Object, Raw},
};

use crate::{
    chaos::{Chaos, Fault},
    clock::Clock,
    mutants::Mutant,
    place::Place,
    trace::Trace,
};

/// The activity that Flex is configured to as offline (rule 12).
pub const OFFLINE: &str = "WAoffline";
pub const AVAILABLE: &str = "WAavailable";

/// What an agent's browser or another tool keeps in a worker: valid JSON that no parser of numbers gives back as it is.
const FOREIGN: &str = r#"{"big": 1.0e300000 , "half": "\ud83d", "b":[1,  2]}"#;

/// The name of the worker that no user logs in as.
pub const BOT: &str = "bot";

/// As long as the real client waits for an answer.
const TIMEOUT: Duration = Duration::from_millis(2_800);

#[derive(Debug, Clone)]
pub struct Stored {
    pub name: String,
    pub attributes: String,
    pub activity: String,
    pub version: u64,
    pub changed_at: Timestamp,
    /// Names of reservation statuses.
    pub reservations: Vec<&'static str>,
    /// Who has changed it last.
    pub writer: &'static str,
}

#[derive(Debug, Default)]
struct Held {
    workers: BTreeMap<String, Stored>,
    /// The callbacks that have not been taken to be delivered, as forms.
    callbacks: Vec<Vec<(&'static str, String)>>,
    events: Vec<Value>,
    tokens: BTreeMap<String, (String, Vec<String>)>,
    /// The names that each identity, in lower case, has logged in with, in their order, and when: in milliseconds.
    names: BTreeMap<String, Vec<(String, i64)>>,
    /// Since when, in milliseconds since the beginning.
    revoked: BTreeMap<String, u64>,
    made: u64,
    /// What the directory has written: changes and deletions.
    writes: u64,
    violations: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct TaskRouter {
    held: Arc<Mutex<Held>>,
    chaos: Chaos,
    clock: Clock,
    trace: Trace,
    /// Where the function is whose client this is.
    place: Option<Place>,
    called_back: Arc<Notify>,
    mutant: Option<Mutant>,
}

impl TaskRouter {
    #[must_use]
    pub fn new(chaos: Chaos, clock: Clock, trace: Trace, mutant: Option<Mutant>) -> Self {
        Self { held: Arc::default(), chaos, clock, trace, place: None, called_back: Arc::default(), mutant }
    }

    /// As one function meets it.
    #[must_use]
    pub fn seen_by(&self, place: Place) -> Self {
        Self { place: Some(place), ..self.clone() }
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Held) -> T) -> T {
        use_it(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Each worker with its SID.
    #[must_use]
    pub fn workers(&self) -> BTreeMap<String, Stored> {
        self.with(|held| held.workers.clone())
    }

    #[must_use]
    pub fn writes(&self) -> u64 {
        self.with(|held| held.writes)
    }

    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.with(|held| held.violations.clone())
    }

    /// Waits until there is a callback to be delivered.
    pub async fn next_callback(&self) {
        self.called_back.notified().await;
    }

    #[must_use]
    pub fn take_callbacks(&self) -> Vec<Vec<(&'static str, String)>> {
        self.with(|held| std::mem::take(&mut held.callbacks))
    }

    /// A user logs in: their worker is created, or gets the identity provider's claims; answers a token.
    #[must_use]
    pub fn log_in(&self, identity: &str, full_name: &str, role: &str) -> String {
        let claims = json!({"full_name": full_name, "email": format!("{identity}@example.com"), "roles": [role]});
        let known = self.workers().into_iter().find(|(_, worker)| worker.name.eq_ignore_ascii_case(identity));
        let sid = match known {
            Some((sid, worker)) => {
                self.change(&sid, "flex", |stored| stored.attributes = merged(&worker.attributes, &claims));
                sid
            }
            None => self.create(identity, merged(&format!(r#"{{"crm": {FOREIGN}}}"#), &claims)),
        };
        let at = self.clock.now().as_millisecond();
        self.with(|held| {
            held.made += 1;
            held.names.entry(identity.to_lowercase()).or_default().push((full_name.to_owned(), at));
            let token =
                format!("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..{:016x}.{sid}.AAAAAAAAAAAAAAAAAAAAAA", held.made);
            held.tokens.insert(token.clone(), (sid, vec![role.to_owned()]));
            token
        })
    }

    /// A worker without a role: the directory has no user for it, and never writes to it (rule 23).
    pub fn add_bot(&self) {
        drop(self.create(BOT, format!(r#"{{"bot": {FOREIGN}}}"#)));
    }

    /// Twilio no longer accepts the token.
    pub fn revoke(&self, token: &str) {
        let now = self.clock.elapsed_ms();
        self.with(|held| held.revoked.insert(token.to_owned(), now));
    }

    /// The names that an identity has logged in with, in their order, and when: in milliseconds.
    #[must_use]
    pub fn names(&self, identity: &str) -> Vec<(String, i64)> {
        self.with(|held| held.names.get(&identity.to_lowercase()).cloned().unwrap_or_default())
    }

    /// Since when Twilio has no longer accepted the token, in milliseconds since the beginning.
    #[must_use]
    pub fn revoked_at(&self, token: &str) -> Option<u64> {
        self.with(|held| held.revoked.get(token).copied())
    }

    fn has(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    fn create(&self, name: &str, attributes: String) -> String {
        let now = self.clock.now();
        let sid = self.with(|held| {
            held.made += 1;
            let sid = format!("WK{:032x}", held.made);
            let stored = Stored {
                name: name.to_owned(),
                attributes,
                activity: OFFLINE.to_owned(),
                version: 0,
                changed_at: now,
                reservations: Vec::new(),
                writer: "flex",
            };
            held.workers.insert(sid.clone(), stored);
            sid
        });
        self.happened(&sid, "worker.created", "flex");
        sid
    }

    /// Another writer changes the worker.
    pub fn change(&self, sid: &str, who: &'static str, change: impl FnOnce(&mut Stored)) {
        let now = self.clock.now();
        let kind = self.with(|held| {
            let worker = held.workers.get_mut(sid)?;
            let activity = worker.activity.clone();
            change(worker);
            worker.version += 1;
            worker.changed_at = now;
            worker.writer = who;
            Some(if worker.activity == activity { "worker.attributes.update" } else { "worker.activity.update" })
        });
        if let Some(kind) = kind {
            self.happened(sid, kind, who);
        }
    }

    /// Another tool gives the worker other skills.
    pub fn overwrite_skills(&self, sid: &str, skills: &Value) {
        self.change(sid, "tool", |stored| {
            stored.attributes = merged(&stored.attributes, &json!({"routing": {"skills": skills, "levels": {}}}));
        });
    }

    /// A plugin in the agent's browser notes something in the worker.
    pub fn see(&self, sid: &str) {
        self.change(sid, "browser", |worker| {
            worker.attributes = worker.attributes.replacen('{', &format!("{{\"seen\": {}, ", worker.version), 1);
        });
    }

    /// All conversations end.
    pub fn end_reservations(&self) {
        for (sid, _) in self.workers().into_iter().filter(|(_, worker)| !worker.reservations.is_empty()) {
            self.change(&sid, "queue", |worker| worker.reservations.clear());
        }
    }

    pub fn delete(&self, sid: &str, who: &'static str) {
        self.happened(sid, "worker.deleted", who);
        self.with(|held| held.workers.remove(sid));
    }

    /// Notes the event, and has a callback sent.
    fn happened(&self, sid: &str, kind: &str, who: &str) {
        self.trace.line(who, format_args!("{kind} {}", short(sid)));
        let now = self.clock.now();
        self.with(|held| {
            let Some(worker) = held.workers.get(sid).cloned() else { return };
            held.made += 1;
            let event = format!("EV{:032x}", held.made);
            held.events.push(json!({
                "sid": event, "event_type": kind, "actor_sid": who, "source": who,
                "event_date_ms": now.as_millisecond(),
                "event_data": {"worker_sid": sid, "worker_attributes": worker.attributes},
            }));
            held.callbacks.push(vec![
                ("AccountSid", "AC1".to_owned()),
                ("WorkspaceSid", "WS1".to_owned()),
                ("EventType", kind.to_owned()),
                ("Sid", event),
                ("TimestampMs", now.as_millisecond().to_string()),
                ("WorkerSid", sid.to_owned()),
                ("WorkerName", worker.name),
                ("WorkerActivitySid", worker.activity.clone()),
                ("WorkerActivityName", activity_name(&worker.activity).to_owned()),
                ("WorkerVersion", worker.version.to_string()),
                ("WorkerAttributes", worker.attributes),
            ]);
        });
        self.called_back.notify_one();
    }

    /// A call of the REST API begins.
    async fn begin(&self, call: &'static str) -> Result<(), TwilioError> {
        let _in_flight = self.place.as_ref().map(|place| place.reach(call));
        sleep(self.chaos.millis(5..=60)).await;
        let fault = |what: &str| self.trace.line("taskrouter", format_args!("{call}: {what}"));
        if self.chaos.strikes(Fault::LeaseExpired) {
            fault("the function stands still");
            sleep(self.chaos.millis(30_000..=200_000)).await;
        }
        if self.chaos.strikes(Fault::TwilioThrottled) {
            fault("throttled");
            return Err(TwilioError::Throttled { retry_after: Some(Duration::from_secs(self.chaos.number(1..=3))) });
        }
        if self.chaos.strikes(Fault::TwilioUnavailable) {
            fault("unavailable");
            let status = if self.chaos.once_in(2) { 500 } else { 503 };
            return Err(TwilioError::Unavailable { status, retry_after: None });
        }
        if self.chaos.strikes(Fault::TwilioSilent) {
            fault("silent");
            sleep(TIMEOUT).await;
            return Err(TwilioError::Timeout);
        }
        Ok(())
    }

    /// The answer to a change is on its way.
    async fn end(&self, call: &str) -> Result<(), TwilioError> {
        sleep(self.chaos.millis(5..=60)).await;
        if self.chaos.strikes(Fault::TwilioAnswerLost) {
            self.trace.line("taskrouter", format_args!("{call}: answer lost"));
            return Err(TwilioError::Connection);
        }
        Ok(())
    }

    fn check_version(&self, sid: &str, version: Option<u64>) -> Result<(), TwilioError> {
        let current = self.with(|held| held.workers.get(sid).map(|worker| worker.version));
        match (version, current) {
            (_, None) => Err(TwilioError::NotFound { code: Some(20_404) }),
            (Some(version), Some(current)) if version != current => Err(TwilioError::PreconditionFailed),
            _ => Ok(()),
        }
    }

    fn read(&self, sid: &str) -> Option<Worker> {
        Some(shown(sid, self.workers().get(sid)?))
    }

    fn violated(&self, what: String) {
        self.trace.line("VIOLATION", &what);
        self.with(|held| held.violations.push(what));
    }
}

/// The last characters, which tell workers apart.
#[must_use]
pub fn short(sid: &str) -> &str {
    sid.get(sid.len().saturating_sub(4)..).unwrap_or(sid)
}

fn activity_name(sid: &str) -> &str {
    sid.trim_start_matches("WA")
}

fn shown(sid: &str, stored: &Stored) -> Worker {
    Worker {
        sid: sid.to_owned(),
        friendly_name: stored.name.clone(),
        attributes: Some(stored.attributes.clone()),
        activity_sid: stored.activity.clone(),
        activity_name: activity_name(&stored.activity).to_owned(),
        version: Some(stored.version),
        // To the second, as the REST API states it.
        date_updated: Timestamp::from_second(stored.changed_at.as_second()).ok(),
    }
}

/// The attributes with these fields set; the others keep their text.
fn merged(attributes: &str, fields: &Value) -> String {
    let raw = |text: &str| Raw::parse(text).and_then(|raw| Some(entries(&raw.object()?)));
    let mut kept = raw(attributes).unwrap_or_default();
    for (key, value) in fields.as_object().into_iter().flatten() {
        kept.retain(|(other, _)| other != key);
        kept.push((key.clone(), value.to_string()));
    }
    let fields = kept.into_iter().map(|(key, value)| format!("{}: {value}", Value::String(key))).collect::<Vec<_>>();
    format!("{{{}}}", fields.join(", "))
}

fn without(attributes: &str, key: &str) -> String {
    let fields = Raw::parse(attributes).and_then(|raw| Some(entries(&raw.object()?))).unwrap_or_default();
    let kept = fields.into_iter().filter(|(other, _)| other != key);
    let kept = kept.map(|(key, value)| format!("{}: {value}", Value::String(key))).collect::<Vec<_>>();
    format!("{{{}}}", kept.join(", "))
}

fn entries(object: &Object<'_>) -> Vec<(String, String)> {
    let entry = |field: &twilio::raw_json::Field<'_>| Some((field.key.text()?.lossy(), field.value.get().to_owned()));
    object.fields().iter().filter_map(entry).collect()
}

/// A text among the attributes.
#[must_use]
pub fn text_attribute(attributes: &str, key: &str) -> Option<String> {
    let fields = entries(&Raw::parse(attributes)?.object()?);
    let (_, value) = fields.into_iter().find(|(other, _)| other == key)?;
    serde_json::from_str(&value).ok()
}

/// What the directory does not own, as it is spelled (rule 26).
fn foreign(attributes: &str) -> Option<Vec<(String, String)>> {
    let mut foreign = entries(&Raw::parse(attributes)?.object()?);
    foreign.retain(|(key, _)| !matches!(key.as_str(), "roles" | "routing" | "disabled_skills"));
    Some(foreign)
}
