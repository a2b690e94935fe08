//! The suffix index: *contains* as *begins with*.
//!
//! Each suffix of name and e-mail address is an entry. A text contains a term exactly if one of its suffixes begins with
//! the term, so the users that contain a term are found by the entries under its first three characters whose rest begins
//! with its remainder. A term may also be two characters of Han, kana or Hangul: each such pair is an entry of its own,
//! without a rest, at the first place where it occurs.

use std::collections::HashSet;

use super::{MIN_TEXT, SEPARATOR, UserText, dense_head};

/// The text from one position on to the end of its field, or the two characters of Han, kana or Hangul there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Suffix {
    /// Its first three characters, or the two: the entry's partition.
    pub head: String,
    /// What follows: how the entry's sort key begins.
    pub rest: String,
    /// Where it begins in [`UserText::joined`], in bytes.
    pub position: usize,
}

/// Every suffix of three characters or more, and every two characters of Han, kana or Hangul, in order of position. Of
/// identical ones only the first is given, so head and rest are a key among the suffixes of one user.
#[must_use]
pub fn suffixes(text: &UserText) -> Vec<Suffix> {
    let fields = [(text.name(), 0), (text.email(), text.name().len() + SEPARATOR.len_utf8())];
    let mut seen = HashSet::new();
    let all = fields.into_iter().flat_map(|(field, start)| {
        let suffixes = field.char_indices().map(move |(at, _)| (&field[at..], start + at));
        suffixes.flat_map(|(suffix, at)| splits(suffix).map(move |parts| (parts, at)))
    });
    all.filter(|(suffix, _)| seen.insert(*suffix))
        .map(|((head, rest), position)| Suffix { head: head.to_owned(), rest: rest.to_owned(), position })
        .collect()
}

/// Where to look for a folded term: the partition's head, and how the rest begins. A term of fewer than three
/// characters is all head, and unless it is one of [`SearchText::indexed_terms`](super::SearchText::indexed_terms), no
/// suffix has such a head.
#[must_use]
pub fn split_term(term: &str) -> (&str, &str) {
    split(term).unwrap_or((term, ""))
}

/// Whether this position, in bytes, is the first one where the joined text has the term. A user with several
/// matches has several entries; taking only the one of which this is true shows them once.
#[must_use]
pub fn is_first_place(joined: &str, position: usize, term: &str) -> bool {
    joined.find(term) == Some(position)
}

/// How an entry holds the suffix: its first two characters, if the index has them, and its first three with the rest.
fn splits(suffix: &str) -> impl Iterator<Item = (&str, &str)> {
    dense_head(suffix).map(|head| (head, "")).into_iter().chain(split(suffix))
}

