//! Quoting: how a refusal repeats a value of the request, which may be of any length and hold anything.

use std::fmt::{self, Write as _};

use crate::text::{is_invisible, why_invisible};

/// The most characters of a value that are repeated.
pub const MAX_CHARS: usize = 80;

/// A value as a message repeats it: its first 80 characters as people write them. What cannot be seen is named instead,
/// such as `[U+200B]`. It displays in quotation marks, with `…` where it was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// The first characters as they are.
    start: String,
    is_cut: bool,
}

impl<T: fmt::Display + ?Sized> From<&T> for Quoted {
    /// Takes no more of the value than is repeated.
    fn from(value: &T) -> Self {
        let mut start = Start { text: String::new(), room: MAX_CHARS };
        let is_cut = write!(start, "{value}").is_err();
        Self { start: start.text, is_cut }
    }
}

impl Quoted {
    /// Without the quotation marks.
    #[must_use]
    pub fn text(&self) -> String {
        let named = |c: char| if is_invisible(c) { format!("[U+{:04X}]", u32::from(c)) } else { c.to_string() };
        let end = if self.is_cut { "…" } else { "" };
        self.start.chars().map(named).collect::<String>() + end
    }

    /// Why it cannot be a name, if that is because of what cannot be seen: a sentence before the one that says what a name
    /// is.
    pub(crate) fn why_invisible(&self) -> String {
        why_invisible(&self.start)
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.text())
    }
}

/// The start of a text; fails at the first character for which there is no room.
struct Start {
    text: String,
    room: usize,
}

impl fmt::Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| {
            self.room = self.room.checked_sub(1).ok_or(fmt::Error)?;
            self.text.write_char(c)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quoted(text: &str) -> String {
        Quoted::from(text).to_string()
    }

    #[test]
    fn a_value_is_repeated_as_people_write_it() {
        for text in ["Zoe\u{308}", "10\u{a0}000", "Ł\"ukasz\"", "日本 🙂", "a\\b", ""] {
            assert_eq!(quoted(text), format!("\"{text}\""));
        }
    }

    #[test]
    fn what_cannot_be_seen_is_named() {
        assert_eq!(quoted("a\nb\u{200b}c\u{202e}d"), "\"a[U+000A]b[U+200B]c[U+202E]d\"");
        assert_eq!(quoted("\u{e0041}\u{3164}"), "\"[U+E0041][U+3164]\"");
    }

    #[test]
    fn of_a_long_value_only_the_first_80_characters_are_repeated() {
        assert_eq!(quoted(&"é".repeat(80)), format!("\"{}\"", "é".repeat(80)));
        assert_eq!(quoted(&"é".repeat(81)), format!("\"{}…\"", "é".repeat(80)));
    }

    proptest! {
        #[test]
        fn what_is_repeated_is_short_and_visible(text in "\\PC*|.{0,300}|[\\x00-\\x7f]{0,200}") {
            let quoted = quoted(&text);
            prop_assert!(quoted.chars().count() <= MAX_CHARS * "[U+10FFFF]".len() + 3);
            prop_assert!(!quoted.chars().any(is_invisible), "{quoted:?}");
        }
    }
}
