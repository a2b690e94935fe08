//! A bulk job at its pace, through the local gateway, and edits by hand while it is carried over.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use local::{Options, Stack};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::delay::DelayBench;
use crate::{Fallible, numbers::count, report::Report};

/// At 25 a second the job takes eight seconds.
pub const USERS: usize = 200;

/// An edit by hand is to be live in this time, whatever a job is doing.
const LIVE_WITHIN: Duration = Duration::from_secs(5);

/// More REST calls for one user are not to be made.
const CALLS_OF_A_USER: f64 = 2.0;

const POLL: Duration = Duration::from_millis(200);
const GIVE_UP_AFTER: Duration = Duration::from_mins(3);

pub async fn beside_job(report: &Report) -> Fallible<()> {
    let data = tempfile::tempdir()?;
    let bench =
        DelayBench::start(Stack::start(Options { seed: USERS, ..Options::for_test(data.path()) }).await?).await?;
    bench.send(Method::POST, "/skill-sets", &json!({"name": "Bench"})).await?;
    bench.send(Method::PUT, "/skill-sets/Bench/skills/Bench_skill", &json!({})).await?;
    // Who logged in a moment ago is still carried over.
    bench.until("nothing is pending", async || bench.is_empty("/users?sync=pending&limit=1").await).await?;

    let edit = json!({"skills": {"add": [{"skill": "Bench_skill", "level": 7}]}});
    let job =
        bench.send(Method::POST, "/bulk", &json!({"users": {"query": {"role": "agent"}}, "change": edit})).await?;
    let path = format!("/jobs/{}", job["job_id"].as_str().ok_or("a job without an id")?);
    bench.until("the plan is made", async || bench.is_in_state(&path, "planned").await).await?;
    let job = bench.send(Method::GET, &path, &Value::Null).await?;
    let before = bench.calls().await?.len();
    bench.send(Method::POST, &format!("{path}/apply"), &json!({"plan": job["plan"]["hash"]})).await?;

    let (mut longest, mut edits) = (Duration::ZERO, 0);
    while !bench.is_in_state(&path, "done").await? {
        longest = longest.max(bench.edit(edits).await?);
        edits += 1;
    }
    bench.until("everybody is carried over", async || bench.is_empty("/users?sync=pending&limit=1").await).await?;

    let calls = bench.calls().await?;
    let of_workers = calls_of_workers(&calls[before.min(calls.len())..], bench.worker_sid.as_str());
    let users = job["plan"]["changed"].as_u64().unwrap_or_default();
    let each = count(of_workers.values().sum()) / count(of_workers.len());
    report.figure("users changed", count(usize::try_from(users)?), "users");
    report.figure("edits by hand meanwhile", count(edits), "edits");
    report.figure("until TaskRouter shows an edit by hand: longest", longest.as_secs_f64() * 1_000.0, "ms");
    report.figure("REST calls for a user of the job: mean", each, "calls");
    report.limit(edits > 0, "no edit by hand was made while the job was at work".to_owned());
    report.limit(longest <= LIVE_WITHIN, format!("an edit by hand is live after {longest:?} while a job is at work"));
    report.limit(each <= CALLS_OF_A_USER, format!("{each:.2} REST calls for each user of the job"));
    bench.stack.stop().await;
    Ok(())
}

impl DelayBench {
    async fn send(&self, method: Method, path: &str, body: &Value) -> Fallible<Value> {
        let request = self.client.request(method, format!("{}{path}", self.stack.url())).bearer_auth(&self.token);
        let request = if body.is_null() { request } else { request.json(body) };
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    async fn is_in_state(&self, job: &str, state: &str) -> Fallible<bool> {
        let job = self.send(Method::GET, job, &Value::Null).await?;
        if job["state"] == "failed" { Err(format!("the job failed: {job}").into()) } else { Ok(job["state"] == state) }
    }

    async fn is_empty(&self, list: &str) -> Fallible<bool> {
        let page = self.send(Method::GET, list, &Value::Null).await?;
        Ok(page["items"].as_array().is_some_and(Vec::is_empty) && page["next_cursor"].is_null())
    }

    /// The REST calls that TaskRouter has received.
    async fn calls(&self) -> Fallible<Vec<Value>> {
        let calls = self.client.get(format!("{}/sim/calls", self.stack.simulator_url())).send().await?;
        let calls: Value = calls.error_for_status()?.json().await?;
        Ok(calls["items"].as_array().cloned().unwrap_or_default())
    }

    async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> Fallible<bool>) -> Fallible<()> {
        let began = Instant::now();
        while !holds().await? {
            if began.elapsed() > GIVE_UP_AFTER {
                return Err(format!("waited for {GIVE_UP_AFTER:?} until {what}").into());
            }
            sleep(POLL).await;
        }
        Ok(())
    }
}

/// The calls about each worker but this one, who is edited by hand.
fn calls_of_workers(calls: &[Value], edited: &str) -> BTreeMap<String, usize> {
    let mut of_workers = BTreeMap::new();
    let sids = calls.iter().filter_map(|call| call["path"].as_str()?.split_once("/Workers/WK"));
    for sid in sids.map(|(_, rest)| format!("WK{}", rest.split('/').next().unwrap_or_default())) {
        if sid != edited {
            *of_workers.entry(sid).or_default() += 1;
        }
    }
    of_workers
}
