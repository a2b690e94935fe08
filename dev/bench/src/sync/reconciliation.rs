//! Adopting a workspace, reconciling a large one, and a login whose callback was lost.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use app::{
    SystemTimeAndIds,
    ingest::WorkerIngest,
    reconcile::{Pace, WorkerReconcile},
    sync::OfflineActivity,
};
use domain::{
    SkillName, User, WorkerSid,
    policy::Policy,
    reconciliation::{Reconciliation, ReconciliationState},
};
use local::{Options, Stack};
use serde_json::{Value, json};
use store::{Directory, SurveyDirectory as _, schema::keys::by_name, search::index};

use crate::{
    Fallible,
    callbacks::attributes,
    cost::Cost,
    cost_meter::CostMeter,
    fixture::{Fixture, directory_at, import},
    numbers::count,
    proxy::Proxy,
    report::Report,
    sample_users::SampleUsers,
    taskrouter::InMemoryTaskRouter,
};

pub const ADOPTED: usize = 5_000;
pub const WORKERS: usize = 10_000;

/// One worker in so many is overwritten while callbacks are lost.
const ONE_DRIFTED_IN: usize = 100;

/// The limits of a reconciliation in which nothing differs.
const LIST_CALLS: usize = 10;
const READ_UNITS_OF_A_WORKER: f64 = 0.6;
/// Those of the reconciliation's own item: claimed, and finished.
const WRITES: usize = 2;

const WRITE_UNITS_OF_A_REPAIR: f64 = 20.0;
const WRITE_UNITS_OF_AN_ADOPTION: f64 = 25.0;

const CALLS_OF_A_LOST_LOGIN: usize = 2;

/// Without pauses: how long the pace takes is known.
const PACE: Pace =
    Pace { at_once: 50, step: Duration::ZERO, run_for: Duration::from_hours(1), lease: Duration::from_hours(1) };

type Reconcile = WorkerReconcile<Directory, InMemoryTaskRouter, SystemTimeAndIds>;

struct ReconciliationBench<'a> {
    report: &'a Report,
    fixture: Fixture,
    meter: Proxy<CostMeter>,
    reconcile: Reconcile,
    workers: Vec<(WorkerSid, Value)>,
}

/// What a run has cost.
struct Measured {
    run: Reconciliation,
    cost: Cost,
    writes: usize,
    rest_calls: usize,
    seconds: f64,
}

pub async fn reconciliation(report: &Report) -> Fallible<()> {
    let bench = ReconciliationBench::start(report).await?;
    bench.put(&bench.workers[..ADOPTED]);
    let adopted = bench.measured(&format!("adopt {ADOPTED} workers"), ADOPTED).await?;
    bench.report.figure("adopt: seconds without pauses", adopted.seconds, "s");
    let (units, most) = (adopted.cost.write_units / count(ADOPTED), WRITE_UNITS_OF_AN_ADOPTION);
    report.limit(units <= most, format!("{units} write units for each adopted worker are more than {most}"));
    report.limit(adopted.run.done.adopted == ADOPTED as u64, format!("{} were adopted", adopted.run.done.adopted));

    bench.put(&bench.workers[ADOPTED..]);
    bench.run().await?;
    bench.index_the_first().await?;
    bench.forget();
    bench.unchanged().await?;
    bench.drifted().await?;
    lost_login(report).await
}

impl<'a> ReconciliationBench<'a> {
    /// A workspace of which the directory knows nothing.
    async fn start(report: &'a Report) -> Fallible<Self> {
        let sample = SampleUsers::new(WORKERS)?;
        let workers = sample.users.iter().enumerate().map(|(n, user)| worker(n, user)).collect();
        let none = SampleUsers { users: Vec::new(), teams: Vec::new(), skills: Vec::new() };
        let fixture = Fixture::of(none).await?;
        let meter = Proxy::start(fixture.dynamo.url(), CostMeter::without_rounds()).await?;
        let ingest = WorkerIngest {
            store: directory_at(meter.url()),
            taskrouter: InMemoryTaskRouter::default(),
            time_and_ids: SystemTimeAndIds,
            policy: Policy::default(),
        };
        let reconcile = WorkerReconcile { ingest, offline: OfflineActivity::default(), pace: PACE };
        Ok(Self { report, fixture, meter, reconcile, workers })
    }

    fn put(&self, workers: &[(WorkerSid, Value)]) {
        for (sid, attributes) in workers {
            self.reconcile.ingest.taskrouter.put(sid, attributes.to_string());
        }
    }

    async fn run(&self) -> Fallible<Reconciliation> {
        let run = self.reconcile.run(|_| {}).await?.ok_or("another run is at it")?;
        if run.state == ReconciliationState::Done { Ok(run) } else { Err(format!("a run ended as {run:?}").into()) }
    }

    fn forget(&self) {
        self.meter.intercept().take();
        self.reconcile.ingest.taskrouter.take_calls();
    }

    /// Runs, and prints what it has cost for each of so many workers.
    async fn measured(&self, what: &str, workers: usize) -> Fallible<Measured> {
        let began = Instant::now();
        let run = self.run().await?;
        let seconds = began.elapsed().as_secs_f64();
        let (table_calls, rest) = (self.meter.intercept().take(), self.reconcile.ingest.taskrouter.take_calls());
        let cost = Cost::of(&table_calls);
        let is_read = |operation: &str| ["GetItem", "BatchGetItem", "Query"].contains(&operation);
        let writes = table_calls.iter().filter(|call| !is_read(&call.operation)).count();
        let rest_writes = rest.iter().filter(|call| call.is_write).count();
        self.report.figure(format!("{what}: REST calls"), count(rest.len()), "calls");
        self.report.figure(format!("{what}: read units a worker"), cost.read_units / count(workers), "read units");
        self.report.figure(format!("{what}: write units a worker"), cost.write_units / count(workers), "write units");
        self.report.limit(rest_writes == 0, format!("{what}: {rest_writes} writes to TaskRouter"));
        Ok(Measured { run, cost, writes, rest_calls: rest.len(), seconds })
    }

