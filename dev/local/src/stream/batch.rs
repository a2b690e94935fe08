//! Invokes a function with a batch of stream records, with retries.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use serde_json::{Value, json};

use crate::runtime::Answer;
use crate::template::StreamSource;

/// The first wait before a retry; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait before a retry; Lambda's is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Records that were given up, with the sequence numbers of the first and the last one.
#[derive(Debug, PartialEq)]
pub(super) struct GivenUp {
    pub condition: &'static str,
    pub first: String,
    pub last: String,
    pub records: Vec<Value>,
}

/// A batch and the number of its attempts.
struct Work {
    records: Vec<Value>,
    tries: u32,
}

/// Handles the records in order. A failed batch is retried, in two halves if the template says so, up to the number of
/// retries and the age of the template. Records that are given up are returned.
pub(super) async fn handle<F>(source: &StreamSource, records: Vec<Value>, invoke: impl Fn(Bytes) -> F) -> Vec<GivenUp>
where
    F: Future<Output = Answer>,
{
    let mut given_up = Vec::new();
    let mut waiting = VecDeque::from([Work { records, tries: 0 }]);
    while let Some(mut work) = waiting.pop_front() {
        given_up.extend(drop_expired(source, &mut work.records));
        if work.records.is_empty() {
            continue;
        }
        let event = json!({"Records": work.records}).to_string();
        let answer = invoke(event.into()).await;
        let Some(failed) = first_failure(source, &work.records, &answer) else {
            continue;
        };
        work.records.drain(..failed);
        work.tries += 1;
        if source.max_retries.is_some_and(|most| work.tries > most) {
            given_up.push(give_up("RetryAttemptsExhausted", &work.records));
            continue;
        }
        tokio::time::sleep(wait(work.tries)).await;
        retry(source, work, &answer, &mut waiting);
    }
    given_up
}

fn wait(tries: u32) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(1 << (tries - 1).min(10));
    doubled.min(LONGEST_WAIT)
}

/// Puts the batch back in front. A batch that failed as a whole is split in two, which does not count as an attempt.
fn retry(source: &StreamSource, mut work: Work, answer: &Answer, waiting: &mut VecDeque<Work>) {
    let as_a_whole = matches!(answer, Answer::Failed(_));
    if source.bisect && as_a_whole && work.records.len() > 1 {
        let second = work.records.split_off(work.records.len() / 2);
        let tries = work.tries - 1;
        waiting.push_front(Work { records: second, tries });
        work.tries = tries;
    }
    waiting.push_front(work);
}

/// The index of the first record to retry; `None` if all are handled.
fn first_failure(source: &StreamSource, records: &[Value], answer: &Answer) -> Option<usize> {
    let body = match answer {
        Answer::Failed(_) => return Some(0),
        Answer::Returned(_) if !source.reports_failures => return None,
        Answer::Returned(body) => body,
    };
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let failures = answer.get("batchItemFailures")?.as_array()?;
    // An identifier that is not in the batch fails the whole batch.
    let index_of = |failure: &Value| {
        let id = failure.get("itemIdentifier").and_then(Value::as_str);
        records.iter().position(|r| Some(sequence_number(r)) == id).unwrap_or(0)
    };
    failures.iter().map(index_of).min()
}

fn drop_expired(source: &StreamSource, records: &mut Vec<Value>) -> Option<GivenUp> {
    let max_age = source.max_age?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let is_expired = |record: &Value| {
        let created = record["dynamodb"]["ApproximateCreationDateTime"].as_f64();
        created.is_some_and(|created| now.as_secs_f64() - created > max_age.as_secs_f64())
    };
    let expired = records.iter().take_while(|r| is_expired(r)).count();
    let expired: Vec<Value> = records.drain(..expired).collect();
    (!expired.is_empty()).then(|| give_up("RecordAgeExceeded", &expired))
}

fn give_up(condition: &'static str, records: &[Value]) -> GivenUp {
    let number = |record: Option<&Value>| record.map(sequence_number).unwrap_or_default().to_owned();
    GivenUp { condition, first: number(records.first()), last: number(records.last()), records: records.to_vec() }
}

pub(super) fn sequence_number(record: &Value) -> &str {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests;
