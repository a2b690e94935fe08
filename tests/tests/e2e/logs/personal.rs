//! Marked names, addresses and tokens, in every place where a request can hold them.

use std::fs;

use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};
use tests::contract::{Contract, Operation};

use super::Logs;
use crate::{
    export::run_export,
    test_stack::{TestStack, WORKERS, id},
};

/// What no log may hold, in lower case: of names, addresses and identities, of teams and skills, of tokens.
const MARKS: [&str; 3] = ["xantippe", "quux", "xq@"];

const NAME: &str = "Xantippe Quux";
const EMAIL: &str = "xq@example.com";
const IDENTITY: &str = "xantippe@example.com";

/// A Flex token by its form, which is none.
const MADE_UP: &str = "eyJ4YW50aXBwZSI6MX0..eGFudGlwcGU.cXV1eA.eGFudGlwcGVfcXV1eA";

fn claims(full_name: &str) -> Value {
    // A level that is a text is a fault that is logged.
    json!({"identity": IDENTITY, "full_name": full_name, "email": EMAIL, "roles": ["agent"],
        "attributes": {"routing": {"skills": ["Xantippish"], "levels": {"Xantippish": "quux"}}, "picture": "xantippe"}})
}

/// The path with what is really there, and with a name in the place of each id.
fn paths(operation: &Operation<'_>, user_id: &str, team_id: &str) -> [String; 2] {
    let named = "Xantippe%20Quux";
    let real = [
        ("{user_id}", user_id),
        ("{team_id}", team_id),
        ("{name}", "Quuxes"),
        ("{field}", "role"),
        ("{decision}", "revert"),
        ("{skill}", "Xantippish"),
    ];
    let real = real.into_iter().fold(operation.path.to_owned(), |path, (name, value)| path.replace(name, value));
    let mut marked = operation.path.to_owned();
    for path in [&mut marked, &mut real.clone()] {
        while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
            path.replace_range(start..=end, named);
        }
    }
    [if real.contains('{') { marked.clone() } else { real }, marked]
}

/// Sends this operation with marks everywhere: as what it takes, as what it does not take, without JSON.
async fn ask(stack: &TestStack, operation: &Operation<'_>, path: &str, token: &str) {
    let method: Method = operation.method.parse().unwrap();
    let bodies = [
        json!({"name": NAME, "full_name": NAME, "email": EMAIL, "identity": IDENTITY, "role": "xantippe", "q": "xantippe",
            "skill": "Xantippish", "level": "quux", "teams": ["xantippe"], "confirm": "xantippe"})
        .to_string(),
        json!({"name": NAME, "identity": IDENTITY}).to_string(),
        json!({"role": "xantippe"}).to_string(),
        json!({"q": "xantippe quux"}).to_string(),
        format!("{NAME} {EMAIL}"),
    ];
    for (n, body) in bodies.into_iter().enumerate() {
        let query = if n == 0 { "?q=xantippe&cursor=Xantippe&quux=xq@example.com" } else { "?q=xantippe" };
        let request = stack.request(method.clone(), &format!("{path}{query}"), token);
        let request = request.header("if-match", "\"xantippe\", quux").header("prefer", "xantippe");
        let request = request.header("idempotency-key", format!("xantippe quux {n}"));
        let request =
            request.header("content-type", "application/json").header("x-name", HeaderValue::from_static(NAME));
        request.body(body.clone()).send().await.unwrap();
        stack.request(method.clone(), path, token).body(body).send().await.unwrap();
    }
}

/// Everything that can be done to a user of that name.
async fn live(stack: &TestStack, path: &str, team_id: &str) {
    stack.send_ok(Method::PATCH, path, &json!({"teams": [team_id], "role": "supervisor", "act_as_agent": true})).await;
    stack.send_ok(Method::PUT, "/skill-sets/Quuxes/skills/Quuxish", &json!({})).await;
    stack.send_ok(Method::PUT, &format!("{path}/skills/Quuxish"), &json!({})).await;
    stack.send_ok(Method::PUT, &format!("/teams/{team_id}/skills/Quuxish"), &json!({"level": 3})).await;
    let user = stack.get_json(path).await;
    let sid = user["worker"]["sid"].as_str().unwrap();
    // Another tool's attributes: drift; then ones that cannot be read.
    for attributes in [json!({"full_name": NAME, "roles": ["agent"], "routing": {"skills": ["Xantippe"]}}), json!(NAME)]
    {
        stack.rest(Method::POST, &format!("/{sid}"), &[("Attributes", &attributes.to_string())]).await;
    }
    stack.send_ok(Method::POST, &format!("{path}/sync"), &Value::Null).await;
    stack.reconcile().await;
    run_export(stack, &stack.owner, &json!({"q": "xantippe"})).await;
    stack.send_ok(Method::POST, &format!("{path}/deactivate"), &Value::Null).await;
    stack.log_in_with_claims(&claims("Quux Xantippe")).await;
    stack.send_ok(Method::POST, &format!("{path}/reactivate"), &Value::Null).await;
}

