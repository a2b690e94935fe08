//! Rule 28: callbacks arrive twice, late and in any order, and change nothing in the outcome.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Contents, Fixture, Report, TaskRouter, contents, report, worker};

/// One thing that happens to a person's worker.
#[derive(Debug, Clone)]
enum Happening {
    /// Logs in, or is edited elsewhere: attributes as they become.
    Says(Value),
    /// Says something that cannot be read.
    Mumbles,
    /// Moves to another activity.
    Moves,
    /// Gets another friendly name.
    IsRenamed,
    /// Is removed, and comes back with a new SID.
    IsRemovedAndBack(Value),
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

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        4 => attributes().prop_map(Happening::Says),
        1 => Just(Happening::Mumbles),
        2 => Just(Happening::Moves),
        1 => Just(Happening::IsRenamed),
        1 => attributes().prop_map(Happening::IsRemovedAndBack),
    ];
    prop::collection::vec(one, 1..6)
}

/// The callbacks of a history, in order, and what TaskRouter holds in the end. `person` keeps the workers and names
/// of several people apart. That two workers are one person is told by their common name alone, so that nobody here
/// takes over a name that somebody else has borne, nor is both removed and renamed: who hears the new name before
/// the old one cannot know.
fn history(person: &str, first: &Value, happenings: Vec<Happening>) -> (Vec<Report>, TaskRouter) {
    let mut now = report(1, &format!("WK-{person}-0"), person, first);
    let (mut all, mut renamed, mut reborn) = (vec![now.clone()], 0, 0);
    for (i, happening) in happenings.into_iter().enumerate() {
        let second = i64::try_from(i).unwrap() * 2 + 2;
        let next = |sid: &str, name: &str, attributes: &str| Report {
            attributes: attributes.to_owned(),
            ..report(second, sid, name, &Value::Null)
        };
        match happening {
            Happening::Says(attributes) => now = next(&now.sid, &now.name, &attributes.to_string()),
            Happening::Mumbles => {
                all.push(next(&now.sid, &now.name, "{"));
                continue;
            }
            Happening::IsRenamed if reborn == 0 => {
                renamed += 1;
                now = next(&now.sid, &format!("{person}-{renamed}"), &now.attributes);
            }
            Happening::IsRemovedAndBack(attributes) if renamed == 0 => {
                all.push(Report { deleted: true, ..next(&now.sid, &now.name, &now.attributes) });
                reborn += 1;
                let sid = format!("WK-{person}-{reborn}");
                now =
                    Report { attributes: attributes.to_string(), ..report(second + 1, &sid, &now.name, &Value::Null) };
            }
            Happening::Moves | Happening::IsRenamed | Happening::IsRemovedAndBack(_) => {
                now = next(&now.sid, &now.name, &now.attributes);
            }
        }
        all.push(now.clone());
    }
    let attributes = serde_json::from_str(&now.attributes).unwrap();
    (all, TaskRouter([(now.sid.clone(), worker(&now.sid, &now.name, &attributes))].into()))
}

/// In which order, how often, and whether the function dies on the way.
type Deliveries = Vec<(prop::sample::Index, bool)>;

fn deliveries() -> impl Strategy<Value = Deliveries> {
    prop::collection::vec((any::<prop::sample::Index>(), prop::bool::weighted(0.3)), 0..12)
}

#[test]
fn rule_28_any_order_and_repetition_of_callbacks_with_crashes_between_their_writes_leaves_the_same_table() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixture = runtime.block_on(Fixture::new());
    let config = ProptestConfig { cases: 96, ..ProptestConfig::default() };
    let people = (attributes(), happenings(), attributes(), happenings());
    proptest!(config, |((a, ada, i, ida) in people, early in deliveries(), seed in any::<u64>())| {
        let ((mut all, mut taskrouter), (others, other)) = (history("ada", &a, ada), history("ida", &i, ida));
        all.extend(others);
        taskrouter.0.extend(other.0);
        runtime.block_on(async {
            let in_order = fixture.ingest(taskrouter.clone());
            for callback in &all {
                callback.arrives(&in_order).await;
            }
            // Some come early, twice, or to a function that dies; then each comes once more, in some order.
            let disorderly = fixture.ingest(taskrouter);
            for (index, dies) in &early {
                let callback = index.get(&all);
                if *dies { callback.arrives_and_dies(&disorderly).await } else { callback.arrives(&disorderly).await }
            }
            let mut last = all.iter().collect::<Vec<_>>();
            last.sort_by_key(|callback| shuffled(seed, callback));
            for callback in last {
                callback.arrives(&disorderly).await;
            }
            let (expected, found) = (contents(&in_order.store.directory).await, contents(&disorderly.store.directory).await);
            let told = |one: &Contents, other: &Contents| {
                one.iter().filter(|(key, item)| other.get(*key) != Some(item)).map(|(_, item)| item.to_string()).collect::<Vec<_>>()
            };
            // The catalog keeps a skill that somebody was thought to have for a while; unused, it can be deleted.
            let more = told(&found, &expected).into_iter().filter(|item| !item.contains("\"pk\":\"SKILLS\""));
            let (found, expected) = (more.collect::<Vec<_>>(), told(&expected, &found));
            prop_assert_eq!(found, expected, "callbacks {:#?}", all);
            Ok(())
        })?;
    });
}

fn shuffled(seed: u64, callback: &Report) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (seed, &callback.sid, callback.version.at_ms, callback.deleted).hash(&mut hasher);
    hasher.finish()
}
