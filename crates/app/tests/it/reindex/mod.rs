//! Search and filter entries that have come apart from the users are repaired.

mod any_damage;
mod interleavings;
mod repairing;
mod world;
