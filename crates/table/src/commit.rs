//! Writing a person: one transaction with everything that belongs to it, the audit record included (rule 31).

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update},
};
use jiff::Timestamp;
use uuid::Uuid;

use std::collections::BTreeSet;

use domain::{
    Actor, Adoption, Change, Record, Role, Source, Stamp, Status, User, UserId, audit::Action, skill::Skills,
};

use crate::{
    Directory, TableError,
    items::{self, Identity, Item},
    keys::{self, Key},
    profiles::{broken, number, text},
};

/// A transaction takes 100 items. A person with more changed skills than this is written in several.
const MOST_SKILLS: usize = 80;

/// What makes a callback *applied*: its hash is noted on the worker, while nothing later has been heard.
#[derive(Debug, Clone, Copy)]
pub struct Applied<'a> {
    /// The worker.
    pub worker_sid: &'a str,
    /// The moment that must still be the latest; none links the worker to its user and notes nothing else.
    pub latest: Option<(Stamp, &'a str)>,
}

/// A change to one person.
#[derive(Debug, Clone)]
pub struct Commit<'a> {
    /// As they were read; none for somebody new.
    pub before: Option<&'a User>,
    /// As they are to be.
    pub after: User,
    /// Who does it.
    pub actor: Actor,
    /// From where.
    pub source: Source,
    /// The id of the request, callback or job.
    pub request_id: &'a str,
    /// What is done.
    pub action: Action,
    /// The callback that this applies, if it is one.
    pub applied: Option<Applied<'a>>,
    /// Whose identity is taken over: somebody whose worker is gone (rule 22).
    pub displaced: Option<UserId>,
    /// Whether the identity that a rename leaves is still theirs to leave; somebody else may have taken it over.
    pub frees_identity: bool,
    /// Whether TaskRouter may hold something else than it should, whatever changed here.
    pub carry_over: bool,
    /// Now.
    pub now: Timestamp,
}

/// Writes people.
pub trait CommitUser {
    /// Writes the change and gives the person as written, all of it or nothing. [`TableError::Conflict`] when
    /// the person, the worker or the identity is no longer what the change was based on;
    /// [`TableError::LastOwner`] when no active account owner would be left.
    fn commit(&self, commit: Commit<'_>) -> impl Future<Output = Result<User, TableError>> + Send;
}

impl CommitUser for Directory {
    async fn commit(&self, commit: Commit<'_>) -> Result<User, TableError> {
        let mut before = commit.before.cloned();
        while let Some(step) = partly(before.as_ref(), &commit.after) {
            let step = Commit { before: before.as_ref(), after: step, applied: None, ..commit.clone() };
            before = Some(self.commit_whole(&step).await?);
        }
        self.commit_whole(&Commit { before: before.as_ref(), ..commit.clone() }).await
    }
}

/// The person with as many of the skills changed as one transaction takes; none where it takes all of them. Until the
/// last step nothing counts as adopted, so that a callback that dies on the way adopts all of them when it comes again.
fn partly(before: Option<&User>, after: &User) -> Option<User> {
    let none = Skills::new();
    let had = before.map_or(&none, |before| &before.assigned_skills);
    let names = had.keys().chain(after.assigned_skills.keys()).collect::<BTreeSet<_>>();
    let changed = names.into_iter().filter(|name| had.get(*name) != after.assigned_skills.get(*name));
    let changed = changed.collect::<Vec<_>>();
    if changed.len() <= MOST_SKILLS {
        return None;
    }
    let mut assigned_skills = had.clone();
    for name in changed.into_iter().take(MOST_SKILLS) {
        match after.assigned_skills.get(name) {
            Some(level) => drop(assigned_skills.insert(name.clone(), *level)),
            None => drop(assigned_skills.remove(name)),
        }
    }
    let adoption = before.map_or(Adoption::Awaited, |before| before.adoption);
    Some(User { assigned_skills, adoption, ..after.clone() })
}

impl Directory {
    async fn commit_whole(&self, commit: &Commit<'_>) -> Result<User, TableError> {
        let (writes, after) = Writes::of(commit, &self.table)?;
        if writes.items.is_empty() {
            return Ok(after);
        }
        let owners = writes.owners;
        match self.db.transact_write_items().set_transact_items(Some(writes.items)).send().await {
            Ok(_) => Ok(after),
            Err(error) => Err(match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    let codes = cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default());
                    cancelled_by(&codes.collect::<Vec<_>>(), owners)
                }
                _ => TableError::of(&error),
            }),
        }
    }
}

/// Why a transaction was cancelled: a look at the reason of each of its items.
fn cancelled_by(codes: &[&str], owners: Option<usize>) -> TableError {
    let failed = |code: &&str| !matches!(*code, "" | "None");
    let others = |at: usize| codes.iter().enumerate().any(|(i, code)| i != at && failed(code));
    match owners {
        Some(at) if codes.get(at) == Some(&"ConditionalCheckFailed") && !others(at) => TableError::LastOwner,
        _ => match codes.iter().find(|code| failed(code)) {
            Some(&"ConditionalCheckFailed" | &"TransactionConflict") => TableError::Conflict,
            Some(code @ &("ThrottlingError" | "ProvisionedThroughputExceeded")) => {
                TableError::Unavailable((*code).to_owned())
            }
            Some(code) => TableError::Refused((*code).to_owned()),
            None => TableError::Refused("transaction cancelled without a reason".to_owned()),
        },
    }
}

