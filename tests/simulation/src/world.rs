//! The world: the functions over the table and TaskRouter, what carries events between them, and the schedules.

mod bulk;
mod delivery;
mod exports;
mod later;
mod stream;
mod temporary_skills;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use app::{
    TimeAndIds as _,
    fan_out::TeamFanOut,
    ingest::WorkerIngest,
    reconcile::WorkerReconcile,
    sync::{OfflineActivity, SyncMode, WorkerSync},
};
use authorize::{TokenCache, UnknownWorkers};
use domain::{
    UserId, WorkerSid,
    policy::{Policy, RoleAuthority, SkillAuthority, SupervisorScope},
};
use embedded::InProcess;
use files::Bucket;
use invoke::InvokeError;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Directory;
use tokio::{task::spawn_local, time::sleep};
use uuid::Uuid;

use self::{
    exports::Begun,
    later::{Later, Never, Now},
    stream::Stream,
};
use crate::{
    bucket::{BUCKET, Objects, SimulatedS3},
    chaos::{Chaos, Fault},
    clock::Clock,
    dynamo::Dynamo,
    gateway::{self, ApiAnswer, ApiRequest},
    mutants::Mutant,
    place::Place,
    taskrouter::TaskRouter,
    trace::Trace,
};

const TABLE: &str = "directory";

/// The table's: the template is parsed once for all seeds.
static PROPERTIES: LazyLock<Value> =
    LazyLock::new(|| embedded::directory_properties().unwrap_or_else(|error| panic!("{error}")));

/// The user who becomes account owner by logging in (rule 3).
pub const OWNER: &str = "owner";

/// How long a token counts after Twilio has revoked it (rule 25).
const REMEMBERED_MS: u64 = 60_000;

/// What no answer names.
const INTERNAL: [&str; 8] =
    ["Exception", "dynamodb", "DynamoDB", "Twilio", "TransactWrite", "invalid/", "simulated", "panicked"];

/// How long Lambda lets a function run that a caller waits for.
const API_TIMEOUT: Duration = Duration::from_secs(10);

/// How long Lambda lets any other function run.
const TIMEOUT: Duration = Duration::from_mins(15);

/// What one function works with.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub who: &'static str,
    pub directory: Directory,
    pub taskrouter: TaskRouter,
    pub clock: Clock,
    pub(crate) bucket: Bucket,
    place: Place,
}

/// An answer to a change that the caller has got.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    pub request_id: String,
    pub route: &'static str,
    /// The user, if the route names one.
    pub user_id: Option<String>,
    /// The version that `If-Match` has named.
    pub expected: Option<u64>,
    /// With which the answer may be a repeated one.
    pub key: Option<String>,
    pub answer: ApiAnswer,
}

#[derive(Debug)]
pub struct World {
    pub chaos: Chaos,
    pub clock: Clock,
    pub trace: Trace,
    pub taskrouter: TaskRouter,
    /// The table without faults and without time, for looking into it.
    pub directory: Directory,
    pub policy: Policy,
    pub scope: SupervisorScope,
    stream: Stream,
    dynamo: Dynamo,
    objects: Objects,
    functions: BTreeMap<&'static str, Invocation>,
    tokens: TokenCache,
    pub acknowledged: Mutex<Vec<Acknowledged>>,
    /// The revision of each user's profile that the entries follow, and since when, in milliseconds since the beginning.
    indexed: Mutex<BTreeMap<UserId, (u64, u64)>>,
    exports: Mutex<BTreeMap<Uuid, Begun>>,
    /// In the order in which they were asked for.
    bulk_jobs: Mutex<Vec<Uuid>>,
    /// How many records each consumer of each shard has dealt with.
    shards: Mutex<[usize; 4]>,
    /// Events that have been handed on and not been dealt with.
    busy: Mutex<u64>,
    pub violations: Mutex<Vec<String>>,
}

