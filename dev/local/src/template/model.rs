//! The template as types.
#![allow(missing_docs, reason = "the names say it")]

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::authority::Policy;

/// The system that a template describes.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct System {
    /// The values of the parameters.
    pub parameters: BTreeMap<String, Value>,
    pub api: HttpApi,
    /// The functions, in order of their logical ids.
    pub functions: Vec<Function>,
    pub tables: Vec<Table>,
    pub buckets: Vec<Bucket>,
}

/// An `AWS::Serverless::HttpApi` with the routes that functions' events add to it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct HttpApi {
    pub routes: Vec<Route>,
    pub authorizers: BTreeMap<String, Authorizer>,
    pub cors: Option<Cors>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Upper case, or `ANY`.
    pub method: String,
    /// With `{name}` for one segment and `{name+}` for all remaining ones.
    pub path: String,
    /// The logical id of the function.
    pub function: String,
    /// The name of the authorizer; `None` if the route is public.
    pub authorizer: Option<String>,
}

impl Route {
    /// The route key of the event: `GET /users/{user_id}`.
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
    /// The required headers, in lower case.
    pub identity_headers: Vec<String>,
}

/// A `CorsConfiguration` of an HTTP API.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Cors {
    /// The allowed origins; `*` allows all.
    pub allow_origins: Vec<String>,
    pub allow_methods: Vec<String>,
    /// The request headers that a page may send.
    pub allow_headers: Vec<String>,
    /// The response headers that a page may read.
    pub expose_headers: Vec<String>,
    /// How long a browser may cache a preflight response, in seconds.
    pub max_age_s: Option<u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    pub id: String,
    pub name: String,
    /// The package and binary: `assign-skill`, the last part of its `CodeUri`.
    pub package: String,
    pub environment: BTreeMap<String, String>,
    /// The limit of one invocation.
    pub timeout: Duration,
    /// The memory, in MB.
    pub memory_mb: u32,
    pub reserved_concurrency: Option<usize>,
    pub streams: Vec<StreamSource>,
    pub schedules: Vec<Schedule>,
    /// The retries of asynchronous events.
    pub retries: AsyncRetries,
    /// What its role may do, besides what SAM adds.
    pub policy: Policy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsyncRetries {
    /// The most retries of an event.
    pub attempts: u32,
    /// The age at which an event is given up.
    pub max_age: Duration,
    /// The ARN of the queue for events that are given up.
    pub on_failure: Option<String>,
}

/// A `DynamoDB` stream that a function reads.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamSource {
    /// The name of the event in the template.
    pub id: String,
    pub stream_arn: String,
    /// Where a new mapping starts.
    pub starting_position: StartingPosition,
    /// The most records of one invocation.
    pub batch_size: usize,
    /// The most concurrent batches, of different partition keys.
    pub parallelization_factor: usize,
    /// The filter patterns: a record passes if one of them matches, or if there are none.
    pub patterns: Vec<Value>,
    /// The most retries of a batch; `None` is without limit.
    pub max_retries: Option<u32>,
    /// The age at which a record is given up.
    pub max_age: Option<Duration>,
    /// Whether a batch that failed as a whole is split in two.
    pub bisect: bool,
    /// Whether the function reports the failed records of a batch.
    pub reports_failures: bool,
    /// The ARN of the queue for records that are given up.
    pub on_failure: Option<String>,
}

/// Where a new event source mapping starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StartingPosition {
    /// The oldest record.
    TrimHorizon,
    /// The next record that is written.
    Latest,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// The name of the event in the template.
    pub id: String,
    pub every: Duration,
    /// The event; `None` for the standard event of a schedule.
    pub input: Option<Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub id: String,
    pub name: String,
    /// The name of its partition key.
    pub partition_key: String,
    /// The ARN of its stream.
    pub stream_arn: String,
    pub properties: Value,
}

/// A rule of a bucket's CORS.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BucketCors {
    pub allowed_origins: Vec<String>,
    pub allowed_methods: Vec<String>,
    #[serde(default)]
    pub allowed_headers: Vec<String>,
    /// In seconds.
    pub max_age: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub id: String,
    pub name: String,
    /// Which pages may send what.
    pub cors: Vec<BucketCors>,
}
