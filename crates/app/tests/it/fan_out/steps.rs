//! A changed team reaches each member once, whatever happens in between (rules 15 to 18 and 21).

use std::{collections::BTreeSet, sync::Arc};

use app::sync::{OfflineActivity, SyncMode, WorkerSync};
use domain::{Level, TeamId, policy::Policy};
use serde_json::json;
use store::{CommitTeam, ReadSet, ReadSnapshot};
use uuid::Uuid;

use super::company::{CHUNK, Company, english, sid, user_id};
use crate::sync::{
    taskrouter::Fake,
    world::{Stepped, attributes},
};

#[tokio::test]
async fn rules_15_to_18_a_change_of_a_teams_skills_marks_every_member_once() {
    let company = Company::new(2 * CHUNK + 3).await;
    assert_eq!(company.outboxes().await, [].into());
    let generation = company.grant(1).await;
    company.unhurried().of_team(company.team_id).await.unwrap();
    company.assert_marked_once(generation, 2 * CHUNK + 3);
    assert_eq!(company.fan_out().await, None, "it is done");
    let outboxes = company.outboxes().await;
    assert_eq!(outboxes.keys().copied().collect::<Vec<_>>(), (1..=2 * CHUNK + 3).map(user_id).collect::<Vec<_>>());
    assert_eq!(outboxes.values().collect::<BTreeSet<_>>().len(), outboxes.len(), "each has a token of its own");
}

#[tokio::test]
async fn a_team_whose_members_fill_the_last_step_exactly_is_done_too() {
    let company = Company::new(CHUNK).await;
    let generation = company.grant(1).await;
    company.unhurried().of_team(company.team_id).await.unwrap();
    company.assert_marked_once(generation, CHUNK);
    assert_eq!(company.fan_out().await, None);
}

#[tokio::test]
async fn rule_21_archiving_and_unarchiving_a_team_reach_its_members_and_a_new_name_does_not() {
    let company = Company::new(2).await;
    company.grant(1).await;
    company.unhurried().of_team(company.team_id).await.unwrap();
    company.change(company.team_id, |team| team.name = domain::test_support::stored("Support")).await;
    assert_eq!(company.fan_out().await, None);
    for archived in [true, false] {
        company.change(company.team_id, |team| team.archived = archived).await;
        let generation = company.fan_out().await.unwrap().generation;
        company.unhurried().of_team(company.team_id).await.unwrap();
        company.assert_marked_once(generation, 2);
    }
    company.change(company.team_id, |team| team.archived = true).await;
    company.unhurried().of_team(company.team_id).await.unwrap();
    company.change(company.team_id, |team| team.skills = [].into()).await;
    assert_eq!(company.fan_out().await, None, "an archived team grants nothing, whatever its skills");
}

#[tokio::test]
async fn a_team_without_members_is_done_at_once_and_so_is_one_that_was_deleted_since() {
    let company = Company::new(0).await;
    company.grant(1).await;
    company.unhurried().of_team(company.team_id).await.unwrap();
    assert_eq!(company.fan_out().await, None);
    company.grant(2).await;
    company.directory.delete_team(&company.team(company.team_id).await, company.origin()).await.unwrap();
    company.unhurried().of_team(company.team_id).await.unwrap();
    assert_eq!(company.fan_out().await, None);
    company.unhurried().of_team(TeamId::new(Uuid::from_u128(99))).await.unwrap();
    assert_eq!(company.outboxes().await, [].into());
}

#[tokio::test]
async fn an_invocation_that_dies_between_any_two_calls_is_continued_where_it_was() {
    let members = 2 * CHUNK + 3;
    let company = Company::new(members).await;
    let steps = &company.store.steps;
    for calls in 0.. {
        let generation = company.grant(i64::try_from(calls).unwrap() + 1).await;
        steps.die_after(calls);
        let died = steps.run(company.unhurried().of_team(company.team_id)).await.is_none();
        steps.live();
        company.unhurried().of_team(company.team_id).await.unwrap();
        company.assert_marked_once(generation, members);
        assert_eq!(company.fan_out().await, None, "{calls}");
        if !died {
            assert!(calls >= 9, "three steps of three calls");
            return;
        }
    }
}

#[tokio::test]
async fn interleaving_9_a_team_that_changes_again_while_the_first_change_is_at_member_50_of_120_gives_all_the_second_state()
 {
    let company = Company::new(120).await;
    let fake = Fake::default();
    for number in 1..=120 {
        fake.put(&sid(number), &format!("user {number}"), attributes("agent", &[]).to_string());
    }
    let sync = WorkerSync {
        store: Stepped { directory: company.directory.clone(), steps: fake.steps.clone() },
        taskrouter: fake.clone(),
        time_and_ids: company.clock.clone(),
        policy: Policy::default(),
        mode: SyncMode::Write,
        offline: OfflineActivity::default(),
    };
    let carry_all = async || {
        company.clock.advance(61);
        Box::pin(sync.sync_due()).await.unwrap();
        assert_eq!(company.outboxes().await, [].into());
    };
    let levels = || (1..=120).map(|number| fake.attributes(&sid(number))["routing"]["levels"].clone());

    let first = company.grant(1).await;
    for _ in 0..2 {
        company.one_step().of_team(company.team_id).await.unwrap();
    }
    assert_eq!(company.fan_out().await.unwrap().last_marked, Some(user_id(50)));
    carry_all().await;
    assert_eq!(levels().filter(|levels| *levels == json!({"English": 1})).count(), 50);

    let second = company.grant(2).await;
    // The first invocation goes on: it takes up the second change.
    company.unhurried().of_team(company.team_id).await.unwrap();
    carry_all().await;
    assert!(levels().all(|levels| levels == json!({"English": 2})), "{:?}", levels().collect::<Vec<_>>());
    assert_eq!(company.marked_for(first).len(), 50);
    company.assert_marked_once(second, 120);
}

