//! A running stack with somebody of each role.

use std::time::{Duration, Instant};

use local::{Options, Stack};
use reqwest::{Client, Method, RequestBuilder, Response, header::HeaderMap};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Where TaskRouter has its workers.
pub const WORKERS: &str = "/v1/Workspaces/WS00000000000000000000000000000000/Workers";

pub struct World {
    pub stack: Stack,
    pub client: Client,
    pub owner: String,
    pub data: TempDir,
}

impl World {
    pub async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap()).await
    }

    pub async fn start_in(data: TempDir) -> Self {
        let stack = Stack::start(Options::for_test(data.path())).await.unwrap_or_else(|error| panic!("{error}"));
        let mut world = Self { stack, client: Client::new(), owner: String::new(), data };
        world.owner = world.logs_in("owner@example.com", "Olga Owner", "admin").await;
        world
    }

    /// A login; the token that Flex gives.
    pub async fn logs_in(&self, identity: &str, name: &str, role: &str) -> String {
        self.logs_in_with(&json!({"identity": identity, "full_name": name, "email": identity, "roles": [role]})).await
    }

    pub async fn logs_in_with(&self, claims: &Value) -> String {
        let answer = self.simulator(Method::POST, "/sim/logins").json(claims).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned()
    }

    pub fn simulator(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.stack.simulator_url()))
    }

    /// A hand in TaskRouter takes a worker offline and removes it.
    pub async fn removes_worker(&self, sid: &str) {
        let form = [("ActivitySid", simulator::OFFLINE_ACTIVITY_SID)];
        for (method, form) in [(Method::POST, form.as_slice()), (Method::DELETE, &[])] {
            let request = self.simulator(method, &format!("{WORKERS}/{sid}"));
            let request = request.basic_auth("AC00000000000000000000000000000000", Some("local-auth-token"));
            assert!(request.form(form).send().await.unwrap().status().is_success());
        }
    }

    pub fn ask(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.stack.url())).bearer_auth(token)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path, &self.owner).send().await.unwrap()
    }

    /// What the owner is answered, which must be a success.
    pub async fn read(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        let status = answer.status();
        let body = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// What somebody is answered; a body of `null` is none.
    pub async fn asks(&self, token: &str, method: Method, path: &str, body: &Value) -> Answered {
        let request = self.ask(method, path, token);
        let request = if body.is_null() { request } else { request.json(body) };
        Answered::of(request).await
    }

    /// What the owner is answered.
    pub async fn owner_asks(&self, method: Method, path: &str, body: &Value) -> Answered {
        self.asks(&self.owner, method, path, body).await
    }

    /// Done by the owner, with success; what is answered.
    pub async fn does(&self, method: Method, path: &str, body: &Value) -> Value {
        let answer = self.owner_asks(method.clone(), path, body).await;
        assert!((200..300).contains(&answer.status), "{method} {path} {body}: {answer:?}");
        answer.body
    }

    /// Puts an agent on the list, who has never logged in, with more than that if it is said.
    pub async fn adds(&self, identity: &str, more: &Value) -> Value {
        let mut body = json!({"identity": identity, "name": format!("Name of {identity}")});
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.does(Method::POST, "/users", &body).await
    }

    /// Makes a team; its id.
    pub async fn makes_team(&self, name: &str) -> String {
        let team = self.does(Method::POST, "/teams", &json!({"name": name})).await;
        team["team_id"].as_str().unwrap().to_owned()
    }

    /// Makes a skill, and its skill set if there is none; its path.
    pub async fn makes_skill(&self, set: &str, skill: &str, wish: &Value) -> String {
        self.owner_asks(Method::POST, "/skill-sets", &json!({"name": set})).await;
        let path = format!("/skill-sets/{set}/skills/{skill}");
        self.does(Method::PUT, &path, wish).await;
        path
    }

    /// Somebody logs in and is given this role by the owner: their id and token.
    pub async fn user_with_role(&self, identity: &str, role: &str) -> (String, String) {
        let (user_id, token) = self.somebody_by(&self.owner, identity).await;
        if role != "agent" {
            self.does(Method::PATCH, &format!("/users/{user_id}"), &json!({"role": role})).await;
        }
        (user_id, token)
    }

    /// An agent logs in and is found by somebody with this token: their id and token.
    pub async fn somebody_by(&self, finder: &str, identity: &str) -> (String, String) {
        let token = self.logs_in(identity, &format!("Name of {identity}"), "agent").await;
        let path = format!("/users?q={identity}");
        let found = self.until(identity, async || {
            let list = self.asks(finder, Method::GET, &path, &Value::Null).await.body;
            list["items"].as_array().unwrap().iter().find(|user| user["identity"] == identity).cloned()
        });
        (id(&found.await).to_owned(), token)
    }

    /// A whole history, newest first, read in pages of this size.
    pub async fn history(&self, path: &str, limit: usize) -> Vec<Value> {
        self.pages(&format!("{path}/history?limit={limit}"), limit).await
    }

    /// Everything that a list has, page by page.
    pub async fn pages(&self, path: &str, limit: usize) -> Vec<Value> {
        let (mut all, mut more) = (Vec::new(), String::new());
        loop {
            let page = self.read(&format!("{path}{more}")).await;
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= limit, "{path}: {page}");
            all.extend(items.iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else { return all };
            more = format!("&cursor={cursor}");
        }
    }

    /// Waits until this holds; what follows from a change follows from the stream.
    pub async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(Instant::now() < patience, "in vain: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The only person whom this search finds, as soon as it does.
    pub async fn finds(&self, query: &str) -> Value {
        self.until(query, async || {
            let list = self.read(&format!("/users?{query}")).await;
            (list["items"].as_array().unwrap().len() == 1).then(|| list["items"][0].clone())
        })
        .await
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answered {
    pub async fn of(request: RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
        Self { status, headers, body }
    }

    /// The `code` of a refusal; of a success nothing.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Status and code.
    pub fn told(&self) -> (u16, &str) {
        (self.status, self.code())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

/// The id of a user.
pub fn id(user: &Value) -> &str {
    user["user_id"].as_str().unwrap()
}
