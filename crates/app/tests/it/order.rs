//! Rule 28: duplicate, late and reordered callbacks do not change the result.

use domain::ReportVersion;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Fixture, Report, TableContents, TaskRouter, report, table_contents};

/// A change of a user's worker.
#[derive(Debug, Clone)]
enum WorkerEvent {
    /// A login or an edit by another tool sets these attributes.
    AttributesChanged(Value),
    /// The attributes are not JSON.
    UnreadableAttributes,
    /// The callback may leave out the attributes, which are what they were.
    ActivityChanged { with_attributes: bool },
    /// The friendly name changes.
    Renamed,
    /// The worker is removed and created again with a new SID and these attributes.
    RemovedAndRecreated(Value),
}

/// A change with what its callbacks say about when it was.
#[derive(Debug, Clone)]
struct Step {
    event: WorkerEvent,
    /// Whether the callbacks have the worker's version. Without it the time is all there is, in whole seconds.
    has_version: bool,
    /// Whether the change has the time of the one before, as far as versions tell them apart, and a creation that of the
    /// removal before it. But a worker lives for some time: of two removed workers that were created at the same time
    /// nothing says which was first.
    at_once: bool,
}

fn attributes() -> impl Strategy<Value = Value> {
    let role = prop::sample::select(vec!["agent", "supervisor", "admin"]);
    let skills = prop::collection::btree_map("English|French", 1..100_i64, 0..2);
    let name = prop::option::of("Ada|Ida|Ada King");
    (role, name, skills, any::<bool>()).prop_map(|(role, name, skills, disabled)| {
        let routing = json!({"skills": skills.keys().collect::<Vec<_>>(), "levels": skills});
        let place = if disabled { "disabled_skills" } else { "routing" };
        let mut attributes = json!({"roles": [role], "email": "ada@example.com", (place): routing});
        if let Some(name) = name {
            attributes["full_name"] = json!(name);
        }
        attributes
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let event = prop_oneof![
        4 => attributes().prop_map(WorkerEvent::AttributesChanged),
        1 => Just(WorkerEvent::UnreadableAttributes),
        2 => any::<bool>().prop_map(|with_attributes| WorkerEvent::ActivityChanged { with_attributes }),
        1 => Just(WorkerEvent::Renamed),
        2 => attributes().prop_map(WorkerEvent::RemovedAndRecreated),
    ];
    let step = (event, prop::bool::weighted(0.7), any::<bool>());
    let step = step.prop_map(|(event, has_version, at_once)| Step { event, has_version, at_once });
    prop::collection::vec(step, 1..6)
}

/// A user's workers, one after the other, and the callbacks about them.
struct History {
    identity: String,
    /// The latest worker as TaskRouter has it.
    current: Report,
    /// How often it has changed; starts anew with each worker.
    changes: u64,
    created_at_ms: i64,
    renamed: usize,
    recreated: usize,
    callbacks: Vec<Report>,
}

impl History {
    fn new(identity: &str, first: &Value) -> Self {
        let version = ReportVersion { at_ms: 1_000, version: Some(0) };
        let current = Report { version, ..report(1, &format!("WK{identity}0"), identity, first) };
        let (identity, callbacks) = (identity.to_owned(), vec![current.clone()]);
        let created_at_ms = version.at_ms;
        Self { identity, current, changes: 0, created_at_ms, renamed: 0, recreated: 0, callbacks }
    }

    /// Changes the worker at this second, at the earliest.
    fn apply(&mut self, second: i64, step: Step) {
        let last = self.current.clone();
        self.changes += 1;
        let is_removal = matches!(step.event, WorkerEvent::RemovedAndRecreated(_));
        let is_tie = step.at_once
            && step.has_version
            && last.version.version.is_some()
            && !(is_removal && last.version.at_ms == self.created_at_ms);
        let at_ms = if is_tie { last.version.at_ms } else { time(second, step.has_version) };
        self.current.version = ReportVersion { at_ms, version: step.has_version.then_some(self.changes) };
        self.current.activity = format!("activity {second}");
        match step.event {
            WorkerEvent::AttributesChanged(attributes) => self.current.attributes = attributes.to_string(),
            WorkerEvent::UnreadableAttributes => "{".clone_into(&mut self.current.attributes),
            WorkerEvent::Renamed if self.recreated == 0 => {
                self.renamed += 1;
                self.current.name = format!("{}-{}", self.identity, self.renamed);
            }
            WorkerEvent::RemovedAndRecreated(attributes) if self.renamed == 0 => {
                self.callbacks.push(Report { deleted: true, ..self.current.clone() });
                (self.recreated, self.changes) = (self.recreated + 1, 0);
                self.current.sid = format!("WK{}{}", self.identity, self.recreated);
                self.current.attributes = attributes.to_string();
                let at_ms = if step.at_once { at_ms } else { time(second + 1, step.has_version) };
                self.current.version = ReportVersion { at_ms, version: step.has_version.then_some(0) };
                self.created_at_ms = at_ms;
            }
            WorkerEvent::ActivityChanged { with_attributes: false } => {
                return self.callbacks.push(Report { attributes: String::new(), ..self.current.clone() });
            }
            WorkerEvent::ActivityChanged { .. } | WorkerEvent::Renamed | WorkerEvent::RemovedAndRecreated(_) => {}
        }
        self.callbacks.push(self.current.clone());
    }
}

fn time(second: i64, to_the_millisecond: bool) -> i64 {
    second * 1_000 + if to_the_millisecond { 203 } else { 0 }
}

/// The callbacks of these steps, in order, and what TaskRouter holds in the end. SIDs and names contain `identity`, so
/// that users do not share any. Two workers of one user are recognised by their common name alone. Therefore no worker
/// takes over the former name of another, and none is both removed and renamed: if the new name arrives before the old
/// one, ingest cannot recognise the user.
fn history(identity: &str, first: &Value, steps: Vec<Step>) -> (Vec<Report>, TaskRouter) {
    let mut history = History::new(identity, first);
    for (i, step) in steps.into_iter().enumerate() {
        history.apply(i64::try_from(i).unwrap() * 2 + 2, step);
    }
    let current = history.current;
    (history.callbacks, TaskRouter([(current.sid.clone(), current.worker())].into()))
}

/// The callbacks to deliver first, and whether the function crashes during the delivery.
type Deliveries = Vec<(prop::sample::Index, bool)>;

fn deliveries() -> impl Strategy<Value = Deliveries> {
    prop::collection::vec((any::<prop::sample::Index>(), prop::bool::weighted(0.3)), 0..12)
}

#[test]
fn rule_28_any_order_and_repetition_of_callbacks_with_crashes_between_their_writes_leaves_the_same_table() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixture = runtime.block_on(Fixture::new());
    let config = ProptestConfig { cases: 96, ..ProptestConfig::default() };
    let histories = (attributes(), steps(), attributes(), steps());
    proptest!(config, |((a, ada, i, ida) in histories, extra_deliveries in deliveries(), seed in any::<u64>())| {
        let ((mut callbacks, mut taskrouter), (other_callbacks, other_taskrouter)) = (history("ada", &a, ada), history("ida", &i, ida));
        callbacks.extend(other_callbacks);
        taskrouter.0.extend(other_taskrouter.0);
        runtime.block_on(async {
            let in_order = fixture.ingest(taskrouter.clone());
            for callback in &callbacks {
                callback.deliver(&in_order).await;
            }
            // Some callbacks arrive early, repeatedly, or at a function that crashes; then each arrives once, shuffled.
            let out_of_order = fixture.ingest(taskrouter);
            for (index, crash_before_commit) in &extra_deliveries {
                let callback = index.get(&callbacks);
                // Not with a callback that leaves out the attributes: TaskRouter is asked for those of an unknown worker, and
                // if the function crashes after they are recorded, later callbacks without them do not repair it.
                let crashes = *crash_before_commit && !callback.attributes.is_empty();
                if crashes { callback.deliver_with_crash(&out_of_order).await } else { callback.deliver(&out_of_order).await }
            }
            let mut shuffled_callbacks = callbacks.iter().collect::<Vec<_>>();
            shuffled_callbacks.sort_by_key(|callback| shuffle_key(seed, callback));
            for callback in shuffled_callbacks {
                callback.deliver(&out_of_order).await;
            }
            let (expected, found) = (table_contents(&in_order.store.directory).await, table_contents(&out_of_order.store.directory).await);
            let differences = |one: &TableContents, other: &TableContents| {
                one.iter().filter(|(key, item)| other.get(*key) != Some(item)).map(|(_, item)| item.to_string()).collect::<Vec<_>>()
            };
            // The catalog keeps skills that a late callback imported and an earlier one removed; they are unused.
            let extra_items = differences(&found, &expected).into_iter().filter(|item| !item.contains("\"pk\":\"SKILLS\""));
            let (found, expected) = (extra_items.collect::<Vec<_>>(), differences(&expected, &found));
            prop_assert_eq!(found, expected, "callbacks {:#?}", callbacks);
            Ok(())
        })?;
    });
}

fn shuffle_key(seed: u64, callback: &Report) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (seed, &callback.sid, callback.version.at_ms, callback.version.version, callback.deleted).hash(&mut hasher);
    hasher.finish()
}
