//! Maintaining the search and filter entries of users.
//!
//! Level-triggered: an event says which entries may exist (those of its old image), and the current profile which ones
//! should. Only the difference is written, which suffices: an entry that the last profile wants was written by the event
//! since which it has been wanted, and no later reading of the profile finds it unwanted; in the same way an unwanted entry
//! was deleted and is not written again. Duplicate, late and reordered events are therefore harmless (rule 28), as long as
//! each event arrives; what a lost one left behind, [`super::reindex`] repairs.

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use std::collections::{BTreeMap, BTreeSet};

use domain::{
    User,
    search::{Criterion, UserText, suffixes},
};

use crate::{
    Directory, IndexUser, StoreError, ViewUser,
    schema::{
        items::{Entity, FilterEntry, Item, SearchEntry},
        keys::{self, Key},
    },
};

pub(super) type Entries = BTreeMap<Key, Item>;

/// The entries that a profile should have: about 50 for its text, and one for each filter that finds it.
pub fn entries(user: &User) -> Result<Entries, StoreError> {
    let text = UserText::of(user);
    let joined = text.joined();
    let (status, user_id) = (user.managed.status, user.user_id);
    let mut entries = Entries::new();
    for suffix in suffixes(&text) {
        let (head, rest, position) = (&suffix.head, &suffix.rest, suffix.position);
        add(&mut entries, &SearchEntry { status, head, rest, user_id, text: &joined, position })?;
    }
    let (role, teams) = (user.managed.role, &user.managed.teams);
    for (criterion, level) in Criterion::indexed_for(user) {
        add(&mut entries, &FilterEntry { criterion: &criterion, user, text: &joined, level, role, teams })?;
    }
    Ok(entries)
}

fn add(entries: &mut Entries, entry: &impl Entity) -> Result<(), StoreError> {
    entries.insert(entry.key(), entry.to_item()?);
    Ok(())
}

impl IndexUser for Directory {
    async fn index_user(&self, user: &User, old: Option<&User>) -> Result<(), StoreError> {
        let existing = old.map(entries).transpose()?;
        if existing.is_some() && existing == Some(entries(user)?) {
            return Ok(());
        }
        let Some(current) = self.user(user.user_id).await? else { return Ok(()) };
        self.write_many(difference(&existing.unwrap_or_default(), &entries(&current)?).requests()?).await
    }
}

/// The keys of those entries.
pub(super) fn entry_keys(user: &User) -> BTreeSet<Key> {
    let (status, user_id) = (user.managed.status, user.user_id);
    let suffixes = suffixes(&UserText::of(user));
    let searched = suffixes.iter().map(|suffix| keys::search_entry(status, &suffix.head, &suffix.rest, user_id));
    searched.chain(Criterion::indexed_for(user).map(|(criterion, _)| keys::filter_entry(&criterion, user))).collect()
}

/// What turns existing entries into those that a profile should have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntryDifference {
    /// What does not exist, or has another content.
    pub(super) missing: Vec<Item>,
    pub(super) stale: Vec<Key>,
}

pub(super) fn difference(existing: &Entries, wanted: &Entries) -> EntryDifference {
    let missing = wanted.iter().filter(|(key, item)| existing.get(key) != Some(item));
    let stale = existing.keys().filter(|key| !wanted.contains_key(key));
    EntryDifference { missing: missing.map(|(_, item)| item.clone()).collect(), stale: stale.cloned().collect() }
}

impl EntryDifference {
    fn requests(&self) -> Result<Vec<WriteRequest>, StoreError> {
        self.missing.iter().map(put).chain(self.stale.iter().map(delete)).collect()
    }
}

fn put(item: &Item) -> Result<WriteRequest, StoreError> {
    let put = PutRequest::builder().set_item(Some(item.clone())).build()?;
    Ok(WriteRequest::builder().put_request(put).build())
}

fn delete(key: &Key) -> Result<WriteRequest, StoreError> {
    let delete = DeleteRequest::builder().set_key(Some(key.attributes())).build()?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        Level, Role, SkillName, Status, TeamId,
        test_support::{self, stored},
    };

    fn in_teams(numbers: &[u128]) -> User {
        let teams = numbers.iter().map(|&number| TeamId::new(uuid::Uuid::from_u128(number))).collect();
        test_support::agent("Ada Lovelace").with(|user| {
            user.idp.email = Some(stored("ada.lovelace@example.com"));
            user.managed.teams = teams;
        })
    }

    fn skilled(level: Option<i64>) -> User {
        let skill = SkillName::new("English").unwrap();
        in_teams(&[1]).with(|user| user.managed.assigned_skills = [(skill, level.map(Level))].into())
    }

    fn writes(old: &User, new: &User) -> usize {
        difference(&entries(old).unwrap(), &entries(new).unwrap()).requests().unwrap().len()
    }

    #[test]
    fn rule_9_a_change_of_team_or_role_costs_the_filter_entries_that_carry_it_and_one_of_a_skill_its_own() {
        assert_eq!(writes(&in_teams(&[1]), &in_teams(&[1])), 0);
        assert_eq!(writes(&in_teams(&[1]), &in_teams(&[1, 2])), 2, "joined");
        assert_eq!(writes(&in_teams(&[1]), &in_teams(&[2])), 2, "moved");
        assert_eq!(writes(&skilled(None), &skilled(None).with(|user| user.managed.teams.clear())), 2, "left");
        assert_eq!(writes(&in_teams(&[1]), &skilled(None)), 1, "assigned");
        assert_eq!(writes(&skilled(Some(5)), &skilled(Some(6))), 1, "another level");
        assert_eq!(writes(&skilled(None), &in_teams(&[1])), 1, "removed");
        let [supervisor, admin] =
            [Role::Supervisor, Role::SystemAdmin].map(|role| in_teams(&[1]).with(|user| user.managed.role = role));
        assert_eq!(writes(&in_teams(&[1]), &supervisor), 2, "promoted");
        assert_eq!(writes(&supervisor, &admin), 3, "promoted again");
    }

    #[test]
    fn the_keys_of_the_entries_are_told_without_the_entries() {
        let ada = skilled(Some(5)).with(|user| user.managed.role = Role::Supervisor);
        assert_eq!(entry_keys(&ada), entries(&ada).unwrap().into_keys().collect());
    }

    #[test]
    fn an_entry_carries_the_whole_text_so_that_a_new_name_or_status_writes_all_of_them_again() {
        let (old, all) = (skilled(Some(5)), entries(&skilled(Some(5))).unwrap().len());
        let renamed = old.with(|user| user.idp.email = Some(stored("countess@example.com")));
        assert!(writes(&old, &renamed) >= entries(&renamed).unwrap().len());
        assert_eq!(writes(&old, &old.with(|user| user.managed.status = Status::Deactivated)), 2 * all);
    }
}
