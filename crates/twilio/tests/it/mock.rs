//! A mock of Twilio, and Twilio's published sample data where it is available.

use std::time::Duration;

use serde_json::{Value, json};
use twilio::{Client, Config};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate, Times};

pub const ACCOUNT: &str = "AC00000000000000000000000000000000";
pub const WORKERS: &str = "/v1/Workspaces/WS00000000000000000000000000000000/Workers";
pub const WORKER: &str = "/v1/Workspaces/WS00000000000000000000000000000000/Workers/WK1";
pub const VALIDATE: &str = "/v1/Accounts/AC00000000000000000000000000000000/Tokens/validate";

/// A file of the folder with Twilio's published data; none where that folder is missing.
pub fn published(file: &str) -> Option<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/twilio/");
    let text = std::fs::read_to_string(format!("{folder}{file}")).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

pub fn client(twilio: &MockServer) -> Client {
    client_with(twilio.uri(), Config::DEFAULT_TIMEOUT)
}

pub fn client_with(url: String, timeout: Duration) -> Client {
    Client::new(config(url, timeout)).unwrap()
}

pub fn config(url: String, timeout: Duration) -> Config {
    Config {
        taskrouter_url: url.clone(),
        iam_url: url.clone(),
        flex_url: url.clone(),
        events_url: url.clone(),
        webhooks_url: url,
        region: None,
        edge: None,
        account_sid: ACCOUNT.to_owned(),
        workspace_sid: "WS00000000000000000000000000000000".to_owned(),
        auth_token: "the-auth-token".into(),
        api_key: None,
        timeout,
    }
}

/// The worker of Twilio's documented response example.
pub fn worker() -> Value {
    json!({
        "sid": "WK1",
        "friendly_name": "alice_40example_2Ecom",
        "account_sid": ACCOUNT,
        "activity_sid": "WA1",
        "activity_name": "Offline",
        "workspace_sid": "WS00000000000000000000000000000000",
        "attributes": "{\"roles\":[\"agent\"]}",
        "available": false,
        "date_created": "2017-05-30T23:32:22Z",
        "date_updated": "2017-05-31T00:05:57Z",
        "date_status_changed": "2017-05-30T23:32:22Z",
        "url": "https://taskrouter.twilio.com/",
        "links": {}
    })
}

/// Mounts a response that is expected this many times.
pub async fn mount(
    twilio: &MockServer,
    http_method: &str,
    request_path: &str,
    response: ResponseTemplate,
    times: impl Into<Times>,
) {
    let times = times.into();
    Mock::given(method(http_method)).and(path(request_path)).respond_with(response).expect(times).mount(twilio).await;
}

/// Mounts a response to the first request; later requests reach the mocks that are mounted after it.
pub async fn mount_first(twilio: &MockServer, http_method: &str, request_path: &str, response: ResponseTemplate) {
    Mock::given(method(http_method))
        .and(path(request_path))
        .respond_with(response)
        .up_to_n_times(1)
        .expect(1)
        .mount(twilio)
        .await;
}
