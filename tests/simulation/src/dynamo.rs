//! DynamoDB as the SDK sees it: the embedded one, called without a socket, with latency and with DynamoDB's faults.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig},
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use domain::UserId;
use embedded::InProcess;
use serde_json::{Value, json};
use tokio::{
    sync::Notify,
    task::spawn_local,
    time::{Instant, sleep},
};

use crate::{
    chaos::{Chaos, Fault},
    mutants::Mutant,
    place::Place,
    trace::Trace,
};

/// Longer than any time-out.
const FOREVER: Duration = Duration::from_hours(1);

/// How old the answer to a read without strong consistency may be.
const STALE_FOR: Duration = Duration::from_secs(2);

/// The reads of the last while, by what was asked: (when, what was answered).
type Reads = HashMap<String, (Instant, String)>;

#[derive(Debug, Clone)]
pub struct Dynamo {
    database: Arc<InProcess>,
    /// Where the function is whose client this is. None: answers at once, and is not traced.
    world: Option<(Chaos, Trace, Place)>,
    reads: Arc<Mutex<Reads>>,
    /// Tells each of the stream's consumers of a write: one by one, since a signal that several wait for wakes them in any order.
    written: Arc<[Notify; 4]>,
    /// The users of entries that were written long after their function had given them up.
    late_users: Arc<Mutex<BTreeSet<UserId>>>,
    /// The tokens of the transactions that were carried out.
    done: Arc<Mutex<HashSet<String>>>,
    mutant: Option<Mutant>,
}

impl Dynamo {
    #[must_use]
    pub fn new(database: Arc<InProcess>, mutant: Option<Mutant>) -> Self {
        Self {
            database,
            world: None,
            reads: Arc::default(),
            written: Arc::default(),
            late_users: Arc::default(),
            done: Arc::default(),
            mutant,
        }
    }

    /// The same database as one function meets it.
    #[must_use]
    pub fn seen_by(&self, place: Place, chaos: Chaos, trace: Trace) -> Self {
        Self { world: Some((chaos, trace, place)), ..self.clone() }
    }

    /// Waits until something was written since this consumer waited last.
    pub async fn next_write(&self, consumer: usize) {
        self.written[consumer].notified().await;
    }

    /// The users of entries that were written long after their function had given them up.
    #[must_use]
    pub fn late_users(&self) -> BTreeSet<UserId> {
        self.late_users.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A client with the settings of the functions.
    #[must_use]
    pub fn client(&self) -> Client {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(3))
            .operation_timeout(Duration::from_secs(8));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .endpoint_url("http://dynamodb.invalid")
            // No signature is checked, and making it would be most of the work.
            .allow_no_auth()
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .timeout_config(timeouts.build())
            .http_client(self.clone());
        Client::from_conf(config.build())
    }

    /// What a function with the bug is told to what it asks then.
    async fn answer(&self, operation: &str, body: &[u8]) -> Result<(u16, String), ConnectorError> {
        let Some(mutant) = self.mutant.filter(|_| self.world.is_some()) else {
            return self.carry_out(operation, body).await;
        };
        let changed = mutant.request(operation, body);
        let (status, answer) = match &changed {
            Some(changed) if is_empty_batch(changed) => (200, json!({"UnprocessedItems": {}}).to_string()),
            changed => self.carry_out(operation, changed.as_deref().unwrap_or(body)).await?,
        };
        let told = mutant.answer(&answer).unwrap_or(answer);
        Ok((status, told))
    }

