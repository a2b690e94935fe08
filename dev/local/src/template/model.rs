//! What the template says, as types.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

/// All that is to be run.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct System {
    /// The values of the parameters.
    pub parameters: BTreeMap<String, Value>,
    /// The HTTP API.
    pub api: HttpApi,
    /// The functions, in order of their logical ids.
    pub functions: Vec<Function>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The buckets.
    pub buckets: Vec<Bucket>,
}

/// An `AWS::Serverless::HttpApi` with the routes that functions' events add to it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct HttpApi {
    /// Its routes.
    pub routes: Vec<Route>,
    /// Its authorizers by name.
    pub authorizers: BTreeMap<String, Authorizer>,
    /// Its `CorsConfiguration`.
    pub cors: Option<Cors>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Upper case, or `ANY`.
    pub method: String,
    /// With `{name}` for what varies and `{name+}` for all the rest.
    pub path: String,
    /// The logical id of the function that answers.
    pub function: String,
    /// The name of the authorizer; `None` lets everybody in.
    pub authorizer: Option<String>,
}

impl Route {
    /// As the event names it: `GET /users/{user_id}`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// A Lambda authorizer with payload format 2.0 and simple responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorizer {
    /// The logical id of its function.
    pub function: String,
    /// The headers, in lower case, without which nobody is let in.
    pub identity_headers: Vec<String>,
}

/// A `CorsConfiguration` of an HTTP API.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Cors {
    /// The origins that may call; `*` is all.
    pub allow_origins: Vec<String>,
    /// The methods.
    pub allow_methods: Vec<String>,
    /// The headers that may be sent.
    pub allow_headers: Vec<String>,
    /// The headers of the answer that a page may see.
    pub expose_headers: Vec<String>,
    /// How long a browser may remember it, in seconds.
    pub max_age_s: Option<u64>,
}

/// An `AWS::Serverless::Function`.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Its logical id: `AssignSkill`.
    pub id: String,
    /// What Lambda calls it.
    pub name: String,
    /// The package and binary: `assign-skill`, the last part of its `CodeUri`.
    pub package: String,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
    /// How long it may take for an event.
    pub timeout: Duration,
    /// In MB.
    pub memory_mb: u32,
    /// How many events at most are handled at a time.
    pub reserved_concurrency: Option<usize>,
    /// The streams it reads.
    pub streams: Vec<StreamSource>,
    /// The schedules that wake it.
    pub schedules: Vec<Schedule>,
    /// What is done about asynchronous events that it fails.
    pub retries: AsyncRetries,
}

/// An `EventInvokeConfig`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsyncRetries {
    /// How often an event is tried again.
    pub attempts: u32,
    /// Older events are given up.
    pub max_age: Duration,
}

/// A `DynamoDB` stream that a function reads.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamSource {
    /// The name of the event in the template.
    pub id: String,
    /// The stream.
    pub stream_arn: String,
    /// Where reading starts the first time.
    pub starting_position: StartingPosition,
    /// How many records at most a function is given at a time.
    pub batch_size: usize,
    /// How many batches, of different partition keys, are handled at a time.
    pub parallelization_factor: usize,
    /// The patterns, of which one has to match; without any all records pass.
    pub patterns: Vec<Value>,
    /// How often a batch is tried again; `None` is for ever.
    pub max_retries: Option<u32>,
    /// Records older than this are given up.
    pub max_age: Option<Duration>,
    /// Whether a batch that fails as a whole is split in two.
    pub bisect: bool,
    /// Whether the function says which records of a batch failed.
    pub reports_failures: bool,
    /// The ARN of the queue for what is given up.
    pub on_failure: Option<String>,
}

/// Where a new event source mapping starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StartingPosition {
    /// With the oldest record.
    TrimHorizon,
    /// With the next record that is written.
    Latest,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// The name of the event in the template.
    pub id: String,
    /// How often.
    pub every: Duration,
    /// The event, if the template gives one.
    pub input: Option<Value>,
}

/// An `AWS::DynamoDB::Table`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its logical id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The name of its partition key.
    pub partition_key: String,
    /// The ARN of its stream.
    pub stream_arn: String,
    /// Its properties, as `embedded` takes them.
    pub properties: Value,
}

/// An `AWS::S3::Bucket`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its logical id.
    pub id: String,
    /// Its name.
    pub name: String,
}
