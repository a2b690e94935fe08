//! Starts and stops the whole stack.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use embedded::{Dynamo, S3};
use serde_json::Value;
use simulator::{API_KEY_SECRET, Simulator};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::authority::{Authority, Proxy, Service};
use crate::background::Background;
use crate::data::{Addresses, Data};
use crate::failures::Failures;
use crate::gateway::{Console, Gateway, GatewayListener};
use crate::names::{ACCOUNT_OWNER, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_WORKSPACE_SID};
use crate::options::parameters;
use crate::queue::Queue;
use crate::runtime::{Endpoints, Functions, Launch, Logs};
use crate::seed::{self, DemoUser};
use crate::services::{Parameters, Services};
use crate::storage::{open_buckets, open_tables};
use crate::template::{self, System, Values};
use crate::{Options, StartError};

/// How long running requests may take when the stack stops.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(1);

/// A running stack. Dropping it kills its functions; [`Stack::stop`] lets requests finish first.
#[derive(Debug)]
pub struct Stack {
    addresses: Addresses,
    sync_mode: String,
    demo_users: Vec<DemoUser>,
    dynamo: Arc<Dynamo>,
    s3: S3,
    proxies: Proxies,
    simulator: Simulator,
    functions: Arc<Functions>,
    gateway: JoinHandle<()>,
    stop_gateway: oneshot::Sender<()>,
    // Streams, schedules, removal of expired items, and services; aborted when dropped.
    tasks: JoinSet<()>,
    // Dropped last: it locks the data directory until everything else has ended.
    data: Data,
}

impl Stack {
    /// Starts the system of the template. When this returns, every part answers and the demo users have logged in.
    /// Dropping the future ends what has been started.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let data = Data::lock(&options.data)?;
        let listener = listen(options.port).await?;
        let url = format!("http://{}", listener.local_addr().map_err(port_error(0))?);
        let simulator = start_simulator(&options, &data, &url).await?;
        let system = read_template(&options, &url, simulator.url())?;

        let dynamo = Arc::new(open_tables(&data, &system).await?);
        let s3 = open_buckets(&data, &system).await?;
        let usage = options.usage.clone().unwrap_or_else(|| data.join("authority.jsonl"));
        let authority = Arc::new(Authority::new(&system, &usage)?);
        let proxies = Proxies {
            dynamo: Proxy::start(Service::DynamoDb, dynamo.url(), authority.clone()).await?,
            s3: Proxy::start(Service::S3, s3.url(), authority.clone()).await?,
        };
        let services = listen(0).await?;
        let addresses = Addresses {
            api: url,
            simulator: simulator.url().to_owned(),
            endpoints: endpoints(&proxies, &services)?,
            operator: operator(&system, simulator.url()),
        };
        let functions = Arc::new(functions(&options, &data, &system, &addresses)?);
        let failures = Failures::at(data.join("failures.jsonl"));
        let queue = Queue::new(functions.clone(), failures.clone(), options.first_retry, data.join("queue"))?;

        let mut tasks = JoinSet::new();
        let app = Services {
            functions: functions.clone(),
            queue: queue.clone(),
            authority,
            parameters: stored_parameters(&system),
        };
        tasks.spawn(async move { drop(axum::serve(services, app.router()).await) });
        for reason in functions.warm().await {
            tracing::warn!("{reason}");
        }
        let console = Console::new(options.console.clone(), simulator.url(), &addresses.endpoints.s3);
        let gateway = Gateway::new(system.api.clone(), functions.clone(), console, &addresses.api);
        let (stop_gateway, stopped) = oneshot::channel();
        let gateway = tokio::spawn(serve(listener, gateway.router(), stopped));
        Background { system: &system, dynamo: &dynamo, functions: &functions, queue, failures, data: &data }
            .start(&mut tasks)?;
        data.announce(&addresses)?;

        let mut stack = Self {
            addresses,
            sync_mode: system.parameters.get("SyncMode").and_then(Value::as_str).unwrap_or_default().to_owned(),
            demo_users: Vec::new(),
            dynamo,
            s3,
            proxies,
            simulator,
            functions,
            gateway,
            stop_gateway,
            tasks,
            data,
        };
        if options.seed > 0 {
            stack.dynamo.set_durable(false)?;
            stack.demo_users = seed::seed(&stack.addresses, &options, &system).await?;
            stack.dynamo.set_durable(true)?;
        }
        Ok(stack)
    }

    /// The API: `http://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.addresses.api
    }

    /// The TaskRouter simulator.
    #[must_use]
    pub fn simulator_url(&self) -> &str {
        &self.addresses.simulator
    }

    /// Whether the system writes to TaskRouter: the template's parameter.
    #[must_use]
    pub fn sync_mode(&self) -> &str {
        &self.sync_mode
    }

    /// The addresses of the AWS services.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.addresses.endpoints
    }

    /// One demo user for each role, with a token; empty if there are none.
    #[must_use]
    pub fn demo_users(&self) -> &[DemoUser] {
        &self.demo_users
    }

    /// The embedded database, for tests that inspect it.
    #[must_use]
    pub fn dynamo(&self) -> &Dynamo {
        &self.dynamo
    }

    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.data.join("")
    }

    /// Refuses new requests, gives running ones a second to finish, and ends every part. The data is kept.
    pub async fn stop(mut self) {
        drop(self.stop_gateway);
        if tokio::time::timeout(SHUTDOWN_LIMIT, &mut self.gateway).await.is_err() {
            self.gateway.abort();
        }
        self.tasks.shutdown().await;
        self.functions.shut_down();
        drop(self.proxies);
        let dynamo = async {
            if let Some(dynamo) = Arc::into_inner(self.dynamo) {
                dynamo.stop().await;
            }
        };
        // An idle connection delays a server's shutdown up to its limit.
        let simulator = tokio::time::timeout(SHUTDOWN_LIMIT, self.simulator.stop());
        drop(tokio::join!(simulator, self.s3.stop(), dynamo));
    }
}

