//! Every case makes its function do what the case's name says, in the running stack. A case is an event of `events/`,
//! as it is or with small changes; [`cases`] has them all.
#![allow(clippy::unwrap_used)]

mod cases;
mod patch;
mod values;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use domain::{LevelRange, Skill, SkillName, SkillSetName, UserId, WorkerSid, audit::Action, catalog::SkillSet};
use jiff::Timestamp;
use local::{Stack, names::ACCOUNT_OWNER, sample};
use serde_json::{Value, json};
use store::{ChangeOrigin, CommitSkill, Directory, ViewUser};
use tempfile::TempDir;
use tests::contract::{Contract, RoutedResponse};
use uuid::Uuid;

use crate::cases::{
    Case,
    Expected::{self, Allows, Answers, Fails, Refuses, Returns},
};

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events");

/// Few enough to find the event to start from; variations of an event are cases, not files.
const MAX_EVENTS: usize = 100;

/// Longer than an export of the few users takes.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn every_event_is_itself_a_case_and_every_case_starts_from_an_event() {
    let events = events();
    let starts = cases::all().map(|case| case.event.to_owned()).collect::<BTreeSet<_>>();
    let asserted = cases::all().filter(|case| case.patches.is_empty()).map(|case| case.name.to_owned()).collect();
    assert_eq!(events, starts, "left: the files, right: what cases start from");
    assert_eq!(events, asserted, "left: the files, right: the cases that change nothing");
}

#[test]
fn every_route_of_the_contract_has_an_event_to_start_from() {
    let routes = Contract::read().operations().map(|operation| operation.route()).collect::<BTreeSet<_>>();
    let route_of = |name: &String| read_event(name)["routeKey"].as_str().map(str::to_owned);
    let of_events = events().iter().filter_map(route_of).collect::<BTreeSet<_>>();
    let missing = routes.difference(&of_events).collect::<Vec<_>>();
    assert!(missing.is_empty(), "no file in events/ for {missing:?}");
}

#[test]
fn every_case_has_a_name_of_its_own_and_starts_from_an_event_of_its_function() {
    let mut names = BTreeSet::new();
    for case in cases::all() {
        assert!(names.insert(case.name), "there are two cases {}", case.name);
        assert_eq!(case.event.split_once('/').unwrap().0, case.function(), "{}", case.name);
    }
}

#[test]
fn every_patch_of_a_case_changes_its_event() {
    for case in cases::all() {
        case.build();
    }
}

