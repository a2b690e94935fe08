//! Search by any part of name or e-mail address (rule 6): the search text, the searched text of a user, and matching.
//! Index entries are candidates; the matching defined here decides.

mod earlier;
mod query;
mod suffix;

pub use crate::fold::fold;
pub use earlier::earlier_states;
pub use query::{Criterion, EntryFacts, StatusFilter, UserQuery};
pub use suffix::{Suffix, is_first_place, split_term, suffixes};

use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use unicode_script::{Script, UnicodeScript as _};

use crate::{Refusal, User};

/// The longest search text, in characters after folding: longer than any name or e-mail address.
pub const MAX_TEXT: usize = 254;

/// The shortest search text, and the shortest term that the index supports, in characters after folding: in general, and
/// of Han, kana or Hangul alone, since such names are often two characters long (rule 6).
const MIN_TEXT: usize = 3;
const MIN_DENSE_TEXT: usize = 2;

/// Between name and e-mail in [`UserText::joined`]. Invisible, so no folded text holds it.
pub const SEPARATOR: char = '\u{1f}';

/// How much of a name counts, in characters after folding.
const NAME_CHARS: usize = 128;

/// How much of an e-mail counts, in characters after folding.
const EMAIL_CHARS: usize = 254;

/// How much of either counts, in bytes: a sort key ends at 1,024, of which a separator and a UUID take 37.
const FIELD_BYTES: usize = 960;

/// By how many terms of a text users are looked for: each costs a round.
const MOST_LEADING: usize = 4;

/// A search text: folded, and long enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SearchText {
    terms: Vec<String>,
}

impl SearchText {
    /// Folds the search text. Rejects fewer than three characters, two if both are Han, kana or Hangul, and more than
    /// [`MAX_TEXT`], counted after folding with the spaces between words (rule 6).
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let folded = fold(text);
        match folded.chars().count() {
            many if many > MAX_TEXT => Err(Refusal::SearchTextTooLong(many)),
            few if !is_indexed_term(&folded) => Err(Refusal::SearchTextTooShort(few)),
            _ => Ok(Self { terms: terms(folded) }),
        }
    }

    /// The terms, each of which must be part of the name or e-mail address: the words, or one phrase where no word is long
    /// enough (rule 6). A word that is part of another one is left out.
    #[must_use]
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// The indices of the terms that are long enough for the index. There is at least one.
    pub fn indexed_terms(&self) -> impl Iterator<Item = usize> {
        self.terms.iter().enumerate().filter(|(_, term)| is_indexed_term(term)).map(|(index, _)| index)
    }

    /// The indices of the [indexed terms](Self::indexed_terms) by which users are looked for, in their order: the
    /// four longest, which lead to the fewest; of equally long ones the first. The others are only compared.
    #[must_use]
    pub fn leading_terms(&self) -> Vec<usize> {
        let mut leading = self.indexed_terms().collect::<Vec<_>>();
        leading.sort_by_key(|index| std::cmp::Reverse(self.terms[*index].chars().count()));
        leading.truncate(MOST_LEADING);
        leading.sort_unstable();
        leading
    }
}

impl SearchText {
    /// Whether each term is part of one of the two (rule 6).
    fn is_in(&self, name: &str, email: &str) -> bool {
        self.terms.iter().all(|term| name.contains(term) || email.contains(term))
    }

    /// Whether a user [of this text](UserText::joined) matches.
    #[must_use]
    pub fn is_in_joined(&self, joined: &str) -> bool {
        let (name, email) = split_joined(joined);
        self.is_in(name, email)
    }
}

fn split_joined(joined: &str) -> (&str, &str) {
    joined.split_once(SEPARATOR).unwrap_or((joined, ""))
}

