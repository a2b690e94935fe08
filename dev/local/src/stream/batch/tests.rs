#![allow(clippy::unwrap_used)]

use std::sync::Mutex;

use super::*;
use crate::template::StartingPosition;

fn source() -> StreamSource {
    StreamSource {
        id: "Profiles".into(),
        stream_arn: String::new(),
        starting_position: StartingPosition::TrimHorizon,
        batch_size: 25,
        parallelization_factor: 1,
        patterns: Vec::new(),
        max_retries: Some(3),
        max_age: None,
        bisect: true,
        reports_failures: true,
        on_failure: None,
    }
}

fn records(numbers: &[&str]) -> Vec<Value> {
    let record = |n: &&str| json!({"dynamodb": {"SequenceNumber": n, "ApproximateCreationDateTime": 0}});
    numbers.iter().map(record).collect()
}

/// Handles the records with this function; gives the batches that it received, and what was given up.
async fn run(
    source: &StreamSource,
    numbers: &[&str],
    function: impl Fn(&[String]) -> Answer,
) -> (Vec<String>, Vec<GivenUp>) {
    tokio::time::pause();
    let seen = Mutex::new(Vec::new());
    let given_up = handle(source, records(numbers), |payload| {
        let event: Value = serde_json::from_slice(&payload).unwrap();
        let batch: Vec<String> =
            event["Records"].as_array().unwrap().iter().map(|r| sequence_number(r).to_owned()).collect();
        let answer = function(&batch);
        seen.lock().unwrap().push(batch.join(""));
        async { answer }
    })
    .await;
    (seen.into_inner().unwrap(), given_up)
}

fn fine() -> Answer {
    Answer::Returned("{\"batchItemFailures\":[]}".into())
}

fn failed_at(numbers: &[&str]) -> Answer {
    let failures: Vec<Value> = numbers.iter().map(|n| json!({"itemIdentifier": n})).collect();
    Answer::Returned(json!({"batchItemFailures": failures}).to_string().into())
}

#[tokio::test]
async fn a_batch_that_goes_well_is_handled_once() {
    let (seen, given_up) = run(&source(), &["1", "2", "3"], |_| fine()).await;
    assert_eq!(seen, ["123"]);
    assert_eq!(given_up, []);
}

#[tokio::test]
async fn a_partial_failure_is_tried_again_from_the_lowest_failed_record() {
    let first = Mutex::new(true);
    let (seen, given_up) = run(&source(), &["1", "2", "3", "4"], |_| {
        if std::mem::take(&mut *first.lock().unwrap()) { failed_at(&["4", "2"]) } else { fine() }
    })
    .await;
    assert_eq!(seen, ["1234", "234"]);
    assert_eq!(given_up, []);
}

#[tokio::test]
async fn a_batch_that_fails_as_a_whole_is_split_until_the_bad_record_stands_alone() {
    let (seen, given_up) = run(&source(), &["1", "2", "3", "4"], |batch| {
        if batch.contains(&"3".to_owned()) { Answer::Failed("{}".into()) } else { fine() }
    })
    .await;
    assert_eq!(seen, ["1234", "12", "34", "3", "3", "3", "3", "4"]);
    assert_eq!(given_up.len(), 1);
    assert_eq!((given_up[0].first.as_str(), given_up[0].records.len()), ("3", 1));
    assert_eq!(given_up[0].condition, "RetryAttemptsExhausted");
}

#[tokio::test]
async fn without_bisecting_the_batch_is_tried_again_as_it_is() {
    let whole = StreamSource { bisect: false, max_retries: Some(1), ..source() };
    let (seen, given_up) = run(&whole, &["1", "2"], |_| Answer::Failed("{}".into())).await;
    assert_eq!(seen, ["12", "12"]);
    assert_eq!(given_up[0].records.len(), 2);
}

#[tokio::test]
async fn a_failure_that_names_no_record_fails_the_batch() {
    let once = StreamSource { max_retries: Some(0), ..source() };
    let (_, given_up) = run(&once, &["1", "2"], |_| failed_at(&["9"])).await;
    assert_eq!(given_up[0].records.len(), 2);
}

#[tokio::test]
async fn records_that_are_too_old_are_given_up_unseen() {
    let young = StreamSource { max_age: Some(Duration::from_mins(1)), ..source() };
    let (seen, given_up) = run(&young, &["1", "2"], |_| fine()).await;
    assert!(seen.is_empty());
    assert_eq!(given_up[0].condition, "RecordAgeExceeded");
    assert_eq!(given_up[0].records.len(), 2);
}

#[tokio::test]
async fn a_function_that_does_not_report_failures_is_taken_at_its_word() {
    let silent = StreamSource { reports_failures: false, ..source() };
    let (seen, _) = run(&silent, &["1"], |_| failed_at(&["1"])).await;
    assert_eq!(seen, ["1"]);
}
