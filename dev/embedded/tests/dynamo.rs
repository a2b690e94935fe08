//! The embedded `DynamoDB` as the AWS SDK sees it.
#![allow(clippy::unwrap_used)]

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use embedded::{Dynamo, EmbeddedError, directory_properties, without_stream};
use serde_json::json;

async fn put(client: &Client, id: &str) {
    client
        .put_item()
        .table_name("Directory")
        .item("pk", AttributeValue::S(format!("USER#{id}")))
        .item("sk", AttributeValue::S("PROFILE".into()))
        .item("by_status_pk", AttributeValue::S("STATUS#active".into()))
        .item("by_status_sk", AttributeValue::S(id.into()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn the_table_of_the_template_answers_through_its_index() {
    let dynamo = Dynamo::memory().await.unwrap();
    dynamo.create_table("Directory", &directory_properties().unwrap()).unwrap();
    let client = dynamo.client();
    put(&client, "ada").await;

    let found = client
        .query()
        .table_name("Directory")
        .index_name("by_status")
        .key_condition_expression("by_status_pk = :s")
        .expression_attribute_values(":s", AttributeValue::S("STATUS#active".into()))
        .send()
        .await
        .unwrap();

    assert_eq!(found.count, 1);
}

#[tokio::test]
async fn the_stream_gives_what_follows_a_sequence_number() {
    let dynamo = Dynamo::memory().await.unwrap();
    dynamo.create_table("Directory", &directory_properties().unwrap()).unwrap();
    assert_eq!(dynamo.newest_record("Directory").unwrap(), None);
    let client = dynamo.client();
    for id in ["ada", "bob", "cyd"] {
        put(&client, id).await;
    }

    let all = dynamo.read_stream("Directory", None, 100).unwrap();
    let first = all[0]["dynamodb"]["SequenceNumber"].as_str().unwrap();
    let rest = dynamo.read_stream("Directory", Some(first), 1).unwrap();

    assert_eq!(all.len(), 3);
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0]["eventName"], "INSERT");
    assert_eq!(rest[0]["dynamodb"]["Keys"]["pk"], json!({"S": "USER#bob"}));
    assert_eq!(dynamo.newest_record("Directory").unwrap().as_deref(), all[2]["dynamodb"]["SequenceNumber"].as_str());
}

#[tokio::test]
async fn a_table_without_stream_has_none_to_read() {
    let dynamo = Dynamo::memory().await.unwrap();
    let properties = without_stream(directory_properties().unwrap());
    dynamo.create_table("Directory", &properties).unwrap();

    assert!(dynamo.read_stream("Directory", None, 1).is_err());
}

#[tokio::test]
async fn data_outlives_a_restart_and_the_stream_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dynamo.sqlite");
    let properties = directory_properties().unwrap();
    let dynamo = Dynamo::open(&path).await.unwrap();
    dynamo.create_table("Directory", &properties).unwrap();
    put(&dynamo.client(), "ada").await;
    let before = dynamo.newest_record("Directory").unwrap().unwrap();
    dynamo.stop().await;

    let dynamo = Dynamo::open(&path).await.unwrap();
    dynamo.create_table("Directory", &properties).unwrap();
    put(&dynamo.client(), "bob").await;

    let records = dynamo.read_stream("Directory", Some(&before), 100).unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["dynamodb"]["Keys"]["pk"]["S"], "USER#bob");
    // Nothing is a day old yet.
    assert_eq!(dynamo.trim_stream("Directory", &before).unwrap(), 0);
}

#[tokio::test]
async fn the_stream_is_read_by_an_index() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dynamo.sqlite");
    let _dynamo = Dynamo::open(&path).await.unwrap();

    let plan: String = rusqlite::Connection::open(&path)
        .unwrap()
        .query_row(
            "EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1
             FROM _stream_records WHERE table_name = ?1",
            ["Directory"],
            |row| row.get(3),
        )
        .unwrap();

    assert!(plan.contains("stream_records_by_sequence_number"), "{plan}");
}

#[tokio::test]
async fn a_table_of_another_shape_is_named() {
    let dynamo = Dynamo::memory().await.unwrap();
    let mut properties = directory_properties().unwrap();
    dynamo.create_table("Directory", &properties).unwrap();
    properties["GlobalSecondaryIndexes"][0]["IndexName"] = json!("by_name");

    let error = dynamo.create_table("Directory", &properties).unwrap_err();

    assert!(matches!(error, EmbeddedError::OtherShape { .. }), "{error}");
    assert!(error.to_string().contains("[by_pending, by_status]"), "{error}");
}

#[tokio::test]
async fn an_expired_item_goes_with_the_sweep() {
    let dynamo = Dynamo::memory().await.unwrap();
    dynamo.create_table("Directory", &directory_properties().unwrap()).unwrap();
    let client = dynamo.client();
    client
        .put_item()
        .table_name("Directory")
        .item("pk", AttributeValue::S("JOB#1".into()))
        .item("sk", AttributeValue::S("JOB".into()))
        .item("expires_at", AttributeValue::N("1".into()))
        .send()
        .await
        .unwrap();

    assert_eq!(dynamo.sweep_ttl().unwrap(), 1);
    assert_eq!(dynamo.sweep_ttl().unwrap(), 0);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    std::fs::write(&path, "these are not the pages you are looking for".repeat(50)).unwrap();

    let error = Dynamo::open(&path).await.unwrap_err();

    assert!(error.to_string().contains("notes.txt"), "{error}");
}
