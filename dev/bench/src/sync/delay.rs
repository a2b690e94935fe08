//! How long it takes until TaskRouter shows an edit that was made through the local gateway, compared with the two bare REST
//! calls of it.

use std::time::{Duration, Instant};

use domain::{Identity, Role, UserId, WorkerSid};
use local::{
    Options, Stack,
    names::{TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_WORKSPACE_SID},
};
use reqwest::Client;
use serde_json::json;
use store::{Directory, ReadSet, ReadSnapshot as _, ViewUser as _};
use tokio::time::sleep;
use twilio::{FetchWorker as _, UpdateWorker as _, WorkerUpdate};

use crate::{Fallible, fixture::directory_at, report::Report, times::percentile};

/// How often each is timed, after a tenth as many that are not.
const TIMES: usize = 100;

/// Between two looks at what is waited for.
const POLL: Duration = Duration::from_millis(2);

/// After this time something is wrong.
const GIVE_UP_AFTER: Duration = Duration::from_secs(30);

/// More than this is not to be added to the bare calls.
const ADDED_MS: f64 = 1_000.0;

/// A stack, and an agent in it whose role is edited.
pub(super) struct DelayBench {
    pub(super) stack: Stack,
    pub(super) client: Client,
    directory: Directory,
    taskrouter: twilio::Client,
    /// Of an account owner.
    pub(super) token: String,
    edited: UserId,
    pub(super) worker_sid: WorkerSid,
}

pub async fn delay(report: &Report) -> Fallible<()> {
    let data = tempfile::tempdir()?;
    let bench = DelayBench::start(Stack::start(Options { seed: 4, ..Options::for_test(data.path()) }).await?).await?;
    let bare =
        timed(report, "fetch and update a worker, the two bare REST calls", async |n| bench.bare(n).await).await?;
    let edits = timed(report, "edit a role, until TaskRouter shows it", async |n| bench.edit(n).await).await?;
    let what =
        format!("TaskRouter shows an edit after {edits} ms (p99): {bare} ms and {ADDED_MS} ms more are the limit");
    report.limit(edits <= bare + ADDED_MS, what);
    bench.stack.stop().await;
    Ok(())
}

impl DelayBench {
    pub(super) async fn start(stack: Stack) -> Fallible<Self> {
        let of_role = |role: Role| stack.demo_users().iter().find(move |user| user.role == role.name());
        let token = of_role(Role::AccountOwner).ok_or("no account owner has logged in")?.token.clone();
        let identity = Identity::parse(&of_role(Role::Agent).ok_or("no agent has logged in")?.identity)?;
        let directory = directory_at(&stack.endpoints().dynamodb);
        let edited = directory.user_id_of_identity(&identity).await?.ok_or("the agent is no user")?;
        let user = directory.user(edited).await?.ok_or("the agent has no profile")?;
        let worker_sid = user.taskrouter.worker_sid.ok_or("the agent has no worker")?;
        let taskrouter = twilio::Client::new(twilio::Config {
            taskrouter_url: stack.simulator_url().to_owned(),
            iam_url: stack.simulator_url().to_owned(),
            flex_url: stack.simulator_url().to_owned(),
            events_url: stack.simulator_url().to_owned(),
            webhooks_url: stack.simulator_url().to_owned(),
            region: None,
            edge: None,
            account_sid: TWILIO_ACCOUNT_SID.to_owned(),
            workspace_sid: TWILIO_WORKSPACE_SID.to_owned(),
            auth_token: TWILIO_AUTH_TOKEN.into(),
            api_key: None,
            timeout: twilio::Config::DEFAULT_TIMEOUT,
        })?;
        Ok(Self { stack, client: Client::new(), directory, taskrouter, token, edited, worker_sid })
    }

    /// Writes the attributes that the worker has.
    async fn bare(&self, _: usize) -> Fallible<Duration> {
        let began = Instant::now();
        let worker = self.taskrouter.fetch_worker(&self.worker_sid).await?.ok_or("no worker")?;
        let update = WorkerUpdate { attributes: worker.attributes, ..WorkerUpdate::default() };
        self.taskrouter.update_worker(&self.worker_sid, &update, worker.version).await?.ok_or("no worker any more")?;
        Ok(began.elapsed())
    }

    /// How long it takes until TaskRouter shows another role of the agent.
    pub(super) async fn edit(&self, n: usize) -> Fallible<Duration> {
        let role = if n.is_multiple_of(2) { Role::Supervisor } else { Role::Agent };
        let url = format!("{}/users/{}", self.stack.url(), self.edited);
        let began = Instant::now();
        let patch = self.client.patch(url).bearer_auth(&self.token).json(&json!({"role": role}));
        patch.send().await?.error_for_status()?;
        until(async || self.is_shown(role).await).await?;
        let took = began.elapsed();
        until(async || self.is_carried_over().await).await?;
        Ok(took)
    }

    async fn is_shown(&self, role: Role) -> Fallible<bool> {
        let worker = self.taskrouter.fetch_worker(&self.worker_sid).await?.ok_or("no worker")?;
        Ok(worker.owned_attributes().and_then(|owned| owned.role()) == Some(role))
    }

    async fn is_carried_over(&self) -> Fallible<bool> {
        let read_set = ReadSet { outbox: Some(self.edited), ..ReadSet::default() };
        Ok(self.directory.snapshot(&read_set).await?.outbox.is_none())
    }
}

async fn until(mut holds: impl AsyncFnMut() -> Fallible<bool>) -> Fallible<()> {
    let began = Instant::now();
    while !holds().await? {
        if began.elapsed() > GIVE_UP_AFTER {
            return Err(format!("an edit is not carried over after {GIVE_UP_AFTER:?}").into());
        }
        sleep(POLL).await;
    }
    Ok(())
}

/// Prints how long this took, in milliseconds, and returns the 99th percentile.
async fn timed(report: &Report, what: &str, mut work: impl AsyncFnMut(usize) -> Fallible<Duration>) -> Fallible<f64> {
    let mut times = Vec::with_capacity(TIMES);
    for n in 0..TIMES + TIMES / 10 {
        times.push(work(n).await?.as_secs_f64() * 1_000.0);
    }
    let times = &mut times[TIMES / 10..];
    report.figure(format!("{what}: p50"), percentile(times, 50), "ms");
    let p99 = percentile(times, 99);
    report.figure(format!("{what}: p99"), p99, "ms");
    Ok(p99)
}
