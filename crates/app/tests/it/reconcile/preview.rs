//! What a first run would do.

use std::cell::RefCell;

use app::reconcile::Planned;
use domain::{Role, SkillName, adoption::Oddity};
use serde_json::json;

use super::world::{World, name, sid};
use crate::sync::world::attributes;

#[tokio::test]
async fn rule_23_a_preview_counts_whom_a_run_would_adopt_and_changes_nothing_on_either_side() {
    let world = World::new(7).await;
    world.fake.put("WK5000", "boss", attributes("supervisor", &[("Sales", 5)]).to_string());
    world.fake.put("WK5001", "bot", json!({"roles": ["bot"]}).to_string());
    let before = world.state().await;
    let pages = RefCell::new(Vec::new());
    let preview = world.reconcile.preview(|workers| pages.borrow_mut().push(workers)).await.unwrap();
    let adopt_by_role = [(Role::Agent, 7), (Role::Supervisor, 1)].into();
    assert_eq!(preview.planned, Planned { adopt: 8, adopt_by_role, ..Planned::default() });
    assert_eq!((preview.found.workers, preview.found.unmanaged.count, preview.brake), (9, 1, None));
    let skills = ["English", "Sales"].map(|name| SkillName::new(name).unwrap());
    assert_eq!(preview.review.new_skills(), &skills.into());
    assert_eq!(pages.into_inner(), [0, 3, 6, 9], "each page is looked at and let go");
    assert_eq!(world.state().await, before);
    assert!(world.fake.calls().iter().all(|call| ["flex", "list", "queues"].contains(call)));
    assert_eq!(world.run().await.done.adopted, 8, "as many as were told");
}

#[tokio::test]
async fn what_is_odd_is_looked_for_in_known_workers_too() {
    let world = World::adopted(4).await;
    let mut odd = attributes("agent", &[("English", 101)]);
    odd["team_sid"] = json!("QO1");
    world.fake.put(&sid(2), &name(2), odd.to_string());
    let preview = world.reconcile.preview(|_| {}).await.unwrap();
    let odd = preview.review.odd();
    assert_eq!(odd.keys().collect::<Vec<_>>(), [&Oddity::LevelOutOfRange, &Oddity::TeamSid]);
    assert_eq!(odd[&Oddity::TeamSid].first[0].worker_sid.as_str(), sid(2));
    assert!(preview.review.new_skills().is_empty(), "the catalog has them");
}

#[tokio::test]
async fn rule_11_a_preview_names_the_queues_that_ask_for_no_skill() {
    let preview = World::new(1).await.reconcile.preview(|_| {}).await.unwrap();
    assert_eq!(preview.open_queues.iter().map(|queue| queue.name.as_str()).collect::<Vec<_>>(), ["Everyone"]);
}