#[test]
fn events_are_few_enough_to_look_through() {
    let count = events().len();
    assert!(count <= MAX_EVENTS, "{count} files in events/: make variations cases, from an event with patches");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_makes_its_function_do_what_its_name_says() {
    let (fixture, contract) = (Fixture::start().await, Contract::read());
    let mut wrong = Vec::new();
    for case in cases::all() {
        let event = case.build();
        let answer = fixture.invoke_between_exports(&case, &event).await;
        if let Err(reason) =
            case.expected.check(&answer).and_then(|()| check_contract(&contract, &case, &event, &answer))
        {
            let hint = if case.function() == "webhook" { patch::signature_hint(&event) } else { String::new() };
            wrong.push(format!("{}: expected {:?}, {reason}{hint}", case.name, case.expected));
        }
    }
    fixture.stack.stop().await;
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The events' names: `search/list`.
fn events() -> BTreeSet<String> {
    let entries = |path: &Path| std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let files = entries(Path::new(EVENTS)).into_iter().flat_map(|directory| entries(&directory));
    files.map(|file| file.strip_prefix(EVENTS).unwrap().with_extension("").to_str().unwrap().to_owned()).collect()
}

fn read_event(name: &str) -> Value {
    let file = format!("{EVENTS}/{name}.json");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The result of an invocation.
#[derive(Debug)]
struct Answer {
    failed: bool,
    payload: Value,
}

impl Answer {
    /// The status of an HTTP response, and the code of a problem document.
    fn http(&self) -> (Option<u64>, Option<String>) {
        let body = self.payload["body"].as_str().unwrap_or_default();
        let body = serde_json::from_str::<Value>(body).unwrap_or_default();
        (self.payload["statusCode"].as_u64(), body["code"].as_str().map(str::to_owned))
    }
}

impl Expected {
    fn check(self, answer: &Answer) -> Result<(), String> {
        let payload = &answer.payload;
        let matches_expected = match self {
            Answers(status) => answer.http() == (Some(status.into()), None),
            Refuses(status, code) => answer.http() == (Some(status.into()), Some(code.to_owned())),
            Allows(role) => payload["isAuthorized"] == true && payload["context"]["role"] == role,
            Returns(json) => *payload == serde_json::from_str::<Value>(json).unwrap(),
            Fails(message) => payload["errorMessage"].as_str().is_some_and(|actual| actual.contains(message)),
        };
        let matches_expected = matches_expected && answer.failed == matches!(self, Fails(_));
        if matches_expected { Ok(()) } else { Err(format!("but it is {payload}")) }
    }
}

/// Checks the response to an event of the HTTP API against the contract.
fn check_contract(contract: &Contract, case: &Case, event: &Value, answer: &Answer) -> Result<(), String> {
    match event["routeKey"].as_str() {
        Some(route) if case.function() != "authorize" => {
            let outside = |reason| format!("but it is outside the contract: {reason}: {}", answer.payload);
            contract.check_response(&RoutedResponse::of(route, &answer.payload)).map_err(outside)
        }
        _ => Ok(()),
    }
}

struct LoggedInUser {
    user_id: Option<UserId>,
    token: String,
}

/// A stack with the users, teams and skills that the events name.
struct Fixture {
    stack: Stack,
    client: reqwest::Client,
    directory: Directory,
    owner: LoggedInUser,
    // Removed last.
    _data: TempDir,
}

impl Fixture {
    async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let stack = Stack::start(tests::options(data.path())).await.unwrap();
        let client = reqwest::Client::new();
        let directory = tests::directory(&stack);
        put_catalog(&directory).await;
        configure_flex(&client, &stack).await;
        let owner = log_in(&client, &stack, &directory, ACCOUNT_OWNER, &["admin"]).await;
        let fixture = Self { stack, client, directory, owner, _data: data };
        for (name, role) in [("admin", "admin"), ("supervisor", "supervisor"), ("agent", "agent")] {
            fixture.log_in(name, &[role]).await;
        }
        fixture
    }

    async fn invoke(&self, case: &Case, event: &Value) -> Answer {
        let event = event.to_string();
        let event = sample::fill(&event, &self.values(case.name, &event).await).unwrap();
        let mut event = serde_json::from_str(&event).unwrap();
        if case.function() == "webhook" {
            patch::sign_for(&mut event, &format!("{}/webhooks/taskrouter", self.stack.url()));
        }
        let url = format!("{}/2015-03-31/functions/{}/invocations", self.stack.endpoints().lambda, case.function());
        let answer = self.client.post(url).json(&event).send().await.unwrap().error_for_status().unwrap();
        let failed = answer.headers().contains_key("x-amz-function-error");
        Answer { failed, payload: answer.json().await.unwrap() }
    }

    /// Cases start exports of one user, who has one at a time.
    async fn invoke_between_exports(&self, case: &Case, event: &Value) -> Answer {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.invoke(case, event).await;
            if answer.http() != (Some(409), Some("export-running".to_owned())) || Instant::now() > deadline {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn log_in(&self, name: &str, roles: &[&str]) -> LoggedInUser {
        log_in(&self.client, &self.stack, &self.directory, &format!("{name}@example.com"), roles).await
    }
}

/// The skills that the events name; they are also in what `make run` starts.
async fn put_catalog(directory: &Directory) {
    for (name, skill_set, levels) in
        [("English", "Languages", Some(LevelRange::default())), ("Onboarding", "Topics", None)]
    {
        let operator_change = ChangeOrigin::operator("test", Timestamp::now(), Uuid::now_v7());
        let skill_set = SkillSetName::parse(skill_set).unwrap();
        directory.create_skill_set(&SkillSet::new(skill_set.clone(), Uuid::nil()), operator_change).await.unwrap();
        let skill = Skill { skill_set, levels, version: 0, ..Skill::imported(SkillName::new(name).unwrap()) };
        directory.commit_skill(None, skill, operator_change, Action::Created).await.unwrap();
    }
}

/// The skills that Flex defines.
async fn configure_flex(client: &reqwest::Client, stack: &Stack) {
    let skills = json!([{"name": "Chat", "multivalue": false}, {"name": "Billing", "multivalue": true, "maximum": 5}]);
    let configuration = client.post(format!("{}/sim/configuration", stack.simulator_url()));
    configuration.json(&json!({"taskrouter_skills": skills})).send().await.unwrap().error_for_status().unwrap();
}

async fn log_in(
    client: &reqwest::Client,
    stack: &Stack,
    directory: &Directory,
    identity: &str,
    roles: &[&str],
) -> LoggedInUser {
    let claims = json!({"identity": identity, "full_name": identity, "email": identity, "roles": roles});
    let login = client.post(format!("{}/sim/logins", stack.simulator_url())).json(&claims);
    let session: Value = login.send().await.unwrap().error_for_status().unwrap().json().await.unwrap();
    assert_eq!(session["callbacks"], Value::Null, "the webhook did not take the login of {identity}");
    let worker_sid = WorkerSid::new(session["worker_sid"].as_str().unwrap());
    let worker = directory.worker(&worker_sid).await.unwrap();
    let user_id = worker.and_then(|worker| worker.user_id);
    LoggedInUser { user_id, token: session["token"].as_str().unwrap().to_owned() }
}
