//! Bulk jobs: plans, applying them, taking them back, and runners that die.

mod apply;
mod dying;
mod import;
mod plan;
mod undo;
mod world;
