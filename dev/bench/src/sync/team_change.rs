//! A team with many members gets a skill: what that costs for each of them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use app::{
    SystemTimeAndIds, TimeAndIds as _,
    fan_out::{Pace, TeamFanOut},
};
use domain::{Level, SkillName, TeamId, UserId, WorkerSid, audit::Action};
use jiff::Timestamp;
use store::{ChangeOrigin, CommitTeam as _, Directory, FanOut, FanOutStep, FanOutTeams, StoreError, TeamChange};

use super::contact_center::{ContactCenter, NEW_SKILL, is_nothing_pending, worker_sync};
use crate::{
    Fallible, cost::Cost, cost_meter::CostMeter, fixture::directory_at, functions::function, numbers::count,
    proxy::Proxy, report::Report, taskrouter::Call,
};

pub const MEMBERS: usize = 1_000;

/// More REST calls for one member are not to be made.
const CALLS_OF_A_MEMBER: usize = 2;

/// Without pauses: how long marking takes is not measured here.
const PACE: Pace = Pace { members: 25, pause: Duration::ZERO, run_for: Duration::from_hours(1) };

/// A directory that remembers which members were marked.
struct Watched {
    directory: Directory,
    marked: Mutex<Vec<UserId>>,
}

pub async fn team_change(report: &Report) -> Fallible<()> {
    let center = ContactCenter::of(MEMBERS).await?;
    let meter = Proxy::start(center.fixture.dynamo.url(), CostMeter::without_rounds()).await?;
    let directory = directory_at(meter.url());
    change(&directory, &center).await?;

    meter.intercept().take();
    let marked = mark_members(&directory, center.team.team_id).await?;
    let marking = Cost::of(&meter.intercept().take());
    let ContactCenter { agents, taskrouter, .. } = center;
    let sync = worker_sync(directory.clone(), taskrouter, SystemTimeAndIds);
    let batch_size = function("sync")?.streams.first().ok_or("sync reads no stream")?.batch_size;
    for batch in marked.chunks(batch_size) {
        let failed = sync.sync_changed(batch.iter().copied().collect()).await?.failed;
        report.limit(failed.is_empty(), format!("{} members could not be looked at", failed.len()));
    }
    let carrying = Cost::of(&meter.intercept().take());

    report.figure("members", count(MEMBERS), "users");
    calls(report, &sync.taskrouter.take_calls());
    units(report, "mark", marking);
    units(report, "carry over", carrying);
    let most = *times(&marked).values().max().unwrap_or(&0);
    report.limit(most <= 1, format!("a member was marked {most} times"));
    let reached = agents.iter().filter(|agent| agent.has_new_skill(&sync.taskrouter)).count();
    let is_finished = reached == MEMBERS && is_nothing_pending(&directory).await?;
    report.limit(is_finished, format!("a team's change reached {reached} of {MEMBERS} members"));
    Ok(())
}

async fn change(directory: &Directory, center: &ContactCenter) -> Fallible<()> {
    let mut after = center.team.clone();
    after.skills.insert(SkillName::new(NEW_SKILL)?, Some(Level(80)));
    let origin = ChangeOrigin::operator("bench", SystemTimeAndIds.now(), SystemTimeAndIds.ordered_id());
    let change = TeamChange { before: Some(&center.team), after, origin, action: Action::Edited, skills: None };
    directory.commit_team(change).await?;
    Ok(())
}

/// Those who were marked, in this order.
async fn mark_members(directory: &Directory, team_id: TeamId) -> Fallible<Vec<UserId>> {
    let store = Watched { directory: directory.clone(), marked: Mutex::default() };
    let fan_out = TeamFanOut { store, time_and_ids: SystemTimeAndIds, pace: PACE };
    fan_out.of_team(team_id).await?;
    Ok(fan_out.store.marked.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn calls(report: &Report, calls: &[Call]) {
    let of_member = times(calls.iter().filter_map(|call| call.worker_sid.as_ref()));
    let writes = calls.iter().filter(|call| call.is_write).filter_map(|call| call.worker_sid.as_ref());
    let most = *of_member.values().max().unwrap_or(&0);
    let most_writes = *times::<&WorkerSid>(writes).values().max().unwrap_or(&0);
    report.figure("REST calls for a member: mean", count(calls.len()) / count(MEMBERS), "calls");
    report.figure("REST calls for a member: most", count(most), "calls");
    report
        .limit(most <= CALLS_OF_A_MEMBER, format!("{most} REST calls for a member are more than {CALLS_OF_A_MEMBER}"));
    report.limit(most_writes <= 1, format!("a member was written {most_writes} times"));
    let all = CALLS_OF_A_MEMBER * MEMBERS;
    report.limit(calls.len() <= all, format!("{} REST calls for all members are more than {all}", calls.len()));
}

fn units(report: &Report, what: &str, cost: Cost) {
    for (units, unit) in [(cost.read_units, "read units"), (cost.write_units, "write units")] {
        report.figure(format!("{what} a member: {unit}"), units / count(MEMBERS), unit);
    }
}

/// How often each occurs.
fn times<T: Ord>(of: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let mut times = BTreeMap::new();
    for one in of {
        *times.entry(one).or_default() += 1;
    }
    times
}

impl FanOutTeams for Watched {
    async fn fan_out(&self, team_id: TeamId) -> Result<Option<FanOut>, StoreError> {
        self.directory.fan_out(team_id).await
    }

    async fn next_members(&self, fan_out: &FanOut, limit: usize) -> Result<(Vec<UserId>, Option<UserId>), StoreError> {
        self.directory.next_members(fan_out, limit).await
    }

    async fn fan_out_step(&self, step: FanOutStep<'_>) -> Result<(), StoreError> {
        self.directory.fan_out_step(step.clone()).await?;
        let members = step.members.iter().map(|(member, _)| *member);
        self.marked.lock().unwrap_or_else(PoisonError::into_inner).extend(members);
        Ok(())
    }

    async fn due_fan_outs(&self, now: Timestamp, limit: usize) -> Result<Vec<TeamId>, StoreError> {
        self.directory.due_fan_outs(now, limit).await
    }
}