/// What stands in front of `DynamoDB` and S3.
#[derive(Debug)]
struct Proxies {
    dynamo: Proxy,
    s3: Proxy,
}

fn port_error(port: u16) -> impl Fn(std::io::Error) -> StartError {
    move |source| StartError::Port { port, source }
}

async fn listen(port: u16) -> Result<TcpListener, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(port_error(port))
}

async fn serve(listener: TcpListener, app: Router, stopped: oneshot::Receiver<()>) {
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    // Dropping the sender is the signal.
    let stopped = async { drop(stopped.await) };
    // `tap_io` gives the listener its connections' addresses.
    let listener = GatewayListener(listener).tap_io(|_| {});
    if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stopped).await {
        tracing::error!("the gateway failed: {error}; restart the stack");
    }
}

fn endpoints(proxies: &Proxies, services: &TcpListener) -> Result<Endpoints, StartError> {
    let services = format!("http://{}", services.local_addr().map_err(port_error(0))?);
    Ok(Endpoints { dynamodb: proxies.dynamo.url(), s3: proxies.s3.url(), lambda: services.clone(), ssm: services })
}

/// The environment of `reconcile`, and what else the operator's command reads: the webhook's address, the bucket, and where
/// Event Streams is, which no function has.
fn operator(system: &System, simulator: &str) -> BTreeMap<String, String> {
    let of = |package: &str| system.functions.iter().find(|function| function.package == package);
    let mut environment = of("reconcile").map(|function| function.environment.clone()).unwrap_or_default();
    for (package, name) in [("webhook", "PUBLIC_URL"), ("export", "EXPORT_BUCKET")] {
        let value = of(package).and_then(|function| function.environment.get(name));
        environment.extend(value.map(|value| (name.to_owned(), value.clone())));
    }
    for name in ["EVENTS_URL", "WEBHOOKS_URL"] {
        environment.insert(name.to_owned(), simulator.to_owned());
    }
    environment
}

async fn start_simulator(options: &Options, data: &Data, url: &str) -> Result<Simulator, StartError> {
    let port = match options.port {
        0 => 0,
        port => port.checked_add(1).ok_or(StartError::NoPortAfter(port))?,
    };
    Simulator::start(simulator::Options {
        listen: (Ipv4Addr::LOCALHOST, port).into(),
        data: Some(data.join("taskrouter")),
        callback_url: Some(format!("{url}/webhooks/taskrouter")),
        auth_token: TWILIO_AUTH_TOKEN.to_owned(),
        account_sid: TWILIO_ACCOUNT_SID.to_owned(),
        workspace_sid: TWILIO_WORKSPACE_SID.to_owned(),
    })
    .await
    .map_err(|error| match error {
        simulator::SimulatorError::Listen { source, .. } => StartError::Port { port, source },
        other => StartError::Simulator(other.to_string()),
    })
}

fn read_template(options: &Options, url: &str, simulator: &str) -> Result<System, StartError> {
    let mut here = parameters(url, simulator);
    // As on AWS: the first retry finds the lease of a job runner that died over.
    here.insert("JobLeaseSeconds".to_owned(), options.first_retry.as_secs().to_string());
    let values = Values { here, given: options.parameters.clone() };
    Ok(template::read(&options.template, &values)?)
}

fn functions(options: &Options, data: &Data, system: &System, addresses: &Addresses) -> Result<Functions, StartError> {
    let directory = data.join("logs");
    let logs = Logs::new(directory.clone(), options.log_to_console)
        .map_err(|source| StartError::Data { path: directory, source })?;
    let launch = Launch { bin_dir: options.bin_dir.clone(), endpoints: addresses.endpoints.clone(), logs };
    Functions::new(&system.functions, launch)
}

/// Parameter Store, under the names that the template gives.
fn stored_parameters(system: &System) -> Parameters {
    let values = [
        ("TwilioAuthTokenParameter", TWILIO_AUTH_TOKEN),
        ("TwilioApiKeySecretParameter", API_KEY_SECRET),
        ("AccountOwnersParameter", ACCOUNT_OWNER),
    ];
    Parameters::of(values.into_iter().filter_map(|(parameter, value)| {
        let name = system.parameters.get(parameter).and_then(Value::as_str)?;
        Some((name.to_owned(), value.to_owned()))
    }))
}
