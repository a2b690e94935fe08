//! Every sample in `events/` makes its function do what the sample's name says, in the running stack.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Region},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{LevelRange, Skill, SkillName, Status, Team, TeamId, User, UserId, audit::Action, catalog::SkillSet};
use jiff::Timestamp;
use local::{
    Options, Stack,
    names::{ACCOUNT_OWNER, REGION, TWILIO_AUTH_TOKEN, physical},
    sample,
};
use serde_json::{Value, json};
use table::{
    By, Directory, ViewUser, items,
    jobs::{Asked, Hold, Job, KeepJobs, WorkJobs},
    skills::CommitSkill,
    teams::{CommitTeam, TeamChange},
};
use taskrouter::signature;
use tempfile::TempDir;
use tests::contract::{Answered, Contract};
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

const TURNED_AWAY: Expected = Returns(r#"{"isAuthorized":false}"#);
const DONE: Expected = Returns(r#"{"batchItemFailures":[]}"#);

/// What each sample makes its function do; they are tried in this order.
const EXPECTED: &[(&str, Expected)] = &[
    ("assign-skill/agent", Refuses(403, "agents-may-not")),
    ("assign-skill/assign", Answers(200)),
    ("assign-skill/assign-by-account-owner", Answers(200)),
    ("assign-skill/assign-if-match", Answers(200)),
    ("assign-skill/assign-in-skill-set", Answers(200)),
    ("assign-skill/assign-skill-without-levels", Answers(200)),
    ("assign-skill/assign-without-level", Answers(200)),
    ("assign-skill/body-not-json", Refuses(400, "invalid-json")),
    ("assign-skill/deleted-user", Refuses(409, "deleted-user")),
    ("assign-skill/if-match-not-an-etag", Refuses(400, "invalid-if-match")),
    ("assign-skill/level-for-skill-without-levels", Refuses(400, "skill-without-levels")),
    ("assign-skill/level-not-whole", Refuses(400, "invalid-body")),
    ("assign-skill/level-out-of-range", Refuses(400, "level-out-of-range")),
    ("assign-skill/remove", Answers(200)),
    ("assign-skill/remove-from-deleted-user", Refuses(409, "deleted-user")),
    ("assign-skill/remove-if-match", Answers(200)),
    ("assign-skill/remove-stale-if-match", Refuses(412, "stale")),
    ("assign-skill/remove-unknown-skill", Refuses(404, "unknown-skill")),
    ("assign-skill/stale-if-match", Refuses(412, "stale")),
    ("assign-skill/unknown-field", Refuses(400, "invalid-body")),
    ("assign-skill/unknown-skill", Refuses(404, "unknown-skill")),
    ("assign-skill/unknown-user", Refuses(404, "unknown-user")),
    ("assign-skill/user-id-not-uuid", Refuses(404, "unknown-user")),
    ("assign-skill/wrong-skill-set", Refuses(400, "wrong-skill-set")),
    ("authorize/account-owner", LetsIn("account_owner")),
    ("authorize/agent", LetsIn("agent")),
    ("authorize/deactivated-user", TURNED_AWAY),
    ("authorize/empty-token", TURNED_AWAY),
    ("authorize/lower-case-scheme", LetsIn("account_owner")),
    ("authorize/no-authorization", TURNED_AWAY),
    ("authorize/no-bearer", TURNED_AWAY),
    ("authorize/supervisor", LetsIn("supervisor")),
    ("authorize/token-alone", TURNED_AWAY),
    ("authorize/unknown-token", TURNED_AWAY),
    ("authorize/unmanaged-worker", TURNED_AWAY),
    ("docs/contract", Answers(200)),
    ("docs/contract-that-is-known", Answers(304)),
    ("docs/file-outside", Refuses(404, "unknown-file")),
    ("docs/page", Answers(200)),
    ("docs/script", Answers(200)),
    ("docs/start", Answers(200)),
    ("docs/style", Answers(200)),
    ("docs/unknown-file", Refuses(404, "unknown-file")),
    ("edit/account-owner-by-system-admin", Refuses(403, "account-owners-only")),
    ("edit/act-as-agent", Answers(200)),
    ("edit/act-as-agent-by-supervisor", Answers(200)),
    ("edit/act-as-agent-not-boolean", Refuses(400, "invalid-body")),
    ("edit/act-as-agent-of-agent", Refuses(400, "act-as-agent-of-agent")),
    ("edit/agent", Refuses(403, "agents-may-not")),
    ("edit/another-account-owner-by-system-admin", Refuses(403, "account-owners-only")),
    ("edit/archived-team", Refuses(409, "archived-team")),
    ("edit/body-not-json", Refuses(400, "invalid-json")),
    ("edit/deleted-user", Refuses(409, "deleted-user")),
    ("edit/if-match", Answers(200)),
    ("edit/if-match-any", Answers(200)),
    ("edit/if-match-not-an-etag", Refuses(400, "invalid-if-match")),
    ("edit/last-account-owner", Refuses(409, "last-account-owner")),
    ("edit/no-teams", Answers(200)),
    ("edit/nothing", Answers(200)),
    ("edit/own-role", Refuses(403, "own-role")),
    ("edit/role", Answers(200)),
    ("edit/role-and-teams", Answers(200)),
    ("edit/role-by-supervisor", Refuses(403, "supervisors-may-not")),
    ("edit/stale-if-match", Refuses(412, "stale")),
    ("edit/team-id-not-uuid", Refuses(404, "unknown-team")),
    ("edit/teams", Answers(200)),
    ("edit/teams-by-supervisor", Answers(200)),
    ("edit/too-many-teams", Refuses(400, "too-many-teams")),
    ("edit/unknown-field", Refuses(400, "invalid-body")),
    ("edit/unknown-role", Refuses(400, "unknown-role")),
    ("edit/unknown-team", Refuses(404, "unknown-team")),
    ("edit/unknown-user", Refuses(404, "unknown-user")),
    // After edit/last-account-owner: from here on there are two.
    ("edit/another-account-owner", Answers(200)),
    ("export/agent", Refuses(403, "agents-may-not")),
    ("export/body-not-json", Refuses(400, "invalid-json")),
    ("export/failed-job", Answers(200)),
    ("export/finished-job", Answers(200)),
    ("export/job", Answers(200)),
    ("export/job-agent", Refuses(403, "agents-may-not")),
    ("export/job-id-not-uuid", Refuses(404, "unknown-job")),
    ("export/level-not-whole", Refuses(400, "invalid-body")),
    ("export/level-without-skill", Refuses(400, "level-without-skill")),
    ("export/somebody-elses-job", Refuses(403, "somebody-elses-job")),
    ("export/start", Answers(202)),
    ("export/start-by-supervisor", Answers(202)),
    ("export/start-with-filters", Answers(202)),
    ("export/start-with-team", Answers(202)),
    ("export/text-too-long", Refuses(400, "search-text-too-long")),
    ("export/text-too-short", Refuses(400, "search-text-too-short")),
    ("export/unknown-field", Refuses(400, "invalid-body")),
    ("export/unknown-job", Refuses(404, "unknown-job")),
    ("export/unknown-role", Refuses(400, "unknown-role")),
    ("export/unknown-skill", Refuses(404, "unknown-skill")),
    ("export/unknown-status", Refuses(400, "unknown-status")),
    ("export/unknown-team", Refuses(404, "unknown-team")),
    ("index/batch", DONE),
    ("index/broken-image", Returns(r#"{"batchItemFailures":[{"itemIdentifier":"100000000000000000012"}]}"#)),
    ("index/insert", DONE),
    ("index/insert-of-existing", DONE),
    ("index/modify", DONE),
    ("index/modify-of-existing", DONE),
    ("index/modify-of-status", DONE),
    ("index/modify-that-does-not-matter", DONE),
    ("index/remove", DONE),
    ("search/agent", Refuses(403, "agents-may-not")),
    ("search/all-statuses", Answers(200)),
    ("search/broken-cursor", Refuses(400, "broken-cursor")),
    ("search/filters", Answers(200)),
    ("search/foreign-cursor", Refuses(400, "foreign-cursor")),
    ("search/level-not-whole", Refuses(400, "invalid-level")),
    ("search/level-without-skill", Refuses(400, "level-without-skill")),
    ("search/limit-thousand", Refuses(400, "invalid-limit")),
    ("search/limit-zero", Refuses(400, "invalid-limit")),
    ("search/list", Answers(200)),
    ("search/list-by-supervisor", Answers(200)),
    ("search/next-page", Answers(200)),
    ("search/one-word", Answers(200)),
    ("search/phrase", Answers(200)),
    ("search/repeated-parameter", Refuses(400, "repeated-parameter")),
    ("search/several-words", Answers(200)),
    ("search/team", Answers(200)),
    ("search/text-too-long", Refuses(400, "search-text-too-long")),
    ("search/text-too-short", Refuses(400, "search-text-too-short")),
    ("search/unknown-parameter", Refuses(400, "unknown-parameter")),
    ("search/unknown-role", Refuses(400, "unknown-role")),
    ("search/unknown-skill", Refuses(404, "unknown-skill")),
    ("search/unknown-status", Refuses(400, "unknown-status")),
    ("search/unknown-team", Refuses(404, "unknown-team")),
    ("view/agent", Refuses(403, "agents-may-not")),
    ("view/history", Answers(200)),
    ("view/history-broken-cursor", Refuses(400, "broken-cursor")),
    ("view/history-first-record", Answers(200)),
    ("view/history-foreign-cursor", Refuses(400, "foreign-cursor")),
    ("view/history-limit-zero", Refuses(400, "invalid-limit")),
    ("view/history-of-unknown-user", Refuses(404, "unknown-user")),
    ("view/history-unknown-parameter", Refuses(400, "unknown-parameter")),
    ("view/me", Answers(200)),
    ("view/me-agent", Refuses(403, "agents-may-not")),
    ("view/me-supervisor", Answers(200)),
    ("view/me-unknown-user", Refuses(404, "unknown-user")),
    ("view/unknown-parameter", Refuses(400, "unknown-parameter")),
    ("view/unknown-user", Refuses(404, "unknown-user")),
    ("view/user", Answers(200)),
    ("view/user-by-supervisor", Answers(200)),
    ("view/user-id-not-uuid", Refuses(404, "unknown-user")),
    ("webhook/activity-update", Answers(204)),
    ("webhook/attributes-not-json", Answers(204)),
    ("webhook/attributes-update", Answers(204)),
    ("webhook/capacity-update", Answers(204)),
    ("webhook/created", Answers(204)),
    ("webhook/created-under-a-known-name", Answers(204)),
    ("webhook/created-with-skills", Answers(204)),
    ("webhook/deleted", Answers(204)),
    ("webhook/deleted-by-sid-alone", Answers(204)),
    ("webhook/event-type-missing", Refuses(400, "invalid-callback")),
    ("webhook/foreign-account", Refuses(403, "foreign-callback")),
    ("webhook/foreign-workspace", Refuses(403, "foreign-callback")),
    ("webhook/levels-as-text", Answers(204)),
    ("webhook/no-signature", Refuses(403, "wrong-signature")),
    ("webhook/not-a-form", Refuses(403, "wrong-signature")),
    ("webhook/time-not-a-number", Refuses(400, "invalid-callback")),
    ("webhook/unknown-event-type", Answers(204)),
    ("webhook/unmanaged-worker", Answers(204)),
    ("webhook/without-time-in-milliseconds", Answers(204)),
    ("webhook/worker-sid-missing", Refuses(400, "invalid-callback")),
    ("webhook/wrong-signature", Refuses(403, "wrong-signature")),
    ("write-export/finished-job", Returns("null")),
    ("write-export/job", Returns("null")),
    ("write-export/job-id-missing", Fails("job_id")),
    ("write-export/job-id-not-uuid", Fails("UUID")),
    ("write-export/running-job", Fails("another worker holds the job")),
    ("write-export/unknown-job", Returns("null")),
];

#[test]
fn every_sample_has_an_expectation_and_every_expectation_a_sample() {
    let expected = EXPECTED.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let samples = samples();
    let unexpected = samples.difference(&expected).collect::<Vec<_>>();
    let missing = expected.difference(&samples).collect::<Vec<_>>();
    assert!(unexpected.is_empty() && missing.is_empty(), "no expectation: {unexpected:?}, no file: {missing:?}");
    assert_eq!(expected.len(), EXPECTED.len(), "an expectation stands there twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_makes_its_function_do_what_its_name_says() {
    let (stand, contract) = (Stand::start().await, Contract::read());
    let mut wrong = Vec::new();
    for (name, expected) in EXPECTED {
        let answer = stand.invoke(name).await;
        if let Err(reason) = expected.check(&answer).and_then(|()| conforms(&contract, name, &answer)) {
            let hint = if name.starts_with("webhook/") { right_signature(name) } else { String::new() };
            wrong.push(format!("{name}: expected {expected:?}, {reason}{hint}"));
        }
    }
    stand.stack.stop().await;
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
struct Stand {
    stack: Stack,
    client: reqwest::Client,
    directory: Directory,
    owner: Person,
    // Removed last.
    _data: TempDir,
}

impl Stand {
    async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let stack = Stack::start(Options::for_test(data.path())).await.unwrap();
        let client = reqwest::Client::new();
        let directory = directory_of(&stack);
        put_catalog(&directory).await;
        let owner = log_in(&client, &stack, &directory, ACCOUNT_OWNER, &["admin"]).await;
        let stand = Self { stack, client, directory, owner, _data: data };
        for (name, role) in [("admin", "admin"), ("supervisor", "supervisor"), ("agent", "agent")] {
            stand.log_in(name, &[role]).await;
        }
        stand
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

    /// A value for each placeholder. Everybody but the account owner is somebody new, so that no sample depends on what
    /// another one has changed.
    async fn values(&self, name: &str, event: &str) -> BTreeMap<String, String> {
        let name = name.replace('/', ".");
        let mut values = BTreeMap::new();
        for placeholder in sample::placeholders(event) {
            let value = match placeholder {
                // Comes with the user.
                "version" => continue,
                "user_id" => {
                    let user = self.user(&name, "agent").await;
                    values.insert("version".to_owned(), user.version.to_string());
                    user.user_id.to_string()
                }
                "supervisor_id" => self.user(&name, "supervisor").await.user_id.to_string(),
                "admin_id" => self.user(&name, "admin").await.user_id.to_string(),
                "calling_supervisor_id" => self.user(&format!("{name}.caller"), "supervisor").await.user_id.to_string(),
                "calling_admin_id" => self.user(&format!("{name}.caller"), "admin").await.user_id.to_string(),
                "owner_id" => self.owner.user_id.unwrap().to_string(),
                "deleted_user_id" => self.put(self.user(&name, "agent").await, Status::Deleted).await,
                "token" => self.owner.token.clone(),
                "agent_token" => self.log_in(&name, &["agent"]).await.token,
                "supervisor_token" => self.log_in(&name, &["supervisor"]).await.token,
                "unmanaged_token" => self.log_in(&name, &["wfo.full_access"]).await.token,
                "deactivated_token" => self.deactivated(&name).await.token,
                "team_id" => self.team(false).await,
                "archived_team_id" => self.team(true).await,
                "job_id" => self.job().await.to_string(),
                "running_job_id" => self.running_job().await.job_id.to_string(),
                "finished_job_id" => self.finished_job().await.to_string(),
                "failed_job_id" => self.failed_job().await.to_string(),
                other => panic!("{name} has a placeholder that is not known here: {other}"),
            };
            values.insert(placeholder.to_owned(), value);
        }
        values
    }

    async fn log_in(&self, name: &str, roles: &[&str]) -> Person {
        log_in(&self.client, &self.stack, &self.directory, &format!("{name}@example.com"), roles).await
    }

    async fn user(&self, name: &str, role: &str) -> User {
        let user_id = self.log_in(name, &[role]).await.user_id.unwrap();
        self.directory.user(user_id).await.unwrap().unwrap()
    }

    /// Puts the user with another status, which no function does yet.
    async fn put(&self, user: User, status: Status) -> String {
        let user = User { status, ..user };
        let put = self.directory.client().put_item().table_name(self.directory.name());
        put.set_item(Some(items::profile(&user).unwrap())).send().await.unwrap();
        user.user_id.to_string()
    }

    async fn deactivated(&self, name: &str) -> Person {
        let person = self.log_in(name, &["supervisor"]).await;
        let user = self.directory.user(person.user_id.unwrap()).await.unwrap().unwrap();
        self.put(user, Status::Deactivated).await;
        person
    }

    async fn team(&self, archived: bool) -> String {
        let team_id = TeamId::new(Uuid::new_v4());
        let by = By::operator("test", Timestamp::now());
        let after = Team { archived, ..Team::new(team_id, format!("Team {team_id}"), by.now) };
        let team = TeamChange { before: None, after, by, action: Action::Created, skills: None };
        self.directory.commit_team(team).await.unwrap();
        team_id.to_string()
    }

    /// A job of somebody who is none of the samples' callers.
    async fn job(&self) -> Uuid {
        let asked_by = UserId::new(Uuid::new_v4());
        let job = Job::export(Uuid::new_v4(), asked_by, Asked::default(), Timestamp::now());
        self.directory.create_job(&job).await.unwrap();
        job.job_id
    }

    async fn running_job(&self) -> Hold {
        let hold = Hold { job_id: self.job().await, attempt: Uuid::new_v4() };
        self.directory.claim(hold, Timestamp::now()).await.unwrap();
        hold
    }

    async fn finished_job(&self) -> Uuid {
        let hold = self.running_job().await;
        self.directory.finish(hold, 0, "exports/sample.csv").await.unwrap();
        hold.job_id
    }

    async fn failed_job(&self) -> Uuid {
        let hold = self.running_job().await;
        self.directory.fail(hold, "The export failed on our side. Start it again.").await.unwrap();
        hold.job_id
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
        let by = By::operator("test", Timestamp::now());
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
