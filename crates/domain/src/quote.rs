//! Quoting: how a refusal repeats a value of the request, which may be of any length and hold anything.

use std::fmt::{self, Write as _};

/// The most characters of a value that are repeated.
pub const MAX_CHARS: usize = 80;

/// A value as a message repeats it: its first 80 characters as people write them. What cannot be seen is named instead,
/// such as `[U+200B]`. It displays in quotation marks, with `…` where it was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    shown: String,
    is_cut: bool,
}

impl<T: fmt::Display + ?Sized> From<&T> for Quoted {
    /// Takes no more of the value than is repeated.
    fn from(value: &T) -> Self {
        let mut start = Start { shown: String::new(), room: MAX_CHARS };
        let is_cut = write!(start, "{value}").is_err();
        Self { shown: start.shown, is_cut }
    }
}

impl Quoted {
    /// Without the quotation marks.
    #[must_use]
    pub fn text(&self) -> String {
        let end = if self.is_cut { "…" } else { "" };
        format!("{}{end}", self.shown)
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.text())
    }
}

/// The start of a text; fails at the first character for which there is no room.
struct Start {
    shown: String,
    room: usize,
}

impl fmt::Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| {
            self.room = self.room.checked_sub(1).ok_or(fmt::Error)?;
            if is_invisible(c) { write!(self.shown, "[U+{:04X}]", u32::from(c)) } else { self.shown.write_char(c) }
        })
    }
}

/// Controls, format characters, separators of lines, and what Unicode lets a program ignore (`Cc`, `Cf`, `Zl`, `Zp`,
/// `Default_Ignorable_Code_Point`; Unicode 17).
fn is_invisible(c: char) -> bool {
    let is_format = matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    let is_ignorable = matches!(c,
        '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}');
    c.is_control() || is_format || is_ignorable
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
