//! Deliberate bugs. Each changes what a function asks the table or TaskRouter, or what it is told, as a function would that
//! has the bug: a condition that is missing, an item that is forgotten, a read that is not strong. The oracles have to find
//! every one of them.

use clap::ValueEnum;
use serde_json::{Value, json};

/// One bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mutant {
    /// A profile is written whatever it has become.
    ProfileUnconditional,
    /// What a change has relied on is not checked as it is committed: the caller, skills, teams.
    NothingChecked,
    /// A change leaves no record.
    RecordForgotten,
    /// Nothing says that something is to be carried over.
    OutboxForgotten,
    /// An outbox is cleared although something has been asked for since.
    OutboxClearedBlindly,
    /// Two users may claim an identity.
    IdentityUnclaimed,
    /// The last account owner may go.
    LastOwnerUncounted,
    /// A late report replaces a newer one.
    ReportUnordered,
    /// A deletion, and a change of permissions, does not keep others from going on with what it takes away.
    GuardsLeftOpen,
    /// A user's membership of a team has no item.
    MemberForgotten,
    /// What holds a skill has no item.
    HolderForgotten,
    /// Search and filter entries are never deleted.
    EntriesKept,
    /// One entry of each batch is not written.
    EntryForgotten,
    /// Unprocessed items count as written.
    UnprocessedForgotten,
    /// Reads are not strong.
    ReadsWeak,
    /// What the directory does not own is left out when attributes are written.
    ForeignAttributesDropped,
    /// Workers are written whatever they have become.
    WorkerUnconditional,
    /// A worker's activity is left as it is.
    ActivityForgotten,
    /// What was written counts as done before TaskRouter has answered.
    WriteForgotten,
    /// A worker that is to be removed is left.
    RemovalForgotten,
    /// Tokens are valid for ever.
    RevocationForgotten,
}

impl Mutant {
    /// What a function with this bug sends instead of this call to the table.
    #[must_use]
    pub fn request(self, operation: &str, body: &[u8]) -> Option<Vec<u8>> {
        let mut asked = serde_json::from_slice::<Value>(body).ok()?;
        match (self, operation) {
            (Self::ReadsWeak, _) => weaken(&mut asked),
            (Self::EntriesKept, "BatchWriteItem") => {
                retain_requests(&mut asked, |request| request["DeleteRequest"].is_null());
            }
            (Self::EntryForgotten, "BatchWriteItem") => {
                let mut first = true;
                retain_requests(&mut asked, |_| !std::mem::take(&mut first));
            }
            (Self::ReportUnordered, "UpdateItem") if key(&asked["Key"], "pk").starts_with("WORKER#") => {
                unconditional(&mut asked);
            }
            (Self::GuardsLeftOpen, "UpdateItem")
                if asked["UpdateExpression"].as_str().is_some_and(|update| update.contains("closed_by = :holder")) =>
            {
                asked["UpdateExpression"] = json!("SET entity = :entity");
                unconditional(&mut asked);
            }
            (_, "TransactWriteItems") => self.transaction(asked["TransactItems"].as_array_mut()?),
            _ => return None,
        }
        Some(asked.to_string().into_bytes())
    }

    fn transaction(self, items: &mut Vec<Value>) {
        let is = |item: &Value, part: &str, prefix: &str| {
            write_of(item).is_some_and(|(_, keys)| key(keys, part).starts_with(prefix))
        };
        match self {
            Self::NothingChecked => items.retain(|item| item["ConditionCheck"].is_null()),
            Self::RecordForgotten => items.retain(|item| !is(item, "pk", "AUDIT#")),
            Self::OutboxForgotten => items.retain(|item| !is(item, "sk", "OUTBOX")),
            Self::MemberForgotten => items.retain(|item| !is(item, "sk", "MEMBER#")),
            Self::HolderForgotten => items.retain(|item| !is(item, "pk", "HAS#")),
            Self::ProfileUnconditional => free(items, |item| is(item, "sk", "PROFILE")),
            Self::OutboxClearedBlindly => free(items, |item| is(item, "sk", "OUTBOX")),
            Self::IdentityUnclaimed => free(items, |item| is(item, "pk", "IDENTITY#")),
            Self::LastOwnerUncounted => free(items, |item| is(item, "pk", "OWNERS")),
            _ => {}
        }
    }

    /// What a function with this bug makes of the answer.
    #[must_use]
    pub fn answer(self, answer: &str) -> Option<String> {
        if self != Self::UnprocessedForgotten {
            return None;
        }
        let mut answer = serde_json::from_str::<Value>(answer).ok()?;
        answer["UnprocessedItems"].as_object()?;
        answer["UnprocessedItems"] = json!({});
        Some(answer.to_string())
    }
}

/// The kind of write, and its item or key.
fn write_of(item: &Value) -> Option<(&'static str, &Value)> {
    let write = |name: &'static str, part: &str| item.get(name).map(|write| (name, &write[part]));
    write("Put", "Item").or_else(|| write("Update", "Key")).or_else(|| write("Delete", "Key"))
}

fn key<'a>(keys: &'a Value, part: &str) -> &'a str {
    keys[part]["S"].as_str().unwrap_or_default()
}

/// Takes the condition of these writes away.
fn free(items: &mut [Value], is_one: impl Fn(&Value) -> bool) {
    for item in items.iter_mut().filter(|item| is_one(item)) {
        let Some(name) = write_of(item).map(|(name, _)| name) else { continue };
        unconditional(&mut item[name]);
    }
}

/// Without its condition, and the names and values that nothing uses then.
fn unconditional(write: &mut Value) {
    let Some(fields) = write.as_object_mut() else { return };
    fields.remove("ConditionExpression");
    let used = fields.get("UpdateExpression").and_then(Value::as_str).unwrap_or_default().to_owned();
    for field in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        if let Some(Value::Object(named)) = fields.get_mut(field) {
            named.retain(|name, _| used.contains(name.as_str()));
            if named.is_empty() {
                fields.remove(field);
            }
        }
    }
}

fn weaken(asked: &mut Value) {
    let tables = asked["RequestItems"].as_object_mut().into_iter().flatten();
    for fields in tables.filter_map(|(_, table)| table.as_object_mut()) {
        fields.remove("ConsistentRead");
    }
    if let Some(fields) = asked.as_object_mut() {
        fields.remove("ConsistentRead");
    }
}

fn retain_requests(asked: &mut Value, mut keeps: impl FnMut(&Value) -> bool) {
    for requests in
        asked["RequestItems"].as_object_mut().into_iter().flatten().filter_map(|(_, requests)| requests.as_array_mut())
    {
        requests.retain(&mut keeps);
    }
    if let Some(tables) = asked["RequestItems"].as_object_mut() {
        tables.retain(|_, requests| requests.as_array().is_some_and(|requests| !requests.is_empty()));
    }
}
