//! The schedule continues what is due, and nothing else.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Level, TeamId};
use uuid::Uuid;

use super::company::{CHUNK, Company, english, user_id};

const A_MINUTE: i64 = 60;

#[tokio::test]
async fn where_nothing_is_due_the_schedule_makes_one_query() {
    let company = Company::new(1).await;
    company.store.steps.die_after(1);
    assert!(company.store.steps.run(company.unhurried().due()).await.is_some(), "it made more than one call");
}

#[tokio::test]
async fn a_change_whose_invocation_failed_reaches_the_members_within_a_minute() {
    let company = Company::new(3).await;
    let generation = company.grant(1).await;
    company.unhurried().due().await.unwrap();
    assert_eq!(company.marked_for(generation), [], "the invocation has time to begin");
    company.clock.advance(A_MINUTE);
    company.unhurried().due().await.unwrap();
    company.assert_marked_once(generation, 3);
    assert_eq!(company.fan_out().await, None);
}

#[tokio::test]
async fn an_invocation_ends_when_its_time_is_over_and_the_schedule_continues() {
    let company = Company::new(2 * CHUNK + 1).await;
    let generation = company.grant(1).await;
    company.one_step().of_team(company.team_id).await.unwrap();
    assert_eq!(company.fan_out().await.unwrap().last_marked, Some(user_id(CHUNK)));
    company.unhurried().due().await.unwrap();
    assert_eq!(company.marked_for(generation).len(), CHUNK, "an invocation may still be at it");
    for done in [2 * CHUNK, 2 * CHUNK + 1] {
        company.clock.advance(A_MINUTE);
        company.one_step().due().await.unwrap();
        assert_eq!(company.marked_for(generation).len(), done);
    }
    assert_eq!(company.fan_out().await, None);
}

#[tokio::test]
async fn the_team_that_has_waited_longest_is_continued_first() {
    let company = Company::new(3 * CHUNK).await;
    let other = TeamId::new(Uuid::from_u128(1));
    company.put_team(other).await;
    company.add(1_000, &[other]).await;
    company.grant(1).await;
    company.clock.advance(1);
    company.change(other, |team| team.skills = [(english(), Some(Level(1)))].into()).await;
    company.clock.advance(A_MINUTE);
    company.one_step().due().await.unwrap();
    assert!(!company.outboxes().await.contains_key(&user_id(1_000)), "the first had its turn");
    company.clock.advance(A_MINUTE);
    company.one_step().due().await.unwrap();
    assert!(company.outboxes().await.contains_key(&user_id(1_000)), "and then the second");
    assert!(company.fan_out().await.is_some());
}

#[tokio::test]
async fn a_fan_out_that_cannot_be_read_does_not_hold_up_those_of_other_teams() {
    let company = Company::new(2).await;
    let other = TeamId::new(Uuid::from_u128(1));
    company.put_team(other).await;
    company.change(other, |team| team.skills = [(english(), None)].into()).await;
    let spoil = company.directory.client().update_item().table_name(company.directory.name());
    let spoil = spoil.key("pk", AttributeValue::S(format!("TEAM#{other}")));
    let spoil = spoil.key("sk", AttributeValue::S("FANOUT".to_owned())).update_expression("SET last_marked = :none");
    spoil.expression_attribute_values(":none", AttributeValue::Bool(true)).send().await.unwrap();
    company.clock.advance(1);
    let generation = company.grant(1).await;
    company.clock.advance(A_MINUTE);
    company.unhurried().due().await.unwrap();
    company.assert_marked_once(generation, 2);
}
