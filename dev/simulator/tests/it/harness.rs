//! A running simulator, a client, and a webhook that receives the callbacks.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use simulator::{Options, Simulator};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use twilio::{Callback, Verifier};

pub const ACCOUNT: &str = "AC00000000000000000000000000000000";
pub const WORKSPACE: &str = "WS00000000000000000000000000000000";
pub const TOKEN: &str = "local-auth-token";
pub const PATH: &str = "/webhooks/taskrouter";
const TIMEOUT: Duration = Duration::from_secs(10);

pub struct ReceivedCallback {
    pub path_and_query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// A webhook that records the callbacks.
pub struct CallbackReceiver {
    origin: String,
    arrived: mpsc::UnboundedReceiver<ReceivedCallback>,
    status: Arc<AtomicU16>,
}

/// The simulator with its webhook, and a client.
pub struct Twilio {
    pub simulator: Simulator,
    pub receiver: CallbackReceiver,
    http: reqwest::Client,
}

impl ReceivedCallback {
    pub fn field(&self, name: &str) -> String {
        let mut form = form_urlencoded::parse(&self.body);
        form.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    pub fn names(&self) -> Vec<String> {
        form_urlencoded::parse(&self.body).map(|(name, _)| name.into_owned()).collect()
    }

    pub fn parsed(&self) -> Callback {
        Callback::parse(&self.body).unwrap()
    }

    pub fn event_type(&self) -> String {
        self.field("EventType")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl CallbackReceiver {
    async fn start() -> Self {
        let (sender, arrived) = mpsc::unbounded_channel();
        let status = Arc::new(AtomicU16::new(204));
        let answer = status.clone();
        let receive = async move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let path_and_query = uri.to_string();
            sender.send(ReceivedCallback { path_and_query, headers, body }).unwrap();
            StatusCode::from_u16(answer.load(Ordering::SeqCst)).unwrap()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(receive)).await });
        Self { origin, arrived, status }
    }

    /// Where callbacks go.
    pub fn url(&self) -> String {
        format!("{}{PATH}", self.origin)
    }

    pub fn respond_with(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// Waits for the next callback.
    pub async fn next(&mut self) -> ReceivedCallback {
        tokio::time::timeout(TIMEOUT, self.arrived.recv()).await.expect("a callback should have arrived").unwrap()
    }

    /// The callbacks received so far: all of them, once the requests that wait for their responses have returned.
    pub fn received(&mut self) -> Vec<ReceivedCallback> {
        std::iter::from_fn(|| self.arrived.try_recv().ok()).collect()
    }

    pub fn received_event_types(&mut self) -> Vec<String> {
        self.received().iter().map(ReceivedCallback::event_type).collect()
    }

    pub fn is_signed(&self, arrived: &ReceivedCallback) -> bool {
        let verifier = Verifier::new(TOKEN.into(), self.origin.clone());
        let content_type = Some(arrived.header("content-type"));
        verifier.verify(&arrived.path_and_query, content_type, &arrived.body, arrived.header("x-twilio-signature"))
    }
}

impl Twilio {
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    pub async fn start_with(data: Option<&Path>) -> Self {
        let receiver = CallbackReceiver::start().await;
        let callback_url = Some(format!("{}{PATH}", receiver.origin));
        let simulator = Simulator::start(Options { callback_url, ..options(data) }).await.unwrap();
        Self { simulator, receiver, http: reqwest::Client::new() }
    }

    /// A request to the workspace, with credentials.
    pub fn rest(&self, method: Method, path: &str) -> RequestBuilder {
        let url = match path.strip_prefix("http") {
            Some(_) => path.to_owned(),
            None => self.url(&format!("/v1/Workspaces/{WORKSPACE}{path}")),
        };
        self.http.request(method, url).basic_auth(ACCOUNT, Some(TOKEN))
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.url())
    }

    pub async fn get(&self, path: &str) -> Value {
        answer(self.rest(Method::GET, path)).await.1
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        answer(self.rest(Method::POST, path).form(form)).await
    }

    pub async fn delete(&self, path: &str) -> u16 {
        self.rest(Method::DELETE, path).send().await.unwrap().status().as_u16()
    }

    /// Sends a request that must be refused with 400; gives what it says.
    pub async fn refusal(&self, path: &str, form: &[(&str, &str)]) -> String {
        let (status, refusal) = self.post(path, form).await;
        assert_eq!((status, &refusal["status"], &refusal["code"]), (400, &json!(400), &json!(20001)), "{refusal}");
        text(&refusal, "message").to_owned()
    }

    /// Creates a worker by REST and consumes its callback.
    pub async fn worker(&mut self, name: &str) -> Value {
        let (status, worker) = self.post("/Workers", &[("FriendlyName", name), ("Attributes", "{}")]).await;
        assert_eq!(status, 201, "{worker}");
        assert_eq!(self.receiver.next().await.event_type(), "worker.created");
        worker
    }

    pub async fn worker_named(&self, name: &str) -> Value {
        self.get(&format!("/Workers?FriendlyName={name}")).await["workers"][0].clone()
    }

    pub async fn sim(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        answer(self.http.request(method, format!("{}/sim/{path}", self.simulator.url())).json(&body)).await
    }

    /// Gives a worker a reservation with this status.
    pub async fn reserve(&self, worker_sid: &str, status: &str) -> Value {
        let request = json!({"worker_sid": worker_sid, "status": status});
        let (code, reservation) = self.sim(Method::POST, "reservations", request).await;
        assert_eq!(code, 200, "{reservation}");
        reservation
    }

    /// Replaces Flex's configuration.
    pub async fn configure(&self, configuration: Value) {
        let (status, answer) = self.sim(Method::POST, "configuration", configuration).await;
        assert_eq!(status, 200, "{answer}");
    }

    pub async fn faults(&self, faults: Value) {
        let (status, answer) = self.sim(Method::POST, "faults", faults).await;
        assert_eq!(status, 200, "{answer}");
    }

    pub async fn end_faults(&self) {
        assert_eq!(self.sim(Method::DELETE, "faults", Value::Null).await.0, 204);
    }

    /// Logs in; gives the session that Flex gets.
    pub async fn log_in(&self, claims: Value) -> Value {
        let (status, session) = self.sim(Method::POST, "logins", claims).await;
        assert_eq!(status, 200, "{session}");
        session
    }

    pub async fn validate(&self, token: &Value) -> Value {
        let url = format!("{}/v1/Accounts/{ACCOUNT}/Tokens/validate", self.simulator.url());
        answer(self.rest(Method::POST, &url).json(&json!({ "token": token }))).await.1
    }
}

pub fn options(data: Option<&Path>) -> Options {
    Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        data: data.map(Path::to_path_buf),
        callback_url: None,
        auth_token: TOKEN.to_owned(),
        account_sid: ACCOUNT.to_owned(),
        workspace_sid: WORKSPACE.to_owned(),
    }
}

/// The claims of Alice's login.
pub fn alice() -> Value {
    json!({
        "identity": "alice@example.com",
        "full_name": "Alice",
        "email": "alice@example.com",
        "roles": ["agent"]
    })
}

pub fn attributes(worker: &Value) -> Value {
    serde_json::from_str(worker["attributes"].as_str().unwrap()).unwrap()
}

pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer: Response = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}
