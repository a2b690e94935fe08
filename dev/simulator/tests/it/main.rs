//! The simulator over HTTP, as developers and other tests use it.
#![allow(clippy::unwrap_used)]

mod client;
mod events;
mod faults;
mod harness;
mod lists;
mod logins;
mod restart;
mod shapes;
mod tokens;
mod workers;
