//! Folding: spellings of a text that a search treats as equal fold to the same text (rule 6).

mod latin;

use caseless::Caseless as _;
use icu_properties::props::GeneralCategory;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use unicode_script::{Script, UnicodeScript as _};

use crate::text::{category, is_blank, is_invisible, single_spaced};

/// The text without the differences that a search ignores: case, width and other compatible forms, kana type, invisible
/// characters, marks on Latin, Greek, Hebrew and Arabic letters, the dots of `ё`, strokes and ligatures, typographic
/// apostrophes, quotation marks and hyphens; any run of white space is one space, and none stands at the ends.
///
/// Texts are folded when they are stored and again when they are read, so folding must be idempotent.
/// One pass does it, without a search for a fixed point, because of the order of its steps:
/// - What goes whatever is around it goes first: invisible characters, then the tatweel. Gone later, they would let a mark find
///   a letter that it had not met before. That canonical forms are taken apart even before (NFD) does no harm: taking apart
///   again, after they are gone, brings the marks into order anew.
/// - Taking apart, folding case and replacing go character by character. What they give for any single character they
///   leave alone (a test tries every character there is), hence what they give for any text, but for the order of marks,
///   which composing settles. Composing, at the end, is undone by taking apart.
/// - Marks are taken off while all is apart and replaced, so no letter keeps one that a second pass would take; and none
///   gets one, since what goes stands before a base or at the end, and spaces never go from before a mark
///   but at the text's beginning, where no letter precedes.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() { fold_ascii(text) } else { fold_any(text) }
}

fn fold_any(text: &str) -> String {
    single_spaced(&without_marks(letters(text.chars())).nfc().collect::<String>())
}

/// The same as [`fold_any`] of what has neither marks nor other forms.
fn fold_ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_whitespace() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c if c.is_control() => {}
            '`' => folded.push('\''),
            c => folded.push(c.to_ascii_lowercase()),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The visible characters, taken apart (NFKD), without case, each as the character that stands for its like. What is the same
/// character to Unicode is taken apart first (NFD), so that it comes to the same whichever way it is written.
fn letters(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let visible = text.nfd().map(taken_whole).filter(|&c| !is_invisible(c));
    visible.nfkd().default_case_fold().flat_map(replaced)
}

/// Blanks, and signs that would fall apart into a space and a mark though people type them as apostrophes and quotation
/// marks: accents and breathings of their own, double primes.
fn taken_whole(c: char) -> char {
    match c {
        '\u{B4}' | '\u{384}' | '\u{1FBD}' | '\u{1FBF}' | '\u{1FFD}' | '\u{1FFE}' => '\'',
        '\u{2033}' | '\u{2036}' => '"',
        c if is_blank(c) => ' ',
        c => c,
    }
}

fn replaced(c: char) -> impl Iterator<Item = char> {
    let replacement = replacement(c);
    let kept = replacement.is_none().then(|| hiragana(c));
    replacement.unwrap_or_default().chars().chain(kept)
}

fn replacement(c: char) -> Option<&'static str> {
    match c {
        '`' => Some("'"),
        c if c.is_ascii() => None,
        TATWEEL => Some(""),
        c if APOSTROPHES.contains(&c) => Some("'"),
        c if QUOTATION_MARKS.contains(&c) => Some("\""),
        '\u{2043}' | '\u{2212}' => Some("-"),
        c if category(c) == GeneralCategory::DashPunctuation => Some("-"),
        c if c.script() == Script::Latin => latin::ascii(c),
        _ => None,
    }
}

/// Lengthens Arabic words and means nothing.
const TATWEEL: char = '\u{640}';

/// Single quotation marks, primes, and letters that look like apostrophes: the ʻokina, the geresh, the saltillo.
const APOSTROPHES: [char; 17] = [
    '\u{2B9}', '\u{2BB}', '\u{2BC}', '\u{2BD}', '\u{2C8}', '\u{55A}', '\u{5F3}', '‘', '’', '‚', '‛', '\u{2032}',
    '\u{2035}', '‹', '›', '\u{A78B}', '\u{A78C}',
];

/// Double quotation marks, and the gershayim.
const QUOTATION_MARKS: [char; 12] =
    ['«', '»', '\u{2BA}', '\u{5F4}', '“', '”', '„', '‟', '⹂', '\u{301D}', '\u{301E}', '\u{301F}'];

/// Katakana as hiragana; every other character as it is.
fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' | 'ヽ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        c => c,
    }
}

const DIAERESIS: char = '\u{308}';

/// Drops each combining mark whose base, the last character before it that is no mark, is a letter of a script whose marks
/// a search ignores; of Cyrillic marks the dots of `ё` alone.
fn without_marks(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut base = ' ';
    text.filter(move |&c| {
        if !is_combining_mark(c) {
            base = c;
            return true;
        }
        let is_ignored = matches!(base.script(), Script::Latin | Script::Greek | Script::Hebrew | Script::Arabic);
        !is_ignored && (base, c) != ('е', DIAERESIS)
    })
}

#[cfg(test)]
mod tests;
