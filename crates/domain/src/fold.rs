//! Folding: spellings of a text that a search treats as equal fold to the same text (rule 6).

use caseless::Caseless as _;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use unicode_script::{Script, UnicodeScript as _};

/// The text without the differences that a search ignores: case, width and other compatible forms, marks on Latin
/// letters, control characters; any run of white space is one space, and none stands at the ends.
///
/// Texts are folded when they are stored and again when they are read, so folding must be idempotent.
/// One pass does it, without a search for a fixed point, because of the order of its steps:
/// - Control characters go first. Gone later, they would let a mark find a letter that it had not composed with.
/// - Taking apart and folding case come next, both character by character. What they give for any single character
///   they leave alone (a test tries every character there is), hence what they give for any text, but for the
///   order of marks, which is settled by then. Composing, at the end, is undone by taking apart.
/// - Marks are taken off while all is apart, so no Latin letter keeps one that a second pass could see; and none
///   gets one, since what goes stands before a base or at the end, and spaces never go from before a mark
///   but at the text's beginning, where no letter precedes.
#[must_use]
pub fn fold(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control());
    let composed: String = without_latin_marks(apart(visible)).nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The characters taken apart (NFKD) and without case.
fn apart(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    text.nfkd().default_case_fold()
}

/// Drops each combining mark whose base, the last character before it that is no mark, is a Latin letter.
fn without_latin_marks(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut on_latin = false;
    text.filter(move |&c| {
        let mark = is_combining_mark(c);
        if !mark {
            on_latin = c.script() == Script::Latin;
        }
        !(mark && on_latin)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn folds(pairs: &[(&str, &str)]) {
        for (text, folded) in pairs {
            assert_eq!(fold(text), *folded, "{text:?}");
        }
    }

    #[test]
    fn rule_6_marks_are_dropped_on_latin_letters() {
        folds(&[
            ("Ångström", "angstrom"),
            ("A\u{30A}ngstro\u{308}m", "angstrom"),
            ("Nguyễn Thị", "nguyen thi"),
            ("İstanbul", "istanbul"),
            ("a\u{20DD}", "a"),
        ]);
    }

    #[test]
    fn rule_6_a_stroke_is_part_of_its_letter_and_no_mark() {
        folds(&[("Łukasz", "łukasz"), ("Bjørn", "bjørn"), ("Đorđe", "đorđe")]);
    }

    #[test]
    fn rule_6_marks_stay_on_the_letters_of_other_scripts() {
        folds(&[
            ("Йосиф", "йосиф"),
            ("И\u{306}", "й"),
            ("हिन्दी", "हिन्दी"),
            ("שָׁלוֹם", "שָׁלוֹם"),
            ("مُحَمَّد", "مُحَمَّد"),
            ("Άννα", "άννα"),
            ("ガ", "ガ"),
            ("ｶﾞ", "ガ"),
        ]);
    }

    #[test]
    fn rule_6_case_and_width_do_not_matter() {
        folds(&[
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("ＡＤＡ", "ada"),
            ("ﬁnn", "finn"),
            ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
            ("σίσυφος", "σίσυφοσ"),
            ("한국", "한국"),
        ]);
    }

    #[test]
    fn white_space_of_any_kind_is_one_space_and_none_at_the_ends() {
        folds(&[("\u{3000}Ada\t\r\n\u{A0}Lovelace ", "ada lovelace"), (" \u{2003} ", ""), ("\u{85}", "")]);
    }

    #[test]
    fn control_characters_go_before_anything_composes() {
        folds(&[("A\0da\u{7F}", "ada"), ("\u{1f}x", "x"), ("И\0\u{306}", "й"), ("e\u{1}\u{301}", "e")]);
    }

    /// The lemma that the idempotence of [`fold`] rests on.
    #[test]
    fn every_character_there_is_is_taken_apart_and_folded_once_and_for_all() {
        for c in '\0'..=char::MAX {
            let once: String = apart(std::iter::once(c)).collect();
            assert_eq!(apart(once.chars()).collect::<String>(), once, "U+{:04X}", u32::from(c));
        }
    }

    /// Bases, marks of several classes, and characters that are more than one when taken apart.
    const MARKED: &str = concat!(
        "[aEIıŁиЙαᾳΐשק가각ｶカ1 ",
        r"\x00\x1f\u0301\u0306\u0307\u0316\u0323\u0345\u05b0\u05c1\u094d\u093c\u20dd\u3099\uff9e\u00b4\u200d\ufdfa]{0,12}",
    );

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in prop_oneof!["\\PC*", any::<String>(), MARKED]) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn a_folded_text_has_no_control_character_no_mark_on_a_latin_letter_and_single_spaces(
            text in prop_oneof!["\\PC*", any::<String>(), MARKED],
        ) {
            let folded = fold(&text);
            prop_assert!(!folded.chars().any(char::is_control));
            prop_assert_eq!(without_latin_marks(folded.nfd()).nfc().collect::<String>(), folded.as_str());
            prop_assert!(!folded.contains("  ") && folded.trim() == folded);
        }

        #[test]
        fn rule_6_upper_and_lower_case_of_a_name_are_the_same_name(name in "[a-zà-öø-ÿа-яёα-ω ]{0,20}") {
            prop_assert_eq!(fold(&name.to_uppercase()), fold(&name));
        }
    }
}
