//! Event source mappings: what Lambda does between a `DynamoDB` stream and a function.

mod batch;
mod mapping;
mod position;

pub(crate) use mapping::{Mapping, Reader};
pub(crate) use position::Position;
