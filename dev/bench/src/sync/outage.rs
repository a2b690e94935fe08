//! Twilio answers nothing for some minutes, while users are edited: how little is asked meanwhile, and how soon after it all
//! of them are carried over.
//!
//! The clock is moved on by hand. The schedule runs at each full minute; the outage ends just after a run, which is when the
//! next one is furthest away.

use std::time::Instant;

use domain::UserId;
use jiff::SignedDuration;
use serde_json::json;
use store::Directory;

use super::{
    contact_center::{Agent, ContactCenter, NEW_SKILL, Sync, is_nothing_pending, worker_sync},
    movable_clock::MovableClock,
};
use crate::{
    Fallible,
    fixture::directory_at,
    numbers::count,
    report::Report,
    requests::{ApiRequest, body_of},
};

pub const MINUTES: usize = 10;
pub const EDITS: usize = MINUTES * EDITS_A_MINUTE;

const EDITS_A_MINUTE: usize = 50;
const BETWEEN_EDITS: SignedDuration = SignedDuration::from_millis(1_200);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// More REST calls than these are not to be made during the outage: because of edits, and by one run of the schedule.
const CALLS_OF_EDITS: usize = 3;
const PROBES_OF_A_RUN: usize = 1;

/// After so many minutes everything is to be carried over.
const MINUTES_AFTERWARDS: usize = 2;

/// After so many it is given up.
const MOST_MINUTES_AFTERWARDS: usize = 10;

struct Outage {
    sync: Sync<MovableClock>,
    directory: Directory,
    clock: MovableClock,
    caller: UserId,
    agents: Vec<Agent>,
}

pub async fn outage(report: &Report) -> Fallible<()> {
    let center = ContactCenter::of(EDITS).await?;
    let (directory, clock) = (directory_at(&center.fixture.dynamo.url()), MovableClock::start());
    let sync = worker_sync(directory.clone(), center.taskrouter, clock.clone());
    let outage = Outage { sync, directory, clock, caller: center.owner.user_id, agents: center.agents };
    outage.during(report).await?;
    outage.afterwards(report).await
}

impl Outage {
    async fn during(&self, report: &Report) -> Fallible<()> {
        self.sync.taskrouter.set_down(true);
        let (mut of_edits, mut of_runs) = (0, Vec::new());
        for (minute, agents) in self.agents.chunks(EDITS_A_MINUTE).enumerate() {
            let mut at = MINUTE * i32::try_from(minute)?;
            for agent in agents {
                self.clock.move_to(at);
                self.edit(agent).await?;
                let failed = self.sync.sync_changed([agent.user.user_id].into()).await?.failed;
                report.limit(failed.is_empty(), "an edit during an outage could not be looked at");
                at += BETWEEN_EDITS;
            }
            of_edits += self.sync.taskrouter.take_calls().len();
            of_runs.push(self.run_schedule(minute + 1).await?);
        }
        let most = of_runs.iter().copied().max().unwrap_or(0);
        report.figure("REST calls because of edits, until Twilio counts as down", count(of_edits), "calls");
        let what = format!("{of_edits} REST calls because of edits during an outage are more than {CALLS_OF_EDITS}");
        report.limit(of_edits <= CALLS_OF_EDITS, what);
        report.figure("REST calls of one run of the schedule: most", count(most), "calls");
        let what = format!("{most} REST calls of one run while Twilio is down are more than {PROBES_OF_A_RUN}");
        report.limit(most <= PROBES_OF_A_RUN, what);
        Ok(())
    }

    async fn afterwards(&self, report: &Report) -> Fallible<()> {
        self.sync.taskrouter.set_down(false);
        let began = Instant::now();
        let (mut minutes, mut calls) = (0, 0);
        while !is_nothing_pending(&self.directory).await? && minutes < MOST_MINUTES_AFTERWARDS {
            minutes += 1;
            calls += self.run_schedule(MINUTES + minutes).await?;
        }
        report.figure("from its end until all is carried over: runs, one a minute", count(minutes), "runs");
        report.figure("time of these runs", began.elapsed().as_secs_f64(), "s");
        report.figure("REST calls of these runs for an edit: mean", count(calls) / count(EDITS), "calls");
        let what = format!("{minutes} minutes after an outage are more than {MINUTES_AFTERWARDS}");
        report.limit(minutes <= MINUTES_AFTERWARDS, what);
        let reached = self.agents.iter().filter(|agent| agent.has_new_skill(&self.sync.taskrouter)).count();
        report.limit(reached == EDITS, format!("{reached} of {EDITS} edits reached TaskRouter after an outage"));
        Ok(())
    }

    /// Through the function, as the gateway calls it.
    async fn edit(&self, agent: &Agent) -> Fallible<()> {
        let parameters = vec![("user_id", agent.user.user_id.to_string()), ("skill", NEW_SKILL.to_owned())];
        let request = ApiRequest::new("PUT /users/{user_id}/skills/{skill}", parameters).body(json!({"level": 80}));
        let edited = assign_skill::handle(&self.directory, &self.clock, request.by(self.caller)?).await;
        body_of(edited).map(drop)
    }

    /// The REST calls of the run at this minute.
    async fn run_schedule(&self, minute: usize) -> Fallible<usize> {
        self.clock.move_to(MINUTE * i32::try_from(minute)?);
        self.sync.sync_due().await?;
        Ok(self.sync.taskrouter.take_calls().len())
    }
}
