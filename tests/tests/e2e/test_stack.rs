//! A local stack of the deployed functions, the requests to it, and its users.

use std::time::{Duration, Instant};

use local::{Options, Stack};
use reqwest::{Client, Method, RequestBuilder, Response, header::HeaderMap};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The path of the workers in the TaskRouter simulator.
pub const WORKERS: &str = "/v1/Workspaces/WS00000000000000000000000000000000/Workers";

/// A stack that the account owner has logged in to.
pub struct TestStack {
    pub running: Stack,
    pub client: Client,
    /// The account owner's token.
    pub owner: String,
    pub data: TempDir,
}

impl TestStack {
    pub async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap()).await
    }

    pub async fn start_in(data: TempDir) -> Self {
        let options = tests::options(data.path());
        Self::start_with(data, options).await
    }

    /// With these values for parameters of the template.
    pub async fn start_as(parameters: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let options = Options { parameters, ..tests::options(data.path()) };
        Self::start_with(data, options).await
    }

    /// With another template; what its functions use does not count.
    pub async fn start_with_template(changed: impl FnOnce(&str) -> String) -> Self {
        let data = tempfile::tempdir().unwrap();
        let options = Options::for_test(data.path());
        let text = std::fs::read_to_string(&options.template).unwrap();
        let changed = changed(&text);
        assert_ne!(changed, text);
        let template = data.path().join("template.yaml");
        std::fs::write(&template, changed).unwrap();
        Self::start_with(data, Options { template, ..options }).await
    }

    pub async fn start_with(data: TempDir, options: Options) -> Self {
        let running = Stack::start(options).await.unwrap_or_else(|error| panic!("{error}"));
        let mut stack = Self { running, client: Client::new(), owner: String::new(), data };
        stack.owner = stack.log_in("owner@example.com", "Olga Owner", "admin").await;
        stack
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }

    /// Logs in through the simulator; returns the Flex token.
    pub async fn log_in(&self, identity: &str, name: &str, role: &str) -> String {
        self.log_in_with_claims(&json!({"identity": identity, "full_name": name, "email": identity, "roles": [role]}))
            .await
    }

    pub async fn log_in_with_claims(&self, claims: &Value) -> String {
        let response = self.simulator(Method::POST, "/sim/logins").json(claims).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned()
    }

    pub fn simulator(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.running.simulator_url()))
    }

    /// Sets a worker offline and deletes it through TaskRouter's REST API.
    pub async fn remove_worker(&self, sid: &str) {
        let form = [("ActivitySid", simulator::OFFLINE_ACTIVITY_SID)];
        for (method, form) in [(Method::POST, form.as_slice()), (Method::DELETE, &[])] {
            let request = self.simulator(method, &format!("{WORKERS}/{sid}"));
            let request = request.basic_auth("AC00000000000000000000000000000000", Some("local-auth-token"));
            assert!(request.form(form).send().await.unwrap().status().is_success());
        }
    }

    pub fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.running.url())).bearer_auth(token)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path, &self.owner).send().await.unwrap()
    }

    /// The body of a successful `GET` by the account owner.
    pub async fn get_json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        let status = response.status();
        let body = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Sends a request with this token; a body of `null` means no body.
    pub async fn send_as(&self, token: &str, method: Method, path: &str, body: &Value) -> ApiResponse {
        let request = self.request(method, path, token);
        let request = if body.is_null() { request } else { request.json(body) };
        ApiResponse::receive(request).await
    }

    /// Sends a request as the account owner.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> ApiResponse {
        self.send_as(&self.owner, method, path, body).await
    }

    /// Sends a request as the account owner, which must succeed; returns the body.
    pub async fn send_ok(&self, method: Method, path: &str, body: &Value) -> Value {
        let response = self.send(method.clone(), path, body).await;
        assert!((200..300).contains(&response.status), "{method} {path} {body}: {response:?}");
        response.body
    }

    /// Creates an agent who has never logged in; `fields` are added to the request.
    pub async fn create_user(&self, identity: &str, fields: &Value) -> Value {
        let mut body = json!({"identity": identity, "name": format!("Name of {identity}")});
        body.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap_or_default());
        self.send_ok(Method::POST, "/users", &body).await
    }

    /// Creates a team; returns its id.
    pub async fn create_team(&self, name: &str) -> String {
        let team = self.send_ok(Method::POST, "/teams", &json!({"name": name})).await;
        team["team_id"].as_str().unwrap().to_owned()
    }

    /// Creates a skill, and its skill set if there is none; returns the skill's path.
    pub async fn create_skill(&self, set: &str, skill: &str, definition: &Value) -> String {
        self.send(Method::POST, "/skill-sets", &json!({"name": set})).await;
        let path = format!("/skill-sets/{set}/skills/{skill}");
        self.send_ok(Method::PUT, &path, definition).await;
        path
    }

    /// Logs in a user and gives them this role as the account owner; returns their id and token.
    pub async fn log_in_with_role(&self, identity: &str, role: &str) -> (String, String) {
        let (user_id, token) = self.log_in_agent(&self.owner, identity).await;
        if role != "agent" {
            self.send_ok(Method::PATCH, &format!("/users/{user_id}"), &json!({"role": role})).await;
        }
        (user_id, token)
    }

    /// Logs in an agent and waits until a caller with this token finds them; returns the agent's id and token.
    pub async fn log_in_agent(&self, caller_token: &str, identity: &str) -> (String, String) {
        let token = self.log_in(identity, &format!("Name of {identity}"), "agent").await;
        let path = format!("/users?q={identity}");
        let found = self.wait_for(identity, async || {
            let list = self.send_as(caller_token, Method::GET, &path, &Value::Null).await.body;
            list["items"].as_array().unwrap().iter().find(|user| user["identity"] == identity).cloned()
        });
        (id(&found.await).to_owned(), token)
    }

    /// All records of a history, newest first, read in pages of this size.
    pub async fn history(&self, path: &str, limit: usize) -> Vec<Value> {
        self.all_items(&format!("{path}/history?limit={limit}"), limit).await
    }

    /// All items of a list, read page by page.
    pub async fn all_items(&self, path: &str, limit: usize) -> Vec<Value> {
        let (mut all, mut cursor_parameter) = (Vec::new(), String::new());
        loop {
            let page = self.get_json(&format!("{path}{cursor_parameter}")).await;
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= limit, "{path}: {page}");
            all.extend(items.iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else { return all };
            cursor_parameter = format!("&cursor={cursor}");
        }
    }

    /// Polls until the check returns a value: derived data is eventually consistent.
    pub async fn wait_for<T>(&self, condition: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(found) = check().await {
                return found;
            }
            assert!(Instant::now() < deadline, "timed out waiting: {condition}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until this search finds exactly one user; returns that user.
    pub async fn find_user(&self, query: &str) -> Value {
        self.wait_for(query, async || {
            let list = self.get_json(&format!("/users?{query}")).await;
            (list["items"].as_array().unwrap().len() == 1).then(|| list["items"][0].clone())
        })
        .await
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ApiResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl ApiResponse {
    pub async fn receive(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default();
        Self { status, headers, body }
    }

    /// The `code` of a problem document; empty for a success.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub fn status_and_code(&self) -> (u16, &str) {
        (self.status, self.code())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

pub fn id(user: &Value) -> &str {
    user["user_id"].as_str().unwrap()
}
