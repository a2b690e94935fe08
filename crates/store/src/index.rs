//! Keeping the search and filter entries of a person what their profile says.
//!
//! Level-triggered: an event says which entries there may be (those of its old image), and the current profile which
//! there are to be. Only the difference is written, and that suffices. An entry that the last profile wants was put by
//! the event since which it has been wanted, at that moment or before; and no later look at the profile finds it
//! unwanted. In the same way one that is not wanted was deleted, and is not put again. So twice, late or out of order
//! is harmless (rule 28), as long as each event comes. Without an old image everything is put: that mends what was lost.

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

use domain::{
    Level, Role, User,
    search::{UserText, suffixes},
};

use crate::{
    Directory, StoreError, ViewUser,
    items::{self, Item},
    keys::{self, Filter, Key},
    profiles::broken,
};

/// The most writes that one `BatchWriteItem` takes.
const BATCH: usize = 25;

/// Entries by partition and sort key.
pub type Entries = BTreeMap<(String, String), Item>;

#[derive(Serialize)]
struct SearchBody<'a> {
    text: &'a str,
    position: usize,
}

#[derive(Serialize)]
struct FilterBody<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<Level>,
}

/// The entries that this profile asks for: about 50 for its text, and one for each filter that finds it.
pub fn entries(user: &User) -> Result<Entries, StoreError> {
    let text = UserText::new(&user.name, user.email.as_deref());
    let joined = text.joined();
    let searched = suffixes(&text).into_iter().map(|suffix| {
        let key = keys::search_entry(user.status, &suffix.head, &suffix.rest, user.user_id);
        let body = SearchBody { text: &joined, position: suffix.position };
        let item = items::item(&key, "search", &body)?;
        Ok(((key.pk, key.sk), item))
    });
    let filtered = filters(user).map(|(filter, level)| {
        let key = keys::filter_entry(filter, user);
        let item = items::item(&key, "filter", &FilterBody { text: &joined, level })?;
        Ok(((key.pk, key.sk), item))
    });
    searched.chain(filtered).collect()
}

/// The filters that find this person by their entries (rule 9), with the level where it is an assigned skill.
fn filters(user: &User) -> impl Iterator<Item = (Filter<'_>, Option<Level>)> {
    let role = has_list(user.role).then_some((Filter::Role(user.role), None));
    let teams = user.teams.iter().map(|&team_id| (Filter::Team(team_id), None));
    let skills = user.assigned_skills.iter().map(|(skill, &level)| (Filter::Skill(skill), level));
    role.into_iter().chain(teams).chain(skills)
}

/// Whether those of this role are listed by entries. Agents are not: most people are agents, and to find them among
/// everybody, in the index that carries whole profiles, costs less than to read the profile of each entry.
#[must_use]
pub fn has_list(role: Role) -> bool {
    role != Role::Agent
}

/// Writes search and filter entries.
pub trait IndexUser {
    /// Brings the entries of this person to what the current profile says; `old` is what an event of the
    /// stream says that they were made from. Nothing is read or written where both say the same.
    fn index(&self, user: &User, old: Option<&User>) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl IndexUser for Directory {
    async fn index(&self, user: &User, old: Option<&User>) -> Result<(), StoreError> {
        let there = old.map(entries).transpose()?;
        if there.is_some() && there == Some(entries(user)?) {
            return Ok(());
        }
        let Some(current) = self.user(user.user_id).await? else { return Ok(()) };
        self.write_many(difference(&there.unwrap_or_default(), &entries(&current)?)?).await
    }
}

/// What makes the wanted entries of those that are there.
fn difference(there: &Entries, wanted: &Entries) -> Result<Vec<WriteRequest>, StoreError> {
    let missing = wanted.iter().filter(|(key, item)| there.get(key) != Some(item));
    let stale = there.keys().filter(|key| !wanted.contains_key(key));
    missing.map(|(_, item)| put(item)).chain(stale.map(delete)).collect()
}

fn put(item: &Item) -> Result<WriteRequest, StoreError> {
    let put = PutRequest::builder().set_item(Some(item.clone())).build().map_err(|e| broken(&e))?;
    Ok(WriteRequest::builder().put_request(put).build())
}

fn delete((pk, sk): &(String, String)) -> Result<WriteRequest, StoreError> {
    let key = Key { pk: pk.clone(), sk: sk.clone() };
    let delete = DeleteRequest::builder().set_key(Some(key.attributes())).build().map_err(|e| broken(&e))?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}

impl Directory {
    /// What DynamoDB leaves unprocessed is written again, with longer and longer waits.
    async fn write_many(&self, writes: Vec<WriteRequest>) -> Result<(), StoreError> {
        for batch in writes.chunks(BATCH) {
            let mut left = Some(batch.to_vec());
            let mut wait = Duration::from_millis(20);
            while let Some(writes) = left.take() {
                let answer = self.db.batch_write_item().request_items(&self.table, writes).send().await;
                let answer = answer.map_err(|error| StoreError::of(&error))?;
                left = answer.unprocessed_items.and_then(|mut left| left.remove(&self.table));
                if left.is_some() {
                    if wait > Duration::from_secs(3) {
                        return Err(StoreError::Unavailable("writes stay unprocessed".to_owned()));
                    }
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{SkillName, Status, TeamId, people};

    fn in_teams(numbers: &[u128]) -> User {
        let teams = numbers.iter().map(|&number| TeamId::new(uuid::Uuid::from_u128(number))).collect();
        User { email: Some("ada.lovelace@example.com".into()), teams, ..people::agent("Ada Lovelace") }
    }

    fn skilled(level: Option<i64>) -> User {
        let skill = SkillName::new("English").unwrap();
        User { assigned_skills: [(skill, level.map(Level))].into(), ..in_teams(&[1]) }
    }

    fn writes(old: &User, new: &User) -> usize {
        difference(&entries(old).unwrap(), &entries(new).unwrap()).unwrap().len()
    }

    #[test]
    fn rule_9_a_change_of_what_filters_ask_for_costs_the_entries_that_it_changes() {
        assert_eq!(writes(&in_teams(&[1]), &in_teams(&[1])), 0);
        assert_eq!(writes(&in_teams(&[1]), &in_teams(&[1, 2])), 1, "joined");
        assert_eq!(writes(&in_teams(&[1]), &in_teams(&[2])), 2, "moved");
        assert_eq!(writes(&in_teams(&[1]), &skilled(None)), 1, "assigned");
        assert_eq!(writes(&skilled(Some(5)), &skilled(Some(6))), 1, "another level");
        assert_eq!(writes(&skilled(None), &in_teams(&[1])), 1, "removed");
        let [supervisor, admin] = [Role::Supervisor, Role::SystemAdmin].map(|role| User { role, ..in_teams(&[1]) });
        assert_eq!(writes(&in_teams(&[1]), &supervisor), 1, "promoted");
        assert_eq!(writes(&supervisor, &admin), 2, "promoted again");
    }

    #[test]
    fn an_entry_carries_the_whole_text_so_that_a_new_name_or_status_writes_all_of_them_again() {
        let (old, all) = (skilled(Some(5)), entries(&skilled(Some(5))).unwrap().len());
        let renamed = User { email: Some("countess@example.com".into()), ..old.clone() };
        assert!(writes(&old, &renamed) >= entries(&renamed).unwrap().len());
        assert_eq!(writes(&old, &User { status: Status::Deactivated, ..old.clone() }), 2 * all);
    }
}
