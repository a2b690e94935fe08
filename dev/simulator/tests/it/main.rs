//! The simulator over HTTP, as developers and other tests use it.
#![allow(clippy::unwrap_used)]

mod attributes;
mod client;
mod documented;
mod event_streams;
mod events;
mod faults;
mod harness;
mod lists;
mod logins;
mod panel;
mod reservations;
mod rest_faults;
mod restart;
mod settings;
mod shapes;
mod tokens;
mod workers;