/// While TaskRouter, the check of tokens, or both fail.
async fn live_with_faults(stack: &TestStack, path: &str) {
    let broken = json!({"rest": {"status": 503}, "tokens": {"status": 429}});
    let refusing = json!({"rest": {"status": 400}, "tokens": {"lose_response": true}});
    let denied = json!({"rest": {"status": 401}, "tokens": {"status": 401}});
    for faults in [broken, refusing, denied] {
        assert!(stack.simulator(Method::POST, "/sim/faults").json(&faults).send().await.unwrap().status().is_success());
        stack.log_in_with_claims(&claims("Xantippe Quux-Quux")).await;
        stack.request(Method::GET, "/users?q=xantippe", MADE_UP).send().await.unwrap();
        stack.send(Method::POST, &format!("{path}/sync"), &Value::Null).await;
        stack.send(Method::POST, "/reconciliations", &Value::Null).await;
        stack.send(Method::GET, "/flex/skills", &Value::Null).await;
        stack.simulator(Method::DELETE, "/sim/faults").send().await.unwrap();
    }
}

/// What Twilio did not sign, and what it signed and cannot be read.
async fn post_callbacks(stack: &TestStack) {
    let url = format!("{}/webhooks/taskrouter", stack.running.url());
    for body in [format!("WorkerName={NAME}&WorkerAttributes={{\"email\":\"{EMAIL}\"}}"), NAME.to_owned()] {
        let request = stack.client.post(&url).header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("x-twilio-signature", "eGFudGlwcGUgcXV1eCB4cUBleGE=");
        request.body(body).send().await.unwrap();
    }
    let signed = |body: &str, media_type: &str, form: &[(&str, &str)]| {
        let key = twilio::signature::sign(&"local-auth-token".into(), &url, form);
        let request = stack.client.post(&url).header("content-type", media_type).header("x-twilio-signature", key);
        request.body(body.to_owned())
    };
    let form = [
        ("AccountSid", "AC00000000000000000000000000000000"),
        ("WorkspaceSid", "WS00000000000000000000000000000000"),
        ("EventType", "worker.attributes.update"),
        ("TimestampMs", NAME),
        ("WorkerSid", NAME),
        ("WorkerName", IDENTITY),
        ("WorkerAttributes", "{\"full_name\":\"Xantippe Quux\",\"email\":[\"xq@example.com\"],\"roles\":\"xantippe\"}"),
    ];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let answer = signed(&body, "application/x-www-form-urlencoded", &form).send().await.unwrap();
    assert_eq!(answer.status(), 400, "it is signed: {:?}", answer.text().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_32_no_log_holds_a_name_an_address_a_token_or_a_body_whatever_is_asked() {
    let stack = TestStack::start().await;
    let agents_token = stack.log_in_with_claims(&claims(NAME)).await;
    let path = format!("/users/{}", id(&stack.find_user("q=xantippe").await));
    let team_id = stack.create_team("Team Quux").await;
    stack.create_skill("Quuxes", "Xantippic", &json!({})).await;
    live(&stack, &path, &team_id).await;
    let contract = Contract::read();
    for operation in contract.operations() {
        for path in paths(&operation, path.trim_start_matches("/users/"), &team_id) {
            for token in [&stack.owner, &agents_token, MADE_UP, "Xantippe"] {
                ask(&stack, &operation, &path, token).await;
            }
        }
    }
    post_callbacks(&stack).await;
    live_with_faults(&stack, &path).await;
    let first = stack.rest(Method::GET, "?PageSize=1", &[]).await["workers"][0]["sid"].clone();
    stack.simulator(Method::DELETE, &format!("{WORKERS}/{}", first.as_str().unwrap())).send().await.unwrap();
    Logs::settled(&stack).await.assert_one_line_each();
    let (owner, data) = (stack.owner.clone(), stack.data);
    stack.running.stop().await;

    let logs = Logs::read(data.path());
    for function in ["authorize", "webhook", "search", "view", "edit", "assign-skill", "set-status", "teams", "skills"]
    {
        assert!(!logs.of(function).is_empty(), "{function} logs what it does");
    }
    let parts =
        |token: &str| token.split('.').filter(|part| part.len() > 12).map(str::to_lowercase).collect::<Vec<_>>();
    let tokens = [owner, agents_token, MADE_UP.to_owned()].iter().flat_map(|token| parts(token)).collect::<Vec<_>>();
    assert!(tokens.len() > 3, "{tokens:?}");
    for file in fs::read_dir(data.path().join("logs")).unwrap() {
        let file = file.unwrap().path();
        for line in fs::read_to_string(&file).unwrap().to_lowercase().lines() {
            let held = MARKS.into_iter().chain(tokens.iter().map(String::as_str)).find(|mark| line.contains(mark));
            assert_eq!(held, None, "{}: {line}", file.display());
        }
    }
}
