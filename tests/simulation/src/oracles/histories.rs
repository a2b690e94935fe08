//! Histories: each change that was made, once and in order, and no other (rule 31).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
};

use domain::{
    Change, Record, User,
    audit::{Action, Subject},
};
use serde_json::Value;
use store::ViewHistory as _;

use crate::world::World;

impl World {
    /// So that a trace shows what became of each user.
    pub(super) async fn trace_histories(&self, users: &[User]) {
        for user in users {
            for Record { at, action, changes, .. } in self.records(user).await.iter().rev() {
                let changes = changes.iter().map(|of| format!(" {}: {} -> {}", of.field, of.before, of.after));
                let changes = changes.collect::<String>();
                self.trace.line("history", format_args!("{} {at:?} {action:?}{changes}", user.user_id));
            }
        }
    }

    /// Every record begins where the one before has ended, and the last ends at the profile (rule 31).
    pub(super) async fn check_history(&self, user: &User) {
        let records = self.records(user).await;
        let fields = self.check_records(&format!("user {}", user.user_id), &records);
        self.check_names(user, &records);
        for Change { field, after, .. } in User::changes(None, user) {
            if fields.get(&field).is_some_and(|recorded| *recorded != after) {
                self.violated(format!("rule 31: the history of {} ends with another {field}", user.user_id));
            }
        }
    }

    pub(super) async fn check_team_histories(&self) {
        for (team_id, _) in self.teams().await {
            let Ok(team_id) = team_id.parse() else { continue };
            let page = self.directory.history(Subject::Team(team_id), None, 1_000).await;
            let (records, _) = page.unwrap_or_else(|error| panic!("{error}"));
            self.check_records(&format!("team {team_id}"), &records);
        }
    }

    /// Where the records, which come newest first, end.
    fn check_records(&self, of: &str, records: &[Record]) -> BTreeMap<String, Value> {
        let mut fields = BTreeMap::<String, Value>::new();
        // A drift states the worker's fields, not the user's.
        for record in records.iter().rev().filter(|record| record.action != Action::Drift) {
            for change in &record.changes {
                let known = fields.insert(change.field.clone(), change.after.clone());
                let known = known.unwrap_or(Value::Null);
                if known != change.before {
                    self.violated(format!(
                        "rule 31: {} of {of}: {:?} begins with {} and not with {known}",
                        change.field, record.action, change.before
                    ));
                }
            }
        }
        fields
    }

    /// A name that has come is never replaced by one of a report from before it (rule 28). Within a second it may be: the REST
    /// API dates to the second, and where the callback of the last change is lost, the next reconciliation repairs it.
    fn check_names(&self, user: &User, records: &[Record]) {
        let reported = self.taskrouter.names(user.identity.as_str());
        let changes = records.iter().rev().flat_map(|record| &record.changes);
        let names = changes.filter(|change| change.field == "name").filter_map(|change| change.after.as_str());
        let times = names.filter_map(|name| reported.iter().find(|(other, _)| other == name)).map(|(_, at)| *at);
        let times = times.collect::<Vec<_>>();
        if times.windows(2).any(|pair| pair[1] + 1_000 < pair[0]) {
            self.violated(format!("rule 28: {} went back to an earlier name: {times:?}", user.user_id));
        }
    }

    /// The history, newest first.
    pub(crate) async fn records(&self, user: &User) -> Vec<Record> {
        let (mut records, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.directory.history(Subject::User(user.user_id), cursor, 100).await;
            let (page, next) = page.unwrap_or_else(|error| panic!("{error}"));
            records.extend(page);
            cursor = next;
            if cursor.is_none() {
                return records;
            }
        }
    }

    /// What was acknowledged is in a history, once; of two changes of the same version that `If-Match` has named, one is made.
    pub(super) async fn check_acknowledged(&self) {
        let (mut in_any, mut of_user) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
        for item in self.items().await {
            let text = |field: &str| item.get(field).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
            if text("pk").starts_with("AUDIT#user#") {
                *of_user.entry(text("request_id")).or_default() += 1;
            }
            if text("pk").starts_with("AUDIT#") {
                in_any.insert(text("request_id"));
            }
        }
        let acknowledged = self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (mut made, mut of_key) = (BTreeSet::new(), BTreeMap::<_, usize>::new());
        for change in acknowledged.iter().filter(|change| (200..300).contains(&change.answer.status)) {
            let count = of_user.get(&change.request_id).copied().unwrap_or_default();
            if count > 1 {
                self.violated(format!("rule 31: {} is recorded {count} times", change.route));
            }
            if let Some(key) = &change.key {
                let times = of_key.entry((key, change.route, &change.user_id)).or_default();
                *times += count;
                if *times > 1 {
                    self.violated(format!("{} was made {times} times under one key", change.route));
                }
            }
            // An answer that is repeated has the id of the first request.
            let is_made = matches!(change.answer.status, 201 | 204) && change.key.is_none();
            if is_made && !in_any.contains(&change.request_id) {
                self.violated(format!("rule 31: {} was acknowledged, and is not recorded", change.route));
            }
            // A look, and what asks for something to be carried over, changes no user.
            if change.route.starts_with("GET ") || change.route == "POST /users/{user_id}/sync" {
                continue;
            }
            let (Some(user_id), Some(expected), Some(version)) =
                (&change.user_id, change.expected, change.answer.version)
            else {
                continue;
            };
            if version == expected || change.key.is_some() {
                continue;
            }
            if count != 1 {
                self.violated(format!("rule 31: {} was acknowledged, and is recorded {count} times", change.route));
            }
            if !made.insert((user_id.clone(), expected)) {
                self.violated(format!("If-Match: two changes of version {expected} of {user_id} were made"));
            }
        }
    }
}
