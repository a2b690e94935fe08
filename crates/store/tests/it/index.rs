use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Level, Role, SkillName, Status, Team, TeamId, User, UserId,
    skill::Skills,
    test_support::{self, stored},
};
use jiff::Timestamp;
use proptest::prelude::*;
use store::{
    CommitUser, IndexUser, ViewUser,
    schema::{items::Item, keys::Key},
    search::index::entries,
};

use crate::support::{Fixture, edit};

fn team_ids() -> impl Strategy<Value = BTreeSet<TeamId>> {
    let one = (1..4_u128).prop_map(|number| TeamId::new(uuid::Uuid::from_u128(number)));
    prop::collection::btree_set(one, 0..3)
}

fn skills() -> impl Strategy<Value = Skills> {
    let name = prop::sample::select(vec!["English", "French"]).prop_map(|name| SkillName::new(name).unwrap());
    prop::collection::btree_map(name, prop::option::of((1..3_i64).prop_map(Level)), 0..3)
}

/// Successive states of one user.
fn profile_states() -> impl Strategy<Value = Vec<User>> {
    let name = prop::sample::select(vec!["Ada", "Ada King", "Kingada", "Li", "李明", "王李明", "李明 李明"]);
    let email = prop::option::of(prop::sample::select(vec!["ada@king.org", "king@ada.org"]));
    let status = prop_oneof![4 => Just(Status::Active), 1 => Just(Status::Deactivated)];
    let role = prop::sample::select(vec![Role::Agent, Role::Supervisor, Role::SystemAdmin]);
    let state = (name, email, status, role, team_ids(), skills());
    let user = state.prop_map(|(name, email, status, role, teams, assigned_skills)| {
        test_support::agent("ada").with(|user| {
            user.idp.full_name = Some(name.to_owned());
            user.idp.email = email.map(stored);
            user.managed.status = status;
            user.managed.role = role;
            user.managed.teams = teams;
            user.managed.assigned_skills = assigned_skills;
        })
    });
    prop::collection::vec(user, 1..7)
}

async fn put_teams(fixture: &Fixture) {
    for number in 1..4 {
        let team_id = TeamId::new(uuid::Uuid::from_u128(number));
        fixture.put_team(Team::new(team_id, stored(&number.to_string()), Timestamp::UNIX_EPOCH)).await;
    }
}

pub async fn indexed_entries(fixture: &Fixture) -> BTreeMap<Key, Item> {
    let scan = fixture.directory.client().scan().table_name(fixture.directory.name());
    let scan = scan.filter_expression("entity IN (:search, :filter)");
    let of = |entity: &str| AttributeValue::S(entity.to_owned());
    let scan =
        scan.expression_attribute_values(":search", of("search")).expression_attribute_values(":filter", of("filter"));
    let found: Vec<HashMap<_, _>> = scan.into_paginator().items().send().try_collect().await.unwrap();
    let text = |item: &Item, name: &str| item[name].as_s().unwrap().clone();
    found.into_iter().map(|item| (Key { pk: text(&item, "pk"), sk: text(&item, "sk") }, item)).collect()
}

async fn current_profile(fixture: &Fixture, user_id: UserId) -> Option<User> {
    fixture.directory.user(user_id).await.unwrap()
}

/// Each step writes the next state, or delivers one of the stream events so far; after the last state is written, the
/// remaining events are delivered.
async fn apply_and_index(fixture: &Fixture, states: &[User], steps: &[Option<prop::sample::Index>]) {
    let (mut events, mut undelivered) = (Vec::<(Option<User>, User)>::new(), BTreeSet::new());
    let mut states = states.iter();
    for step in steps.iter().copied().chain(states.clone().map(|_| None)) {
        if let (Some(which), false) = (step, events.is_empty()) {
            let first = which.index(events.len());
            // Lambda retries the whole batch.
            for (i, (old, new)) in events.iter().enumerate().skip(first) {
                fixture.directory.index_user(new, old.as_ref()).await.unwrap();
                undelivered.remove(&i);
            }
        } else if let Some(next) = states.next() {
            let before = current_profile(fixture, next.user_id).await;
            let written = fixture.directory.commit_user(edit(before.as_ref(), next.clone())).await.unwrap();
            if before.as_ref() != Some(&written) {
                undelivered.insert(events.len());
                events.push((before, written));
            }
        }
    }
    for index in undelivered.into_iter().rev() {
        let (old, new) = &events[index];
        fixture.directory.index_user(new, old.as_ref()).await.unwrap();
    }
}

#[test]
fn rule_28_whatever_became_of_a_person_and_however_late_and_often_it_is_heard_the_entries_are_those_of_the_last_profile()
 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixture = std::cell::RefCell::new(Some(runtime.block_on(Fixture::new())));
    let config = ProptestConfig { cases: 64, ..ProptestConfig::default() };
    let steps = || prop::collection::vec(prop::option::of(any::<prop::sample::Index>()), 0..14);
    proptest!(config, |(states in profile_states(), steps in steps())| {
        runtime.block_on(async {
            let fresh_fixture = fixture.take().unwrap().with_fresh_table();
            put_teams(&fresh_fixture).await;
            fresh_fixture.put_skills(&states).await;
            apply_and_index(&fresh_fixture, &states, &steps).await;
            let last = current_profile(&fresh_fixture, states[0].user_id).await.unwrap();
            let (found, expected) = (indexed_entries(&fresh_fixture).await, entries(&last).unwrap());
            fixture.replace(Some(fresh_fixture));
            prop_assert_eq!(found, expected);
            Ok(())
        })?;
    });
}
