//! The request bodies that the running functions accept.

use std::collections::BTreeSet;

use local::{Options, Stack};
use regex::Regex;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tests::contract::{Contract, Operation, entries};

/// A stack with the demo users, teams and skills.
struct Fixture {
    stack: Stack,
    client: Client,
    owner: String,
    user_id: String,
    _data: tempfile::TempDir,
}

impl Fixture {
    async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let options = Options { seed: 4, ..tests::options(data.path()) };
        let stack = Stack::start(options).await.unwrap_or_else(|error| panic!("{error}"));
        let owner = stack.demo_users()[0].token.clone();
        let mut fixture = Self { stack, client: Client::new(), owner, user_id: String::new(), _data: data };
        fixture.user_id = fixture.send(Method::GET, "/me", &Value::Null).await.1["user_id"].as_str().unwrap().into();
        fixture
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{path}", self.stack.url())).bearer_auth(&self.owner);
        let response = request.json(body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }

    /// The operation's path, with the ids of existing items.
    fn path(&self, operation: &Operation<'_>) -> String {
        let path = operation.path.replace("{user_id}", &self.user_id);
        let path = path.replace("{team_id}", "00000000-0000-4000-8000-000000000001");
        let path = path.replace("{field}", "role").replace("{decision}", "adopt");
        path.replace("{name}", "Languages").replace("{skill}", "English")
    }

    /// The fields that a function accepts: its error for an unknown field lists them.
    async fn accepted_fields(&self, operation: &Operation<'_>, body: &Value) -> BTreeSet<String> {
        let method = operation.method.parse().unwrap();
        let (status, problem) = self.send(method, &self.path(operation), body).await;
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert_eq!((status, &problem["code"]), (400, &json!("invalid-body")), "{}: {problem}", operation.route());
        let expected = detail.split_once("expected").unwrap_or_else(|| panic!("{}: {detail}", operation.route())).1;
        Regex::new("`([a-z_]+)`").unwrap().captures_iter(expected).map(|field| field[1].to_owned()).collect()
    }
}

fn fields(schema: &Value) -> BTreeSet<String> {
    entries(&schema["properties"]).map(|(name, _)| name.to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_function_takes_the_fields_that_the_contract_lists_and_no_others() {
    let (contract, fixture) = (Contract::read(), Fixture::start().await);
    for operation in contract.operations() {
        let Some(schema) = operation.body() else { continue };
        let accepted_fields = fixture.accepted_fields(&operation, &json!({"no_such_field": 0})).await;
        assert_eq!(accepted_fields, fields(schema), "{}", operation.route());
        let items = entries(&schema["properties"]).map(|(name, inner)| (name, contract.resolve(&inner["items"])));
        for (name, item) in items.filter(|(_, item)| item["type"] == "object") {
            let accepted_fields = fixture.accepted_fields(&operation, &json!({name: [{"no_such_field": 0}]})).await;
            assert_eq!(accepted_fields, fields(item), "{} {name}", operation.route());
        }
    }
    fixture.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_owner_has_every_permission_that_the_contract_lists() {
    let (contract, fixture) = (Contract::read(), Fixture::start().await);
    let (_, me) = fixture.send(Method::GET, "/me", &Value::Null).await;
    let permissions = me["may"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    assert_eq!(permissions.collect::<BTreeSet<_>>(), contract.enum_values("Permission"), "{me}");
    fixture.stack.stop().await;
}

/// Words of the language that the functions are written in.
const RUST: &str = r"\b(i64|u32|u64|usize|f64|bool|str|String|struct|enum|variant|tuple|sequence|map|unit|Option|None|Some|invalid type)\b";

/// Values of every kind, some of them long.
fn values() -> Vec<Value> {
    let long = "\"\u{202e}".repeat(30_000);
    let values =
        [json!(null), json!(true), json!(5), json!(-7.5), json!(1e300), json!(u64::MAX), json!("x"), json!(long)];
    let lists = values.clone().map(|value| json!([value]));
    let nested = [json!([]), json!([[]]), json!([["English", 5]]), json!({}), json!({"a": null}), json!([{}])];
    values.into_iter().chain(lists).chain(nested).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_body_is_told_briefly_and_without_a_word_of_the_programming_language() {
    let (contract, fixture) = (Contract::read(), Fixture::start().await);
    let rust = Regex::new(RUST).unwrap();
    let is_told = |problem: &Value, about: &str| {
        let text = problem.to_string();
        assert!(!rust.is_match(&text) && text.len() < 5_000 && !text.contains('\u{202e}'), "{about}: {text}");
    };
    for operation in contract.operations() {
        let Some(schema) = operation.body() else { continue };
        let (method, path) = (operation.method.parse::<Method>().unwrap(), fixture.path(&operation));
        for (name, inner) in entries(&schema["properties"]) {
            let items = entries(&inner["items"]["properties"]).map(|(item, _)| item).collect::<Vec<_>>();
            for value in values() {
                let inside = items.iter().map(|item| json!({name: [{*item: value}]}));
                for body in inside.chain([json!({name: value})]) {
                    let (status, problem) = fixture.send(method.clone(), &path, &body).await;
                    let about = format!("{} {name}", operation.route());
                    assert!(status < 500, "{about}: {problem}");
                    if status >= 400 {
                        is_told(&problem, &about);
                    }
                    if value.is_null() || value == json!([["English", 5]]) {
                        assert_eq!((status, &problem["code"]), (400, &json!("invalid-body")), "{about}: {problem}");
                    }
                }
            }
        }
        for name in ["x".repeat(60_000), "\u{202e}\"".repeat(1_000)] {
            let (status, problem) = fixture.send(method.clone(), &path, &json!({name: 1})).await;
            assert_eq!(status, 400, "{}", operation.route());
            is_told(&problem, &operation.route());
        }
    }
    fixture.stack.stop().await;
}
