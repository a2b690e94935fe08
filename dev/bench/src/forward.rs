//! What the proxies between client and DynamoDB have in common.

use axum::{
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
};

use crate::Fallible;

/// What is called: `Query`, `TransactWriteItems` and so on.
pub fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default()
}

/// DynamoDB's answer. Requests are signed; the embedded database does not look at signatures.
pub async fn ask(
    client: &reqwest::Client,
    database: &str,
    headers: &HeaderMap,
    body: impl Into<reqwest::Body>,
) -> Fallible<(StatusCode, HeaderMap, Bytes)> {
    let mut passed_on = headers.clone();
    for of_this_connection in [header::HOST, header::CONTENT_LENGTH] {
        passed_on.remove(of_this_connection);
    }
    let answer = client.post(database).headers(passed_on).body(body).send().await?;
    let (status, given) = (answer.status(), answer.headers().clone());
    Ok((status, given, answer.bytes().await?))
}
