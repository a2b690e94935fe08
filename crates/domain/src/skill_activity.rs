//! Who changes skills: what TaskRouter's events tell, so that an administrator can choose who decides about skills
//! (`SKILL_AUTHORITY`, rule 24).
//!
//! An event states the attributes after the change, not those before. Whether skills changed follows from the event before
//! about the same worker; of the first one of each worker nothing follows.

use std::collections::{BTreeMap, BTreeSet};

use crate::{WorkerSid, routing::OwnedAttributes};

/// A change of a worker's attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributesEvent {
    pub worker_sid: WorkerSid,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub author: EventAuthor,
    /// After the change; none if the event does not say.
    pub attributes: Option<OwnedAttributes>,
}

/// Who made a change, as far as the event says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventAuthor {
    /// A user of Flex or the Console `US…`, an account `AC…`, an API key `SK…`, the workspace `WS…`.
    pub actor_sid: Option<String>,
    /// From where: `web`, `api`, `twilio`.
    pub source: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SkillActivity {
    pub by_author: BTreeMap<EventAuthor, AuthorActivity>,
    /// Changes of the attributes that left the skills as they were.
    pub other_changes: u64,
    /// Changes of which nothing can be said: the first one of each worker, and the one after an event without attributes.
    pub undecided: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthorActivity {
    pub skill_changes: u64,
    pub workers: BTreeSet<WorkerSid>,
}

impl SkillActivity {
    /// Counts events, in whatever order they come. Each must be there once.
    #[must_use]
    pub fn of(mut events: Vec<AttributesEvent>) -> Self {
        events.sort_by(|one, other| (&one.worker_sid, one.at_ms).cmp(&(&other.worker_sid, other.at_ms)));
        let mut activity = Self::default();
        let mut before: Option<&AttributesEvent> = None;
        for event in &events {
            activity.count(before.filter(|before| before.worker_sid == event.worker_sid), event);
            before = Some(event);
        }
        activity
    }

    fn count(&mut self, before: Option<&AttributesEvent>, event: &AttributesEvent) {
        let both = before.and_then(|before| before.attributes.as_ref()).zip(event.attributes.as_ref());
        let Some((before, after)) = both else {
            self.undecided += 1;
            return;
        };
        if (&before.skills, &before.disabled) == (&after.skills, &after.disabled) {
            self.other_changes += 1;
            return;
        }
        let author = self.by_author.entry(event.author.clone()).or_default();
        author.skill_changes += 1;
        author.workers.insert(event.worker_sid.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, SkillName};

    fn author(actor_sid: &str) -> EventAuthor {
        EventAuthor { actor_sid: Some(actor_sid.to_owned()), source: Some("web".to_owned()) }
    }

    fn event(worker: &str, at_ms: i64, actor: &str, level: i64) -> AttributesEvent {
        let skills = [(SkillName::new("English").unwrap(), Some(Level(level)))].into();
        let attributes = Some(OwnedAttributes { skills, ..OwnedAttributes::default() });
        AttributesEvent { worker_sid: WorkerSid::new(worker), at_ms, author: author(actor), attributes }
    }

    #[test]
    fn rule_24_changes_of_skills_are_counted_by_who_made_them_whatever_order_the_events_come_in() {
        let events = [
            event("WK1", 1, "US1", 10),
            event("WK1", 2, "US2", 20),
            event("WK1", 3, "US1", 30),
            event("WK2", 1, "US1", 99),
            event("WK2", 2, "US2", 98),
        ];
        let mut reversed = events.to_vec();
        reversed.reverse();
        let activity = SkillActivity::of(events.to_vec());
        assert_eq!(activity, SkillActivity::of(reversed));
        let of = |actor| {
            (activity.by_author[&author(actor)].skill_changes, activity.by_author[&author(actor)].workers.len())
        };
        assert_eq!((of("US1"), of("US2"), activity.undecided), ((1, 1), (2, 2), 2));
    }

    #[test]
    fn a_change_that_leaves_the_skills_as_they_were_is_nobodys() {
        let activity = SkillActivity::of(vec![event("WK1", 1, "US1", 10), event("WK1", 2, "US2", 10)]);
        assert_eq!((activity.by_author.len(), activity.other_changes, activity.undecided), (0, 1, 1));
    }

    #[test]
    fn moving_a_skill_to_those_that_are_disabled_is_a_change() {
        let mut disabled = event("WK1", 2, "US1", 10);
        let attributes = disabled.attributes.as_mut().unwrap();
        attributes.disabled = attributes.skills.keys().cloned().collect();
        let activity = SkillActivity::of(vec![event("WK1", 1, "US1", 10), disabled]);
        assert_eq!(activity.by_author[&author("US1")].skill_changes, 1);
    }

    #[test]
    fn where_an_event_does_not_state_the_attributes_neither_it_nor_the_next_one_is_decided() {
        let silent = AttributesEvent { attributes: None, ..event("WK1", 2, "US1", 0) };
        let activity = SkillActivity::of(vec![event("WK1", 1, "US1", 10), silent, event("WK1", 3, "US1", 20)]);
        assert_eq!((activity.by_author.len(), activity.undecided), (0, 3));
    }
}
