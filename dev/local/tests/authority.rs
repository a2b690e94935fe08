//! What a function may do is what its policy grants, and is denied otherwise as AWS denies it.
#![allow(clippy::unwrap_used)]

mod common;

use common::start;
use local::Stack;
use local::names::{DEVELOPER_ACCESS_KEY_ID, access_key_id};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

const TABLE: &str = "flex-roster-Directory";
const TABLE_ARN: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/flex-roster-Directory";
const ROLE: &str = "arn:aws:sts::000000000000:assumed-role/flex-roster-OpenRole/flex-roster-Open";

struct Aws {
    stack: Stack,
    data: TempDir,
}

struct Answer {
    status: u16,
    kind: String,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The message of a denial; empty if it is none.
    fn denial(&self) -> String {
        let is_denied = self.text.contains("AccessDenied") || self.kind == "AccessDeniedException";
        let message = self.json()["Message"].as_str().unwrap_or_default().to_owned();
        if is_denied { message } else { String::new() }
    }
}

impl Aws {
    async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        Self { stack: start(data.path()).await, data }
    }

    /// Signed with this key, but not by the right signature: only S3 looks at it.
    async fn send(&self, key: &str, method: Method, url: &str, target: &str, body: &Value) -> Answer {
        let credential = format!("AWS4-HMAC-SHA256 Credential={key}/20261122/us-east-1/x/aws4_request");
        let request = reqwest::Client::new()
            .request(method, url)
            .header("authorization", format!("{credential}, SignedHeaders=host, Signature=0"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-date", "20261122T100000Z")
            .header("x-amz-target", target);
        let answer = request.body(body.to_string()).send().await.unwrap();
        let kind = answer.headers().get("x-amzn-errortype").map(|kind| kind.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        Answer { status, kind: kind.unwrap_or_default(), text: answer.text().await.unwrap() }
    }

    async fn dynamodb(&self, key: &str, operation: &str, body: &Value) -> Answer {
        let url = &self.stack.endpoints().dynamodb;
        self.send(key, Method::POST, url, &format!("DynamoDB_20120810.{operation}"), body).await
    }

    async fn invoke(&self, key: &str, function: &str) -> Answer {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.stack.endpoints().lambda);
        self.send(key, Method::POST, &url, "", &json!({})).await
    }

    async fn parameter(&self, key: &str, name: &str) -> Answer {
        self.send(key, Method::POST, &self.stack.endpoints().ssm, "AmazonSSM.GetParameter", &json!({"Name": name}))
            .await
    }

    fn recorded(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.data.path().join("authority.jsonl")).unwrap();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn open() -> String {
    access_key_id("Open")
}

fn get(pk: &str) -> Value {
    json!({"TableName": TABLE, "Key": {"pk": {"S": pk}}})
}

fn put(pk: &str) -> Value {
    json!({"TableName": TABLE, "Item": {"pk": {"S": pk}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamodb_lets_a_function_reach_the_items_that_its_policy_names_and_denies_the_others() {
    let aws = Aws::start().await;
    assert_eq!(aws.dynamodb(&open(), "PutItem", &put("open#1")).await.status, 200);
    let item = aws.dynamodb(&open(), "GetItem", &get("open#1")).await;
    assert_eq!((item.status, item.json()["Item"]["pk"]["S"].as_str()), (200, Some("open#1")));

    let denied = aws.dynamodb(&open(), "GetItem", &get("closed#1")).await;
    let expected = json!({
        "__type": "com.amazon.coral.service#AccessDeniedException",
        "Message": format!("User: {ROLE} is not authorized to perform: dynamodb:GetItem on resource: {TABLE_ARN} \
            because no identity-based policy allows the dynamodb:GetItem action"),
    });
    assert_eq!((denied.status, denied.json()), (400, expected));

    let sealed = aws.dynamodb(&open(), "PutItem", &put("open#sealed#1")).await;
    assert!(sealed.denial().ends_with("with an explicit deny in an identity-based policy"), "{}", sealed.text);
    let key = |pk: &str| json!({"pk": {"S": pk}});
    let batch = json!({"RequestItems": {TABLE: {"Keys": [key("open#1"), key("closed#1")]}}});
    for (operation, body) in [
        ("DeleteItem", get("open#1")),
        ("BatchGetItem", batch),
        ("Scan", json!({"TableName": TABLE})),
        ("ExecuteStatement", json!({"Statement": format!("SELECT * FROM \"{TABLE}\" WHERE pk = 'open#1'")})),
        ("DescribeTable", json!({"TableName": TABLE})),
    ] {
        let denied = aws.dynamodb(&open(), operation, &body).await;
        assert!(denied.denial().contains(&format!("dynamodb:{operation}")), "{operation}: {}", denied.text);
    }
    aws.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_denied_as_a_whole_if_one_of_its_actions_is() {
    let aws = Aws::start().await;
    let exists = json!({"ConditionCheck": {"TableName": TABLE, "Key": {"pk": {"S": "open#1"}},
        "ConditionExpression": "attribute_not_exists(pk)"}});
    let both = json!({"TransactItems": [{"Put": put("open#2")}, exists]});
    let denied = aws.dynamodb(&open(), "TransactWriteItems", &both).await.denial();
    assert!(denied.contains("not authorized to perform: dynamodb:ConditionCheckItem on"), "{denied}");
    let other = json!({"TransactItems": [{"Put": put("open#2")}, {"Put": put("closed#2")}]});
    let denied = aws.dynamodb(&open(), "TransactWriteItems", &other).await.denial();
    assert!(denied.contains("not authorized to perform: dynamodb:PutItem on"), "{denied}");
    assert_eq!(aws.dynamodb(&open(), "GetItem", &get("open#2")).await.json(), json!({}), "nothing is written");

    let own = json!({"TransactItems": [{"Put": put("open#2")}]});
    let allowed = aws.dynamodb(&open(), "TransactWriteItems", &own).await;
    assert_eq!(allowed.status, 200, "{}", allowed.text);
    aws.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_lambda_and_parameter_store_deny_in_their_own_forms() {
    let aws = Aws::start().await;
    let s3 = |path: &str| format!("{}/flex-roster-files/{path}", aws.stack.endpoints().s3);
    let denied = aws.send(&open(), Method::PUT, &s3("closed/1"), "", &Value::Null).await;
    assert_eq!(denied.status, 403);
    assert!(denied.text.contains("<Code>AccessDenied</Code>"), "{}", denied.text);
    assert!(
        denied.text.contains("s3:PutObject on resource: arn:aws:s3:::flex-roster-files/closed/1"),
        "{}",
        denied.text
    );
    let denied = aws.send(&open(), Method::GET, &s3("open/1"), "", &Value::Null).await;
    assert!(denied.text.contains("s3:GetObject"), "{}", denied.text);
    let allowed = aws.send(&open(), Method::PUT, &s3("open/1"), "", &Value::Null).await;
    assert!(!allowed.text.contains("AccessDenied"), "S3 itself looks at the signature: {}", allowed.text);

    assert_eq!(aws.invoke(&open(), "flex-roster-Index").await.status, 200);
    for other in ["flex-roster-Authorize", "flex-roster-Index:1", "nowhere"] {
        let denied = aws.invoke(&open(), other).await;
        assert_eq!((denied.status, denied.kind.as_str()), (403, "AccessDeniedException"), "{other}");
        assert!(denied.denial().contains("lambda:InvokeFunction on resource: arn:aws:lambda:"), "{}", denied.text);
    }

    assert_eq!(aws.parameter(&open(), "/flex-roster/twilio-auth-token").await.status, 200);
    let denied = aws.parameter(&open(), "/flex-roster/other").await;
    assert_eq!((denied.status, &denied.json()["__type"]), (400, &json!("AccessDeniedException")));
    assert!(denied.denial().contains(":parameter/flex-roster/other because no identity-based policy"));
    aws.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_without_a_policy_may_do_nothing_and_an_operator_everything() {
    let aws = Aws::start().await;
    let index = access_key_id("Index");
    let denials = [
        aws.dynamodb(&index, "GetItem", &get("open#1")).await.denial(),
        aws.invoke(&index, "flex-roster-Open").await.denial(),
        aws.parameter(&index, "/flex-roster/twilio-auth-token").await.denial(),
    ];
    assert!(denials.iter().all(|denial| denial.contains("flex-roster-IndexRole")), "{denials:?}");

    let operator = DEVELOPER_ACCESS_KEY_ID;
    assert_eq!(aws.dynamodb(operator, "PutItem", &put("closed#1")).await.status, 200);
    let found = aws.dynamodb(operator, "Scan", &json!({"TableName": TABLE})).await;
    assert_eq!(found.json()["Count"], 1);
    assert_eq!(aws.parameter(operator, "/flex-roster/twilio-auth-token").await.status, 200);
    aws.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_function_used_and_was_denied_is_recorded_once_without_telling_whose_it_is() {
    let aws = Aws::start().await;
    for _ in 0..2 {
        aws.dynamodb(&open(), "GetItem", &get("open#ada@example.com")).await;
        aws.dynamodb(&open(), "GetItem", &get("closed#ada@example.com")).await;
        aws.dynamodb(DEVELOPER_ACCESS_KEY_ID, "GetItem", &get("open#1")).await;
    }
    let entry = |key: &str| json!({"action": "dynamodb:GetItem", "resource": TABLE_ARN, "leading_key": key});
    let expected = [
        json!({"function": "probe", "used": entry("open#*")}),
        json!({"function": "probe", "denied": entry("closed")}),
    ];
    assert_eq!(aws.recorded(), expected);
    aws.stack.stop().await;
}
