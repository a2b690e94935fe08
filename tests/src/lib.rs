//! End-to-end tests against the running stack: see `tests/`. What they share is here.

pub mod contract;
