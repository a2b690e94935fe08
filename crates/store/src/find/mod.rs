//! Finding people: by text through the suffix index, by role, team or skill through filter entries, or everybody;
//! without a text in order of name (rules 6 to 9).
//!
//! One part of the question leads, and the others are checked. The index proposes and the profile disposes: whoever
//! is shown has been read and matches. A request examines at most [`MOST_EXAMINED`] entries; a page may then be short
//! and still have a cursor.

mod candidate;
mod chunk;
pub mod count;
mod filling;
mod inherited;
mod leader;
mod question;
mod source;

use domain::User;

use crate::{Cursor, Directory, StoreError, teams::Teams};
use filling::Filling;
use leader::Led;
pub use question::Question;
use source::Kind;

/// The most entries that one request examines.
pub const MOST_EXAMINED: usize = 500;

/// The most people that are read at a time to be checked.
const CHECKED_AT_ONCE: usize = 100;

/// In which order people come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// In that which costs least: by name without a text; for a text in no order that could be relied on.
    Cheapest,
    /// By name, also for a text, which then leads no search and is compared with everybody whom the filters leave: for
    /// exports, where a row's place counts and its cost does not.
    ByName,
}

/// A page of people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The people, each once.
    pub users: Vec<User>,
    /// Their teams, and perhaps others.
    pub teams: Teams,
    /// Where the next page goes on; none after the last.
    pub next: Option<Cursor>,
    /// How many entries were looked at.
    pub examined: usize,
}

/// Finds people.
pub trait FindUsers {
    /// At most `limit` people who match, from the cursor on. Over the pages of an unchanging directory
    /// nobody is missing and nobody comes twice (rule 8).
    fn find(
        &self,
        question: &Question,
        order: Order,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send;
}

impl FindUsers for Directory {
    async fn find(
        &self,
        question: &Question,
        order: Order,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let Led { leader, source, mut first, teams } = self.led(question, order, cursor.as_ref()).await?;
        let after = cursor.map(|cursor| cursor.after);
        if after.as_ref().is_some_and(|after| !source.has_place(after)) {
            return Err(StoreError::Cursor);
        }
        let mut size = first_size(question, order, &source.kind, limit);
        let mut filling = Filling::of(self, question, limit, after, teams);
        loop {
            let chunk = match first.take() {
                Some(chunk) => chunk,
                None => self.chunk(&source, filling.after(), size).await?,
            };
            let more = filling.take(chunk).await?;
            if !more || filling.is_over() {
                return Ok(filling.page(leader, more));
            }
            size = (size * 2).min(filling.may_examine());
        }
    }
}

/// How many entries the first query asks for. Where nothing is left to check, a list is exact; a word often stands in
/// both name and e-mail, so that half of its entries are second places, and profiles are large and mostly wanted where
/// everybody is walked.
fn first_size(question: &Question, order: Order, kind: &Kind, limit: usize) -> usize {
    let to_check = match kind {
        Kind::Everybody => question.parts(),
        Kind::Filter => question.parts() - 1,
        Kind::Word(_) => usize::from(question.has_filters()),
    };
    match (kind, to_check) {
        (Kind::Everybody | Kind::Filter, 0) => limit,
        (Kind::Word(_), 0) => limit * 2,
        (Kind::Everybody, _) if order == Order::Cheapest => limit * 2,
        _ => CHECKED_AT_ONCE.max(limit),
    }
}
