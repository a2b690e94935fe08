//! Sync against a real table and a TaskRouter in memory.

mod carrying;
mod drifting;
mod faults;
mod interleavings;
mod leaving;
pub mod steps;
pub mod taskrouter;
pub mod world;
