//! Erasing a deleted user's personal data (Art. 17 GDPR). Who did what, and when, stays recorded (rule 31).

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Change, Identity, Record, Refusal, Status, User, user::IdpProfile};

/// What stands in records where a personal value stood: no text, so that nothing takes it for a name.
fn marker() -> Value {
    json!({"erased": true})
}

/// The recorded fields that hold personal data.
const PERSONAL: [&str; 4] = ["identity", "name", "email", "picture"];

/// The user without name, e-mail address, picture and identity. Only a tombstone that has no worker any more is erased: of
/// any other user the data is still needed, and the worker's would come back with its next report.
pub fn erase(user: &User, now: Timestamp) -> Result<User, Refusal> {
    if user.managed.status != Status::Deleted {
        return Err(Refusal::NotErasable(user.managed.status));
    }
    if let Some(worker_sid) = &user.taskrouter.worker_sid {
        return Err(Refusal::WorkerNotRemoved(worker_sid.into()));
    }
    Ok(user.with(|user| {
        user.identity = Identity::erased(user.user_id);
        user.idp = IdpProfile::default();
        user.erased_at = Some(now.into());
    }))
}

/// The record with the marker in place of personal values; none if it holds none.
#[must_use]
pub fn erase_record(record: &Record) -> Option<Record> {
    let changes = record.changes.iter().map(erase_change).collect::<Vec<_>>();
    (changes != record.changes).then(|| Record { changes, ..record.clone() })
}

fn erase_change(change: &Change) -> Change {
    if !PERSONAL.contains(&change.field.as_str()) {
        return change.clone();
    }
    let marked = |value: &Value| if value.is_null() { Value::Null } else { marker() };
    Change { field: change.field.clone(), before: marked(&change.before), after: marked(&change.after) }
}

/// What the record of the erasure lists: the fields that were set, with the marker for what they were.
#[must_use]
pub fn erased_fields(before: &User) -> Vec<Change> {
    let is_set = |field: &&&str| match **field {
        "email" => before.idp.email.is_some(),
        "picture" => before.idp.picture.is_some(),
        _ => true,
    };
    let erased = |field: &&str| Change { field: (*field).to_owned(), before: marker(), after: Value::Null };
    PERSONAL.iter().filter(is_set).map(erased).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Actor, EmailAddress, Source,
        audit::Action,
        test_support::{agent, report_ref},
    };
    use uuid::Uuid;

    fn tombstone() -> User {
        agent("ada").with(|user| {
            user.idp.full_name = Some("Ada Lovelace".to_owned());
            user.idp.email = EmailAddress::parse("ada@example.com").ok();
            user.idp.picture = Some("https://example.com/ada.png".to_owned());
            user.managed.status = Status::Deleted;
            user.taskrouter.reported_at = Some(report_ref("WK1", 1, 1));
        })
    }

    fn record(changes: Vec<Change>) -> Record {
        Record {
            record_id: Uuid::nil(),
            at: Timestamp::UNIX_EPOCH.into(),
            actor: Actor::Taskrouter,
            source: Source::Webhook,
            request_id: "EV1".to_owned(),
            action: Action::Login,
            changes,
            author: None,
        }
    }

    #[test]
    fn rule_13_an_erased_tombstone_holds_nothing_by_which_the_person_is_known() {
        let erased = erase(&tombstone(), Timestamp::UNIX_EPOCH).unwrap();
        let json = serde_json::to_string(&erased).unwrap();
        assert!(!json.to_lowercase().contains("ada") && !json.contains("lovelace"), "{json}");
        assert_eq!((erased.managed, erased.user_id), (tombstone().managed, tombstone().user_id));
    }

    #[test]
    fn a_user_who_is_not_deleted_or_still_has_a_worker_is_not_erased() {
        for status in [Status::Active, Status::Deactivated] {
            let user = tombstone().with(|user| user.managed.status = status);
            assert_eq!(erase(&user, Timestamp::UNIX_EPOCH), Err(Refusal::NotErasable(status)));
        }
        let user = tombstone().with(|user| user.taskrouter.worker_sid = Some(crate::WorkerSid::new("WK1")));
        let refused = erase(&user, Timestamp::UNIX_EPOCH).unwrap_err().to_string();
        assert!(refused.contains("WK1"), "{refused}");
    }

    #[test]
    fn rule_31_a_record_keeps_who_did_what_and_when_and_loses_personal_values() {
        let change = |field: &str, before: Value, after: Value| Change { field: field.to_owned(), before, after };
        let full = record(vec![
            change("name", Value::Null, json!("Ada Lovelace")),
            change("email", json!("a@example.com"), json!("ada@example.com")),
            change("role", json!("agent"), json!("supervisor")),
        ]);
        let erased = erase_record(&full).unwrap();
        let marker = json!({"erased": true});
        let expected = vec![
            change("name", Value::Null, marker.clone()),
            change("email", marker.clone(), marker),
            change("role", json!("agent"), json!("supervisor")),
        ];
        assert_eq!(erased, record(expected));
        assert_eq!(erase_record(&erased), None, "again it changes nothing");
    }

    #[test]
    fn each_personal_field_of_a_user_is_one_that_records_know() {
        let recorded = User::changes(None, &tombstone());
        let of = |field: &str| recorded.iter().any(|change| change.field == field);
        assert!(PERSONAL.into_iter().all(of));
    }

    #[test]
    fn rule_31_the_record_of_an_erasure_lists_the_fields_that_were_set_and_none_of_their_values() {
        let erased =
            |field: &str| Change { field: field.to_owned(), before: json!({"erased": true}), after: Value::Null };
        assert_eq!(erased_fields(&tombstone()), ["identity", "name", "email", "picture"].map(erased));
        let unknown = tombstone().with(|user| (user.idp.email, user.idp.picture) = (None, None));
        assert_eq!(erased_fields(&unknown), ["identity", "name"].map(erased));
    }
}
