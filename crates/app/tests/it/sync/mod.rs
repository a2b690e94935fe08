//! Sync against a real table and a TaskRouter in memory.

mod carrying;
mod drifting;
mod faults;
mod interleavings;
mod leaving;
mod steps;
mod taskrouter;
mod world;
