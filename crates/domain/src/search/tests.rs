use super::*;
use crate::text::is_invisible;
use proptest::prelude::*;

fn text(typed: &str) -> SearchText {
    SearchText::parse(typed).unwrap()
}

fn ada() -> UserText {
    UserText::new("Ada Lovelace", Some("A.Lovelace@Example.com"))
}

#[test]
fn rule_6_users_are_looked_for_by_the_four_longest_words() {
    let leading = |text: &str| {
        let text = SearchText::parse(text).unwrap();
        text.leading_terms().into_iter().map(|index| text.terms()[index].clone()).collect::<Vec<_>>()
    };
    assert_eq!(leading("aaa bbbb"), ["aaa", "bbbb"]);
    assert_eq!(leading("aaa bbbb cc ccc ddd eee ffff"), ["aaa", "bbbb", "ccc", "ffff"]);
    let words = (0..60).map(|number| format!("a{number:02}")).collect::<Vec<_>>().join(" ");
    assert_eq!(leading(&words), ["a00", "a01", "a02", "a03"]);
}

#[test]
fn rule_6_fewer_than_three_characters_are_refused_with_their_number() {
    for (typed, count) in [("", 0), ("  a ", 1), ("a\0b", 2), ("e\u{301}e\u{301}", 2), ("a\u{200B}b", 2)] {
        assert_eq!(SearchText::parse(typed), Err(Refusal::SearchTextTooShort(count)), "{typed:?}");
    }
}

#[test]
fn rule_6_three_characters_are_counted_after_folding_with_spaces() {
    for typed in ["ada", "a b", "ßa", "李小龍", "ﬃ", "李 明"] {
        assert!(SearchText::parse(typed).is_ok(), "{typed:?}");
    }
}

#[test]
fn rule_6_two_characters_are_enough_if_both_are_han_kana_or_hangul() {
    for typed in ["李明", "りー", "ﾘｰ", "ヤ々", "민수", "김李", "\u{200F}李明\u{200E}", "민수"] {
        assert!(SearchText::parse(typed).is_ok(), "{typed:?}");
    }
    for (typed, count) in
        [("李", 1), ("李a", 2), ("李-", 2), ("、。", 2), ("か\u{3099}", 1), ("ab", 2), ("й\u{301}", 2)]
    {
        assert_eq!(SearchText::parse(typed), Err(Refusal::SearchTextTooShort(count)), "{typed:?}");
    }
    let text = text("王明 李 ann");
    assert_eq!(
        (text.terms(), text.indexed_terms().collect::<Vec<_>>()),
        (&["王明", "李", "ann"].map(String::from)[..], vec![0, 2])
    );
}

#[test]
fn rule_6_what_people_type_finds_what_they_see() {
    for (typed, name) in [
        ("o'neill", "Sinéad O’Neill"),
        ("jean-luc", "Jean‐Luc"),
        ("lukasz", "Łukasz"),
        ("soren", "Søren"),
        ("laetitia", "Lætitia"),
        ("федор", "Фёдор"),
        ("\u{202B}محمد\u{202C}", "مُحَمَّد"),
        ("やまだ", "ヤマダ"),
        ("ﾔﾏﾀﾞ", "山田 やまだ"),
        ("sup port", "sup\u{2800}port"),
        ("ada\u{200E}", "Ada"),
    ] {
        assert!(UserText::new(name, None).matches(&text(typed)), "{typed:?} {name:?}");
    }
    assert!(!UserText::new("Йосиф", None).matches(&text("иосиф")));
}

#[test]
fn a_text_longer_than_any_email_is_refused_with_its_length() {
    assert_eq!(text(&"ä".repeat(MAX_TEXT)).terms(), ["a".repeat(MAX_TEXT)]);
    assert_eq!(SearchText::parse(&"ä".repeat(MAX_TEXT + 1)), Err(Refusal::SearchTextTooLong(MAX_TEXT + 1)));
}

