//! The table's keys and items.

pub mod items;
pub mod keys;
