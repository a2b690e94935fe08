//! In place of IAM: what a function asks of `DynamoDB`, S3, Lambda and Parameter Store is judged by the policy that the
//! template gives its role, and what it uses is recorded.
//!
//! A function is known by its access key, as on Lambda by the credentials of its role. Every other key is an operator's and
//! may do everything.
//!
//! | module | |
//! |---|---|
//! | `policy` | reads the statements; what it does not understand is an error |
//! | `decide` | policy × access → decision, without input or output |
//! | `dynamodb`, `s3` | which accesses a request comes to |
//! | `proxy` | stands in front of `DynamoDB` and S3 |
//! | `denied` | the answers, as AWS documents them |
//! | [`usage`] | what was used; compared with what is granted |
//! | [`page`] | what is granted, as a table |
//!
//! Out of reach is what SAM adds by itself: reading the stream, sending to a failure queue, writing logs and traces.

mod decide;
mod denied;
mod dynamodb;
pub mod page;
mod policy;
mod proxy;
mod s3;
pub mod usage;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use axum::http::{HeaderMap, Uri, header};
use serde::{Deserialize, Serialize};

use crate::StartError;
use crate::names::{ACCOUNT, access_key_id};
use crate::template::{Function, System, Table};
use decide::{Denial, decide};
pub(crate) use denied::Denied;
pub use policy::Policy;
pub(crate) use proxy::{Proxy, Service};
use usage::UsageLog;

/// One action on one resource, with the partition keys that it names.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    /// `dynamodb:GetItem`.
    pub action: String,
    /// An ARN.
    pub resource: String,
    /// Of the items that the request names; of a query of an index, the index's. None if it names none.
    pub leading_keys: Vec<String>,
}

/// One thing that a policy allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    /// `dynamodb:GetItem`.
    pub action: String,
    /// The pattern of ARNs.
    pub resource: String,
    /// The pattern of partition keys; none if any is allowed, or the resource has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leading_key: Option<String>,
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, resource, leading_key } = self;
        write!(f, "{action} on {resource}")?;
        leading_key.as_ref().map_or(Ok(()), |key| write!(f, ", {key}"))
    }
}

/// The policies of all functions, by access key.
#[derive(Debug)]
pub(crate) struct Authority {
    functions: BTreeMap<String, Role>,
    tables: Vec<Table>,
    usage: UsageLog,
}

#[derive(Debug)]
struct Role {
    package: String,
    /// The ARN that messages name.
    arn: String,
    policy: Policy,
}

impl Authority {
    pub fn new(system: &System, usage: &Path) -> Result<Self, StartError> {
        let role = |function: &Function| {
            let Function { id, name, package, policy, .. } = function;
            let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{name}Role/{name}");
            (access_key_id(id), Role { package: package.clone(), arn, policy: policy.clone() })
        };
        let usage = UsageLog::at(usage).map_err(|source| StartError::Data { path: usage.to_owned(), source })?;
        Ok(Self { functions: system.functions.iter().map(role).collect(), tables: system.tables.clone(), usage })
    }

    /// Whether the holder of this access key may do all of it. What a function uses is recorded, and what it is denied.
    pub fn check(&self, access_key: Option<&str>, accesses: &[Access]) -> Result<(), Denied> {
        let Some(role) = access_key.and_then(|key| self.functions.get(key)) else { return Ok(()) };
        for access in accesses {
            match decide(&role.policy, access) {
                Ok(grants) => grants.into_iter().for_each(|grant| self.usage.used(&role.package, grant)),
                Err(denial) => {
                    self.usage.denied(&role.package, access);
                    return Err(role.denied(access, denial));
                }
            }
        }
        Ok(())
    }

    /// Whether the key is a function's.
    fn is_function(&self, access_key: Option<&str>) -> bool {
        access_key.is_some_and(|key| self.functions.contains_key(key))
    }
}

impl Role {
    fn denied(&self, access: &Access, denial: Denial) -> Denied {
        let Access { action, resource, .. } = access;
        let why = match denial {
            Denial::NotAllowed => format!("because no identity-based policy allows the {action} action"),
            Denial::Explicit => "with an explicit deny in an identity-based policy".to_owned(),
        };
        Denied(format!("User: {} is not authorized to perform: {action} on resource: {resource} {why}", self.arn))
    }
}

/// The access key id of a signed request or of a presigned link.
pub(crate) fn access_key(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let signed = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let signed = signed.and_then(|value| value.split_once("Credential=")).map(|(_, credential)| credential.to_owned());
    let presigned = || {
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        query.into_iter().find(|(name, _)| name == "X-Amz-Credential").map(|(_, credential)| credential.into_owned())
    };
    let credential = signed.or_else(presigned)?;
    credential.split('/').next().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_access_key_stands_in_the_signature_or_in_the_link() {
        let mut headers = HeaderMap::new();
        let plain = Uri::from_static("/");
        assert_eq!(access_key(&headers, &plain), None);
        let link =
            Uri::from_static("/b/k?X-Amz-Credential=AKIALINK%2F20261126%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=1");
        assert_eq!(access_key(&headers, &link).as_deref(), Some("AKIALINK"));
        let signature = "AWS4-HMAC-SHA256 Credential=AKIASIGNED/20261126/us-east-1/s3/aws4_request, SignedHeaders=host";
        headers.insert(header::AUTHORIZATION, signature.parse().unwrap());
        assert_eq!(access_key(&headers, &plain).as_deref(), Some("AKIASIGNED"));
    }
}
