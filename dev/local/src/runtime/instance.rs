//! One running process of a function.

use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use jiff::Timestamp;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::api::{Event, RuntimeApi};
use super::environment::variables;
use super::logs::{LastLine, Log, copy};
use super::{Answer, Launch};
use crate::names::arn;
use crate::template::Function;

/// How long a function may take on Lambda until it requests its first event.
const INIT_LIMIT: Duration = Duration::from_secs(10);
/// How long to wait for the last lines of an ended process.
const LAST_LINE_LIMIT: Duration = Duration::from_millis(200);

/// A process that handles one event at a time. Dropping it kills it.
///
/// If `local` itself is killed, its functions end as well: each waits for its next event on a connection that breaks
/// then.
#[derive(Debug)]
pub struct Instance {
    child: Child,
    api: RuntimeApi,
    last_line: LastLine,
    output: Vec<JoinHandle<()>>,
    init_duration: Duration,
}

/// The result of an event.
#[derive(Debug)]
pub enum Outcome {
    /// The function responded and waits for its next event.
    Answered(Answer),
    /// The process has ended or is being killed.
    Lost {
        /// For the caller.
        answer: Answer,
        /// For the log.
        reason: String,
    },
}

impl Instance {
    /// Starts the process and waits until it requests its first event. The error is a message for the log.
    pub async fn start(function: &Function, launch: &Launch, log: &Log) -> Result<Self, String> {
        let api = RuntimeApi::start()
            .await
            .map_err(|e| format!("function {}: cannot listen for its Runtime API: {e}", function.package))?;
        let binary = launch.bin_dir.join(&function.package);
        let began = Instant::now();
        let mut child = Command::new(&binary)
            .env_clear()
            .envs(variables(function, &launch.endpoints, api.address()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C on the terminal is for this process, which then ends the functions.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| format!("function {}: {} does not start: {e}", function.package, binary.display()))?;
        let last_line = LastLine::default();
        let mut output = Vec::new();
        output.extend(child.stdout.take().map(|p| copy(p, log.clone(), last_line.clone())));
        output.extend(child.stderr.take().map(|p| copy(p, log.clone(), last_line.clone())));
        let mut instance = Self { child, api, last_line, output, init_duration: Duration::ZERO };
        instance.initialize(function).await?;
        instance.init_duration = began.elapsed();
        Ok(instance)
    }

    async fn initialize(&mut self, function: &Function) -> Result<(), String> {
        let why = tokio::select! {
            () = self.api.is_polled() => return Ok(()),
            status = self.child.wait() => ended(status),
            () = tokio::time::sleep(INIT_LIMIT) => {
                format!("requested no event within {} s", INIT_LIMIT.as_secs())
            }
        };
        Err(format!("function {} does not start: it {why}{}", function.package, self.last_output().await))
    }

    /// Whether the process still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// From the start of the process to its first request for an event.
    #[must_use]
    pub fn init_duration(&self) -> Duration {
        self.init_duration
    }

    /// The most memory that the process has held, in KiB, as Linux states it.
    pub fn peak_memory_kib(&self) -> std::io::Result<usize> {
        let pid = self.child.id().ok_or_else(|| std::io::Error::other("the process has ended"))?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        let peak = peak.and_then(|kib| kib.parse().ok());
        peak.ok_or_else(|| std::io::Error::other(format!("/proc/{pid}/status states no VmHWM")))
    }

    /// The processor time that the process has taken, of all its threads, as Linux states it.
    pub fn processor_time(&self) -> std::io::Result<Duration> {
        let pid = self.child.id().ok_or_else(|| std::io::Error::other("the process has ended"))?;
        let mut nanoseconds = 0;
        for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
            let spent = std::fs::read_to_string(task?.path().join("schedstat"))?;
            nanoseconds += spent.split(' ').next().and_then(|spent| spent.parse::<u64>().ok()).unwrap_or_default();
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// Kills the process and waits until it has ended.
    pub async fn kill(mut self) -> std::io::Result<()> {
        self.child.kill().await
    }

    /// Sends an event and waits for the answer, at most for the timeout of the function.
    pub async fn run(&mut self, function: &Function, payload: Bytes) -> Outcome {
        let request_id = Uuid::new_v4().to_string();
        let (answer, answered) = oneshot::channel();
        self.api
            .send(Event {
                request_id: request_id.clone(),
                function_arn: arn("lambda", &format!("function:{}", function.name)),
                deadline: Timestamp::now() + function.timeout,
                payload,
                answer,
            })
            .await;
        tokio::select! {
            biased;
            Ok(answer) = answered => Outcome::Answered(answer),
            status = self.child.wait() => self.crashed(function, &request_id, status).await,
            () = tokio::time::sleep(function.timeout) => self.timed_out(function, &request_id),
        }
    }

    async fn crashed(&mut self, function: &Function, request_id: &str, status: std::io::Result<ExitStatus>) -> Outcome {
        let ended = ended(status);
        let last_output = self.last_output().await;
        Outcome::Lost {
            answer: Answer::failed("Runtime.ExitError", &format!("RequestId: {request_id} Error: Runtime {ended}")),
            reason: format!("function {} {ended} while it handled an event{last_output}", function.package),
        }
    }

    fn timed_out(&mut self, function: &Function, request_id: &str) -> Outcome {
        let seconds = function.timeout.as_secs_f64();
        // Killing fails only if the process has ended.
        drop(self.child.start_kill());
        Outcome::Lost {
            answer: Answer::failed(
                "Sandbox.Timedout",
                &format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds"),
            ),
            reason: format!("function {} took longer than its Timeout of {seconds} s and was killed", function.package),
        }
    }

    /// The last line of its output, for a message.
    async fn last_output(&mut self) -> String {
        for reader in self.output.drain(..) {
            // Lines that are not read in time are left out.
            drop(tokio::time::timeout(LAST_LINE_LIMIT, reader).await);
        }
        match self.last_line.get() {
            line if line.is_empty() => String::new(),
            line => format!("; its last line: {line}"),
        }
    }
}

fn ended(status: std::io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => format!("ended with {status}"),
        Err(error) => format!("was lost: {error}"),
    }
}
