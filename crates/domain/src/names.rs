//! Names and identifiers that come from outside, each a type of its own, so that they cannot be confused.

use serde::{Deserialize, Serialize};
use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    Refusal, UserId,
    fold::fold,
    text::{is_blank, is_invisible, name_key, shown, shows_something},
};

/// Text types that serialize as their text. `$name(text)` wraps it unchecked and is private to this module.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

macro_rules! exact_text_type {
    ($(#[$doc:meta])* $name:ident) => {
        text_type! {
            $(#[$doc])*
            #[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
            $name
        }
    };
}

text_type! {
    /// A worker's friendly name in TaskRouter, which identifies a user across workers (rule 22). TaskRouter keeps it
    /// unique without regard to case, so two identities that differ only in case are equal.
    Identity
}

impl Identity {
    const MAX_CHARS: usize = 64;

    /// An identity entered through the API: 1 to 64 characters, none of them invisible and not all of them blank, no
    /// spaces at its ends.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let fits = plain_name(text, Self::MAX_CHARS).is_some_and(|plain| plain == text);
        if fits { Ok(Self(text.to_owned())) } else { Err(Refusal::Identity(text.into())) }
    }

    /// An identity that TaskRouter already holds, kept as it is (rule 33); none if it is empty.
    #[must_use]
    pub fn reported(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// Stands in for the identity of a user whose personal data was erased.
    pub(crate) fn erased(user_id: UserId) -> Self {
        Self(format!("erased-{user_id}"))
    }

    /// The form in which identities are compared and stored as a key.
    #[must_use]
    pub fn lookup_key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.lookup_key() == other.lookup_key()
    }
}

impl Eq for Identity {}

impl PartialOrd for Identity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Identity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.lookup_key().cmp(&other.lookup_key())
    }
}

impl Hash for Identity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.lookup_key().hash(state);
    }
}

exact_text_type! {
    /// The SID of a TaskRouter worker, `WK…`; never used again after the worker is deleted.
    WorkerSid
}

impl WorkerSid {
    #[must_use]
    pub fn new(sid: impl Into<String>) -> Self {
        Self(sid.into())
    }
}

exact_text_type! {
    /// Kept as it was stated. Two are of one person if [they are equivalent](Self::is_equivalent).
    EmailAddress
}

impl EmailAddress {
    const MAX_CHARS: usize = 254;

    /// An address entered through the API: something before and after a single `@`, no blanks and no invisible
    /// characters, at most 254 characters. Whether it can receive mail is not checked.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let has_two_parts = text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
        let is_plain = text.chars().all(|c| !is_blank(c) && !is_invisible(c));
        let fits = has_two_parts && is_plain && text.chars().count() <= Self::MAX_CHARS;
        if fits { Ok(Self(text.to_owned())) } else { Err(Refusal::Email(text.into())) }
    }

    /// An address that the identity provider states, kept as it is.
    #[must_use]
    pub fn reported(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Without invisible characters (rule 33); none if nothing is left to see.
    #[must_use]
    pub fn shown(&self) -> Option<Self> {
        shown(&self.0).map(Self)
    }

    /// Whether both are the same address: case, blanks at the ends and invisible characters do not matter; accents do
    /// (rule 22).
    #[must_use]
    pub fn is_equivalent(&self, other: &Self) -> bool {
        self.comparable() == other.comparable()
    }

    /// Equal for equivalent addresses; empty if there is nothing to see.
    pub(crate) fn comparable(&self) -> String {
        shown(&self.0).unwrap_or_default().nfc().collect::<String>().to_lowercase()
    }
}

/// The most bytes of a name's [`order_key`], which is part of a key of the table: some characters fold to whole words.
const MAX_ORDER_KEY: usize = 900;

/// Equal for names that are the same, without regard to case, width and invisible characters (rule 33), and different for
/// all others; in the order of the folded names.
fn order_key(name: &str) -> String {
    let key = name_key(name);
    format!("{}{END_OF_FOLDED}{key}", fold(&key))
}

/// Sorts before every other character; neither part of a key holds it.
const END_OF_FOLDED: char = '\u{1f}';

exact_text_type! {
    /// Unique among teams without regard to case, width and invisible characters (rule 33).
    TeamName
}

impl TeamName {
    const MAX_CHARS: usize = 64;

    /// 1 to 64 characters, none of them invisible and not all of them blank.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = plain_name(text, Self::MAX_CHARS).filter(|name| order_key(name).len() <= MAX_ORDER_KEY);
        name.map(Self).ok_or_else(|| Refusal::TeamName(text.into()))
    }

    /// The form in which team names are compared, ordered and stored as a key.
    #[must_use]
    pub fn order_key(&self) -> String {
        order_key(&self.0)
    }
}

exact_text_type! {
    /// Unique among skill presets without regard to case, width and invisible characters (rule 33).
    PresetName
}

impl PresetName {
    const MAX_CHARS: usize = 64;

    /// 1 to 64 characters, none of them invisible and not all of them blank.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = plain_name(text, Self::MAX_CHARS).filter(|name| order_key(name).len() <= MAX_ORDER_KEY);
        name.map(Self).ok_or_else(|| Refusal::PresetName(text.into()))
    }

    /// The form in which names of presets are compared, ordered and stored as a key.
    #[must_use]
    pub fn order_key(&self) -> String {
        order_key(&self.0)
    }
}

exact_text_type! {
    /// Unique among skill sets without regard to case, width and invisible characters (rule 33). A path names it exactly.
    SkillSetName
}

impl SkillSetName {
    const MAX_CHARS: usize = 64;

    /// 1 to 64 characters, none of them invisible and not all of them blank. The name is a segment of a URL path, so it
    /// has no `/` and is neither `.` nor `..`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_segment = |name: &String| !name.contains('/') && name != "." && name != "..";
        let name = plain_name(text, Self::MAX_CHARS).filter(is_segment);
        let name = name.filter(|name| order_key(name).len() <= MAX_ORDER_KEY);
        name.map(Self).ok_or_else(|| Refusal::SkillSetName(text.into()))
    }

    /// The form in which names of skill sets are compared, ordered and stored as a key.
    #[must_use]
    pub fn order_key(&self) -> String {
        order_key(&self.0)
    }

    /// The name in a URL path. A text that is no valid name names no skill set.
    pub fn existing(text: &str) -> Result<Self, Refusal> {
        let name = Self::parse(text).ok().filter(|name| name.as_str() == text);
        name.ok_or_else(|| Refusal::UnknownSkillSet(text.into()))
    }

    /// The skill set that adopted skills join (rule 23).
    #[must_use]
    pub fn imported() -> Self {
        Self("Imported".to_owned())
    }

    /// The skill set that skills of Flex's configuration join, unless another one is named.
    #[must_use]
    pub fn flex() -> Self {
        Self("Flex".to_owned())
    }
}

/// The text without blanks at its ends; none if it then shows nothing, is longer than `max_chars`, or has an invisible
/// character (rule 33).
pub(crate) fn plain_name(text: &str, max_chars: usize) -> Option<String> {
    let text = text.trim_matches(is_blank);
    let fits = shows_something(text) && text.chars().count() <= max_chars && !text.chars().any(is_invisible);
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
