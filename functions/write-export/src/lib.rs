//! write-export
