//! Who changes skills, by TaskRouter's events.

use std::collections::BTreeMap;

use app::skill_activity::skill_activity;
use jiff::Timestamp;
use serde_json::json;
use twilio::{EventQuery, ListWorkerEvents, NextPage, Page, TwilioError, WorkerEvent};

/// Pages of events, each beginning with the last event of the one before: the list moves while it is read.
struct Pages(Vec<Vec<WorkerEvent>>);

impl ListWorkerEvents for Pages {
    async fn list_worker_events(
        &self,
        query: EventQuery<'_>,
        page: Option<&NextPage>,
    ) -> Result<Page<WorkerEvent>, TwilioError> {
        assert_eq!((query.worker_sid, query.event_type), (None, "worker.attributes.update"));
        let number: usize = page.map_or(0, |page| json!(page).as_str().unwrap().parse().unwrap());
        let next =
            (number + 1 < self.0.len()).then(|| serde_json::from_value(json!((number + 1).to_string())).unwrap());
        Ok(Page { items: self.0[number].clone(), unreadable: 0, next })
    }
}

fn event(n: u64, actor: &str, level: u64) -> WorkerEvent {
    let attributes = json!({"routing": {"skills": ["English"], "levels": {"English": level}}}).to_string();
    let event = json!({"sid": format!("EV{n}"), "event_date_ms": n, "actor_sid": actor, "source": "web",
        "event_data": {"worker_sid": "WK1", "worker_attributes": attributes}});
    WorkerEvent::read(&event.to_string()).unwrap()
}

#[tokio::test]
async fn rule_24_every_event_counts_once_over_all_pages() {
    let [first, second, third] = [event(1, "US1", 10), event(2, "US2", 20), event(3, "SK1", 30)];
    let nobodys = WorkerEvent { worker_sid: None, ..event(4, "US1", 40) };
    let pages = Pages(vec![vec![nobodys, third, second.clone()], vec![second, first]]);
    let activity = skill_activity(&pages, Timestamp::UNIX_EPOCH, |_| {}).await.unwrap();
    let by_author = activity.by_author.iter();
    let by_author = by_author.map(|(author, done)| (author.actor_sid.as_deref().unwrap(), done.skill_changes));
    assert_eq!(by_author.collect::<BTreeMap<_, _>>(), [("SK1", 1), ("US2", 1)].into());
    assert_eq!((activity.other_changes, activity.undecided), (0, 1));
}
