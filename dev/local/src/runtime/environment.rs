//! The environment variables of a function: only Lambda's and the template's.
#![allow(missing_docs, reason = "the names say it")]

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::names::{REGION, SECRET_ACCESS_KEY, access_key_id};
use crate::template::Function;

/// The addresses of the AWS services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    pub dynamodb: String,
    pub s3: String,
    /// Lambda's Invoke API.
    pub lambda: String,
    /// Parameter Store.
    pub ssm: String,
}

pub(crate) fn variables(
    function: &Function,
    endpoints: &Endpoints,
    runtime_api: SocketAddr,
) -> BTreeMap<String, String> {
    let memory = function.memory_mb.to_string();
    let log_group = format!("/aws/lambda/{}", function.name);
    let access_key = access_key_id(&function.id);
    let address = runtime_api.to_string();
    let lambda = [
        ("AWS_LAMBDA_RUNTIME_API", address.as_str()),
        ("AWS_LAMBDA_FUNCTION_NAME", &function.name),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", &access_key),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
        ("AWS_SESSION_TOKEN", "local-session-token"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &endpoints.dynamodb),
        ("AWS_ENDPOINT_URL_S3", &endpoints.s3),
        ("AWS_ENDPOINT_URL_LAMBDA", &endpoints.lambda),
        ("AWS_ENDPOINT_URL_SSM", &endpoints.ssm),
        ("_HANDLER", "bootstrap"),
        ("TZ", ":UTC"),
    ];
    let mut variables = function.environment.clone();
    variables.extend(lambda.map(|(name, value)| (name.to_owned(), value.to_owned())));
    if let Ok(backtrace) = std::env::var("RUST_BACKTRACE") {
        variables.insert("RUST_BACKTRACE".to_owned(), backtrace);
    }
    variables
}
