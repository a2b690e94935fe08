//! Where a list continues: opaque to the caller, valid for one query only.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The entries that a search reads; all other conditions are checked on what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessPath {
    /// Of one word of the text, by its index.
    Word(usize),
    /// Of one filter, by its index.
    Criterion(usize),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// None if all users are read in order of name.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub path: Option<AccessPath>,
    /// The last sort key that was examined; never a partition key.
    #[serde(rename = "s")]
    pub after: String,
    /// The fingerprint of the query.
    #[serde(rename = "q")]
    query: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CursorError {
    #[error("the cursor cannot be read")]
    Malformed,
    #[error("the cursor belongs to another query")]
    Foreign,
}

impl Cursor {
    /// After this sort key, for the query of this fingerprint.
    #[must_use]
    pub fn new(query: &str, path: Option<AccessPath>, after: String) -> Self {
        Self { path, after, query: query.to_owned() }
    }

    /// As the caller gets it.
    #[must_use]
    pub fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::json!(self).to_string())
    }

    /// As the caller returns it, for the query of this fingerprint.
    pub fn decode(text: &str, query: &str) -> Result<Self, CursorError> {
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Malformed)?;
        let cursor = serde_json::from_slice::<Self>(&json).map_err(|_| CursorError::Malformed)?;
        // No sort key is longer.
        let is_sort_key = (1..=1_024).contains(&cursor.after.len());
        match (is_sort_key, cursor.query == query) {
            (false, _) => Err(CursorError::Malformed),
            (true, false) => Err(CursorError::Foreign),
            (true, true) => Ok(cursor),
        }
    }
}

/// A short hash of a query, by which a cursor is recognised as belonging to it.
#[must_use]
pub(crate) fn fingerprint(query: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(query)[..9])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_8_a_cursor_goes_on_where_the_page_ended_and_only_for_its_own_question() {
        let (own, other) = (fingerprint(b"ada"), fingerprint(b"ida"));
        for path in [None, Some(AccessPath::Word(1)), Some(AccessPath::Criterion(0))] {
            let cursor = Cursor::new(&own, path, "ada\u{1f}id".to_owned());
            assert_eq!(Cursor::decode(&cursor.encode(), &own), Ok(cursor.clone()));
            assert_eq!(Cursor::decode(&cursor.encode(), &other), Err(CursorError::Foreign));
            for broken in ["", "x", "e30", &cursor.encode()[1..]] {
                assert_eq!(Cursor::decode(broken, &own), Err(CursorError::Malformed), "{broken}");
            }
        }
    }
}
