//! The command line.
#![allow(clippy::print_stdout, reason = "this is the user interface")]

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand};
use serde_json::Value;
use simulator::{API_KEY_SECRET, API_KEY_SID};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::authority::{page, usage};
use crate::data::Addresses;
use crate::names::{
    ACCOUNT_OWNER, DEVELOPER_ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN,
    TWILIO_WORKSPACE_SID, physical,
};
use crate::options::{FIRST_RETRY, own_bin_dir};
use crate::{Options, Stack, sample};

/// Runs the system of infra/template.yaml on this machine, without an AWS account and without Docker.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Command {
    #[command(subcommand)]
    task: Option<Task>,
    #[command(flatten)]
    start: Start,
}

/// The log filter. A failed condition is an ordinary answer of the database, which it logs as a warning.
fn quiet() -> Targets {
    let libraries = ["dynoxide", "s3s", "s3s_fs"].map(|name| (name, LevelFilter::ERROR));
    Targets::new().with_default(LevelFilter::WARN).with_targets(libraries)
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Invokes a function of the running stack with an event and prints the response.
    Invoke(Invoke),
    /// Prints the environment variables with which a shell reaches the table, the bucket and the workspace of the running
    /// stack, with the AWS CLI or `flex-roster`.
    Env(Env),
    /// Prints what the template lets each function do.
    Authority(Authority),
}

#[derive(Debug, Args)]
struct Authority {
    /// Compares it with what the end-to-end tests have used instead: all of it, and nothing else.
    #[arg(long)]
    check: bool,
    /// The template to read.
    #[arg(long, default_value = "infra/template.yaml")]
    template: PathBuf,
}

#[derive(Debug, Args)]
struct Env {
    /// Where the running stack keeps its data.
    #[arg(long, env = "DATA", default_value = ".data")]
    data: PathBuf,
}

#[derive(Debug, Args)]
struct Invoke {
    /// The function's package: search
    #[arg(long)]
    function: String,
    /// A file with the event.
    #[arg(long)]
    event: PathBuf,
    /// The value for the placeholder `{{NAME}}` of the event: `user_id=…`
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    set: Vec<(String, String)>,
    /// Where the running stack keeps its data.
    #[arg(long, env = "DATA", default_value = ".data")]
    data: PathBuf,
}

