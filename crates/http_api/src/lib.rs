//! What every function's edge shares. The edge is thin: it reads a request into types of the domain, calls,
//! and turns what comes back into an answer.

pub mod aws;
pub mod caller;
pub mod change;
pub mod config;
pub mod history;
pub mod idempotency;
pub mod precondition;
pub mod problem;
pub mod question;
pub mod read;
pub mod respond;
pub mod serve;
pub mod user;

pub use caller::Signed;
pub use problem::Problem;

/// Now, to the millisecond: finer is noise in a history.
#[must_use]
pub fn now() -> jiff::Timestamp {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}
