//! Names and identifiers that come from outside, each a type of its own, so that they cannot be confused.

use serde::{Deserialize, Serialize};
use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

use crate::{Refusal, fold::fold};

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

    /// An identity entered through the API: 1 to 64 characters, no control characters, no spaces at its ends.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let fits = plain_name(text, Self::MAX_CHARS).is_some_and(|plain| plain == text);
        if fits { Ok(Self(text.to_owned())) } else { Err(Refusal::Identity(text.into())) }
    }

    /// An identity that TaskRouter already holds, kept as it is; none if it is empty.
    #[must_use]
    pub fn reported(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
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
    EmailAddress
}

impl EmailAddress {
    const MAX_CHARS: usize = 254;

    /// An address entered through the API: something before and after a single `@`, no white space, at most 254
    /// characters. Whether it can receive mail is not checked.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let has_two_parts = text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
        let is_plain = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
        let fits = has_two_parts && is_plain && text.chars().count() <= Self::MAX_CHARS;
        if fits { Ok(Self(text.to_owned())) } else { Err(Refusal::Email(text.into())) }
    }

    /// An address that the identity provider states, kept as it is.
    #[must_use]
    pub fn reported(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

exact_text_type! {
    /// Unique among teams without regard to case and accents.
    TeamName
}

impl TeamName {
    const MAX_CHARS: usize = 64;

    /// Some characters fold to whole words, and the folded name is part of a key of the table.
    const MAX_FOLDED_BYTES: usize = 512;

    /// 1 to 64 characters, not all of them spaces, no control characters.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = plain_name(text, Self::MAX_CHARS);
        let name = name.filter(|name| (1..=Self::MAX_FOLDED_BYTES).contains(&fold(name).len()));
        name.map(Self).ok_or_else(|| Refusal::TeamName(text.into()))
    }

    /// The form in which team names are compared, ordered and stored as a key.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

exact_text_type! {
    SkillSetName
}

impl SkillSetName {
    const MAX_CHARS: usize = 64;

    /// 1 to 64 characters. The name is a segment of a URL path, so it has no `/` and is neither `.` nor `..`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = plain_name(text, Self::MAX_CHARS).filter(|name| !name.contains('/') && name != "." && name != "..");
        name.map(Self).ok_or_else(|| Refusal::SkillSetName(text.into()))
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
}

/// The text without spaces at its ends; none if it is then empty, longer than `max_chars` or has control characters.
pub(crate) fn plain_name(text: &str, max_chars: usize) -> Option<String> {
    let text = text.trim();
    let fits = (1..=max_chars).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_22_identities_that_differ_only_in_case_are_equal() {
        let [upper, lower] = ["Ada@Example.com", "ada@example.COM"].map(|text| Identity::reported(text).unwrap());
        assert_eq!(upper, lower);
        assert_eq!(upper.lookup_key(), lower.lookup_key());
        assert_eq!([upper].into_iter().collect::<std::collections::HashSet<_>>().len(), 1);
        assert_eq!(Identity::reported(""), None);
    }

    #[test]
    fn an_identity_has_no_spaces_at_its_ends() {
        for wrong in [" ada", "ada ", "", "a\tb", &"x".repeat(65)] {
            assert_eq!(Identity::parse(wrong).unwrap_err().code(), "invalid-identity", "{wrong:?}");
        }
        assert!(Identity::parse("Ada Lovelace").is_ok());
    }

    #[test]
    fn what_is_no_email_address_is_refused() {
        for wrong in ["ada", "@x", "a@", "a@b@c", "a b@c"] {
            assert_eq!(EmailAddress::parse(wrong).unwrap_err().code(), "invalid-email", "{wrong}");
        }
    }

    #[test]
    fn a_teams_name_is_something_that_can_be_read() {
        assert_eq!(TeamName::parse("  Sales (US) ").unwrap().as_str(), "Sales (US)");
        for wrong in ["", "  ", "a\nb", &"x".repeat(65), &"\u{fdfa}".repeat(31)] {
            assert_eq!(TeamName::parse(wrong).unwrap_err().code(), "invalid-team-name", "{wrong:?}");
        }
    }

    #[test]
    fn a_skill_sets_name_can_stand_in_an_address() {
        assert_eq!(SkillSetName::parse(" Языки ").unwrap().as_str(), "Языки");
        for wrong in ["", ".", "..", "a/b", "a\tb", &"x".repeat(65)] {
            assert_eq!(SkillSetName::parse(wrong).unwrap_err().code(), "invalid-skill-set-name", "{wrong:?}");
        }
        assert_eq!(SkillSetName::existing(" Languages").unwrap_err().code(), "unknown-skill-set");
    }
}