#[derive(Debug, Args)]
struct Start {
    /// The API's port; the TaskRouter simulator has the next one.
    #[arg(long, env = "PORT", default_value_t = 8080)]
    port: u16,
    /// Where data is kept between starts.
    #[arg(long, env = "DATA", default_value = ".data")]
    data: PathBuf,
    /// How many demo users log in if the data directory is new.
    #[arg(long, env = "SEED", default_value_t = 200)]
    seed: usize,
    /// The template to run.
    #[arg(long, default_value = "infra/template.yaml")]
    template: PathBuf,
    /// The directory with the functions' binaries; by default that of this binary.
    #[arg(long)]
    bin_dir: Option<PathBuf>,
    /// Prints the logs of the functions to the console instead of DATA/logs.
    #[arg(long, env = "LOG", value_parser = FalseyValueParser::new())]
    log: bool,
    /// A value for a parameter of the template: RoleAuthority=idp
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    parameter: Vec<(String, String)>,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl From<Start> for Options {
    fn from(start: Start) -> Self {
        Self {
            port: start.port,
            data: start.data,
            seed: start.seed,
            template: start.template,
            console: PathBuf::from("console"),
            bin_dir: start.bin_dir.unwrap_or_else(own_bin_dir),
            parameters: start.parameter.into_iter().collect::<BTreeMap<_, _>>(),
            first_retry: FIRST_RETRY,
            usage: None,
            log_to_console: start.log,
            progress,
        }
    }
}

/// Runs the command line. An error is one line on stderr.
pub async fn run() -> ExitCode {
    let command = Command::parse();
    ::runtime::tls::install_provider();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).without_time().with_target(false);
    tracing_subscriber::registry().with(lines).with(quiet()).init();
    let done = match command.task {
        Some(Task::Invoke(task)) => invoke(task).await,
        Some(Task::Env(task)) => env(&task),
        Some(Task::Authority(task)) => authority(&task),
        None => start(command.start.into()).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn start(options: Options) -> Result<(), String> {
    let mut stop_signal = std::pin::pin!(stop_signal());
    let data = options.data.clone();
    let stack = tokio::select! {
        stack = Stack::start(options) => stack.map_err(|e| e.to_string())?,
        () = &mut stop_signal => return Ok(()),
    };
    welcome(&stack, &data).await;
    stop_signal.await;
    eprintln!("stopping");
    stack.stop().await;
    Ok(())
}

/// Resolves at SIGINT (Ctrl-C), SIGTERM or SIGHUP.
async fn stop_signal() {
    let mut signals: Vec<_> = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()]
        .into_iter()
        .filter_map(|kind| signal(kind).ok())
        .collect();
    std::future::poll_fn(|context| {
        let any = signals.iter_mut().any(|s| s.poll_recv(context).is_ready());
        if any { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// How many lines of progress are written where the output is not a terminal.
const PROGRESS_LINES: usize = 4;

/// On a terminal one line, which is rewritten; elsewhere a line for each quarter.
fn progress(done: usize, total: usize) {
    let mut stderr = std::io::stderr();
    let is_terminal = stderr.is_terminal();
    if is_terminal {
        eprint!("\rlogging in demo users: {done} of {total}");
        // A failed flush only delays the line.
        drop(stderr.flush());
    }
    let is_step = done == total || done.is_multiple_of(total.div_ceil(PROGRESS_LINES));
    match (is_terminal, done == total) {
        (true, true) => eprintln!(),
        (false, _) if is_step => eprintln!("logging in demo users: {done} of {total}"),
        _ => {}
    }
}

async fn welcome(stack: &Stack, data: &Path) {
    let (api, endpoints) = (stack.url(), stack.endpoints());
    println!("ready {api}");
    println!();
    println!("  console                  {api}/");
    println!("  API                      {api}");
    println!("  TaskRouter simulator     {}", stack.simulator_url());
    println!("  synchronisation          {} (SyncMode)", stack.sync_mode());
    println!("  DynamoDB                 {}", endpoints.dynamodb);
    println!("  S3                       {}", endpoints.s3);
    println!("  Lambda, Parameter Store  {}", endpoints.lambda);
    println!("  data, logs               {}, {}", data.display(), data.join("logs").display());
    println!(
        "  Twilio                   account {TWILIO_ACCOUNT_SID}, workspace {TWILIO_WORKSPACE_SID}, auth token {TWILIO_AUTH_TOKEN}"
    );
    println!("  Twilio API key           {API_KEY_SID}, secret {API_KEY_SECRET}");
    println!("  AWS                      region {REGION}, key {DEVELOPER_ACCESS_KEY_ID}, secret {SECRET_ACCESS_KEY}");
    for user in stack.demo_users() {
        println!("  {:<24} {} ({})", user.role, user.token, user.identity);
    }
    println!();
    println!("Open {api}/ to manage users as one of those who are logged in.");
    println!("Open {api}/docs to read the API and to try it with a token (button Authorize).");
    println!("Next, in another terminal:");
    for command in examples(stack).await {
        println!("  {command}");
    }
}

/// Commands that work as printed. Without demo users the only one is a login, which returns a token.
async fn examples(stack: &Stack) -> Vec<String> {
    let api = stack.url();
    let Some(owner) = stack.demo_users().first() else {
        let claims = format!(
            r#"{{"identity":"{ACCOUNT_OWNER}","full_name":"Olivia Owner","email":"{ACCOUNT_OWNER}","roles":["admin"]}}"#
        );
        return vec![format!("curl -s -d '{claims}' '{}/sim/logins'", stack.simulator_url())];
    };
    let curl = format!("curl -s -H 'Authorization: Bearer {}'", owner.token);
    vec![
        format!("{curl} '{api}/users?q=ada'"),
        format!("{curl} '{api}{}'", path_of_a_user(stack, &owner.token).await),
        format!("{curl} -X POST -H 'Content-Type: application/json' -d '{{}}' '{api}/exports'"),
    ]
}

/// The path of the first user of the list; `/me` if the list cannot be read.
async fn path_of_a_user(stack: &Stack, token: &str) -> String {
    let list = async {
        let list = reqwest::Client::new().get(format!("{}/users?limit=1", stack.url()));
        list.bearer_auth(token).send().await?.json::<Value>().await
    };
    let list = list.await.unwrap_or_default();
    let user_id = list["items"][0]["user_id"].as_str();
    user_id.map_or_else(|| "/me".to_owned(), |id| format!("/users/{id}"))
}

fn addresses(data: &Path) -> Result<Addresses, String> {
    Addresses::load(data).ok_or_else(|| format!("no stack runs on {}: start one with `make run`", data.display()))
}

fn env(task: &Env) -> Result<(), String> {
    let Addresses { endpoints, operator, .. } = addresses(&task.data)?;
    for (name, value) in operator {
        println!("export {name}='{}'", value.replace('\'', r"'\''"));
    }
    let (table, bucket) = (physical("Directory"), physical("Exports").to_lowercase());
    for (name, value) in [
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", DEVELOPER_ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
        ("AWS_ENDPOINT_URL_DYNAMODB", &endpoints.dynamodb),
        ("AWS_ENDPOINT_URL_S3", &endpoints.s3),
        ("AWS_ENDPOINT_URL_SSM", &endpoints.ssm),
        ("AWS_ENDPOINT_URL_LAMBDA", &endpoints.lambda),
        ("TABLE_NAME", &table),
        ("EXPORT_BUCKET", &bucket),
    ] {
        println!("export {name}={value}");
    }
    Ok(())
}

fn authority(task: &Authority) -> Result<(), String> {
    let system = usage::system(&task.template).map_err(|e| e.to_string())?;
    if !task.check {
        print!("{}", page::page(&system));
        return Ok(());
    }
    let path = usage::log_of_tests();
    let unusable = |reason: String| format!("{}: {reason}; `cargo test -p tests` writes it", path.display());
    let log = std::fs::read_to_string(&path).map_err(|e| unusable(e.to_string()))?;
    let comparison = usage::compare(&system, &log).map_err(|e| unusable(e.to_string()))?;
    let faults = comparison.faults();
    if faults.is_empty() {
        println!("the functions have used all of their {} grants, and nothing else", comparison.used);
        return Ok(());
    }
    Err(format!("permissions and use differ:\n  {}", faults.join("\n  ")))
}

async fn invoke(task: Invoke) -> Result<(), String> {
    let addresses = addresses(&task.data)?;
    let file = task.event.display();
    let event = std::fs::read_to_string(&task.event).map_err(|e| format!("cannot read the event {file}: {e}"))?;
    let event = sample::fill(&event, &task.set.into_iter().collect()).map_err(|e| format!("{file}: {e}"))?;
    let lambda = &addresses.endpoints.lambda;
    let url = format!("{lambda}/2015-03-31/functions/{}/invocations", task.function);
    let answer = reqwest::Client::new()
        .post(url)
        .body(event)
        .send()
        .await
        .map_err(|e| format!("the stack on {} does not answer: {e}", task.data.display()))?;
    let is_there = answer.status().is_success();
    let failed = !is_there || answer.headers().contains_key("x-amz-function-error");
    let body = answer.text().await.map_err(|e| e.to_string())?;
    if failed {
        return Err(body);
    }
    println!("{body}");
    Ok(())
}
