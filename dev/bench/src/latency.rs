//! How long search and webhook take through the local gateway, compared with the bare DynamoDB calls.

use std::time::{Duration, Instant};

use domain::{
    ReportVersion, SearchText, WorkerReport, WorkerSid,
    search::{StatusFilter, UserQuery},
};
use local::{
    Options, Stack,
    names::{TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_WORKSPACE_SID},
};
use reqwest::Client;
use secrecy::SecretString;
use store::{Directory, FindUsers, Order, RecordReport, ViewUser};
use twilio::signature;

use crate::{
    Fallible,
    callbacks::{Callback, attributes},
    fixture::{directory_at, load},
    report::Report,
    sample_users::SampleUsers,
    times::percentile,
};

/// How often each is timed, after a tenth as many that are not.
const TIMES: usize = 500;

const WORD: &str = "lovelace";

const PATH: &str = "/webhooks/taskrouter";

struct LatencyBench {
    stack: Stack,
    client: Client,
    directory: Directory,
    token: String,
}

/// Prints the latencies with this many users.
pub async fn latency(report: &Report, size: usize) -> Fallible<()> {
    let data = tempfile::tempdir()?;
    let stack = Stack::start(Options { seed: 4, ..Options::for_test(data.path()) }).await?;
    load(stack.dynamo().database(), &SampleUsers::new(size)?)?;
    let token = stack.demo_users().first().ok_or("no demo user has logged in")?.token.clone();
    let directory = directory_at(&stack.endpoints().dynamodb);
    let bench = LatencyBench { stack, client: Client::new(), directory, token };
    bench.searches(report).await?;
    bench.callbacks(report).await?;
    bench.stack.stop().await;
    Ok(())
}

impl LatencyBench {
    async fn searches(&self, report: &Report) -> Fallible<()> {
        timed(report, "search one word, through the gateway", async |_| self.search().await).await?;
        let text = Some(SearchText::parse(WORD)?);
        let query = &UserQuery::new(text, StatusFilter::default(), Vec::new());
        let find = async |_| Ok(self.directory.find_users(query, Order::Cheapest, None, 25).await.map(drop)?);
        timed(report, "search one word, its three bare DynamoDB calls", find).await?;
        let user_id = SampleUsers::new(1)?.users[0].user_id;
        timed(report, "one bare GetItem", async |_| Ok(self.directory.user(user_id).await.map(drop)?)).await
    }

    async fn search(&self) -> Fallible<()> {
        let url = format!("{}/users?q={WORD}&limit=25", self.stack.url());
        let answer = self.client.get(url).bearer_auth(&self.token).send().await?.error_for_status()?;
        let page: serde_json::Value = answer.json().await?;
        let users = page["items"].as_array().map_or(0, Vec::len);
        if users == 25 { Ok(()) } else { Err(format!("a page of {users}").into()) }
    }

    async fn callbacks(&self, report: &Report) -> Fallible<()> {
        let first = async |n: u64| self.post(&callback(1, &format!("new.hire.{n}@example.com"))).await;
        timed(report, "first login, through the gateway", first).await?;
        let known = "new.hire.0@example.com";
        let again = async |n: u64| self.post(&callback(n + 2, known)).await;
        timed(report, "activity callback, through the gateway", again).await?;
        let bare = async |n: u64| Ok(self.directory.record_report(&report_of(n)).await.map(drop)?);
        timed(report, "activity callback, its bare DynamoDB call", bare).await
    }

    async fn post(&self, callback: &Callback) -> Fallible<()> {
        let (url, fields) = (format!("{}{PATH}", self.stack.url()), callback.fields());
        let pairs = fields.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
        let signature = signature::sign(&SecretString::from(TWILIO_AUTH_TOKEN), &url, &pairs);
        let post = self.client.post(url).header(signature::HEADER, signature).form(&fields);
        post.send().await?.error_for_status()?;
        Ok(())
    }
}

fn report_of(n: u64) -> WorkerReport {
    WorkerReport {
        worker_sid: WorkerSid::new("WKbare"),
        identity: None,
        activity: "Available".to_owned(),
        version: ReportVersion { at_ms: i64::try_from(n).unwrap_or_default(), version: Some(n) },
        deleted: false,
        attributes: None,
        other_chars: None,
        faults: Vec::new(),
    }
}

fn callback(moment: u64, email: &str) -> Callback {
    let sid = email.bytes().fold(7_u128, |sid, byte| sid.wrapping_mul(257).wrapping_add(u128::from(byte)));
    Callback {
        account_sid: TWILIO_ACCOUNT_SID.to_owned(),
        workspace_sid: TWILIO_WORKSPACE_SID.to_owned(),
        event_type: "worker.attributes.update",
        moment,
        worker_sid: format!("WK{sid:032x}"),
        identity: email.to_owned(),
        attributes: attributes("Nora New-Hire", email),
        activity: format!("Activity {}", moment % 5),
    }
}

/// Times repeated work, which is passed how often it has been done before.
async fn timed(report: &Report, what: &str, mut work: impl AsyncFnMut(u64) -> Fallible<()>) -> Fallible<()> {
    let mut times = Vec::with_capacity(TIMES);
    for n in 0..TIMES + TIMES / 10 {
        let began = Instant::now();
        work(u64::try_from(n)?).await?;
        times.push(began.elapsed());
    }
    let mut times =
        times.split_off(TIMES / 10).iter().map(Duration::as_secs_f64).map(|s| s * 1_000.0).collect::<Vec<_>>();
    report.figure(format!("{what}: p50"), percentile(&mut times, 50), "ms");
    report.figure(format!("{what}: p99"), percentile(&mut times, 99), "ms");
    Ok(())
}
