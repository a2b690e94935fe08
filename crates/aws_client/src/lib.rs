//! Clients of AWS services: their settings, and what carries their calls.
//!
//! What it is for: one place that decides region, credentials, endpoint, retries and time-outs of every call to AWS; one
//! HTTP client, so one pool of connections and one TLS configuration, for all of them
//! (docs/decisions/0040-one-http-client-for-aws.md).
//!
//! What it must not know: the domain, the table, Twilio, and the client crates of single AWS services.

mod http_client;
mod service;
mod settings;

pub use aws_types::SdkConfig;
pub use http_client::http_client;
pub use service::{Answer, CallError, Post, Service};
pub use settings::{client_config, failure_reason};
