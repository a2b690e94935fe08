//! Characters that show nothing, and texts compared or shown without them (rule 33).

use caseless::Caseless as _;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};
use std::iter::once;
use unicode_normalization::UnicodeNormalization as _;

/// No white space and not invisible by their properties, but drawn as nothing all the same: the braille pattern without
/// dots, the null notehead, the blank hieroglyphs.
const DRAWN_AS_BLANK: [char; 4] = ['\u{2800}', '\u{1D159}', '\u{13441}', '\u{13442}'];

/// Whether the character is a space, or looks like one.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || DRAWN_AS_BLANK.contains(&c)
}

/// Whether the character is a control or format character, ends a line or paragraph, or is default-ignorable. Some are
/// white space as well, such as the tab.
pub(crate) fn is_invisible(c: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    matches!(category(c), Control | Format | LineSeparator | ParagraphSeparator)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

pub(crate) fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Whether there is something to see: a mark alone is nothing, since it changes the look of a letter.
pub(crate) fn shows_something(text: &str) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark};
    let shows = |c| !is_blank(c) && !is_invisible(c) && !matches!(category(c), NonspacingMark | EnclosingMark);
    text.chars().any(shows)
}

/// A text of a login as it is shown and compared: without invisible characters, white space among them as a space, and
/// without blanks at its ends. None if nothing is left to see.
#[must_use]
pub fn shown(text: &str) -> Option<String> {
    let spaced = text.chars().map(|c| if is_invisible(c) && c.is_whitespace() { ' ' } else { c });
    let kept: String = spaced.filter(|&c| !is_invisible(c)).collect();
    let kept = kept.trim_matches(is_blank);
    shows_something(kept).then(|| kept.to_owned())
}

/// The form in which names are compared: without case, width and invisible characters; any run of blanks is one space,
/// and none stands at the ends. Accents and everything else count.
pub(crate) fn name_key(text: &str) -> String {
    let visible = text.chars().map(|c| if is_blank(c) { ' ' } else { c }).filter(|&c| !is_invisible(c));
    let apart = visible.flat_map(in_one_width).nfd().default_case_fold();
    single_spaced(&apart.nfd().default_case_fold().nfc().collect::<String>())
}

/// Full-width and half-width forms, and what they are forms of, taken apart.
fn in_one_width(c: char) -> impl Iterator<Item = char> {
    let has_widths = matches!(c, '\u{AF}' | '\u{3000}' | '\u{3131}'..='\u{318E}' | '\u{FF00}'..='\u{FFEF}');
    once(c).filter(move |_| !has_widths).chain(once(c).filter(move |_| has_widths).nfkd())
}

