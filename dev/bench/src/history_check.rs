//! Checks that a user's history records every edit once, without a gap.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{Record, User};
use serde_json::{Map, Value, json};

const FIELD: &str = "assigned_skills";

/// A skill and a level: an edit that one client makes, once.
pub type Edit = (String, i64);

/// The faults of a history; all zero for a correct one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HistoryFaults {
    /// Edits that were answered as done and have no record, or are not in the profile.
    pub lost: usize,
    /// Further records of an edit that has one.
    pub applied_twice: usize,
    /// Records that do not start from the state that the previous one ended with, or that hold more than one edit;
    /// and a profile that differs from the last record.
    pub gaps: usize,
}

/// `history` is in order of time, oldest first. `done` are the edits that were answered as done, those of each client
/// in the order in which it made them; each client has a skill of its own.
pub fn faults(history: &[Record], now: &User, done: &[Edit]) -> HistoryFaults {
    let steps = history.iter().flat_map(|record| &record.changes).filter(|change| change.field == FIELD);
    let steps = steps.map(|change| (skills(&change.before), skills(&change.after))).collect::<Vec<_>>();
    let mut times = HashMap::<Edit, usize>::new();
    let mut gaps = 0;
    for (before, after) in steps.iter().skip(1) {
        match edit(before, after) {
            Some(edit) => *times.entry(edit).or_default() += 1,
            None => gaps += 1,
        }
    }
    gaps += steps.windows(2).filter(|two| two[0].1 != two[1].0).count();
    let profile = skills(&json!(now.managed.assigned_skills));
    gaps += usize::from(steps.last().is_some_and(|(_, after)| *after != profile));
    gaps += usize::from(usize::try_from(now.version).ok() != Some(history.len()));
    let unrecorded = done.iter().filter(|edit| !times.contains_key(*edit)).count();
    let last = done.iter().map(|(skill, level)| (skill.clone(), json!(level))).collect::<BTreeMap<_, _>>();
    let missing = last.iter().filter(|(skill, level)| profile.get(skill.as_str()) != Some(level)).count();
    let twice = times.values().map(|times| times - 1).sum();
    HistoryFaults { lost: unrecorded + missing, applied_twice: twice, gaps }
}

fn skills(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// The skill in which the two differ, if it is one.
fn edit(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Edit> {
    let names = before.keys().chain(after.keys()).collect::<HashSet<_>>();
    let mut differing = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let (Some(name), None) = (differing.next(), differing.next()) else { return None };
    Some((name.clone(), after.get(name)?.as_i64()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Actor, Identity, Level, SkillName, Source, UserId, audit::Action, skill::Skills};
    use jiff::Timestamp;
    use uuid::Uuid;

    /// The history of a user who had no skills at first and then each of these states in turn, and the user at the end.
    fn history_of(states: &[&[(&str, i64)]]) -> (Vec<Record>, User) {
        let identity = Identity::parse("ada").unwrap();
        let mut now = User::new(UserId::new(Uuid::nil()), identity, Timestamp::UNIX_EPOCH);
        let mut history = Vec::new();
        for state in std::iter::once(&[].as_slice()).chain(states) {
            let level = |&(name, level)| (SkillName::new(name).unwrap(), Some(Level(level)));
            let assigned_skills = state.iter().map(level).collect::<Skills>();
            let after = now.with(|user| {
                user.managed.assigned_skills = assigned_skills;
                user.version = now.version + 1;
            });
            let before = (now.version > 0).then_some(&now);
            history.push(record(User::changes(before, &after)));
            now = after;
        }
        (history, now)
    }

    fn record(changes: Vec<domain::Change>) -> Record {
        Record {
            record_id: Uuid::now_v7(),
            at: Timestamp::UNIX_EPOCH.into(),
            actor: Actor::Operator,
            source: Source::Api,
            request_id: String::new(),
            action: Action::Edited,
            author: None,
            changes,
        }
    }

    fn edits(edits: &[(&str, i64)]) -> Vec<Edit> {
        edits.iter().map(|&(skill, level)| (skill.to_owned(), level)).collect()
    }

    #[test]
    fn a_history_that_tells_of_every_edit_once_has_no_fault() {
        let (history, now) = history_of(&[&[("a", 1)], &[("a", 1), ("b", 1)], &[("a", 2), ("b", 1)]]);
        assert_eq!(faults(&history, &now, &edits(&[("a", 1), ("b", 1), ("a", 2)])), HistoryFaults::default());
    }

    #[test]
    fn an_edit_that_is_answered_and_not_there_is_lost() {
        let (history, now) = history_of(&[&[("a", 1)]]);
        let faults = faults(&history, &now, &edits(&[("a", 1), ("b", 1)]));
        assert_eq!(
            faults,
            HistoryFaults { lost: 2, ..HistoryFaults::default() },
            "neither recorded nor in the profile"
        );
    }

    #[test]
    fn an_edit_that_another_has_overwritten_is_a_gap() {
        let (mut history, now) = history_of(&[&[("a", 1)], &[("a", 1), ("b", 1)], &[("a", 2), ("b", 1)]]);
        history.remove(2);
        assert!(faults(&history, &now, &[]).gaps > 0);
        let (history, now) = history_of(&[&[("a", 1)], &[("b", 1)]]);
        assert!(faults(&history, &now, &[]).gaps > 0);
    }

    #[test]
    fn an_edit_with_two_records_is_applied_twice() {
        let (history, now) = history_of(&[&[("a", 1)], &[("a", 2)], &[("a", 1)], &[("a", 2)]]);
        assert_eq!(faults(&history, &now, &edits(&[("a", 1), ("a", 2)])).applied_twice, 2);
    }
}