/// The items of one transaction.
struct Writes<'a> {
    table: &'a str,
    items: Vec<TransactWriteItem>,
    /// Where the removal of an account owner stands among them.
    owners: Option<usize>,
}

impl<'a> Writes<'a> {
    /// Everything that this change writes, and the person as written. Nothing, where nothing changed.
    fn of(commit: &Commit<'_>, table: &'a str) -> Result<(Self, User), TableError> {
        let mut writes = Self { table, items: Vec::new(), owners: None };
        let (before, changes) = (commit.before, User::changes(commit.before, &commit.after));
        let mut after = commit.after.clone();
        if before != Some(&after) {
            after.version = before.map_or(0, |before| before.version) + 1;
            after.updated_at = if changes.is_empty() { after.updated_at } else { commit.now };
            writes.profile(before, &after)?;
            writes.identity(before, &after, commit)?;
            writes.members(before, &after)?;
            writes.holders(before, &after)?;
            writes.account_owners(before, &after)?;
        }
        if commit.carry_over || before.is_some_and(|before| after.routing_differs(before)) {
            writes.pending(after.user_id)?;
        }
        if !changes.is_empty() || commit.action == Action::LoginRefused {
            writes.record(after.user_id, commit, changes)?;
        }
        if let Some(applied) = commit.applied {
            writes.applied(after.user_id, applied)?;
        }
        Ok((writes, after))
    }