/// Any run of white space as one space, and none at the ends.
pub(crate) fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Why a text is refused as a name, as a sentence before the one that says what a name is; empty if nothing in it is
/// invisible.
pub(crate) fn why_invisible(text: &str) -> String {
    match text.chars().find(|&c| is_invisible(c)) {
        Some(c) => format!("It holds U+{:04X}, a character that shows nothing. ", u32::from(c)),
        None if shows_something(text) => String::new(),
        None => "Nothing in it can be seen. ".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rule_33_controls_formats_and_default_ignorable_characters_show_nothing() {
        let directions = "\u{200E}\u{200F}\u{061C}\u{202A}\u{202E}\u{2066}\u{2069}";
        let joiners = "\u{200B}\u{200C}\u{200D}\u{2060}\u{FEFF}\u{AD}\u{34F}\u{FE0F}\u{E0100}\u{E0041}\u{180E}";
        let fillers = "\u{115F}\u{1160}\u{3164}\u{FFA0}\u{17B4}\u{17B5}";
        let others = "\0\t\n\u{B}\u{7F}\u{85}\u{2028}\u{2029}\u{FFF9}\u{1D173}\u{70F}";
        for c in [directions, joiners, fillers, others].concat().chars() {
            assert!(is_invisible(c), "U+{:04X}", u32::from(c));
        }
        for c in "a ß 李가ー्👍\u{301}\u{A0}\u{2800}\u{FFFC}".chars() {
            assert!(!is_invisible(c), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn rule_33_blanks_and_marks_alone_are_nothing_to_see() {
        for nothing in ["", " ", "\u{2800}", "\u{A0}\u{3000}", "\u{301}", "\u{1D159}", "\u{3164}", "\u{13441}"] {
            assert!(!shows_something(nothing), "{nothing:?}");
        }
        for something in ["a", "e\u{301}", "-", "👍", "\u{2801}"] {
            assert!(shows_something(something), "{something:?}");
        }
    }

    #[test]
    fn rule_33_a_text_is_said_to_be_invisible_only_where_it_is() {
        assert_eq!(why_invisible("Ada"), "");
        assert!(why_invisible("A\u{AD}da").contains("U+00AD"));
        assert!(why_invisible("\u{301}").contains("Nothing in it can be seen"));
    }

    #[test]
    fn rule_33_what_a_login_says_is_shown_without_what_shows_nothing() {
        assert_eq!(shown(" \u{202E}Ada\u{200B} Love\u{AD}lace\u{2060} \u{2800}").as_deref(), Some("Ada Lovelace"));
        assert_eq!(shown("Ada\tLovelace\u{2028}King").as_deref(), Some("Ada Lovelace King"));
        assert_eq!(shown("👩\u{200D}🚀").as_deref(), Some("👩🚀"));
        for nothing in ["", " ", "\u{200B}", "\u{2800}\u{FE0F}"] {
            assert_eq!(shown(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn rule_33_names_that_differ_in_case_width_or_invisible_characters_are_the_same() {
        for (one, other) in [
            ("Support", "sup\u{AD}PORT"),
            ("ＡＢＣ １", "abc 1"),
            ("ガラ", "ｶﾞﾗ"),
            ("ㄱ", "ﾡ"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("Zoë", "ZOE\u{308}"),
            ("a b", "\u{A0}a \u{2800}b"),
            ("❤", "❤\u{FE0F}"),
            ("￣", "¯"),
        ] {
            assert_eq!(name_key(one), name_key(other), "{one:?} {other:?}");
        }
        for (one, other) in [("Zoë", "Zoe"), ("Team ²", "Team 2"), ("ab", "a b"), ("か", "カ"), ("O'N", "O’N")] {
            assert_ne!(name_key(one), name_key(other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn rule_33_every_full_and_half_width_form_is_compared_like_what_it_is_a_form_of() {
        for c in '\u{FF01}'..='\u{FF5E}' {
            let ascii = char::from_u32(u32::from(c) - 0xFEE0).unwrap();
            assert_eq!(name_key(&format!("a{c}")), name_key(&format!("a{ascii}")), "{c}");
        }
    }

    proptest! {
        #[test]
        fn rule_33_case_and_invisible_characters_make_no_other_name(
            name in "[a-zà-öø-þа-яёα-ωß李가 ]{0,12}", at: prop::sample::Index,
            hidden in prop::sample::select(vec!["\u{200B}", "\u{AD}", "\u{202E}", "\u{2060}", "\u{1}", "\u{FE0F}"]),
        ) {
            let places = name.char_indices().map(|(at, _)| at).chain([name.len()]).collect::<Vec<_>>();
            let mut other = name.to_uppercase();
            prop_assert_eq!(name_key(&other), name_key(&name));
            other = name.clone();
            other.insert_str(*at.get(&places), hidden);
            prop_assert_eq!(name_key(&other), name_key(&name));
        }

        #[test]
        fn rule_33_what_is_shown_has_nothing_invisible_and_is_shown_as_it_is(text: String) {
            if let Some(once) = shown(&text) {
                prop_assert!(!once.chars().any(is_invisible) && shows_something(&once));
                prop_assert_eq!(shown(&once), Some(once.clone()));
            }
        }
    }
}
