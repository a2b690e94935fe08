//! What every function needs to run on Lambda: configuration, TLS, telemetry.
//!
//! What it is for: reading the environment once, before the first event, with errors that name the variable; one TLS
//! configuration; one log format, and one line for each invocation.
//!
//! What it must not know: the domain, the table, HTTP, AWS, Twilio.

pub mod config;
pub mod invocation;
pub mod metrics;
pub mod telemetry;
pub mod tls;
