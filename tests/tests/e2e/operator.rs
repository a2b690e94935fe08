//! The operator's command, with the environment that `local env` prints.

use std::fs;
use std::process::{Command, Output};

use local::names::{DEVELOPER_ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, access_key_id};
use local::options::own_bin_dir;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    erasure::claims,
    export::run_export,
    flex_skills::configure_flex,
    test_stack::{TestStack, id},
};

impl TestStack {
    /// Runs `flex-roster`.
    pub fn flex_roster(&self, arguments: &[&str]) -> Output {
        self.flex_roster_with_key(DEVELOPER_ACCESS_KEY_ID, arguments)
    }

    fn flex_roster_with_key(&self, access_key: &str, arguments: &[&str]) -> Output {
        let endpoints = fs::read_to_string(self.data.path().join("endpoints.json")).unwrap();
        let endpoints: Value = serde_json::from_str(&endpoints).unwrap();
        let text = |name: &str| endpoints[name].as_str().unwrap();
        let operator = endpoints["operator"].as_object().unwrap();
        Command::new(own_bin_dir().join("flex-roster"))
            .args(arguments)
            .current_dir(self.data.path())
            .env("FLEX_ROSTER_URL", self.running.url())
            .env("FLEX_ROSTER_TOKEN", &self.owner)
            .envs(operator.iter().map(|(name, value)| (name, value.as_str().unwrap())))
            .env("TABLE_NAME", "flex-roster-Directory")
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", access_key)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
            .env("AWS_ENDPOINT_URL_DYNAMODB", text("dynamodb"))
            .env("AWS_ENDPOINT_URL_S3", text("s3"))
            .env("AWS_ENDPOINT_URL_SSM", text("ssm"))
            .output()
            .unwrap()
    }

    /// The report of a command that succeeds.
    pub fn report_of(&self, arguments: &[&str]) -> Value {
        report(arguments, &self.flex_roster(&[arguments, &["--json"]].concat()))
    }
}

fn report(arguments: &[&str], output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A stack, and an operator whose IAM role has one of the policies of `infra/`: it is that of the function `docs`, which has
/// none of its own.
struct Operator {
    stack: TestStack,
}

impl Operator {
    async fn with(policy: &str) -> Self {
        let policy = fs::read_to_string(format!("{}/../infra/{policy}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let policy = serde_json::from_str::<Value>(&policy).unwrap().to_string();
        let names = [
            ("REGION", REGION),
            ("ACCOUNT", "000000000000"),
            ("TABLE", "flex-roster-Directory"),
            ("BUCKET", "flex-roster-exports"),
        ];
        let own = names.into_iter().fold(policy, |policy, (name, value)| policy.replace(name, value));
        let docs = "      CodeUri: ../target/lambda/docs\n";
        let with_policy = format!("{docs}      Policies: [{own}]\n");
        Self { stack: TestStack::start_with_template(|template| template.replace(docs, &with_policy)).await }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.stack.flex_roster_with_key(&access_key_id("Docs"), arguments)
    }

    fn report_of(&self, arguments: &[&str]) -> Value {
        report(arguments, &self.run(&[arguments, &["--json"]].concat()))
    }

    fn is_denied(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && error.contains("AccessDenied"), "{arguments:?}: {error}");
    }

    /// A user who was deleted, and of whom an export tells.
    async fn deleted_user(&self) -> String {
        self.stack.log_in_with_claims(&claims("Zelda Quux")).await;
        let user_id = id(&self.stack.find_user("q=quux").await).to_owned();
        run_export(&self.stack, &self.stack.owner, &json!({})).await;
        self.stack.delete_with_worker(&format!("/users/{user_id}")).await;
        user_id
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_policy_suffices_for_every_command_but_erase() {
    let operator = Operator::with("operator-policy.json").await;
    let stack = &operator.stack;
    let user_id = operator.deleted_user().await;
    operator.is_denied(&["erase", "--user", &user_id, "--yes"]);
    operator.report_of(&["restore", &user_id]);

    stack.drop_callbacks(true).await;
    let unheard = json!({"identity": "ada@example.com", "full_name": "Ada", "email": "ada@example.com", "roles": ["agent"],
        "attributes": {"routing": {"skills": ["Klingon"], "levels": {}}}});
    stack.log_in_with_claims(&unheard).await;
    stack.drop_callbacks(false).await;
    operator.report_of(&["adopt", "--dry-run"]);
    operator.report_of(&["connect", "--yes"]);
    assert_eq!(stack.find_user("q=ada%40").await["identity"], "ada@example.com");
    operator.report_of(&["adopt"]);
    operator.report_of(&["reconcile"]);
    operator.report_of(&["activity"]);
    stack.lose_entries("ada").await;
    operator.report_of(&["reindex"]);
    stack.find_user("q=ada%40").await;
    configure_flex(stack, json!([{"name": "English", "multivalue": false}])).await;
    operator.report_of(&["skills", "--import"]);
    stack.send_ok(Method::GET, "/skill-sets/Flex/skills/English", &Value::Null).await;
    operator.report_of(&["disconnect", "--yes"]);
    operator.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_for_erasing_suffices_for_erase_and_for_nothing_else_that_writes() {
    let operator = Operator::with("erasure-policy.json").await;
    let user_id = operator.deleted_user().await;
    operator.is_denied(&["restore", &user_id]);
    let erased = operator.report_of(&["erase", "--user", &user_id, "--yes"]);
    assert_eq!((&erased["done"], erased["files"].as_array().unwrap().len()), (&json!(true), 1), "{erased:#}");
    operator.stack.stop().await;
}

/// The user whom the page's commands name.
const SHOWN_USER: &str = "1d5561ed-fc2e-4cbd-8c14-b971ae08d728";

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_operations_page_run_as_they_stand_there() {
    let stack = TestStack::start().await;
    stack.log_in_with_claims(&claims("Zelda Quux")).await;
    let user_id = id(&stack.find_user("q=quux").await).to_owned();
    let path = format!("/users/{user_id}");
    stack.delete_with_worker(&path).await;
    fs::write(stack.data.path().join("users.csv"), "identity\nowner@example.com\n").unwrap();
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md")).unwrap();
    let commands = page.lines().filter_map(|line| line.strip_prefix("cargo run --release --bin flex-roster -- "));
    let mut ran = 0;
    for command in commands {
        let command = command.replace(SHOWN_USER, &user_id);
        let output = stack.flex_roster(&command.split_whitespace().collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(0), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        if command.starts_with("restore ") {
            stack.delete_with_worker(&path).await;
        }
        ran += 1;
    }
    assert_eq!(ran, page.matches("--bin flex-roster -- ").count());
    assert!(ran > 5, "{ran}");
    stack.stop().await;
}