    async fn carry_out(&self, operation: &str, body: &[u8]) -> Result<(u16, String), ConnectorError> {
        let Some((chaos, trace, place)) = &self.world else { return Ok(self.database.call(operation, body)) };
        let _in_flight = place.reach(name_of(operation));
        sleep(chaos.millis(1..=8)).await;
        let is_write = !matches!(operation, "GetItem" | "BatchGetItem" | "Query" | "Scan");
        let fault = |what: &str| trace.line(place.who(), format_args!("{operation}: {what}"));
        if chaos.strikes(Fault::DynamoThrottled) {
            fault("throttled");
            return Ok(refused("ThrottlingException"));
        }
        if chaos.strikes(Fault::DynamoUnavailable) {
            fault("unavailable");
            return Ok((500, json!({"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"}).to_string()));
        }
        if chaos.strikes(Fault::DynamoSilent) {
            fault("silent");
            sleep(FOREVER).await;
        }
        if is_write && chaos.strikes(Fault::DynamoLate) {
            let (late, operation, body) = (self.clone(), operation.to_owned(), body.to_vec());
            let (wait, trace, who) = (chaos.millis(3_000..=30_000), trace.clone(), place.who());
            spawn_local(async move {
                sleep(wait).await;
                let (status, _) = late.database.call(&operation, &body);
                if status == 200 {
                    late.with_done(|done| done.extend(token_of(&operation, &body)));
                }
                late.late_users.lock().unwrap_or_else(PoisonError::into_inner).extend(users_of_entries(&body));
                late.tell_of_write();
                trace.line(who, format_args!("{operation}, which is late: {status}"));
            });
            sleep(FOREVER).await;
        }
        // What was carried out under the same token is only answered again.
        let token = token_of(operation, body);
        let is_done = token.as_ref().is_some_and(|token| self.with_done(|done| done.contains(token)));
        if operation == "TransactWriteItems" && !is_done && chaos.strikes(Fault::DynamoConflict) {
            fault("transaction conflict");
            return Ok(conflict(body));
        }
        let answer = match operation {
            "BatchGetItem" | "BatchWriteItem"
                if has_several(operation, body) && chaos.strikes(Fault::DynamoUnprocessed) =>
            {
                fault("unprocessed items");
                self.in_part(operation, body)
            }
            "Query" | "GetItem" | "BatchGetItem" => self.read(operation, body, chaos, &fault),
            _ => self.database.call(operation, body),
        };
        if answer.0 == 200 {
            self.with_done(|done| done.extend(token));
        }
        sleep(chaos.millis(1..=8)).await;
        if is_write {
            self.tell_of_write();
            trace.line(place.who(), format_args!("{operation}: {}", answer.0));
        }
        if chaos.strikes(Fault::DynamoAnswerLost) {
            fault("answer lost");
            return Err(ConnectorError::io("the connection broke".into()));
        }
        Ok(answer)
    }

    fn with_done<T>(&self, use_it: impl FnOnce(&mut HashSet<String>) -> T) -> T {
        use_it(&mut self.done.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tell_of_write(&self) {
        for consumer in self.written.iter() {
            consumer.notify_one();
        }
    }

    /// Without strong consistency, what was answered a while ago may be answered again.
    fn read(&self, operation: &str, body: &[u8], chaos: &Chaos, fault: &impl Fn(&str)) -> (u16, String) {
        let asked = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let tables = asked["RequestItems"].as_object().into_iter().flatten();
        let is_strong =
            asked["ConsistentRead"] == true || tables.into_iter().any(|(_, table)| table["ConsistentRead"] == true);
        if is_strong {
            return self.database.call(operation, body);
        }
        // In one order: the SDK writes the fields of an item in any.
        let asked = asked.to_string();
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, known)) = reads.get(&asked)
            && at.elapsed() < STALE_FOR
            && chaos.strikes(Fault::DynamoStale)
        {
            fault("a stale read");
            return (200, known.clone());
        }
        let (status, answer) = self.database.call(operation, body);
        if status == 200 {
            reads.insert(asked, (Instant::now(), answer.clone()));
        }
        (status, answer)
    }

