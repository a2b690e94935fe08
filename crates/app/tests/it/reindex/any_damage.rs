//! The law: whatever became of the users and of their entries, after reindexing the entries are those that the profiles
//! derive.

use std::sync::Arc;

use app::reindex::Mode;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Level, Role, SkillName, Status, User, UserId,
    test_support::{agent, stored},
};
use embedded::Dynamo;
use proptest::{collection::vec, option, prelude::*, sample::Index};
use store::search::index::entries;
use uuid::Uuid;

use super::world::{World, team_id};

#[derive(Debug, Clone)]
enum Event {
    /// A user becomes this.
    Written(Box<User>),
    Indexed,
    Lost,
}

#[derive(Debug, Clone)]
enum Damage {
    Removed(Index),
    Altered(Index),
    /// The entries of a state that no user was ever in, or of a user who does not exist.
    Foreign(Box<User>),
}

fn user() -> impl Strategy<Value = User> {
    let name = prop::sample::select(vec!["Ada", "Ada King", "Li", "李明", "王李明", "King Ada"]);
    let email = option::of(prop::sample::select(vec!["ada@king.org", "king@ada.org"]));
    let status = prop::sample::select(Status::ALL.to_vec());
    let role = prop::sample::select(vec![Role::Agent, Role::Supervisor, Role::SystemAdmin]);
    let teams = prop::collection::btree_set((1..4_u128).prop_map(team_id), 0..3);
    let skill = prop::sample::select(vec!["English", "French"]).prop_map(|name| SkillName::new(name).unwrap());
    let skills = prop::collection::btree_map(skill, option::of((1..3_i64).prop_map(Level)), 0..3);
    (1..4_u128, name, email, status, role, teams, skills).prop_map(
        |(number, name, email, status, role, teams, assigned_skills)| {
            agent(&format!("user {number}")).with(|user| {
                user.user_id = UserId::new(Uuid::from_u128(number));
                user.idp.full_name = Some(name.to_owned());
                user.idp.email = email.map(stored);
                user.managed.status = status;
                user.managed.role = role;
                user.managed.teams = teams;
                user.managed.assigned_skills = assigned_skills;
            })
        },
    )
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    vec(
        prop_oneof![4 => user().prop_map(Box::new).prop_map(Event::Written), 2 => Just(Event::Indexed), 1 => Just(Event::Lost)],
        1..12,
    )
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let stranger = user().prop_map(|user| user.with(|user| user.user_id = UserId::new(Uuid::from_u128(404))));
    let one = prop_oneof![
        any::<Index>().prop_map(Damage::Removed),
        any::<Index>().prop_map(Damage::Altered),
        user().prop_map(Box::new).prop_map(Damage::Foreign),
        stranger.prop_map(Box::new).prop_map(Damage::Foreign),
    ];
    vec(one, 0..8)
}

impl World {
    async fn happens(&self, events: &[Event]) {
        for event in events {
            match event {
                Event::Written(user) => self.write(user.as_ref().clone()).await,
                Event::Indexed => self.index().await,
                Event::Lost => self.lose_events(),
            }
        }
    }

    async fn suffers(&self, damage: &Damage) {
        let existing = self.entries().await;
        let some =
            |index: &Index| (!existing.is_empty()).then(|| index.get(&existing.iter().collect::<Vec<_>>()).to_owned());
        match damage {
            Damage::Removed(index) => {
                if let Some((key, _)) = some(index) {
                    self.delete(key).await;
                }
            }
            Damage::Altered(index) => {
                if let Some((_, item)) = some(index) {
                    let mut item = item.clone();
                    item.insert("text".to_owned(), AttributeValue::S("another text".to_owned()));
                    self.put(item).await;
                }
            }
            Damage::Foreign(user) => {
                for item in entries(user).unwrap().into_values() {
                    self.put(item).await;
                }
            }
        }
    }
}

#[test]
fn whatever_was_lost_altered_or_added_the_entries_are_those_that_the_profiles_derive() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let dynamo = Arc::new(runtime.block_on(Dynamo::memory()).unwrap());
    let config = ProptestConfig { cases: 24, ..ProptestConfig::default() };
    proptest!(config, |(events in events(), damage in damage())| {
        runtime.block_on(async {
            let world = World::on(&dynamo).await;
            world.happens(&events).await;
            for damage in &damage {
                world.suffers(damage).await;
            }
            let checked = world.everything(Mode::Check).await;
            let repaired = world.everything(Mode::Repair).await;
            world.assert_right().await;
            assert_eq!((checked.missing, checked.stale), (repaired.missing, repaired.stale));
            assert_eq!(world.everything(Mode::Check).await.differences(), 0);
        });
    });
}

#[test]
fn whatever_events_were_lost_slices_find_it_all_in_the_histories() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let dynamo = Arc::new(runtime.block_on(Dynamo::memory()).unwrap());
    let config = ProptestConfig { cases: 24, ..ProptestConfig::default() };
    proptest!(config, |(events in events())| {
        runtime.block_on(async {
            let world = World::on(&dynamo).await;
            world.happens(&events).await;
            world.slices(Mode::Repair).await;
            world.assert_right().await;
        });
    });
}
