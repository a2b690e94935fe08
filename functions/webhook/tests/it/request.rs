use std::sync::Mutex;

use app::{SystemTimeAndIds, ingest::WorkerIngest};
use domain::{User, WorkerSid, policy::Policy, test_support::stored};
use embedded::Dynamo;
use invoke::InvokeError;
use lambda_http::{Body, Request, RequestExt, http::StatusCode, request::RequestContext};
use parameters::Parameter;
use secrecy::SecretString;
use serde_json::json;
use store::{Directory, ViewUser};
use twilio::{Algorithm, FetchWorker, SigningKey, TwilioError, Worker, account::Account};
use webhook::{HandOver, PublicUrl, Webhook};

const URL: &str = "https://roster.example.com";
const TOKEN: &str = "12345";

/// A TaskRouter that cannot be asked; a callback that needs it cannot be applied.
pub enum TaskRouter {
    Unreachable,
    /// It never answers.
    Hanging,
}

impl FetchWorker for TaskRouter {
    async fn fetch_worker(&self, _: &WorkerSid) -> Result<Option<Worker>, TwilioError> {
        match self {
            Self::Unreachable => Err(TwilioError::Connection),
            Self::Hanging => std::future::pending().await,
        }
    }
}

/// Records which workers were handed over to `reconcile`.
#[derive(Default)]
pub struct Reconcile {
    pub fails: bool,
    pub workers: Mutex<Vec<String>>,
}

impl HandOver for Reconcile {
    async fn hand_over(&self, worker_sid: &WorkerSid) -> Result<(), InvokeError> {
        if self.fails {
            return Err(InvokeError("TooManyRequestsException".to_owned()));
        }
        self.workers.lock().unwrap().push(worker_sid.to_string());
        Ok(())
    }
}

pub fn webhook_at(public_url: PublicUrl) -> Webhook {
    Webhook::new(account(TOKEN), public_url)
}

pub fn account(auth_token: impl Into<Parameter>) -> Account {
    Account { account_sid: "AC1".into(), workspace_sid: "WS1".into(), auth_token: auth_token.into(), api_key: None }
}

pub struct Fixture {
    pub ingest: WorkerIngest<Directory, TaskRouter, SystemTimeAndIds>,
    pub reconcile: Reconcile,
    pub webhook: Webhook,
    _dynamo: Dynamo,
}

impl Fixture {
    pub async fn new() -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let store = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        Self {
            ingest: WorkerIngest {
                store,
                taskrouter: TaskRouter::Unreachable,
                time_and_ids: SystemTimeAndIds,
                policy: Policy::default(),
            },
            reconcile: Reconcile::default(),
            webhook: webhook_at(PublicUrl::Configured(URL.to_owned())),
            _dynamo: dynamo,
        }
    }

    /// The status of the response, or the code of the problem.
    pub async fn post(&self, request: Request) -> Result<StatusCode, &'static str> {
        let result = self.webhook.handle(&self.ingest, &self.reconcile, request).await;
        result.map(|response| response.status()).map_err(|problem| problem.code)
    }

    pub async fn ada(&self) -> Option<User> {
        let user_id = self.ingest.store.user_id_of_identity(&stored("ada")).await.unwrap()?;
        self.ingest.store.user(user_id).await.unwrap()
    }
}

pub fn login() -> Vec<(&'static str, String)> {
    let attributes = json!({"full_name": "Ada", "email": "ada@example.com", "roles": ["agent"]});
    let fields = [
        ("AccountSid", "AC1"),
        ("WorkspaceSid", "WS1"),
        ("EventType", "worker.attributes.update"),
        ("Sid", "EV1"),
        ("TimestampMs", "1000"),
        ("WorkerSid", "WK1"),
        ("WorkerName", "ada"),
        ("WorkerActivitySid", "WA1"),
        ("WorkerActivityName", "Available"),
        ("WorkerVersion", "1"),
    ];
    let fields = fields.map(|(name, value)| (name, value.to_owned())).into_iter();
    fields.chain([("WorkerAttributes", attributes.to_string())]).collect()
}

pub fn signed(form: &[(&str, String)]) -> Request {
    signed_for(&format!("{URL}/webhooks/taskrouter"), "/webhooks/taskrouter", form)
}

/// A callback posted to this URL, of which the gateway passes this path and query on.
fn signed_for(url: &str, passed_on: &str, form: &[(&str, String)]) -> Request {
    let token = SigningKey { algorithm: Algorithm::HmacSha1, secret: SecretString::from(TOKEN) };
    signed_with(&token, url, passed_on, form)
}

pub fn signed_with(key: &SigningKey, url: &str, passed_on: &str, form: &[(&str, String)]) -> Request {
    let pairs = form.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
    let signature = twilio::signature::sign_with(key, url, &pairs);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    request(passed_on, "application/x-www-form-urlencoded", &signature, body)
}

/// What Event Streams posts.
pub fn streamed(body: &str) -> Request {
    let url = twilio::signature::url_with_body_hash(&format!("{URL}/webhooks/taskrouter"), body.as_bytes());
    let signature = twilio::signature::sign(&SecretString::from(TOKEN), &url, &[]);
    request(url.strip_prefix(URL).unwrap(), "application/json", &signature, body.to_owned())
}

