//! The law: in whatever order teams change, members come and go, invocations run and die and users are carried over, in the
//! end what was carried over last is what the team grants.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::Level;
use embedded::Dynamo;
use proptest::prelude::*;

use super::company::Company;

const USERS: usize = 7;

#[derive(Debug, Clone)]
enum Event {
    Granted(i64),
    Archived(bool),
    Toggled(usize),
    /// An invocation makes so many calls and dies.
    Invoked(usize),
    Scheduled,
    Carried(usize),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        (1..4_i64).prop_map(Event::Granted),
        any::<bool>().prop_map(Event::Archived),
        (1..=USERS).prop_map(Event::Toggled),
        (0..8_usize).prop_map(Event::Invoked),
        Just(Event::Scheduled),
        (1..=USERS).prop_map(Event::Carried),
    ];
    prop::collection::vec(event, 1..40)
}

impl Company {
    async fn happens(&self, event: &Event, carried: &mut BTreeMap<usize, Option<Level>>) {
        let two_at_a_time = |run_for| self.invocation(2, run_for);
        match *event {
            Event::Granted(level) => {
                let grant = [(super::company::english(), Some(Level(level)))];
                self.change(self.team_id, |team| team.skills = grant.into()).await;
            }
            Event::Archived(archived) => self.change(self.team_id, |team| team.archived = archived).await,
            // An archived team takes no member.
            Event::Toggled(number) if !self.team(self.team_id).await.archived => {
                let team_id = self.team_id;
                let toggle = |user: &mut domain::User| {
                    if !user.managed.teams.remove(&team_id) {
                        user.managed.teams.insert(team_id);
                    }
                };
                self.edit(number, toggle).await;
            }
            Event::Toggled(_) => {}
            Event::Invoked(calls) => {
                self.store.steps.die_after(calls);
                self.store.steps.run(two_at_a_time(Duration::from_mins(1)).of_team(self.team_id)).await;
                self.store.steps.live();
            }
            Event::Scheduled => {
                self.clock.advance(15);
                two_at_a_time(Duration::ZERO).due().await.unwrap();
            }
            Event::Carried(number) => {
                if let Some(level) = self.carry(number).await {
                    carried.insert(number, level);
                }
            }
        }
    }
}

#[test]
fn rules_15_to_21_in_the_end_every_user_has_what_the_team_grants_whatever_happened_in_which_order() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let dynamo = Arc::new(runtime.block_on(Dynamo::memory()).unwrap());
    let config = ProptestConfig { cases: 16, ..ProptestConfig::default() };
    proptest!(config, |(events in events())| {
        runtime.block_on(async {
            let company = Company::on(&dynamo, USERS).await;
            let mut carried = BTreeMap::new();
            for event in &events {
                company.happens(event, &mut carried).await;
            }
            while company.fan_out().await.is_some() {
                company.happens(&Event::Scheduled, &mut carried).await;
            }
            for number in 1..=USERS {
                company.happens(&Event::Carried(number), &mut carried).await;
            }
            let team = company.team(company.team_id).await;
            let granted = team.skills.values().next().copied().flatten().filter(|_| team.grants_skills());
            for number in 1..=USERS {
                let is_member = company.is_member(number).await;
                let has = carried.get(&number).copied().flatten();
                assert_eq!(has, granted.filter(|_| is_member), "user {number}");
            }
        });
    });
}
