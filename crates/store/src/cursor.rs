//! Where a list goes on: opaque to the caller, good for one question only.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Whose entries a search walks, while everything else that is asked for is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leader {
    /// One of several words, by its index.
    Word(usize),
    /// The team.
    Team,
    /// The skill.
    Skill,
    /// The role.
    Role,
}

/// The last sort key that was examined; never a partition key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// What leads the search; nothing where everybody is walked in order.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub leader: Option<Leader>,
    /// The last sort key that was examined.
    #[serde(rename = "s")]
    pub after: String,
    #[serde(rename = "q")]
    question: String,
}

/// Why a cursor is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CursorError {
    /// Not one of ours.
    #[error(
        "The cursor cannot be read. Take next_cursor of the previous page as it is, or leave it out to start again."
    )]
    Broken,
    /// For another list.
    #[error(
        "The cursor belongs to another question. Repeat the search text and filters of the previous page, or leave the cursor out to start again."
    )]
    Foreign,
}

impl Cursor {
    /// After this sort key, for the question of this fingerprint.
    #[must_use]
    pub fn new(question: &str, leader: Option<Leader>, after: String) -> Self {
        Self { leader, after, question: question.to_owned() }
    }

    /// As the caller gets it.
    #[must_use]
    pub fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::json!(self).to_string())
    }

    /// As the caller gives it back, for the question of this fingerprint.
    pub fn decode(text: &str, question: &str) -> Result<Self, CursorError> {
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Broken)?;
        let cursor = serde_json::from_slice::<Self>(&json).map_err(|_| CursorError::Broken)?;
        let readable = !cursor.after.is_empty() && cursor.after.len() <= 1_024;
        match (readable, cursor.question == question) {
            (false, _) => Err(CursorError::Broken),
            (true, false) => Err(CursorError::Foreign),
            (true, true) => Ok(cursor),
        }
    }
}

/// A short hash of a question, by which a cursor knows whether it belongs to it.
#[must_use]
pub fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    BASE64_URL_SAFE_NO_PAD.encode(&hash.finalize()[..9])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_8_a_cursor_goes_on_where_the_page_ended_and_only_for_its_own_question() {
        let (mine, other) = (fingerprint(&["ada", "active"]), fingerprint(&["adaa", "ctive"]));
        for leader in [None, Some(Leader::Word(1)), Some(Leader::Team), Some(Leader::Skill), Some(Leader::Role)] {
            let cursor = Cursor::new(&mine, leader, "ada\u{1f}id".to_owned());
            assert_eq!(Cursor::decode(&cursor.encode(), &mine), Ok(cursor.clone()));
            assert_eq!(Cursor::decode(&cursor.encode(), &other), Err(CursorError::Foreign));
            for broken in ["", "x", "e30", &cursor.encode()[1..]] {
                assert_eq!(Cursor::decode(broken, &mine), Err(CursorError::Broken), "{broken}");
            }
        }
    }
}
