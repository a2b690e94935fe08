//! Users with their entries, and what can happen to these.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use app::reindex::{Mode, Reindex, Report};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Identity, Level, Record, Role, SkillName, Team, TeamId, User, UserId, WorkerSid,
    audit::{Action, Subject},
    search::UserQuery,
    test_support::{agent, stored, user_with_role},
};
use embedded::Dynamo;
use jiff::Timestamp;
use store::{
    ChangeOrigin, CommitTeam, CommitUser, Cursor, Directory, EntryCursor, EntryDifference, EntryKeys, EntryOwner,
    FindUsers, ImportSkills, IndexUser, Order, ReindexUsers, ScanEntries, StoreError, SuspectEntries, TeamChange,
    UserChange, UserPage, ViewHistory, ViewUser, WorkerItem,
    schema::{
        items::Item,
        keys::{self, Key},
    },
    search::index::entries,
};
use uuid::Uuid;

use crate::sync::steps::Steps;

pub type Entries = BTreeMap<Key, Item>;

/// A directory in which each call is a step.
#[derive(Clone)]
pub struct Stepwise {
    directory: Directory,
    pub steps: Steps,
}

impl ViewUser for Stepwise {
    async fn user(&self, user_id: UserId) -> Result<Option<User>, StoreError> {
        self.steps.step("user").await;
        self.directory.user(user_id).await
    }
    async fn worker(&self, sid: &WorkerSid) -> Result<Option<WorkerItem>, StoreError> {
        self.directory.worker(sid).await
    }
    async fn user_id_of_identity(&self, identity: &Identity) -> Result<Option<UserId>, StoreError> {
        self.directory.user_id_of_identity(identity).await
    }
}

impl FindUsers for Stepwise {
    async fn find_users(
        &self,
        query: &UserQuery,
        order: Order,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<UserPage, StoreError> {
        self.steps.step("find_users").await;
        self.directory.find_users(query, order, cursor, limit).await
    }
}

impl ViewHistory for Stepwise {
    async fn history(
        &self,
        subject: Subject<'_>,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<Record>, Option<Cursor>), StoreError> {
        self.steps.step("history").await;
        self.directory.history(subject, cursor, limit).await
    }
}

impl ReindexUsers for Stepwise {
    async fn compare_entries(&self, user: Option<&User>, suspects: &EntryKeys) -> Result<EntryDifference, StoreError> {
        self.steps.step("compare_entries").await;
        self.directory.compare_entries(user, suspects).await
    }
    async fn repair_entries(&self, owner: EntryOwner<'_>, batch: &EntryDifference) -> Result<(), StoreError> {
        self.steps.step("repair_entries").await;
        self.directory.repair_entries(owner, batch).await
    }
}

impl ScanEntries for Stepwise {
    async fn suspect_entries(&self, cursor: Option<EntryCursor>, limit: usize) -> Result<SuspectEntries, StoreError> {
        self.steps.step("suspect_entries").await;
        self.directory.suspect_entries(cursor, limit).await
    }
}

/// A user before and after a change.
type Event = (Option<User>, User);

/// Cloned freely: all of it is shared.
#[derive(Clone)]
pub struct World {
    _dynamo: Arc<Dynamo>,
    pub directory: Directory,
    pub store: Stepwise,
    /// Those that `index` has not seen.
    events: Arc<Mutex<Vec<Event>>>,
}

pub fn team_id(number: u128) -> TeamId {
    TeamId::new(Uuid::from_u128(number))
}

fn operator() -> ChangeOrigin<'static> {
    ChangeOrigin::operator("test", Timestamp::UNIX_EPOCH, Uuid::now_v7())
}

/// A supervisor in two teams, with a skill and an e-mail address.
pub fn ada() -> User {
    user_with_role("Ada Lovelace", Role::Supervisor).with(|user| {
        user.idp.email = Some(stored("ada@example.com"));
        user.managed.teams = [team_id(1), team_id(2)].into();
        user.managed.assigned_skills = [(SkillName::new("English").unwrap(), Some(Level(5)))].into();
    })
}

impl World {
    /// Without users; with the teams 1 to 3 and the skills English and French.
    pub async fn new() -> Self {
        Self::on(&Arc::new(Dynamo::memory().await.unwrap())).await
    }

    pub async fn on(dynamo: &Arc<Dynamo>) -> Self {
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        for number in 1..4 {
            let after = Team::new(team_id(number), stored(&number.to_string()), Timestamp::UNIX_EPOCH);
            let team = TeamChange { before: None, after, origin: operator(), action: Action::Created, skills: None };
            directory.commit_team(team).await.unwrap();
        }
        let skills = ["English", "French"].map(|name| SkillName::new(name).unwrap());
        directory.import_skills(&skills, operator()).await.unwrap();
        let store = Stepwise { directory: directory.clone(), steps: Steps::default() };
        Self { _dynamo: Arc::clone(dynamo), directory, store, events: Arc::default() }
    }

