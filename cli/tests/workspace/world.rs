//! A workspace, an empty directory, and the command.

use std::process::Output;

use domain::reconciliation::Reconciliation;
use embedded::Dynamo;
use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Options, Simulator};
use store::{Directory, SurveyDirectory as _, TrackReconciliation as _};
use tokio::process::Command;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::body_partial_json};

pub const ACCOUNT: &str = "AC00000000000000000000000000000000";
const WORKSPACE: &str = "WS00000000000000000000000000000000";
const TOKEN: &str = "local-auth-token";
/// The names of parameters.
const AUTH_TOKEN: &str = "/flex-roster/twilio-auth-token";
const ACCOUNT_OWNERS: &str = "/flex-roster/account-owners";
const TWILIO_URLS: [&str; 5] = ["TASKROUTER_URL", "IAM_URL", "FLEX_URL", "EVENTS_URL", "WEBHOOKS_URL"];
/// Where nothing listens.
pub const PUBLIC_URL: &str = "http://127.0.0.1:1/base";

/// A workspace whose callbacks go nowhere, and an empty directory.
pub struct World {
    dynamo: Dynamo,
    pub directory: Directory,
    pub simulator: Simulator,
    parameters: MockServer,
}

impl World {
    pub async fn new() -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            data: None,
            callback_url: None,
            auth_token: TOKEN.to_owned(),
            account_sid: ACCOUNT.to_owned(),
            workspace_sid: WORKSPACE.to_owned(),
        };
        let parameters = MockServer::start().await;
        for (name, value) in [(AUTH_TOKEN, TOKEN), (ACCOUNT_OWNERS, "owner@example.com")] {
            let answer = ResponseTemplate::new(200).set_body_json(json!({"Parameter": {"Value": value}}));
            let asked = body_partial_json(json!({"Name": name}));
            Mock::given(asked).respond_with(answer).mount(&parameters).await;
        }
        Self { dynamo, directory, simulator: Simulator::start(options).await.unwrap(), parameters }
    }

    /// One with so many agents.
    pub async fn with_agents(count: usize) -> Self {
        let world = Self::new().await;
        for n in 0..count {
            world.log_in(&format!("user{n:02}"), json!({"routing": skills(&[("English", 80)])})).await;
        }
        world
    }

    /// One whose agents are adopted.
    pub async fn adopted(count: usize) -> Self {
        let world = Self::with_agents(count).await;
        assert_eq!(world.run(&["adopt"]).await.status.code(), Some(0));
        world
    }

    /// A login of an agent; answers the worker's SID.
    pub async fn log_in(&self, identity: &str, attributes: Value) -> String {
        let email = format!("{identity}@example.com");
        let claims = json!({"identity": identity, "full_name": identity, "email": email, "roles": ["agent"],
            "attributes": attributes});
        let session = self.sim("logins", claims).await;
        session["worker_sid"].as_str().unwrap().to_owned()
    }

    pub async fn sim(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/sim/{path}", self.simulator.url());
        let answer = reqwest::Client::new().post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// A `GET` of Twilio's API; of the workspace if the path is empty.
    pub async fn get(&self, path: &str) -> Value {
        let path = if path.is_empty() { format!("/v1/Workspaces/{WORKSPACE}") } else { path.to_owned() };
        let get = reqwest::Client::new().get(format!("{}{path}", self.simulator.url()));
        get.basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap().json().await.unwrap()
    }

    /// Another system sets the workspace's callback.
    pub async fn set_callback(&self, url: &str, filter: &str) {
        let post = reqwest::Client::new().post(format!("{}/v1/Workspaces/{WORKSPACE}", self.simulator.url()));
        let post = post.basic_auth(ACCOUNT, Some(TOKEN)).form(&[("EventCallbackUrl", url), ("EventsFilter", filter)]);
        assert_eq!(post.send().await.unwrap().status(), 200);
    }

    /// The calls of Twilio's API that were no `GET`, and their answers.
    pub async fn writes(&self) -> Vec<(String, String, u64)> {
        let url = format!("{}/sim/calls", self.simulator.url());
        let calls: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        let text = |call: &Value, field: &str| call[field].as_str().unwrap().to_owned();
        let calls = calls["items"].as_array().unwrap().iter().filter(|call| call["method"] != "GET");
        calls.map(|call| (text(call, "method"), text(call, "path"), call["status"].as_u64().unwrap())).collect()
    }

    /// Another tool writes a worker's attributes.
    pub async fn overwrite(&self, worker_sid: &str, attributes: &Value) {
        let url = format!("{}/v1/Workspaces/{WORKSPACE}/Workers/{worker_sid}", self.simulator.url());
        let post = reqwest::Client::new().request(Method::POST, url).basic_auth(ACCOUNT, Some(TOKEN));
        let answer = post.form(&[("Attributes", attributes.to_string())]).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    pub async fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().await.unwrap()
    }

    /// Runs with this typed.
    pub async fn run_typing(&self, arguments: &[&str], typed: &str) -> Output {
        let mut command = self.command(arguments);
        let pipe = std::process::Stdio::piped;
        let mut child = command.stdin(pipe()).stdout(pipe()).stderr(pipe()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stdin, typed.as_bytes()).await.unwrap();
        drop(stdin);
        child.wait_with_output().await.unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flex-roster"));
        command
            .args(arguments)
            .env("TABLE_NAME", self.directory.name())
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_ENDPOINT_URL_DYNAMODB", self.dynamo.url())
            .env("AWS_ENDPOINT_URL_SSM", self.parameters.uri())
            .env("ACCOUNT_OWNERS_PARAMETER", ACCOUNT_OWNERS)
            .env("TWILIO_ACCOUNT_SID", ACCOUNT)
            .env("TWILIO_WORKSPACE_SID", WORKSPACE)
            .env("TWILIO_AUTH_TOKEN_PARAMETER", AUTH_TOKEN)
            .env("PUBLIC_URL", PUBLIC_URL)
            .envs(TWILIO_URLS.map(|name| (name, self.simulator.url())));
        command
    }

    pub async fn users(&self) -> Vec<domain::User> {
        self.directory.all_users().await.unwrap()
    }

    pub async fn latest(&self) -> Reconciliation {
        self.directory.reconciliation().await.unwrap().unwrap()
    }
}

pub fn skills(of: &[(&str, i64)]) -> Value {
    let names = of.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let levels = of.iter().map(|(name, level)| ((*name).to_owned(), json!(level))).collect::<serde_json::Map<_, _>>();
    json!({"skills": names, "levels": levels})
}

pub fn printed(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
