//! Rule 28: duplicate, late and reordered callbacks do not change the result.

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
    ActivityChanged,
    /// The friendly name changes.
    Renamed,
    /// The worker is removed and created again with a new SID and these attributes.
    RemovedAndRecreated(Value),
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

fn worker_events() -> impl Strategy<Value = Vec<WorkerEvent>> {
    let one = prop_oneof![
        4 => attributes().prop_map(WorkerEvent::AttributesChanged),
        1 => Just(WorkerEvent::UnreadableAttributes),
        2 => Just(WorkerEvent::ActivityChanged),
        1 => Just(WorkerEvent::Renamed),
        1 => attributes().prop_map(WorkerEvent::RemovedAndRecreated),
    ];
    prop::collection::vec(one, 1..6)
}

/// The callbacks of these events, in order, and what TaskRouter holds in the end. SIDs and names contain `identity`, so
/// that users do not share any. Two workers of one user are recognised by their common name alone. Therefore no worker
/// takes over the former name of another, and none is both removed and renamed: if the new name arrives before the old
/// one, ingest cannot recognise the user.
fn history(user_of_identity: &str, first: &Value, worker_events: Vec<WorkerEvent>) -> (Vec<Report>, TaskRouter) {
    let mut current = report(1, &format!("WK{user_of_identity}0"), user_of_identity, first);
    let (mut callbacks, mut renamed, mut recreated) = (vec![current.clone()], 0, 0);
    for (i, event) in worker_events.into_iter().enumerate() {
        let second = i64::try_from(i).unwrap() * 2 + 2;
        let next = |sid: &str, name: &str, attributes: &str| Report {
            attributes: attributes.to_owned(),
            ..report(second, sid, name, &Value::Null)
        };
        match event {
            WorkerEvent::AttributesChanged(attributes) => {
                current = next(&current.sid, &current.name, &attributes.to_string());
            }
            WorkerEvent::UnreadableAttributes => {
                current = next(&current.sid, &current.name, "{");
            }
            WorkerEvent::Renamed if recreated == 0 => {
                renamed += 1;
                current = next(&current.sid, &format!("{user_of_identity}-{renamed}"), &current.attributes);
            }
            WorkerEvent::RemovedAndRecreated(attributes) if renamed == 0 => {
                callbacks.push(Report { deleted: true, ..next(&current.sid, &current.name, &current.attributes) });
                recreated += 1;
                let sid = format!("WK{user_of_identity}{recreated}");
                current = Report {
                    attributes: attributes.to_string(),
                    ..report(second + 1, &sid, &current.name, &Value::Null)
                };
            }
            WorkerEvent::ActivityChanged | WorkerEvent::Renamed | WorkerEvent::RemovedAndRecreated(_) => {
                current = next(&current.sid, &current.name, &current.attributes);
            }
        }
        callbacks.push(current.clone());
    }
    (callbacks, TaskRouter([(current.sid.clone(), current.worker())].into()))
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
    let histories = (attributes(), worker_events(), attributes(), worker_events());
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
                if *crash_before_commit { callback.deliver_with_crash(&out_of_order).await } else { callback.deliver(&out_of_order).await }
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
    (seed, &callback.sid, callback.version.at_ms, callback.deleted).hash(&mut hasher);
    hasher.finish()
}
