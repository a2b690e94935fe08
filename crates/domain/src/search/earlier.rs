//! What a user was before, as far as the history tells: where index entries may have been left behind.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Change, Record, User, audit::Action};

/// The states of the user before each of these records, which come newest first. Only the fields that index entries derive
/// from go back; what a record does not tell, or no longer, stays as it is.
#[must_use]
pub fn earlier_states<'a>(user: &User, records: impl IntoIterator<Item = &'a Record>) -> Vec<User> {
    let mut state = user.clone();
    let mut states = Vec::new();
    for record in records {
        // The fields of a drift are those of the worker.
        if record.action != Action::Drift && !is_first(record) {
            record.changes.iter().for_each(|change| undo(&mut state, change));
            states.push(state.clone());
        }
    }
    states
}

/// Before the record of an adoption or creation there was no user.
fn is_first(record: &Record) -> bool {
    record.changes.iter().any(|change| change.field == "identity" && change.before.is_null())
}

fn undo(user: &mut User, Change { field, before, .. }: &Change) {
    match field.as_str() {
        "name" => set(&mut user.idp.full_name, before),
        "email" => set(&mut user.idp.email, before),
        "role" => set(&mut user.managed.role, before),
        "status" => set(&mut user.managed.status, before),
        "teams" => set(&mut user.managed.teams, before),
        "assigned_skills" => set(&mut user.managed.assigned_skills, before),
        "temporary_skills" => set(&mut user.managed.temporary_skills, before),
        _ => {}
    }
}

fn set<T: DeserializeOwned>(field: &mut T, before: &Value) {
    if let Ok(before) = serde_json::from_value(before.clone()) {
        *field = before;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Actor, Level, Role, SkillName, Source, Status, TeamId, TemporarySkill, Time,
        search::{Criterion, UserText},
        test_support::{agent, stored},
    };
    use serde_json::json;
    use uuid::Uuid;

    fn record(action: Action, changes: Vec<Change>) -> Record {
        Record {
            record_id: Uuid::nil(),
            at: jiff::Timestamp::UNIX_EPOCH.into(),
            actor: Actor::Operator,
            source: Source::Operator,
            request_id: String::new(),
            action,
            changes,
            author: None,
        }
    }

    /// What the entries of a user derive from.
    fn derived_from(user: &User) -> (Status, String, Vec<(Criterion, Option<Level>)>) {
        (user.managed.status, UserText::of(user).joined(), Criterion::indexed_for(user).collect())
    }

    /// Ada from her adoption on, and her records, newest first.
    fn life() -> (Vec<User>, Vec<Record>) {
        let hired = agent("Ada");
        let skilled = hired.with(|user| {
            user.idp.email = Some(stored("ada@example.com"));
            user.managed.assigned_skills = [(SkillName::new("English").unwrap(), Some(Level(5)))].into();
        });
        let substitute = skilled.with(|user| {
            let (from, until) = (Time::default(), jiff::Timestamp::from_second(60).unwrap().into());
            let skill = TemporarySkill { level: Some(Level(9)), from, until, active: true };
            user.managed.temporary_skills = [(SkillName::new("French").unwrap(), skill)].into();
        });
        let married = skilled.with(|user| {
            user.idp.full_name = Some("Ada Lovelace".to_owned());
            user.managed.role = Role::Supervisor;
            user.managed.teams = [TeamId::new(Uuid::from_u128(1))].into();
        });
        let gone = married.with(|user| {
            user.managed.status = Status::Deleted;
            user.managed.teams.clear();
            user.managed.assigned_skills.clear();
        });
        let states = vec![hired, skilled, substitute, married, gone];
        let first = record(Action::Adopted, User::changes(None, &states[0]));
        let later = states.windows(2).map(|pair| record(Action::Edited, User::changes(Some(&pair[0]), &pair[1])));
        let mut records = [first].into_iter().chain(later).collect::<Vec<_>>();
        records.reverse();
        (states, records)
    }

    #[test]
    fn a_history_tells_every_state_that_entries_may_have_been_left_of() {
        let (mut states, records) = life();
        let last = states.pop().unwrap();
        let earlier = earlier_states(&last, &records);
        assert_eq!(
            earlier.iter().map(derived_from).collect::<Vec<_>>(),
            states.iter().rev().map(derived_from).collect::<Vec<_>>()
        );
    }

    #[test]
    fn who_has_stated_no_name_was_found_by_the_identity_of_then() {
        let eve = agent("Eve").with(|user| user.idp.full_name = None);
        let ada = eve.with(|user| user.identity = stored("Ada"));
        let renamed = record(Action::Login, User::changes(Some(&eve), &ada));
        let earlier = earlier_states(&ada, &[renamed]);
        assert_eq!(earlier.iter().map(derived_from).collect::<Vec<_>>(), [derived_from(&eve)]);
    }

    #[test]
    fn drift_tells_nothing_of_the_user_because_its_fields_are_the_workers() {
        let role = Change { field: "role".to_owned(), before: json!("supervisor"), after: json!("agent") };
        assert_eq!(earlier_states(&agent("ada"), &[record(Action::Drift, vec![role])]), []);
    }

    #[test]
    fn a_value_that_was_erased_leaves_the_field_as_it_is() {
        let erased =
            |field: &str| Change { field: field.to_owned(), before: json!({"erased": true}), after: json!("x") };
        let ada = agent("ada");
        let record = record(Action::Edited, vec![erased("email"), erased("status")]);
        assert_eq!(earlier_states(&ada, &[record]), [ada]);
    }
}