    /// `index` does not run here. Without entries, a run would put those of the users that it compares.
    async fn index_the_first(&self) -> Fallible<()> {
        let mut users = self.reconcile.ingest.store.all_users().await?;
        users.sort_by_cached_key(by_name);
        let entries = users.iter().take(20).map(|user| Ok(index::entries(user)?.into_values().collect()));
        import(self.fixture.dynamo.database(), entries.collect::<Fallible<Vec<Vec<_>>>>()?.concat())
    }

    async fn unchanged(&self) -> Fallible<()> {
        let what = format!("reconcile {WORKERS} workers");
        let Measured { run, cost, writes, rest_calls, .. } = self.measured(&what, WORKERS).await?;
        let report = self.report;
        report.limit(rest_calls <= LIST_CALLS, format!("{what}: {rest_calls} REST calls are more than {LIST_CALLS}"));
        let units = cost.read_units / count(WORKERS);
        let most = READ_UNITS_OF_A_WORKER;
        report.limit(units <= most, format!("{what}: {units} read units a worker are more than {most}"));
        report.limit(writes <= WRITES, format!("{what}: {writes} writes are more than the run's own {WRITES}"));
        let applied = run.done.adopted + run.done.repaired + run.done.woken;
        report.limit(applied == 0, format!("{what}: {applied} workers differ"));
        Ok(())
    }

    async fn drifted(&self) -> Fallible<()> {
        let drifted = self.workers.iter().step_by(ONE_DRIFTED_IN).cloned().collect::<Vec<_>>();
        for (sid, attributes) in &drifted {
            let mut attributes = attributes.clone();
            attributes["routing"] = json!({"skills": ["Overwritten"], "levels": {}});
            self.reconcile.ingest.taskrouter.put(sid, attributes.to_string());
        }
        let what = format!("reconcile {WORKERS} workers, {} drifted", drifted.len());
        let measured = self.measured(&what, WORKERS).await?;
        let woken = self.reconcile.ingest.store.pending_users().await?;
        let woken = woken.iter().map(|pending| pending.user_id).collect::<BTreeSet<_>>().len();
        self.report.limit(woken == drifted.len(), format!("{what}: {woken} of them are looked at"));
        let (calls, most) = (measured.rest_calls, LIST_CALLS + drifted.len());
        self.report.limit(calls <= most, format!("{what}: {calls} REST calls are more than {most}"));
        let (units, most) = (measured.cost.write_units / count(drifted.len()), WRITE_UNITS_OF_A_REPAIR);
        self.report.limit(units <= most, format!("{what}: {units} write units for each of them are more than {most}"));
        Ok(())
    }
}

/// The worker of a sample user, as Flex writes it.
fn worker(n: usize, user: &User) -> (WorkerSid, Value) {
    let mut attributes = attributes(user.name(), user.identity.as_str());
    let skills = &user.managed.assigned_skills;
    let levels = skills.iter().filter_map(|(name, level)| Some((name.as_str().to_owned(), json!((*level)?))));
    let names = skills.keys().map(SkillName::as_str).collect::<Vec<_>>();
    attributes["routing"] = json!({"skills": names, "levels": levels.collect::<serde_json::Map<_, _>>()});
    (WorkerSid::new(format!("WK{n:032x}")), attributes)
}

/// The REST calls until the API answers a user whose callback was lost.
async fn lost_login(report: &Report) -> Fallible<()> {
    let data = tempfile::tempdir()?;
    let stack = Stack::start(Options { seed: 0, ..Options::for_test(data.path()) }).await?;
    let (client, simulator) = (reqwest::Client::new(), stack.simulator_url().to_owned());
    let faults = client.post(format!("{simulator}/sim/faults")).json(&json!({"callbacks": {"drop": true}}));
    faults.send().await?.error_for_status()?;
    let claims = json!({"identity": "lost@example.com", "full_name": "Lost", "email": "lost@example.com",
        "roles": ["supervisor"]});
    let login = client.post(format!("{simulator}/sim/logins")).json(&claims).send().await?.error_for_status()?;
    let login: Value = login.json().await?;
    let token = login["token"].as_str().ok_or("a login without a token")?;
    let before = calls(&client, &simulator).await?;
    let me = client.get(format!("{}/me", stack.url())).bearer_auth(token).send().await?;
    report.limit(me.status().is_success(), format!("a lost login is answered {}", me.status()));
    let made = calls(&client, &simulator).await? - before;
    let (what, most) = ("a lost login, until GET /me answers", CALLS_OF_A_LOST_LOGIN);
    report.figure(format!("{what}: REST calls"), count(made), "calls");
    report.limit(made <= most, format!("{what}: {made} REST calls are more than {most}"));
    stack.stop().await;
    Ok(())
}

async fn calls(client: &reqwest::Client, simulator: &str) -> Fallible<usize> {
    let calls: Value = client.get(format!("{simulator}/sim/calls")).send().await?.json().await?;
    Ok(calls["items"].as_array().map_or(0, Vec::len))
}
