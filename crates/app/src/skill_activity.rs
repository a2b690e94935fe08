//! Who changes skills in TaskRouter, by its events.

use std::collections::BTreeMap;

use domain::skill_activity::{AttributesEvent, EventAuthor, SkillActivity};
use jiff::Timestamp;
use thiserror::Error;
use twilio::{EventQuery, ListWorkerEvents, TwilioError, WorkerEvent};

/// A million events; of each a few hundred bytes are kept.
const MAX_PAGES: usize = 1_000;

#[derive(Debug, Error)]
pub enum ActivityError {
    #[error(transparent)]
    Twilio(#[from] TwilioError),
    #[error("there are more than {0} events; choose a shorter time")]
    TooMany(usize),
}

/// Counts the changes of skills since then, of all workers. `on_progress` is told how many events there were so far.
pub async fn skill_activity(
    taskrouter: &impl ListWorkerEvents,
    since: Timestamp,
    on_progress: impl Fn(usize),
) -> Result<SkillActivity, ActivityError> {
    let query = EventQuery { worker_sid: None, event_type: "worker.attributes.update", since };
    // By SID: if the list has moved between two pages, an event comes twice.
    let (mut events, mut page) = (BTreeMap::new(), None);
    for _ in 0..MAX_PAGES {
        let listed = taskrouter.list_worker_events(query, page.as_ref()).await?;
        events.extend(listed.items.into_iter().filter_map(|event| Some((event.sid.clone(), change(event)?))));
        on_progress(events.len());
        page = listed.next;
        if page.is_none() {
            return Ok(SkillActivity::of(events.into_values().collect()));
        }
    }
    Err(ActivityError::TooMany(events.len()))
}

/// None for an event of which worker or time is unknown.
fn change(event: WorkerEvent) -> Option<AttributesEvent> {
    let author = EventAuthor { actor_sid: event.actor_sid, source: event.source };
    Some(AttributesEvent { worker_sid: event.worker_sid?, at_ms: event.at_ms?, author, attributes: event.attributes })
}