/// The first three characters and the rest.
fn split(text: &str) -> Option<(&str, &str)> {
    let (last, c) = text.char_indices().nth(MIN_TEXT - 1)?;
    Some(text.split_at(last + c.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{fold, is_indexed_term};
    use proptest::{prelude::*, sample::Index};

    /// What the index gives for a term: the positions of the entries found and taken.
    fn taken(text: &UserText, term: &str) -> Vec<usize> {
        let (head, rest) = split_term(term);
        let found = suffixes(text).into_iter().filter(|entry| entry.head == head && entry.rest.starts_with(rest));
        found.map(|entry| entry.position).filter(|&at| is_first_place(&text.joined(), at, term)).collect()
    }

    fn entries(text: &UserText) -> Vec<(String, String, usize)> {
        suffixes(text).into_iter().map(|s| (s.head, s.rest, s.position)).collect()
    }

    fn entry(head: &str, rest: &str, position: usize) -> (String, String, usize) {
        (head.to_owned(), rest.to_owned(), position)
    }

    #[test]
    fn every_position_of_both_fields_with_three_characters_left_is_an_entry() {
        let text = UserText::new("Äda L", Some("a@b.c"));
        let name = [entry("ada", " l", 0), entry("da ", "l", 1), entry("a l", "", 2)];
        let email = [entry("a@b", ".c", 6), entry("@b.", "c", 7), entry("b.c", "", 8)];
        assert_eq!(entries(&text), [name, email].concat());
    }

    #[test]
    fn positions_are_in_bytes_of_the_joined_text() {
        let text = UserText::new("ийо", Some("李小龍"));
        let email = [entry("李小", "", 7), entry("李小龍", "", 7), entry("小龍", "", 10)];
        assert_eq!(entries(&text), [vec![entry("ийо", "", 0)], email.to_vec()].concat());
        assert!(is_first_place(&text.joined(), 7, "李小龍"));
    }

    #[test]
    fn identical_suffixes_make_one_entry_at_the_first_place() {
        let text = UserText::new("ada", Some("dada"));
        assert_eq!(entries(&text), [entry("ada", "", 0), entry("dad", "a", 4)]);
    }

    #[test]
    fn a_name_of_two_characters_has_no_entry() {
        assert_eq!(suffixes(&UserText::new("Li", None)), []);
    }

    #[test]
    fn rule_6_two_characters_of_han_kana_or_hangul_are_an_entry_of_their_own_at_their_first_place() {
        assert_eq!(entries(&UserText::new("李明", None)), [entry("李明", "", 0)]);
        assert_eq!(
            entries(&UserText::new("ah 리", Some("り々"))),
            [entry("ah ", "리", 0), entry("h 리", "", 1), entry("り々", "", 7)]
        );
        let twice = UserText::new("李明李明", None);
        assert_eq!(entries(&twice).iter().filter(|(head, ..)| head == "李明").count(), 1);
        assert_eq!(taken(&twice, "李明"), [0]);
    }

    #[test]
    fn somebody_whose_text_has_the_term_several_times_is_taken_once() {
        let text = UserText::new("Ada Adams", Some("ada@adams.example"));
        assert_eq!(taken(&text, "ada"), [0]);
        assert_eq!(taken(&text, "adams"), [4]);
        assert!(taken(&text, "bob").is_empty());
    }

    #[test]
    fn a_term_of_two_characters_finds_no_entry() {
        assert_eq!(split_term("ad"), ("ad", ""));
        assert!(taken(&UserText::new("ad ad", None), "ad").is_empty());
    }

    #[test]
    fn the_longest_rest_leaves_room_for_separator_and_uuid_in_a_sort_key() {
        let text = UserText::new(&"𐍈".repeat(300), Some(&"😀".repeat(300)));
        let longest = suffixes(&text).iter().map(|suffix| suffix.rest.len()).max().unwrap();
        assert_eq!(longest, 960 - 3 * '😀'.len_utf8());
        assert!(longest + SEPARATOR.len_utf8() + 36 <= 1024);
    }

    /// Few letters, so that much is found, and found more than once; and any letters.
    fn some_text() -> impl Strategy<Value = String> {
        prop_oneof!["[ab ]{0,12}", "[李明リー리 a]{0,8}", "[aäß@.и\u{306} ]{0,12}", "\\PC{0,30}", any::<String>()]
    }

    prop_compose! {
        fn user_text()(name in some_text(), email in proptest::option::of(some_text())) -> UserText {
            UserText::new(&name, email.as_deref())
        }
    }

    /// The part of a text between two of its characters.
    fn part(text: &str, one: Index, other: Index) -> &str {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let (a, b) = (*one.get(&places), *other.get(&places));
        &text[a.min(b)..a.max(b)]
    }

    proptest! {
        #![proptest_config(ProptestConfig { max_global_rejects: 65536, ..ProptestConfig::default() })]

        #[test]
        fn rule_6_who_contains_a_term_is_taken_once_and_nobody_else(text in user_text(), term in some_text()) {
            let term = fold(&term);
            prop_assume!(is_indexed_term(&term));
            prop_assert_eq!(taken(&text, &term).len(), usize::from(text.contains(&term)));
        }

        #[test]
        fn rule_6_any_part_of_either_field_finds_its_owner_once(
            text in user_text(), in_name: bool, one: Index, other: Index,
        ) {
            let term = part(if in_name { text.name() } else { text.email() }, one, other);
            prop_assume!(is_indexed_term(term));
            prop_assert_eq!(taken(&text, term).len(), 1);
        }

        #[test]
        fn no_two_entries_of_one_person_have_the_same_key(text in user_text()) {
            let all = suffixes(&text);
            let keys: HashSet<_> = all.iter().map(|suffix| (&suffix.head, &suffix.rest)).collect();
            prop_assert_eq!(keys.len(), all.len());
        }

        #[test]
        fn every_entry_says_where_it_stands_in_the_joined_text(text in user_text()) {
            let joined = text.joined();
            for Suffix { head, rest, position } in suffixes(&text) {
                prop_assert!(head.chars().count() == MIN_TEXT || dense_head(&head) == Some(&head) && rest.is_empty());
                prop_assert!(joined[position..].starts_with(&(head + &rest)));
            }
        }
    }
}
