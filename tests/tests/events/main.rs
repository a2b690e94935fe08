//! Every sample in `events/` makes its function do what the sample's name says, in the running stack.
#![allow(clippy::unwrap_used)]

mod expected;
mod values;

use std::collections::BTreeSet;
use std::path::Path;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Region},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{LevelRange, Skill, SkillName, UserId, audit::Action, catalog::SkillSet};
use jiff::Timestamp;
use local::{
    Options, Stack,
    names::{ACCOUNT_OWNER, REGION, TWILIO_AUTH_TOKEN, physical},
    sample,
};
use serde_json::{Value, json};
use store::{ChangeOrigin, Directory, ViewUser, skills::CommitSkill};
use tempfile::TempDir;
use tests::contract::{Answered, Contract};
use twilio::signature;
use uuid::Uuid;

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events");

/// Where callbacks are posted to by what `make run` starts; the samples are signed for it.
const CALLBACK_URL: &str = "http://127.0.0.1:8080/webhooks/taskrouter";

/// What a function does with an event.
#[derive(Debug, Clone, Copy)]
enum Expected {
    /// An HTTP answer of this status that is no problem.
    Answers(u16),
    /// A problem document of this status and code.
    Refuses(u16, &'static str),
    /// The authorizer lets somebody of this role in.
    LetsIn(&'static str),
    /// This JSON.
    Returns(&'static str),
    /// The invocation fails, with this in its message.
    Fails(&'static str),
}
use Expected::{Answers, Fails, LetsIn, Refuses, Returns};

#[test]
fn every_sample_has_an_expectation_and_every_expectation_a_sample() {
    let expected = expected::all().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let samples = samples();
    let unexpected = samples.difference(&expected).collect::<Vec<_>>();
    let missing = expected.difference(&samples).collect::<Vec<_>>();
    assert!(unexpected.is_empty() && missing.is_empty(), "no expectation: {unexpected:?}, no file: {missing:?}");
    assert_eq!(expected.len(), expected::all().count(), "an expectation stands there twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_makes_its_function_do_what_its_name_says() {
    let (fixture, contract) = (Fixture::start().await, Contract::read());
    let mut wrong = Vec::new();
    for (name, expected) in expected::all() {
        let answer = fixture.invoke(name).await;
        if let Err(reason) = expected.check(&answer).and_then(|()| conforms(&contract, name, &answer)) {
            let hint = if name.starts_with("webhook/") { right_signature(name) } else { String::new() };
            wrong.push(format!("{name}: expected {expected:?}, {reason}{hint}"));
        }
    }
    fixture.stack.stop().await;
    assert!(wrong.is_empty(), "{} samples are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The samples' names: `search/list`.
fn samples() -> BTreeSet<String> {
    let entries = |path: &Path| std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let files = entries(Path::new(EVENTS)).into_iter().flat_map(|directory| entries(&directory));
    files.map(|file| file.strip_prefix(EVENTS).unwrap().with_extension("").to_str().unwrap().to_owned()).collect()
}

fn file(name: &str) -> String {
    format!("{EVENTS}/{name}.json")
}

/// What came back from an invocation.
#[derive(Debug)]
struct Answer {
    failed: bool,
    payload: Value,
}

impl Answer {
    /// Of an answer to the HTTP API: the status, and the code of a problem.
    fn http(&self) -> (Option<u64>, Option<String>) {
        let body = self.payload["body"].as_str().unwrap_or_default();
        let body = serde_json::from_str::<Value>(body).unwrap_or_default();
        (self.payload["statusCode"].as_u64(), body["code"].as_str().map(str::to_owned))
    }
}

impl Expected {
    fn check(self, answer: &Answer) -> Result<(), String> {
        let payload = &answer.payload;
        let right = match self {
            Answers(status) => answer.http() == (Some(status.into()), None),
            Refuses(status, code) => answer.http() == (Some(status.into()), Some(code.to_owned())),
            LetsIn(role) => payload["isAuthorized"] == true && payload["context"]["role"] == role,
            Returns(json) => *payload == serde_json::from_str::<Value>(json).unwrap(),
            Fails(message) => payload["errorMessage"].as_str().is_some_and(|said| said.contains(message)),
        };
        let right = right && answer.failed == matches!(self, Fails(_));
        if right { Ok(()) } else { Err(format!("but it is {payload}")) }
    }
}

/// Whether the answer to a sample of the HTTP API is one that the contract has for its operation.
fn conforms(contract: &Contract, name: &str, answer: &Answer) -> Result<(), String> {
    let sample: Value = serde_json::from_str(&std::fs::read_to_string(file(name)).unwrap()).unwrap();
    match sample["routeKey"].as_str() {
        Some(route) if !name.starts_with("authorize/") => {
            let outside = |reason| format!("but it is outside the contract: {reason}: {}", answer.payload);
            contract.admits(&Answered::of(route, &answer.payload)).map_err(outside)
        }
        _ => Ok(()),
    }
}

/// Somebody who has logged in.
struct Person {
    user_id: Option<UserId>,
    token: String,
}

/// A stack with the people, teams and skills that samples speak of.
struct Fixture {
    stack: Stack,
    client: reqwest::Client,
    directory: Directory,
    owner: Person,
    // Removed last.
    _data: TempDir,
}

impl Fixture {
    async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let stack = Stack::start(Options::for_test(data.path())).await.unwrap();
        let client = reqwest::Client::new();
        let directory = directory_of(&stack);
        put_catalog(&directory).await;
        let owner = log_in(&client, &stack, &directory, ACCOUNT_OWNER, &["admin"]).await;
        let fixture = Self { stack, client, directory, owner, _data: data };
        for (name, role) in [("admin", "admin"), ("supervisor", "supervisor"), ("agent", "agent")] {
            fixture.log_in(name, &[role]).await;
        }
        fixture
    }

    async fn invoke(&self, name: &str) -> Answer {
        let (function, _) = name.split_once('/').unwrap();
        let event = std::fs::read_to_string(file(name)).unwrap();
        let event = sample::fill(&event, &self.values(name, &event).await).unwrap();
        let event = if function == "webhook" { signed_for(&self.stack, &event) } else { event };
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.stack.endpoints().lambda);
        let answer = self.client.post(url).body(event).send().await.unwrap().error_for_status().unwrap();
        let failed = answer.headers().contains_key("x-amz-function-error");
        Answer { failed, payload: answer.json().await.unwrap() }
    }

    async fn log_in(&self, name: &str, roles: &[&str]) -> Person {
        log_in(&self.client, &self.stack, &self.directory, &format!("{name}@example.com"), roles).await
    }
}

fn directory_of(stack: &Stack) -> Directory {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .endpoint_url(&stack.endpoints().dynamodb)
        .credentials_provider(Credentials::from_keys("test", "test", None));
    Directory::new(Client::from_conf(config.build()), physical("Directory"))
}

/// The skills that samples name; they are also in what `make run` starts.
async fn put_catalog(directory: &Directory) {
    for (name, skill_set, levels) in
        [("English", "Languages", Some(LevelRange::default())), ("Onboarding", "Topics", None)]
    {
        let by = ChangeOrigin::operator("test", Timestamp::now());
        directory.create_skill_set(&SkillSet::new(skill_set, Uuid::nil()), by).await.unwrap();
        let skill = Skill { name: SkillName::new(name).unwrap(), skill_set: skill_set.to_owned(), levels, version: 0 };
        directory.commit_skill(None, skill, by, Action::Created).await.unwrap();
    }
}

async fn log_in(
    client: &reqwest::Client,
    stack: &Stack,
    directory: &Directory,
    identity: &str,
    roles: &[&str],
) -> Person {
    let claims = json!({"identity": identity, "full_name": identity, "email": identity, "roles": roles});
    let login = client.post(format!("{}/sim/logins", stack.simulator_url())).json(&claims);
    let session: Value = login.send().await.unwrap().error_for_status().unwrap().json().await.unwrap();
    assert_eq!(session["callbacks"], Value::Null, "the webhook did not take the login of {identity}");
    let worker = directory.worker(session["worker_sid"].as_str().unwrap()).await.unwrap();
    let user_id = worker.and_then(|worker| worker.user_id);
    Person { user_id, token: session["token"].as_str().unwrap().to_owned() }
}

/// A sample that is rightly signed for [`CALLBACK_URL`], signed for this stack's address instead; one that is not
/// stays as it is.
fn signed_for(stack: &Stack, event: &str) -> String {
    let mut event: Value = serde_json::from_str(event).unwrap();
    if event["headers"]["x-twilio-signature"] == signature_of(&event, CALLBACK_URL) {
        let url = format!("{}/webhooks/taskrouter", stack.url());
        event["headers"]["x-twilio-signature"] = signature_of(&event, &url).into();
    }
    event.to_string()
}

fn signature_of(event: &Value, url: &str) -> String {
    let body = BASE64_STANDARD.decode(event["body"].as_str().unwrap()).unwrap();
    let form = form_urlencoded::parse(&body).collect::<Vec<_>>();
    let form = form.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>();
    signature::sign(&TWILIO_AUTH_TOKEN.into(), url, &form)
}

/// What helps whoever has changed a callback's body.
fn right_signature(name: &str) -> String {
    let event = serde_json::from_str(&std::fs::read_to_string(file(name)).unwrap()).unwrap();
    format!("; its right signature is {}", signature_of(&event, CALLBACK_URL))
}
