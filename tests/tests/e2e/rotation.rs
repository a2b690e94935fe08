//! Secrets are exchanged, and the address is found, without a deployment and without a restart.

use local::{Options, Stack};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use twilio::signature;

use crate::test_stack::TestStack;

const FORM: [(&str, &str); 9] = [
    ("AccountSid", "AC00000000000000000000000000000000"),
    ("WorkspaceSid", "WS00000000000000000000000000000000"),
    ("EventType", "worker.created"),
    ("Sid", "EV1"),
    ("TimestampMs", "1795341900000"),
    ("WorkerSid", "WK0123456789abcdef0123456789abcdef"),
    ("WorkerName", "grace@example.com"),
    ("WorkerAttributes", r#"{"full_name":"Grace Hopper","email":"grace@example.com","roles":["agent"]}"#),
    ("WorkerActivityName", "Offline"),
];

/// Posts a callback that is signed with this token for this address; returns the status.
async fn post_signed(stack: &Stack, token: &str, address: &str) -> u16 {
    let signed = signature::sign(&token.into(), &format!("{address}/webhooks/taskrouter"), &FORM);
    let post = Client::new().post(format!("{}/webhooks/taskrouter", stack.url())).form(&FORM);
    let post = post.header("x-twilio-signature", signed).header("x-forwarded-host", "evil.example.com");
    post.send().await.unwrap().status().as_u16()
}

async fn put_parameter(stack: &Stack, name: &str, value: &str) {
    let body = json!({"Name": name, "Value": value, "Type": "SecureString", "Overwrite": true});
    let put = Client::new().post(&stack.endpoints().ssm).header("x-amz-target", "AmazonSSM.PutParameter");
    assert_eq!(put.body(body.to_string()).send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_auth_token_is_exchanged_while_callbacks_arrive_and_none_is_refused() {
    let stack = TestStack::start().await;
    let (running, url) = (&stack.running, stack.running.url());
    let secret = "/flex-roster/twilio-auth-token";
    put_parameter(running, secret, "new-token,local-auth-token").await;
    assert_eq!(post_signed(running, "new-token", url).await, 204, "signed with what has just become valid");
    assert_eq!(post_signed(running, "local-auth-token", url).await, 204, "the one from before is valid too");
    assert_eq!(post_signed(running, "another-token", url).await, 403);
    stack.log_in("ada@example.com", "Ada Lovelace", "agent").await;
    assert_eq!(
        stack.find_user("q=lovelace").await["identity"],
        "ada@example.com",
        "the simulator signs with the old one"
    );
    assert_eq!(stack.find_user("q=hopper").await["identity"], "grace@example.com");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_public_url_callbacks_are_verified_for_the_gateways_own_domain() {
    let data = tempfile::tempdir().unwrap();
    let parameters = [("PublicUrl".to_owned(), String::new())].into();
    let stack = Stack::start(Options { parameters, ..tests::options(data.path()) }).await.unwrap();
    let claims =
        json!({"identity": "owner@example.com", "full_name": "Olga", "email": "o@example.com", "roles": ["admin"]});
    let login = Client::new().request(Method::POST, format!("{}/sim/logins", stack.simulator_url())).json(&claims);
    let token = login.send().await.unwrap().json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned();
    let me = Client::new().get(format!("{}/me", stack.url())).bearer_auth(&token).send().await.unwrap();
    assert_eq!(me.json::<Value>().await.unwrap()["role"], "account_owner", "the callback was accepted");
    for address in ["https://evil.example.com", "http://evil.example.com"] {
        assert_eq!(post_signed(&stack, "local-auth-token", address).await, 403, "{address}");
    }
    assert_eq!(post_signed(&stack, "local-auth-token", stack.url()).await, 204);
    stack.stop().await;
}
