//! Search: texts that rule 6 calls the same fold to the same text, by the tables of ICU instead of those that folding uses; and
//! a search finds by its index exactly the users that a plain reading of rule 6 finds.
//!
//! Input: lines with a name and an e-mail address; then what is typed.

use domain::{
    SearchText,
    search::{UserText, fold, is_first_place, split_term, suffixes},
};
use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use icu_properties::{CodePointSetData, props::DefaultIgnorableCodePoint};

use crate::text_lines;

/// Plays the input.
pub fn check(input: &[u8]) -> bool {
    let Some(([name, email], typed)) = text_lines(input) else { return false };
    for text in [name, typed] {
        check_folded(text);
        check_same(text);
    }
    check_words(name, typed);
    check_search(name, email, typed)
}

fn check_folded(text: &str) {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "folding twice is folding once");
    assert!(!folded.contains("  ") && folded.trim() == folded, "{folded:?} has single spaces");
    let is_hidden = |c: char| c.is_control() || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c);
    assert!(!folded.chars().any(is_hidden), "{folded:?} has nothing invisible");
    assert!(ComposingNormalizer::new_nfc().is_normalized(&folded), "{folded:?} is composed");
    if text.is_ascii() {
        let plain = text.to_ascii_lowercase().replace('`', "'");
        let plain =
            plain.chars().filter(|c| c.is_ascii_whitespace() || *c == '\u{b}' || !c.is_control()).collect::<String>();
        assert_eq!(folded, plain.split_whitespace().collect::<Vec<_>>().join(" "));
    }
}

/// Spellings that differ only in what a search ignores.
fn check_same(text: &str) {
    let folded = fold(text);
    let same = |kind: &str, other: &str| assert_eq!(fold(other), folded, "{kind} of {text:?}: {other:?}");
    same("NFD", &DecomposingNormalizer::new_nfd().normalize(text));
    same("NFC", &ComposingNormalizer::new_nfc().normalize(text));
    same("case folding", &CaseMapper::new().fold_string(text));
    same("lower case", &text.to_lowercase());
    same("upper case", &text.to_uppercase());
    same("full width", &text.chars().map(full_width).collect::<String>());
    same("katakana", &text.chars().map(katakana).collect::<String>());
    let hidden =
        text.chars().zip(['\u{200b}', '\u{ad}', '\u{202e}', '\u{1}', '\u{fe0f}', '\u{34f}'].into_iter().cycle());
    same("invisible characters", &hidden.flat_map(|(c, hidden)| [hidden, c]).collect::<String>());
    same("white space", &format!("\u{3000}\t{}\r\n ", text.replace(' ', "\u{a0}\u{2003}")));
    if !DecomposingNormalizer::new_nfd().normalize(text).contains(SPACING) {
        same("NFKD", &DecomposingNormalizer::new_nfkd().normalize(text));
    }
}

/// Accents and breathings of their own, and primes, which count as apostrophes and quotation marks and not as what NFKD makes
/// of them.
const SPACING: [char; 8] =
    ['\u{b4}', '\u{384}', '\u{1fbd}', '\u{1fbf}', '\u{1ffd}', '\u{1ffe}', '\u{2033}', '\u{2036}'];

fn full_width(c: char) -> char {
    match c {
        ' ' => '\u{3000}',
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).expect("a full-width form"),
        c => c,
    }
}

fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60).expect("a katakana letter"),
        c => c,
    }
}

/// Words are folded by themselves.
fn check_words(one: &str, other: &str) {
    let folded = [fold(one), fold(other)].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>();
    assert_eq!(fold(&format!("{one} {other}")), folded.join(" "), "{one:?} and {other:?}");
}

fn check_search(name: &str, email: &str, typed: &str) -> bool {
    let user = UserText::new(name, Some(email));
    assert_eq!(UserText::from_joined(&user.joined()), user);
    let Ok(text) = SearchText::parse(typed) else {
        let folded = fold(typed);
        let length = folded.chars().count();
        assert!(!(3..=254).contains(&length), "{folded:?} is refused");
        return false;
    };
    assert!(text.indexed_terms().next().is_some(), "{text:?} can be looked for");
    let is_found = user.matches(&text);
    assert_eq!(is_found, matches_naively(&user, typed), "{typed:?} in {user:?}");
    assert_eq!(text.is_in_joined(&user.joined()), is_found);
    let entries = suffixes(&user);
    for index in text.indexed_terms() {
        let term = &text.terms()[index];
        let (head, rest) = split_term(term);
        let entries = entries.iter().filter(|entry| entry.head == head && entry.rest.starts_with(rest));
        let counted = entries.filter(|entry| is_first_place(&user.joined(), entry.position, term)).count();
        assert_eq!(counted, usize::from(user.contains(term)), "{term:?} in {user:?}");
    }
    is_found
}

/// Rule 6 told in another way: by the words of the folded text.
fn matches_naively(user: &UserText, typed: &str) -> bool {
    let folded = fold(typed);
    let is_dense =
        |c: char| matches!(c, '㐀'..='䶿' | '一'..='鿿' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '가'..='힣' | 'ー' | '々');
    let is_long = |word: &&str| word.chars().count() >= 3 || word.chars().count() == 2 && word.chars().all(is_dense);
    let words = folded.split(' ').collect::<Vec<_>>();
    let words = if words.iter().any(is_long) { words } else { vec![&*folded] };
    words.into_iter().all(|word| user.name().contains(word) || user.email().contains(word))
}
