use super::*;
use proptest::prelude::*;

fn text(typed: &str) -> SearchText {
    SearchText::parse(typed).unwrap()
}

fn ada() -> UserText {
    UserText::new("Ada Lovelace", Some("A.Lovelace@Example.com"))
}

#[test]
fn rule_6_fewer_than_three_characters_are_refused_with_their_number() {
    for (typed, count) in [("", 0), ("  a ", 1), ("a\0b", 2), ("e\u{301}e\u{301}", 2)] {
        assert_eq!(SearchText::parse(typed), Err(Refusal::SearchTextTooShort(count)), "{typed:?}");
    }
}

#[test]
fn rule_6_three_characters_are_counted_after_folding_with_spaces() {
    for typed in ["ada", "a b", "ßa", "李小龍", "ﬃ"] {
        assert!(SearchText::parse(typed).is_ok(), "{typed:?}");
    }
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

proptest! {
    #[test]
    fn a_user_text_comes_back_from_its_joined_form(name in any::<String>(), email in any::<Option<String>>()) {
        let text = UserText::new(&name, email.as_deref());
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