    fn profile(&mut self, before: Option<&User>, after: &User) -> Result<(), TableError> {
        let put = self.put_item(items::profile(after)?);
        self.push_put(match before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => {
                put.condition_expression("version = :read").expression_attribute_values(":read", number(before.version))
            }
        })
    }

    fn identity(&mut self, before: Option<&User>, after: &User, commit: &Commit<'_>) -> Result<(), TableError> {
        let key = keys::identity(&after.identity);
        let was = before.map(|before| keys::identity(&before.identity));
        if was.as_ref() == Some(&key) {
            return Ok(());
        }
        let item = items::item(&key, "identity", &Identity { user_id: after.user_id })?;
        let mut put = self.put_item(item);
        put = match commit.displaced {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(user_id) => put
                .condition_expression("user_id = :displaced")
                .expression_attribute_values(":displaced", text(user_id.to_string())),
        };
        self.push_put(put)?;
        let Some(was) = was.filter(|_| commit.frees_identity) else { return Ok(()) };
        let old = Delete::builder().table_name(self.table).set_key(Some(was.attributes()));
        let old = old.condition_expression("user_id = :mine");
        let old = old.expression_attribute_values(":mine", text(after.user_id.to_string()));
        self.push_delete(old)
    }

    fn members(&mut self, before: Option<&User>, after: &User) -> Result<(), TableError> {
        let none = [].into();
        let had = before.map_or(&none, |before| &before.teams);
        for joined in after.teams.difference(had) {
            let item =
                items::item(&keys::member(*joined, after.user_id), "member", &Identity { user_id: after.user_id })?;
            self.push_put(self.put_item(item))?;
            self.team_is_there(&keys::team(*joined))?;
        }
        for left in had.difference(&after.teams) {
            self.delete(&keys::member(*left, after.user_id))?;
        }
        Ok(())
    }

    /// A team that is deleted or archived in this moment takes no member.
    fn team_is_there(&mut self, team: &Key) -> Result<(), TableError> {
        let check = ConditionCheck::builder().table_name(self.table).set_key(Some(team.attributes()));
        let check = check
            .condition_expression("attribute_exists(pk) AND archived <> :archived")
            .expression_attribute_values(":archived", AttributeValue::Bool(true))
            .build()
            .map_err(|e| broken(&e))?;
        self.items.push(TransactWriteItem::builder().condition_check(check).build());
        Ok(())
    }

    fn holders(&mut self, before: Option<&User>, after: &User) -> Result<(), TableError> {
        let none = [].into();
        let had = before.map_or(&none, |before| &before.assigned_skills);
        for (skill, level) in &after.assigned_skills {
            if had.get(skill) != Some(level) {
                let mut item =
                    items::item(&keys::holder(skill, after.user_id), "holder", &Identity { user_id: after.user_id })?;
                if let Some(level) = level {
                    item.insert("level".to_owned(), number(level));
                }
                self.push_put(self.put_item(item))?;
            }
        }
        for skill in had.keys().filter(|skill| !after.assigned_skills.contains_key(*skill)) {
            self.delete(&keys::holder(skill, after.user_id))?;
        }
        Ok(())
    }

    /// The last active account owner stays (rule 3).
    fn account_owners(&mut self, before: Option<&User>, after: &User) -> Result<(), TableError> {
        let is_owner = |user: &User| user.role == Role::AccountOwner && user.status == Status::Active;
        let id = AttributeValue::Ss(vec![after.user_id.to_string()]);
        let update = Update::builder().table_name(self.table).set_key(Some(keys::owners().attributes()));
        let update = match (before.is_some_and(is_owner), is_owner(after)) {
            (false, true) => {
                let entity = update.expression_attribute_values(":entity", text("owners"));
                entity.update_expression("SET entity = :entity ADD ids :id")
            }
            (true, false) => {
                self.owners = Some(self.items.len());
                let more =
                    update.condition_expression("size(ids) > :one").expression_attribute_values(":one", number(1));
                more.update_expression("DELETE ids :id")
            }
            _ => return Ok(()),
        };
        self.push_update(update.expression_attribute_values(":id", id))
    }

    /// There is something to carry over to TaskRouter.
    fn pending(&mut self, user_id: UserId) -> Result<(), TableError> {
        let update = Update::builder().table_name(self.table).set_key(Some(keys::outbox(user_id).attributes()));
        let update = update
            .update_expression("SET entity = :entity, pending = :pending, user_id = :user_id")
            .expression_attribute_values(":entity", text("outbox"))
            .expression_attribute_values(":pending", text(Uuid::new_v4().to_string()))
            .expression_attribute_values(":user_id", text(user_id.to_string()));
        self.push_update(update)
    }

    fn record(&mut self, user_id: UserId, commit: &Commit<'_>, changes: Vec<Change>) -> Result<(), TableError> {
        let record = Record {
            record_id: Uuid::now_v7(),
            at: commit.now,
            actor: commit.actor,
            source: commit.source,
            request_id: commit.request_id.to_owned(),
            action: commit.action,
            changes,
        };
        let put = self.put_item(items::audit(user_id, &record)?).condition_expression("attribute_not_exists(pk)");
        self.push_put(put)
    }

    fn applied(&mut self, user_id: UserId, applied: Applied<'_>) -> Result<(), TableError> {
        let update =
            Update::builder().table_name(self.table).set_key(Some(keys::worker(applied.worker_sid).attributes()));
        let update = update.expression_attribute_values(":user_id", text(user_id.to_string()));
        // Of two callbacks that meet somebody new at the same moment, one makes the person.
        let is_free = "(attribute_not_exists(user_id) OR user_id = :user_id)";
        self.push_update(match applied.latest {
            None => update.update_expression("SET user_id = :user_id").condition_expression(is_free),
            Some((stamp, hash)) => update
                .update_expression("SET user_id = :user_id, applied_hash = :hash")
                .condition_expression(format!("{is_free} AND at_ms = :at_ms AND version = :version"))
                .expression_attribute_values(":hash", text(hash))
                .expression_attribute_values(":at_ms", number(stamp.at_ms))
                .expression_attribute_values(":version", number(stamp.version)),
        })
    }

    fn put_item(&self, item: Item) -> aws_sdk_dynamodb::types::builders::PutBuilder {
        Put::builder().table_name(self.table).set_item(Some(item))
    }

    fn push_put(&mut self, put: aws_sdk_dynamodb::types::builders::PutBuilder) -> Result<(), TableError> {
        let put = put.build().map_err(|e| broken(&e))?;
        self.items.push(TransactWriteItem::builder().put(put).build());
        Ok(())
    }

    fn push_update(&mut self, update: aws_sdk_dynamodb::types::builders::UpdateBuilder) -> Result<(), TableError> {
        let update = update.build().map_err(|e| broken(&e))?;
        self.items.push(TransactWriteItem::builder().update(update).build());
        Ok(())
    }

    fn delete(&mut self, key: &Key) -> Result<(), TableError> {
        self.push_delete(Delete::builder().table_name(self.table).set_key(Some(key.attributes())))
    }

    fn push_delete(&mut self, delete: aws_sdk_dynamodb::types::builders::DeleteBuilder) -> Result<(), TableError> {
        let delete = delete.build().map_err(|e| broken(&e))?;
        self.items.push(TransactWriteItem::builder().delete(delete).build());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{SkillName, people};

    #[test]
    fn rule_23_until_all_skills_are_written_nothing_counts_as_adopted_so_that_a_crash_on_the_way_is_made_good() {
        let from = Adoption::From(Stamp { at_ms: 1, version: 1 });
        let skill = |i: usize| (SkillName::adopted(&format!("skill {i}")).unwrap(), None);
        let whole = User { assigned_skills: (0..200).map(skill).collect(), adoption: from, ..people::agent("ada") };
        let first = partly(None, &whole).unwrap();
        assert_eq!((first.assigned_skills.len(), first.adoption), (80, Adoption::Awaited));
        let second = partly(Some(&first), &whole).unwrap();
        assert_eq!((second.assigned_skills.len(), second.adoption), (160, Adoption::Awaited));
        assert_eq!(partly(Some(&second), &whole), None);
    }
}