    /// Carries out the first half of a batch, and leaves the rest to the caller.
    fn in_part(&self, operation: &str, body: &[u8]) -> (u16, String) {
        let Ok(mut asked) = serde_json::from_slice::<Value>(body) else { return self.database.call(operation, body) };
        let mut left = asked["RequestItems"].clone();
        let both =
            asked["RequestItems"].as_object_mut().into_iter().flatten().zip(left.as_object_mut().into_iter().flatten());
        for ((_, now), (_, later)) in both {
            let (now, later) = match operation {
                "BatchGetItem" => (&mut now["Keys"], &mut later["Keys"]),
                _ => (now, later),
            };
            let (Some(now), Some(later)) = (now.as_array_mut(), later.as_array_mut()) else { continue };
            let half = now.len().div_ceil(2);
            now.truncate(half);
            later.drain(..half);
        }
        let (status, answer) = self.database.call(operation, asked.to_string().as_bytes());
        let mut answer: Value = serde_json::from_str(&answer).unwrap_or_default();
        let is_left = |entry: &Value| match operation {
            "BatchGetItem" => entry["Keys"].as_array().is_some_and(|keys| !keys.is_empty()),
            _ => entry.as_array().is_some_and(|requests| !requests.is_empty()),
        };
        if let Some(tables) = left.as_object_mut() {
            tables.retain(|_, entry| is_left(entry));
        }
        answer[if operation == "BatchGetItem" { "UnprocessedKeys" } else { "UnprocessedItems" }] = left;
        (status, answer.to_string())
    }
}

/// The client's token of a transaction.
fn token_of(operation: &str, body: &[u8]) -> Option<String> {
    let asked = || serde_json::from_slice::<Value>(body).ok()?["ClientRequestToken"].as_str().map(str::to_owned);
    if operation == "TransactWriteItems" { asked() } else { None }
}

/// The name of an operation, without a copy.
fn name_of(operation: &str) -> &'static str {
    const NAMES: [&str; 9] = [
        "GetItem",
        "BatchGetItem",
        "Query",
        "Scan",
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "BatchWriteItem",
        "TransactWriteItems",
    ];
    NAMES.into_iter().find(|name| *name == operation).unwrap_or("another operation")
}

/// Sort keys of entries end with the user's id.
fn users_of_entries(body: &[u8]) -> Vec<UserId> {
    let asked = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let requests = asked["RequestItems"].as_object().into_iter().flatten();
    let requests = requests.flat_map(|(_, requests)| requests.as_array().into_iter().flatten());
    let keys =
        requests.flat_map(|request| [&request["PutRequest"]["Item"]["sk"], &request["DeleteRequest"]["Key"]["sk"]]);
    let ids = keys.filter_map(|sk| sk["S"].as_str()?.rsplit('\u{1f}').next()?.parse().ok());
    ids.collect()
}

/// Whether something of the batch can be left.
fn has_several(operation: &str, body: &[u8]) -> bool {
    let asked = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let tables = asked["RequestItems"].as_object().into_iter().flatten();
    let count = |entry: &Value| {
        if operation == "BatchGetItem" { entry["Keys"].as_array() } else { entry.as_array() }.map_or(0, Vec::len)
    };
    tables.map(|(_, entry)| count(entry)).sum::<usize>() > 1
}

fn is_empty_batch(body: &[u8]) -> bool {
    let asked = serde_json::from_slice::<Value>(body).unwrap_or_default();
    asked["RequestItems"].as_object().is_some_and(serde_json::Map::is_empty)
}

fn refused(code: &str) -> (u16, String) {
    (400, json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "simulated"}).to_string())
}

/// The first of the transaction's items is another transaction's at this moment.
fn conflict(body: &[u8]) -> (u16, String) {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let items = asked["TransactItems"].as_array().map_or(1, Vec::len);
    let reasons = (0..items).map(|n| json!({"Code": if n == 0 { "TransactionConflict" } else { "None" }}));
    let answer = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons.collect::<Vec<_>>(),
    });
    (400, answer.to_string())
}

impl HttpConnector for Dynamo {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            let body = request.body().bytes().unwrap_or_default().to_vec();
            let (status, answer) = this.answer(&operation, &body).await?;
            let status = StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
            Ok(HttpResponse::new(status, SdkBody::from(answer)))
        })
    }
}

impl HttpClient for Dynamo {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
