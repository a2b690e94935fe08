//! The behaviour that developers and tests may rely on.
#![allow(clippy::unwrap_used)]

mod events;
mod faults;
mod harness;
mod lists;
mod logins;
mod restart;
mod shapes;
mod tokens;
mod workers;
