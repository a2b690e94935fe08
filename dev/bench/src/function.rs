//! A function's binary, run over the Lambda Runtime API, in the environment that the template gives it.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use local::names::{REGION, SECRET_ACCESS_KEY, TWILIO_AUTH_TOKEN, access_key_id};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, mpsc},
    task::JoinHandle,
    time::timeout,
};

use crate::Fallible;

/// How long a function is waited for.
const PATIENCE: Duration = Duration::from_mins(10);

/// Where a function finds its services, besides those that this harness answers for.
#[derive(Debug, Clone, Default)]
pub struct Services {
    /// DynamoDB.
    pub dynamodb: String,
    /// S3.
    pub s3: String,
}

/// A running function. Dropping it ends it.
#[derive(Debug)]
pub struct Function {
    child: Child,
    asked: mpsc::UnboundedReceiver<Instant>,
    events: mpsc::UnboundedSender<Bytes>,
    answers: mpsc::UnboundedReceiver<(bool, Bytes)>,
    server: JoinHandle<()>,
}

struct Shared {
    asked: mpsc::UnboundedSender<Instant>,
    events: Mutex<mpsc::UnboundedReceiver<Bytes>>,
    answers: mpsc::UnboundedSender<(bool, Bytes)>,
}

impl Function {
    /// Starts it. Gives the time from the start of its process to its first request for work.
    pub async fn start(
        binary: &Path,
        own: &BTreeMap<String, String>,
        services: &Services,
    ) -> Fallible<(Self, Duration)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (asks, mut asked) = mpsc::unbounded_channel();
        let (events, waiting) = mpsc::unbounded_channel();
        let (answered, answers) = mpsc::unbounded_channel();
        let app = router(Shared { asked: asks, events: Mutex::new(waiting), answers: answered });
        let server = tokio::spawn(async move { drop(axum::serve(listener, app).await) });
        let mut command = Command::new(binary);
        command.env_clear().envs(own).envs(environment(binary, &address, services)).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        let child = command.spawn().map_err(|error| missing(binary, &error))?;
        let at = timeout(PATIENCE, asked.recv()).await?.ok_or("the runtime API has ended")?;
        Ok((Self { child, asked, events, answers, server }, at - began))
    }

    /// Hands it an event; gives how long it took until it answered.
    pub async fn invoke(&mut self, event: &Value) -> Fallible<Duration> {
        let began = Instant::now();
        self.events.send(event.to_string().into())?;
        let (good, answer) = timeout(PATIENCE, self.answers.recv()).await?.ok_or("the function has ended")?;
        let took = began.elapsed();
        if good { Ok(took) } else { Err(format!("the function failed: {}", String::from_utf8_lossy(&answer)).into()) }
    }

    /// The most memory that its process has held, in KiB.
    pub fn peak_memory_kib(&self) -> Fallible<usize> {
        let pid = self.child.id().ok_or("the function has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the system does not say VmHWM")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }

    /// Ends it, and waits until it has.
    pub async fn end(mut self) -> Fallible<()> {
        self.asked.close();
        Ok(self.child.kill().await?)
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn missing(binary: &Path, error: &std::io::Error) -> String {
    format!("{} does not start ({error}): build all binaries with the bench's own profile first", binary.display())
}

/// Where the binaries are: next to this one.
#[must_use]
pub fn binary(package: &str) -> PathBuf {
    local::options::own_bin_dir().join(package)
}

fn environment(binary: &Path, runtime_api: &str, services: &Services) -> Vec<(&'static str, String)> {
    let package = binary.file_name().unwrap_or_default().to_string_lossy();
    let here = format!("http://{runtime_api}");
    vec![
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", package.to_string()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{package}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench".to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", access_key_id(&package)),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY.to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", services.dynamodb.clone()),
        ("AWS_ENDPOINT_URL_S3", services.s3.clone()),
        ("AWS_ENDPOINT_URL_LAMBDA", here.clone()),
        ("AWS_ENDPOINT_URL_SSM", here),
    ]
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{request_id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{request_id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(error))
        .route("/", post(parameter))
        .with_state(Arc::new(shared))
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    // Only the first time counts, and nobody may listen any more.
    let _ = shared.asked.send(Instant::now());
    let Some(event) = shared.events.lock().await.recv().await else { return StatusCode::GONE.into_response() };
    let headers = [
        ("lambda-runtime-aws-request-id", "bench"),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench"),
    ];
    (headers, event).into_response()
}

async fn response(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    drop(shared.answers.send((true, body)));
    StatusCode::ACCEPTED
}

async fn error(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    drop(shared.answers.send((false, body)));
    StatusCode::ACCEPTED
}

/// Parameter Store, which holds the auth token.
async fn parameter() -> Json<Value> {
    Json(json!({"Parameter": {"Name": "token", "Type": "SecureString", "Value": TWILIO_AUTH_TOKEN, "Version": 1}}))
}
