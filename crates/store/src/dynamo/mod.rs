//! How items are read and written: single items and batches, query pages, transactions, the deletion lock, guards.

pub(crate) mod deletion_lock;
pub(crate) mod guard;
pub(crate) mod item;
pub(crate) mod own_guard;
pub(crate) mod query_page;
pub(crate) mod transaction;
