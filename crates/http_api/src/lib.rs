//! The conventions of the HTTP API, shared by all handlers.
//!
//! What it is for: turning a request into types of the domain and a result into a response. The caller as the authorizer
//! found them, paths, queries and bodies, `ETag`, `If-Match` and `If-None-Match`, `Idempotency-Key`, problem documents, views of users and
//! histories, and running a handler on Lambda.
//!
//! What it must not know: rules (it decides no status by anything but the kind of a refusal), keys and items of the table,
//! Twilio. It is the only layer that knows statuses and headers, the names of parameters, and the words in which a refusal
//! refers to them.

pub mod body;
pub mod caller;
pub mod entity_tag;
pub mod history;
pub mod idempotency;
pub mod jobs;
pub mod preference;
mod problem;
pub mod request;
pub mod response;
pub mod serve;
pub mod user_query;
pub mod user_view;

pub use problem::{FieldError, Problem};
pub use response::HttpResult;
