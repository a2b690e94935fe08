//! The table's keys and items.

pub mod items;
pub mod keys;
pub(crate) mod skill_name;