fn request(passed_on: &str, content_type: &str, signature: &str, body: String) -> Request {
    let request = lambda_http::http::Request::post(format!("https://elsewhere.example.com{passed_on}"))
        .header("content-type", content_type)
        .header("x-twilio-signature", signature);
    let context = json!({
        "accountId": "0", "apiId": "local", "stage": "$default", "timeEpoch": 0, "requestId": "test",
        "domainName": "abc.execute-api.eu-central-1.amazonaws.com",
        "routeKey": "POST /webhooks/taskrouter",
        "http": {"method": "POST", "path": "/webhooks/taskrouter", "protocol": "HTTP/1.1"},
    });
    let context = RequestContext::ApiGatewayV2(serde_json::from_value(context).unwrap());
    let path = passed_on.split('?').next().unwrap();
    let request = request.body(Body::from(body)).unwrap().with_raw_http_path(path);
    request.with_request_context(context)
}

#[tokio::test]
async fn a_signed_callback_is_answered_204_with_a_content_type() {
    let fixture = Fixture::new().await;
    let response = fixture.webhook.handle(&fixture.ingest, &fixture.reconcile, signed(&login())).await.unwrap();
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(fixture.ada().await.unwrap().name(), "Ada");
    assert!(fixture.reconcile.workers.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_callback_is_checked_for_the_public_address_whatever_path_the_gateway_passes_on() {
    let mut fixture = Fixture::new().await;
    for public_url in ["https://api.example.com/roster", "https://api.example.com/roster/"] {
        fixture.webhook = webhook_at(PublicUrl::Configured(public_url.to_owned()));
        for passed_on in ["/webhooks/taskrouter", "/roster/webhooks/taskrouter"] {
            let post = async |url: &str| fixture.post(signed_for(url, passed_on, &login())).await;
            let address = "https://api.example.com/roster/webhooks/taskrouter";
            assert_eq!(post(address).await, Ok(StatusCode::NO_CONTENT));
            assert_eq!(post(&format!("{address}#rc=3&rp=ct,rt,5xx")).await, Ok(StatusCode::NO_CONTENT));
            assert_eq!(post("https://api.example.com/webhooks/taskrouter").await, Err("wrong-signature"));
            assert_eq!(post(&format!("https://api.example.com/roster{passed_on}/")).await, Err("wrong-signature"));
        }
        let with_query = signed_for(
            "https://api.example.com/roster/webhooks/taskrouter?a=%C3%A9+b",
            "/roster/webhooks/taskrouter?a=%C3%A9+b",
            &login(),
        );
        assert_eq!(fixture.post(with_query).await, Ok(StatusCode::NO_CONTENT));
    }
}

#[tokio::test]
async fn without_a_public_address_callbacks_are_checked_for_the_domain_that_the_gateway_states() {
    let mut fixture = Fixture::new().await;
    fixture.webhook = webhook_at(PublicUrl::Gateway);
    let path = "/webhooks/taskrouter";
    let post = async |host: &str| {
        let mut request = signed_for(&format!("https://{host}{path}"), path, &login());
        for header in ["host", "x-forwarded-host"] {
            request.headers_mut().insert(header, "evil.example.com".parse().unwrap());
        }
        fixture.post(request).await
    };
    assert_eq!(post("abc.execute-api.eu-central-1.amazonaws.com").await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(post("evil.example.com").await, Err("wrong-signature"));
    assert_eq!(post("elsewhere.example.com").await, Err("wrong-signature"));
}

#[tokio::test]
async fn a_form_over_the_limit_is_refused_although_it_is_signed() {
    let fixture = Fixture::new().await;
    let padded = |length: usize| {
        let rest = signed(&[login(), vec![("Padding", String::new())]].concat()).body().len();
        signed(&[login(), vec![("Padding", "x".repeat(length - rest))]].concat())
    };
    assert_eq!(fixture.post(padded(64 * 1024 + 1)).await, Err("body-too-large"));
    assert_eq!(fixture.ada().await, None);
    assert_eq!(fixture.post(padded(64 * 1024)).await, Ok(StatusCode::NO_CONTENT));
}

#[tokio::test]
async fn a_callback_with_a_wrong_signature_is_refused_and_nothing_of_it_is_read() {
    let fixture = Fixture::new().await;
    let mut wrong = signed(&login());
    wrong.headers_mut().insert("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse().unwrap());
    let problem = fixture.webhook.handle(&fixture.ingest, &fixture.reconcile, wrong).await.unwrap_err();
    assert_eq!((problem.status, problem.code), (403, "wrong-signature"));
    let mut unsigned = signed(&[("not", "a callback".into())]);
    unsigned.headers_mut().remove("x-twilio-signature");
    assert_eq!(fixture.post(unsigned).await, Err("wrong-signature"));
    assert_eq!(fixture.ada().await, None);
}

#[tokio::test]
async fn a_callback_of_another_account_or_workspace_is_refused() {
    let fixture = Fixture::new().await;
    for field in ["AccountSid", "WorkspaceSid"] {
        let mut form = login();
        form.iter_mut().find(|(name, _)| *name == field).unwrap().1.push('9');
        assert_eq!(fixture.post(signed(&form)).await, Err("foreign-callback"));
    }
}

#[tokio::test]
async fn event_types_and_fields_that_are_not_known_are_ignored() {
    let fixture = Fixture::new().await;
    let mut form = login();
    form.push(("SomethingNew", "x".into()));
    assert_eq!(fixture.post(signed(&form)).await, Ok(StatusCode::NO_CONTENT));
    let task = [("AccountSid", "AC1"), ("WorkspaceSid", "WS1"), ("EventType", "task.created"), ("TaskSid", "WT1")];
    let task = task.map(|(name, value)| (name, value.to_owned()));
    assert_eq!(fixture.post(signed(&task)).await, Ok(StatusCode::NO_CONTENT));
}