fn terms(folded: String) -> Vec<String> {
    let words: Vec<&str> = folded.split(' ').collect();
    if !words.iter().any(|word| is_indexed_term(word)) {
        return vec![folded];
    }
    let is_part_of = |i: usize, j: usize| words[j].contains(words[i]) && (words[i] != words[j] || j < i);
    let all = 0..words.len();
    all.clone().filter(|&i| !all.clone().any(|j| is_part_of(i, j))).map(|i| words[i].to_owned()).collect()
}

fn is_indexed_term(term: &str) -> bool {
    term.chars().nth(MIN_TEXT - 1).is_some() || dense_head(term) == Some(term)
}

/// The first two characters, if both are Han, kana or Hangul letters.
fn dense_head(text: &str) -> Option<&str> {
    let mut ends = text.char_indices().take_while(|(_, c)| is_dense(*c)).map(|(at, c)| at + c.len_utf8());
    ends.nth(MIN_DENSE_TEXT - 1).map(|end| &text[..end])
}

/// Whether the character is a letter of Han, kana or Hangul; the prolonged sound mark `ー` and the repeated `々` are.
fn is_dense(c: char) -> bool {
    let scripts = c.script_extension();
    c.is_alphabetic()
        && [Script::Han, Script::Hiragana, Script::Katakana, Script::Hangul].iter().any(|&s| scripts.contains_script(s))
}

/// The searched text of a user: name and e-mail address, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserText {
    name: String,
    email: String,
}

impl UserText {
    /// Folds both. Of the name 128 characters count, of the e-mail 254, of either 960 bytes.
    #[must_use]
    pub fn new(name: &str, email: Option<&str>) -> Self {
        Self { name: sort_name(name), email: cut(&fold(email.unwrap_or_default()), EMAIL_CHARS).to_owned() }
    }

    #[must_use]
    pub fn of(user: &User) -> Self {
        Self::new(user.name(), user.email())
    }

    /// Whether [`joined`](Self::joined) gives this.
    #[must_use]
    pub fn is_joined(&self, joined: &str) -> bool {
        let email = joined.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix(SEPARATOR));
        email == Some(&self.email)
    }

    /// Takes what [`joined`](Self::joined) gave, as it is.
    #[must_use]
    pub fn from_joined(joined: &str) -> Self {
        let (name, email) = split_joined(joined);
        Self { name: name.to_owned(), email: email.to_owned() }
    }

    /// Name and e-mail in one text, as an entry of the index carries it.
    #[must_use]
    pub fn joined(&self) -> String {
        format!("{}{SEPARATOR}{}", self.name, self.email)
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folded e-mail; empty where there is none.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Whether this folded term is part of the name or of the e-mail.
    #[must_use]
    pub fn contains(&self, term: &str) -> bool {
        self.name.contains(term) || self.email.contains(term)
    }

    /// Whether each term is found, in whichever field and order (rule 6).
    #[must_use]
    pub fn matches(&self, text: &SearchText) -> bool {
        text.is_in(&self.name, &self.email)
    }
}

/// A user whose text is folded once, when it is first needed.
#[derive(Debug)]
pub struct FoldedUser<'a> {
    pub user: &'a User,
    text: OnceCell<UserText>,
}

impl<'a> FoldedUser<'a> {
    #[must_use]
    pub const fn new(user: &'a User) -> Self {
        Self { user, text: OnceCell::new() }
    }

    #[must_use]
    pub fn text(&self) -> &UserText {
        self.text.get_or_init(|| UserText::of(self.user))
    }
}

/// The name as the list is ordered by it (rule 8): folded, and cut as the name of a [`UserText`] is.
#[must_use]
pub fn sort_name(name: &str) -> String {
    cut(&fold(name), NAME_CHARS).to_owned()
}

/// The beginning of a folded text: at most this many characters and [`FIELD_BYTES`], without a space at the end.
fn cut(folded: &str, chars: usize) -> &str {
    let ends = folded.char_indices().map(|(at, c)| at + c.len_utf8());
    let end = ends.take(chars).take_while(|&end| end <= FIELD_BYTES).last().unwrap_or(0);
    folded[..end].trim_end()
}

#[cfg(test)]
mod tests;