/// Each function; `sync`, `run-bulk` and `reconcile` twice, by what invokes them.
pub const FUNCTIONS: [&str; 22] = [
    "authorize",
    "edit",
    "assign-skill",
    "turn-skills",
    "set-status",
    "teams",
    "skills",
    "search",
    "view",
    "export",
    "write-export",
    "bulk",
    "run-bulk",
    "run-bulk schedule",
    "reconciliations",
    "webhook",
    "index",
    "sync",
    "sync schedule",
    "fan-out",
    "reconcile",
    "reconcile one",
];

/// How far a function's clock may be off, in milliseconds.
const SKEW_MS: u64 = 300;

impl World {
    #[must_use]
    pub fn new(seed: u64, prints: bool, mutant: Option<Mutant>) -> Arc<Self> {
        let chaos = Chaos::new(seed);
        let clock = Clock::new(chaos.clone());
        let trace = Trace::new(clock.clone(), prints);
        let taskrouter = TaskRouter::new(chaos.clone(), clock.clone(), trace.clone(), mutant);
        let database = Arc::new(InProcess::new().unwrap_or_else(|error| panic!("{error}")));
        database.create_table(TABLE, &PROPERTIES).unwrap_or_else(|error| panic!("{error}"));
        let dynamo = Dynamo::new(database.clone(), mutant);
        let objects = Objects::default();
        let function = |who: &'static str| {
            let place = Place::new(who, chaos.clone());
            let table = dynamo.seen_by(place.clone(), chaos.clone(), trace.clone());
            let s3 = SimulatedS3::new(objects.clone(), chaos.clone(), trace.clone(), place.clone());
            let skew_ms = chaos.number(0..=2 * SKEW_MS).cast_signed() - SKEW_MS.cast_signed();
            if skew_ms != 0 {
                chaos.observed(Fault::ClockSkewed);
            }
            let invocation = Invocation {
                who,
                directory: Directory::new(table.client(), TABLE),
                taskrouter: taskrouter.seen_by(place.clone()),
                clock: clock.skewed(SignedDuration::from_millis(skew_ms)),
                bucket: Bucket::new(s3.client(), BUCKET.to_owned()).with_part_size(exports::PART_SIZE),
                place,
            };
            (who, invocation)
        };
        let functions = FUNCTIONS.map(function).into();
        let roles = if chaos.once_in(4) { RoleAuthority::IdentityProvider } else { RoleAuthority::Directory };
        let skills = if chaos.once_in(4) { SkillAuthority::Shared } else { SkillAuthority::Directory };
        let scope = if chaos.once_in(2) { SupervisorScope::Teams } else { SupervisorScope::All };
        trace.line(
            "world",
            format_args!("authority over roles {roles:?}, over skills {skills:?}; supervisors change {scope:?}"),
        );
        Arc::new(Self {
            functions,
            policy: Policy::new(OWNER, roles, skills),
            scope,
            directory: Directory::new(dynamo.client(), TABLE),
            tokens: TokenCache::default(),
            acknowledged: Mutex::default(),
            indexed: Mutex::default(),
            exports: Mutex::default(),
            bulk_jobs: Mutex::default(),
            shards: Mutex::default(),
            busy: Mutex::default(),
            violations: Mutex::default(),
            chaos,
            clock,
            trace,
            taskrouter,
            stream: Stream::new(database),
            dynamo,
            objects,
        })
    }

    fn function(&self, who: &'static str) -> &Invocation {
        &self.functions[who]
    }

    pub fn violated(&self, what: String) {
        self.trace.line("VIOLATION", &what);
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    /// Runs a function to its end; none if it dies on the way.
    async fn invoke<T>(&self, who: &'static str, limit: Duration, run: impl Future<Output = T>) -> Option<T> {
        let dies = self.chaos.may_strike(Fault::Crash);
        // At its first calls, or late in a long run, which may have waited for a user's time.
        let late = if who == "turn-skills" { 50_000 } else { 2_500 };
        let lives = if self.chaos.once_in(3) { 1..=late } else { 1..=150 };
        let limit = if dies { self.chaos.millis(lives).min(limit) } else { limit };
        let ended = self.function(who).place.run(limit, run).await;
        if let Err(calls) = &ended {
            self.chaos.observed(if dies { Fault::Crash } else { Fault::TimedOut });
            self.trace.line(who, format_args!("dies at {}", calls.join(", ")));
        }
        ended.ok()
    }

    /// A caller makes a request; the answer is none if it never comes.
    pub async fn request(self: &Arc<Self>, token: &str, request: ApiRequest) -> Option<ApiAnswer> {
        let request_id = self.clock.random_id().simple().to_string();
        let began = self.clock.elapsed_ms();
        let unknown = UnknownWorkers::new(Now(self.clone()));
        let authorized = gateway::authorize(self.function("authorize"), &self.tokens, &unknown, token, self.scope);
        let caller = self.invoke("authorize", API_TIMEOUT, authorized).await.unwrap_or(Err(500));
        let answer = match caller {
            Ok(caller) => {
                let who = gateway::function_of(request.route);
                let later = Later(self.clone());
                let answered =
                    gateway::dispatch(self.function(who), &later, &self.policy, &request, &caller, &request_id);
                self.invoke(who, API_TIMEOUT, answered).await
            }
            Err(status) => Some(ApiAnswer { status, body: Value::Null, version: None }),
        };
        let (status, version) = answer.as_ref().map_or((0, None), |answer| (answer.status, answer.version));
        let code = answer.as_ref().and_then(|answer| answer.body["code"].as_str()).unwrap_or_default();
        self.trace.line("api", format_args!("{}: {status} {code} {version:?}", request.route));
        let revoked_for = self.taskrouter.revoked_at(token).and_then(|revoked| began.checked_sub(revoked));
        if (200..300).contains(&status) && revoked_for.is_some_and(|millis| millis > REMEMBERED_MS) {
            self.violated(format!(
                "rule 25: {} with a token that was revoked {revoked_for:?} ms before",
                request.route
            ));
        }
        self.note(request_id, &request, answer.as_ref());
        answer
    }

    fn note(&self, request_id: String, request: &ApiRequest, answer: Option<&ApiAnswer>) {
        let Some(answer) = answer else { return };
        let said = answer.body.to_string();
        if answer.status >= 500 && INTERNAL.into_iter().any(|internal| said.contains(internal)) {
            self.violated(format!("{}: a 5xx names what is internal: {said}", request.route));
        }
        let said =
            |name: &str| request.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_str());
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).push(Acknowledged {
            request_id,
            route: request.route,
            user_id: request.path.iter().find(|(name, _)| *name == "user_id").map(|(_, id)| id.clone()),
            expected: said("if-match").and_then(|version| version.trim_matches('"').parse().ok()),
            key: said("idempotency-key").map(str::to_owned),
            answer: answer.clone(),
        });
    }

    /// What a look at the directory shows, without faults, time or caller.
    pub async fn look(&self, request: ApiRequest) -> Value {
        let who = gateway::function_of(request.route);
        let looking = Invocation { directory: self.directory.clone(), ..self.function(who).clone() };
        let caller = json!({"user_id": Uuid::nil(), "role": "supervisor", "token_role": "supervisor"});
        gateway::dispatch(&looking, &Never, &self.policy, &request, &caller, "look").await.body
    }

    fn ingest(&self, who: &'static str) -> WorkerIngest<Directory, TaskRouter, Clock> {
        let Invocation { directory, taskrouter, clock, .. } = self.function(who).clone();
        WorkerIngest { store: directory, taskrouter, time_and_ids: clock, policy: self.policy.clone() }
    }

    fn sync(&self, who: &'static str) -> WorkerSync<Directory, TaskRouter, Clock> {
        let Invocation { directory, taskrouter, clock, .. } = self.function(who).clone();
        WorkerSync {
            store: directory,
            taskrouter,
            time_and_ids: clock,
            policy: self.policy.clone(),
            mode: SyncMode::Write,
            offline: OfflineActivity::default(),
        }
    }

    fn reconcile(&self, who: &'static str) -> WorkerReconcile<Directory, TaskRouter, Clock> {
        let pace = app::reconcile::Pace::default();
        WorkerReconcile { ingest: self.ingest(who), offline: OfflineActivity::default(), pace }
    }

    fn fan_out(&self) -> TeamFanOut<Directory, Clock> {
        let Invocation { directory, clock, .. } = self.function("fan-out").clone();
        TeamFanOut { store: directory, time_and_ids: clock, pace: app::fan_out::Pace::default() }
    }

    /// The users of entries that may have overwritten newer ones, which only the slices of reconciliations mend.
    #[must_use]
    pub fn late_users(&self) -> BTreeSet<UserId> {
        self.dynamo.late_users()
    }

    /// Up to so many records of the table's stream that follow the first `read`.
    pub(crate) fn stream(&self, read: usize, limit: usize) -> Vec<Arc<Value>> {
        self.stream.after(read, limit)
    }

    /// Something goes on beside everything else.
    pub(crate) fn beside(self: &Arc<Self>, what: impl Future<Output = ()> + 'static) {
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        let world = self.clone();
        spawn_local(async move {
            what.await;
            *world.busy.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        });
    }

    #[must_use]
    pub fn is_idle(&self) -> bool {
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner) == 0
    }

    /// After this time, by a caller who goes on with something else meanwhile.
    pub fn request_beside(self: &Arc<Self>, after: Duration, token: String, request: ApiRequest) {
        let world = self.clone();
        self.beside(async move {
            sleep(after).await;
            world.request(&token, request).await;
        });
    }

    #[must_use]
    pub fn latest_export(&self) -> Option<String> {
        let exports = self.exports.lock().unwrap_or_else(PoisonError::into_inner);
        exports.keys().next_back().map(ToString::to_string)
    }

    /// Everything that runs by itself, until the world is dropped: stream, callbacks and schedules.
    pub fn start(self: &Arc<Self>) {
        for (who, shard) in [("index", 0), ("index", 1), ("sync", 0), ("sync", 1)] {
            spawn_local(self.clone().deliver_stream(who, shard));
        }
        spawn_local(self.clone().deliver_callbacks());
        spawn_local(self.clone().keep_schedules());
    }

    async fn keep_schedules(self: Arc<Self>) {
        for minute in 1_u64.. {
            sleep(Duration::from_mins(1)).await;
            // It may wait for most of the minute.
            self.beside(self.clone().turn_skills());
            self.run_due().await;
            if minute.is_multiple_of(15) {
                self.run_reconcile().await;
            }
        }
    }

    /// The schedules of `sync`, `fan-out` and `run-bulk`.
    pub async fn run_due(&self) {
        let fan_out = self.fan_out();
        if let Some(Err(error)) = self.invoke("fan-out", TIMEOUT, fan_out.due()).await {
            self.trace.line("fan-out", error);
        }
        self.run_due_bulk().await;
        let sync = self.sync("sync schedule");
        if let Some(Err(error)) = self.invoke("sync schedule", TIMEOUT, sync.sync_due()).await {
            self.trace.line("sync schedule", error);
        }
    }

    /// Whether it has run to its end.
    pub async fn run_reconcile(&self) -> bool {
        let reconcile = self.reconcile("reconcile");
        let ended = self.invoke("reconcile", TIMEOUT, reconcile.run(|_| {})).await;
        match &ended {
            Some(Ok(run)) => self.trace.line("reconcile", format_args!("{:?}", run.as_ref().map(|run| &run.state))),
            Some(Err(error)) => self.trace.line("reconcile", error),
            None => {}
        }
        ended.is_some_and(|ended| ended.is_ok())
    }

    /// Takes in one worker.
    async fn reconcile_one(&self, worker_sid: &WorkerSid) -> Result<(), InvokeError> {
        let reconcile = self.reconcile("reconcile one");
        let failed = |error: String| InvokeError(error);
        let ended = self.invoke("reconcile one", TIMEOUT, reconcile.worker(worker_sid)).await;
        ended.ok_or_else(|| failed("died".to_owned()))?.map_err(|error| failed(error.to_string()))
    }
}
