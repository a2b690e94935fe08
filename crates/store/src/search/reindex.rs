//! Comparing search and filter entries with the profiles that they derive from, and repairing them.
//!
//! `index` writes at the same time, and has the last word. Each batch is written on condition that the profile is still the
//! one that it was decided on:
//!
//! ```text
//! profile         v1 ────────────────────── v2
//! reindex   reads v1 ── writes, if it is v1
//! index                                      event v1→v2: deletes what v1 alone derives, puts what v2 alone derives
//! ```
//!
//! Whatever is written for v1 is there before the event that corrects it, and nothing is written for v1 after v2.

use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::{BTreeMap, BTreeSet};

use domain::{User, UserId};

use super::index::{Entries, EntryDifference, difference, entries, entry_keys};
use crate::{
    Directory, ReindexUsers, ScanEntries, StoreError,
    dynamo::transaction::{Condition, Transaction},
    schema::{
        items::{Entity, FilterEntry, Item, SearchEntry},
        keys::{self, Key},
    },
};

/// The writes of one batch: with the condition on the profile they are the items of one transaction.
const BATCH: usize = 99;

/// Search and filter entries, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryKeys(BTreeSet<Key>);

impl EntryKeys {
    /// Of all that these states of users derive.
    #[must_use]
    pub fn of(states: &[User]) -> Self {
        Self(states.iter().flat_map(entry_keys).collect())
    }
}

/// Whose entries are repaired.
#[derive(Debug, Clone, Copy)]
pub enum EntryOwner<'a> {
    /// The user as they were read.
    User(&'a User),
    /// There is no such user.
    NoUser(UserId),
    /// The sort key names no user.
    Unnamed,
}

impl EntryOwner<'_> {
    /// The profile is still what was read.
    fn condition(self) -> Option<(Key, Condition)> {
        match self {
            Self::User(user) => Some((keys::profile(user.user_id), Condition::revision_is(Some(user.revision)))),
            Self::NoUser(user_id) => Some((keys::profile(user_id), Condition::absent())),
            Self::Unnamed => None,
        }
    }
}

/// Where reading all entries continues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryCursor(Key);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SuspectEntries {
    /// How many entries were looked at.
    pub examined: usize,
    /// Those that their profile does not derive, by user. Without one: a sort key that names none.
    pub by_user: BTreeMap<Option<UserId>, EntryKeys>,
    /// None after the last entry.
    pub next: Option<EntryCursor>,
}

impl EntryDifference {
    /// How many entries do not exist or have another content.
    #[must_use]
    pub const fn missing(&self) -> usize {
        self.missing.len()
    }

    /// How many entries should not exist.
    #[must_use]
    pub const fn stale(&self) -> usize {
        self.stale.len()
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.stale.is_empty()
    }

    /// Without what is missing.
    #[must_use]
    pub fn stale_only(self) -> Self {
        Self { missing: Vec::new(), ..self }
    }

    /// In parts, each of which fits in a transaction.
    #[must_use]
    pub fn batches(&self) -> Vec<Self> {
        let missing = self.missing.chunks(BATCH).map(|part| Self { missing: part.to_vec(), ..Self::default() });
        let stale = self.stale.chunks(BATCH).map(|part| Self { stale: part.to_vec(), ..Self::default() });
        missing.chain(stale).collect()
    }
}

impl ReindexUsers for Directory {
    async fn compare_entries(&self, user: Option<&User>, suspects: &EntryKeys) -> Result<EntryDifference, StoreError> {
        let wanted = user.map(entries).transpose()?.unwrap_or_default();
        let keys = wanted.keys().chain(&suspects.0).cloned().collect::<BTreeSet<_>>();
        let existing = self.get_many_consistent(&keys.into_iter().collect::<Vec<_>>()).await?.into_iter();
        let existing = existing.map(|item| Ok((key_of(&item)?, item))).collect::<Result<Entries, StoreError>>()?;
        Ok(difference(&existing, &wanted))
    }

    async fn repair_entries(&self, owner: EntryOwner<'_>, batch: &EntryDifference) -> Result<(), StoreError> {
        let mut writes = Transaction::new(self);
        if let Some((profile, is_unchanged)) = owner.condition() {
            writes.check(&profile, is_unchanged)?;
        }
        for item in &batch.missing {
            writes.put_item(item.clone(), None)?;
        }
        for key in &batch.stale {
            writes.delete(key, None)?;
        }
        writes.send(self).await
    }
}

impl ScanEntries for Directory {
    async fn suspect_entries(&self, cursor: Option<EntryCursor>, limit: usize) -> Result<SuspectEntries, StoreError> {
        let of = |entity: &str| AttributeValue::S(entity.to_owned());
        let scan = self.db.scan().table_name(&self.table).limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let scan = scan
            .filter_expression("entity IN (:search, :filter)")
            .expression_attribute_values(":search", of(SearchEntry::NAME))
            .expression_attribute_values(":filter", of(FilterEntry::NAME))
            .projection_expression("pk, sk")
            .set_exclusive_start_key(cursor.map(|cursor| cursor.0.attributes()));
        let response = scan.send().await.map_err(|error| StoreError::of(&error))?;
        let next = response.last_evaluated_key.as_ref().map(key_of).transpose()?.map(EntryCursor);
        let found = response.items().iter().map(key_of).collect::<Result<BTreeSet<_>, _>>()?;
        Ok(SuspectEntries { examined: found.len(), by_user: self.not_derived(found).await?, next })
    }
}

impl Directory {
    /// Those of the entries that their profile does not derive.
    async fn not_derived(&self, found: BTreeSet<Key>) -> Result<BTreeMap<Option<UserId>, EntryKeys>, StoreError> {
        let mut by_user = BTreeMap::<_, EntryKeys>::new();
        for key in found {
            by_user.entry(keys::parse_user(&key.sk)).or_default().0.insert(key);
        }
        for user in self.users(by_user.keys().copied().flatten()).await? {
            if let Some(found) = by_user.get_mut(&Some(user.user_id)) {
                let derived = entry_keys(&user);
                found.0.retain(|key| !derived.contains(key));
            }
        }
        by_user.retain(|_, suspects| !suspects.0.is_empty());
        Ok(by_user)
    }
}

fn key_of(item: &Item) -> Result<Key, StoreError> {
    Key::of(item).ok_or_else(|| StoreError::Malformed("an item without a key".to_owned()))
}
