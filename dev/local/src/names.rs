//! Fixed values for what AWS and Twilio would generate: accounts, names, keys.

pub const REGION: &str = "us-east-1";
pub const ACCOUNT: &str = "000000000000";
/// The `CloudFormation` stack.
pub const STACK: &str = "flex-roster";
/// The id of the HTTP API.
pub const API_ID: &str = "local";

/// The Twilio account.
pub const TWILIO_ACCOUNT_SID: &str = "AC00000000000000000000000000000000";
/// The TaskRouter workspace.
pub const TWILIO_WORKSPACE_SID: &str = "WS00000000000000000000000000000000";
/// The auth token of the Twilio account. Callbacks are signed with it.
pub const TWILIO_AUTH_TOKEN: &str = "local-auth-token";
/// The identity of the account owner.
pub const ACCOUNT_OWNER: &str = "owner@example.com";

/// The secret access key of every access key id.
pub const SECRET_ACCESS_KEY: &str = "local-secret-access-key";

/// The access key id of a function, by its logical id: each function has its own, as each has its own IAM role.
#[must_use]
pub fn access_key_id(function: &str) -> String {
    let letters = function.chars().filter(char::is_ascii_alphanumeric);
    format!("AKIALOCAL{}", letters.collect::<String>().to_uppercase())
}

/// The access key id for operators' tools, such as the AWS CLI: it may do everything.
pub const DEVELOPER_ACCESS_KEY_ID: &str = "AKIALOCAL";

/// The physical name of a resource.
#[must_use]
pub fn physical(logical_id: &str) -> String {
    format!("{STACK}-{logical_id}")
}

/// An ARN of this account and region.
#[must_use]
pub fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}
