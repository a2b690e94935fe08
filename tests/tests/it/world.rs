//! A running stack with somebody of each role.

use std::time::{Duration, Instant};

use local::{Options, Stack};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

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

/// The id of a user.
pub fn id(user: &Value) -> &str {
    user["user_id"].as_str().unwrap()
}