#[test]
fn rule_6_several_words_are_several_terms_of_which_the_long_ones_lead() {
    let text = text("  Ada  K. Lovelace Li");
    assert_eq!(text.terms(), ["ada", "k.", "lovelace", "li"]);
    assert_eq!(text.indexed_terms().collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn rule_6_a_text_without_a_word_of_three_letters_is_one_phrase() {
    let text = text("Li  Wu");
    assert_eq!(text.terms(), ["li wu"]);
    assert_eq!(text.indexed_terms().collect::<Vec<_>>(), [0]);
    assert!(UserText::new("Li Wu", None).matches(&text));
    assert!(!UserText::new("Wu Li", None).matches(&text));
}

#[test]
fn a_word_that_another_word_contains_is_not_looked_for_twice() {
    assert_eq!(text("ann Joanna ann joanna jo").terms(), ["joanna"]);
    assert_eq!(text("ada bob ada").terms(), ["ada", "bob"]);
}

#[test]
fn rule_6_any_part_of_name_or_email_matches_whatever_its_case_accents_and_width() {
    for typed in ["ada", "LACE", "lôvé", "ｌｏｖｅ", "@example", "a l", "A.L"] {
        assert!(ada().matches(&text(typed)), "{typed:?}");
    }
    assert!(!ada().matches(&text("adal")));
}

#[test]
fn rule_6_words_match_in_any_order_each_in_either_field() {
    assert!(ada().matches(&text("example.com ada")));
    assert!(ada().matches(&text("lovelace ada")));
    assert!(!ada().matches(&text("ada bob")));
}

#[test]
fn rule_6_nothing_matches_across_the_border_of_name_and_email() {
    assert!(!ada().matches(&text("lacea.love")));
    assert!(!ada().matches(&text("lace\u{1f}a.love")));
}

#[test]
fn a_name_counts_to_128_characters_and_an_email_to_254() {
    let long = UserText::new(&"Ä".repeat(300), Some(&"é".repeat(300)));
    assert_eq!((long.name(), long.email()), ("a".repeat(128).as_str(), "e".repeat(254).as_str()));
}

#[test]
fn a_name_cut_at_a_space_does_not_end_with_it() {
    assert_eq!(sort_name(&format!("{} b", "a".repeat(127))), "a".repeat(127));
}

#[test]
fn a_text_of_four_byte_characters_is_cut_to_960_bytes_at_a_character() {
    let email = format!("xyz{}", "😀".repeat(254));
    let text = UserText::new("", Some(&email));
    assert_eq!(text.email(), format!("xyz{}", "😀".repeat(239)));
}

#[test]
fn somebody_without_email_has_an_empty_one() {
    assert_eq!(UserText::new("Ada", None).joined(), "ada\u{1f}");
}

#[test]
fn rule_8_the_list_is_in_order_of_the_folded_name() {
    let mut names = ["Zoë", "Émile", "zelda", "adam", "Ｂｅａ"];
    names.sort_by_key(|name| sort_name(name));
    assert_eq!(names, ["adam", "Ｂｅａ", "Émile", "zelda", "Zoë"]);
}

/// Names as people have them: marks apart and together, both widths, typographic signs, invisible characters.
fn some_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[aeoLłŁøæÆœĐñéÅß’'‐\\- \u{301}\u{200E}]{1,10}",
        "[фёЁеЕйЙдор \u{308}]{1,8}",
        "[άΆσςΣϊα \u{301}]{1,8}",
        "[محمدأﻻـ \u{64e}\u{651}\u{200c}]{1,8}",
        "[שלום־ \u{5b8}\u{5c1}]{1,8}",
        "[李小龍明 ]{1,6}",
        "[やヤマダﾔﾏﾀﾞリー々 \u{3099}]{1,6}",
        "[김민수리 ]{1,6}",
        "[a李ー수ё’ ]{1,6}",
    ]
}

/// A part of the text as a person could type it: no letter is cut off from its marks.
fn typed_part(text: &str, one: prop::sample::Index, other: prop::sample::Index) -> &str {
    let is_mark = |c: char| unicode_normalization::char::is_combining_mark(c) || c == 'ﾞ';
    // A mark may also stand behind an invisible character.
    let follows_mark = |at: usize| text[at..].chars().find(|&c| !is_invisible(c) && c != 'ـ').is_some_and(is_mark);
    let ends = text.char_indices().map(|(at, _)| at).filter(|&at| at == 0 || !follows_mark(at)).chain([text.len()]);
    let ends = ends.collect::<Vec<_>>();
    let (a, b) = (*one.get(&ends), *other.get(&ends));
    &text[a.min(b)..a.max(b)]
}

/// Whether the index leads to the user: by an entry for each term that it supports.
fn is_indexed(user: &UserText, text: &SearchText) -> bool {
    let entries = suffixes(user);
    text.indexed_terms().all(|index| {
        let (head, rest) = split_term(&text.terms()[index]);
        entries.iter().any(|entry| entry.head == head && entry.rest.starts_with(rest))
    })
}

/// Rule 6 told in another way: by the words of the folded text.
fn matches_naively(user: &UserText, typed: &str) -> bool {
    let folded = fold(typed);
    let is_dense = |c: char| matches!(c, '一'..='鿿' | 'ぁ'..='ゖ' | '가'..='힣' | 'ー' | '々');
    let is_long = |word: &&str| word.chars().count() >= 3 || word.chars().count() == 2 && word.chars().all(is_dense);
    let words = folded.split(' ').collect::<Vec<_>>();
    let words = if words.iter().any(is_long) { words } else { vec![folded.as_str()] };
    words.into_iter().all(|word| user.name().contains(word) || user.email().contains(word))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn rule_6_every_part_that_people_could_type_finds_its_owner_through_the_index(
        name in some_name(), email in prop::option::of(some_name()), in_email: bool, upper: bool,
        one: prop::sample::Index, other: prop::sample::Index,
    ) {
        let user = UserText::new(&name, email.as_deref());
        let typed = typed_part(if in_email { email.as_deref().unwrap_or_default() } else { &name }, one, other);
        let typed = if upper { typed.to_uppercase() } else { typed.to_owned() };
        if let Ok(text) = SearchText::parse(&typed) {
            prop_assert!(user.matches(&text) && is_indexed(&user, &text), "{typed:?} {text:?} {user:?}");
        }
    }

    #[test]
    fn rule_6_a_search_finds_exactly_what_a_naive_one_finds(
        name in some_name(), email in some_name(), other in prop::option::weighted(0.3, some_name()),
        ends in prop::array::uniform4(any::<prop::sample::Index>()),
    ) {
        let user = UserText::new(&name, Some(&email));
        let [a, b, c, d] = ends;
        let parts = [typed_part(&email, a, b), typed_part(&name, c, d), other.as_deref().unwrap_or_default()];
        let typed = parts.join(" ");
        if let Ok(text) = SearchText::parse(&typed) {
            let found = is_indexed(&user, &text) && user.matches(&text);
            prop_assert_eq!(found, matches_naively(&user, &typed), "{:?}", typed);
        }
    }

    #[test]
    fn a_user_text_comes_back_from_its_joined_form(name in any::<String>(), email in any::<Option<String>>()) {
        let text = UserText::new(&name, email.as_deref());
        let joined = text.joined();
        prop_assert!(text.is_joined(&joined));
        prop_assert!(!text.is_joined(&(joined + "x")));
        prop_assert_eq!(UserText::from_joined(&text.joined()), text);
    }

    #[test]
    fn every_search_text_has_a_leader_and_loses_no_word(typed in prop_oneof!["\\PC{3,40}", "[ab ]{3,20}"]) {
        if let Ok(text) = SearchText::parse(&typed) {
            prop_assert!(text.indexed_terms().next().is_some());
            let all = text.terms().join(" ");
            for word in fold(&typed).split(' ') {
                prop_assert!(all.contains(word), "{word:?} is lost from {all:?}");
            }
        }
    }

    #[test]
    fn rule_6_leaving_words_out_does_not_change_who_matches(name in "[ab ]{0,12}", typed in "[ab]{3}[ab ]{0,9}") {
        let user = UserText::new(&name, None);
        let folded = fold(&typed);
        let words: Vec<&str> = folded.split(' ').collect();
        let naive = words.iter().all(|word| user.contains(word));
        prop_assert_eq!(user.matches(&text(&typed)), naive);
    }
}