    /// Ada, two agents, one of them deactivated, and one who is deleted; all indexed.
    pub async fn with_users() -> Self {
        let world = Self::new().await;
        for user in [ada(), agent("Bob"), agent("李明"), agent("Gone Gray")] {
            world.write(user).await;
        }
        world.change(agent("李明").user_id, |user| user.managed.status = domain::Status::Deactivated).await;
        world.change(agent("Gone Gray").user_id, |user| user.managed.status = domain::Status::Deleted).await;
        world.index().await;
        world
    }

    /// Writes a state of a user. `index` does not see it yet.
    pub async fn write(&self, after: User) {
        let before = self.directory.user(after.user_id).await.unwrap();
        let action = if before.is_none() { Action::Created } else { Action::Edited };
        let read = before.as_ref().map(|before| (before.revision, before.version)).unwrap_or_default();
        let after = after.with(|user| (user.revision, user.version) = read);
        let written =
            self.directory.commit_user(UserChange::new(before.as_ref(), after, operator(), action)).await.unwrap();
        if before.as_ref() != Some(&written) {
            self.events.lock().unwrap().push((before, written));
        }
    }

    pub async fn change(&self, user_id: UserId, change: impl FnOnce(&mut User)) {
        self.write(self.directory.user(user_id).await.unwrap().unwrap().with(change)).await;
    }

    /// `index` sees all events that it has not seen.
    pub async fn index(&self) {
        let events = std::mem::take(&mut *self.events.lock().unwrap());
        for (old, new) in events {
            self.directory.index_user(&new, old.as_ref()).await.unwrap();
        }
    }

    /// `index` never sees the events that it has not seen.
    pub fn lose_events(&self) {
        self.events.lock().unwrap().clear();
    }

    pub async fn put(&self, item: Item) {
        self.directory.client().put_item().table_name(self.directory.name()).set_item(Some(item)).send().await.unwrap();
    }

    pub async fn delete(&self, key: &Key) {
        let delete = self.directory.client().delete_item().table_name(self.directory.name());
        delete.set_key(Some(key.attributes())).send().await.unwrap();
    }

    /// Everything in the table.
    pub async fn items(&self) -> Entries {
        let scan = self.directory.client().scan().table_name(self.directory.name());
        let items: Vec<Item> = scan.into_paginator().items().send().try_collect().await.unwrap();
        let text = |item: &Item, name: &str| item[name].as_s().unwrap().clone();
        items.into_iter().map(|item| (Key { pk: text(&item, "pk"), sk: text(&item, "sk") }, item)).collect()
    }

    pub async fn entries(&self) -> Entries {
        let mut items = self.items().await;
        items.retain(|_, item| ["search", "filter"].map(entity).contains(&item["entity"]));
        items
    }

    /// The entries that the profiles derive.
    pub async fn derived(&self) -> Entries {
        let items = self.items().await.into_values().filter(|item| item["entity"] == entity("user"));
        items.flat_map(|item| entries(&serde_dynamo::from_item::<_, User>(item).unwrap()).unwrap()).collect()
    }

    pub async fn assert_right(&self) {
        assert_eq!(self.entries().await, self.derived().await);
    }

    pub const fn reindex(&self, mode: Mode) -> Reindex<'_, Stepwise> {
        Reindex { store: &self.store, mode }
    }

    pub async fn everything(&self, mode: Mode) -> Report {
        self.reindex(mode).everything(|_| {}).await.unwrap()
    }

    /// Slices of two users until the last, and the sum of what they report.
    pub async fn slices(&self, mode: Mode) -> Report {
        let (mut sum, mut cursor) = (Report::default(), None);
        loop {
            let slice = self.reindex(mode).slice(cursor, 2).await.unwrap();
            let Report { users, entries, missing, stale } = slice.report;
            assert!(users <= 2, "{users} users");
            sum = Report {
                users: sum.users + users,
                entries: sum.entries + entries,
                missing: sum.missing + missing,
                stale: sum.stale + stale,
            };
            cursor = slice.next;
            if cursor.is_none() {
                return sum;
            }
        }
    }
}

pub fn entity(name: &str) -> AttributeValue {
    AttributeValue::S(name.to_owned())
}

/// Users, entries scanned, missing, stale.
pub const fn report(users: usize, entries: usize, missing: usize, stale: usize) -> Report {
    Report { users, entries, missing, stale }
}

/// The entry of a user under the role of account owners.
pub fn owners_list(user: &User) -> Key {
    keys::filter_entry(&domain::search::Criterion::Role(Role::AccountOwner), user)
}