#[tokio::test]
async fn a_change_that_comes_while_an_earlier_one_is_being_written_is_not_lost_though_nobody_starts_it() {
    let company = Company::new(CHUNK + 5).await;
    let first = company.grant(1).await;
    let other = company.clone();
    // The invocation has read its members and is about to mark them.
    company.store.steps.at("fan_out_step", async move || {
        other.grant(2).await;
    });
    company.unhurried().of_team(company.team_id).await.unwrap();
    assert_eq!(company.marked_for(first), []);
    assert_eq!(company.generations().len(), 1);
    company.assert_marked_once(*company.generations().first().unwrap(), CHUNK + 5);
    assert_eq!(company.fan_out().await, None);
}

#[tokio::test]
async fn two_invocations_for_one_change_mark_no_member_twice() {
    let company = Company::new(3 * CHUNK).await;
    // The first is about to mark when the second runs; at first for one step, then to its end.
    for (level, hurried) in [(1, true), (2, false)] {
        let generation = company.grant(level).await;
        let other = company.clone();
        company.store.steps.at("fan_out_step", async move || {
            let invocation = if hurried { other.one_step() } else { other.unhurried() };
            invocation.of_team(other.team_id).await.unwrap();
        });
        company.unhurried().of_team(company.team_id).await.unwrap();
        if hurried {
            assert_eq!(company.marked_for(generation).len(), CHUNK, "the first has left it to the second");
            company.unhurried().of_team(company.team_id).await.unwrap();
        }
        company.assert_marked_once(generation, 3 * CHUNK);
        assert_eq!(company.fan_out().await, None);
    }
}

#[tokio::test]
async fn two_invocations_side_by_side_reach_every_member() {
    let company = Arc::new(Company::new(4 * CHUNK).await);
    for level in 1..=5 {
        let generation = company.grant(level).await;
        let (one, other) = (company.unhurried(), company.unhurried());
        let (one, other) = tokio::join!(one.of_team(company.team_id), other.of_team(company.team_id));
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        company.assert_marked_once(generation, 4 * CHUNK);
        assert_eq!(company.fan_out().await, None);
    }
}

#[tokio::test]
async fn rule_10_who_joins_or_leaves_meanwhile_is_marked_by_the_own_edit() {
    let members = 2 * CHUNK;
    let company = Company::new(members).await;
    let (early, late) = (0, members + 1);
    for number in [early, late] {
        company.add(number, &[]).await;
    }
    let generation = company.grant(3).await;
    company.one_step().of_team(company.team_id).await.unwrap();
    let team_id = company.team_id;
    for number in [early, late] {
        company.edit(number, |user| user.managed.teams = [team_id].into()).await;
    }
    for number in [1, members] {
        company.edit(number, |user| user.managed.teams = [].into()).await;
    }
    company.unhurried().of_team(company.team_id).await.unwrap();
    let marked = company.marked_for(generation).into_iter().collect::<BTreeSet<_>>();
    assert!(!marked.contains(&user_id(early)) && marked.contains(&user_id(late)));
    assert!(marked.contains(&user_id(1)) && !marked.contains(&user_id(members)), "who has left is not looked for");
    for number in early..=late {
        let level = company.carry(number).await.expect("everybody is marked");
        let is_member = ![1, members].contains(&number);
        assert_eq!(level, is_member.then_some(Level(3)), "{number}");
    }
}

#[tokio::test]
async fn a_change_and_its_fan_out_are_written_together_or_not_at_all() {
    let company = Company::new(1).await;
    let stale = company.team(company.team_id).await;
    let generation = company.grant(1).await;
    let after = domain::Team { skills: [(english(), Some(Level(9)))].into(), ..stale.clone() };
    let (origin, action) = (company.origin(), domain::audit::Action::Edited);
    let change = store::TeamChange { before: Some(&stale), after, origin, action, skills: None };
    assert!(matches!(company.directory.commit_team(change).await, Err(store::StoreError::Conflict)));
    assert_eq!(company.fan_out().await.unwrap().generation, generation);
    let read_set = ReadSet { teams: [company.team_id].into(), ..ReadSet::default() };
    assert_eq!(company.directory.snapshot(&read_set).await.unwrap().teams[&company.team_id].version, stale.version + 1);
}
