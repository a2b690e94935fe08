//! Reconcile against a real table and a TaskRouter in memory.

mod brake;
mod comparing;
mod contested;
mod dying;
mod preview;
mod races;
mod world;
