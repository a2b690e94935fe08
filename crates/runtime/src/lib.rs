//! What every function needs to run on Lambda: configuration, AWS client settings, telemetry.
//!
//! What it is for: reading the environment once, before the first event, with errors that name the variable; one place
//! that decides regions, credentials, retries and time-outs of every AWS client; one log format.
//!
//! What it must not know: the domain, the table, HTTP, Twilio, and the client crates of single AWS services.

pub mod aws;
pub mod config;
pub mod telemetry;
