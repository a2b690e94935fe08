//! Filling a page from candidates.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter::Peekable,
    vec::IntoIter,
};

use domain::{User, UserId};

use super::{CHECKED_AT_ONCE, Directory, MOST_EXAMINED, Page, candidate::Candidate, chunk::Chunk, question::Question};
use crate::{
    Cursor, StoreError,
    cursor::Leader,
    teams::{Teams, ViewTeams, team_ids},
};

/// A page that is being filled.
pub(super) struct Filling<'a> {
    directory: &'a Directory,
    question: &'a Question,
    limit: usize,
    page: Page,
    /// How many people were read and checked.
    checked: usize,
    /// The sort key after which it goes on.
    after: Option<String>,
}

impl<'a> Filling<'a> {
    /// After this sort key, with the teams that are known already.
    pub(super) fn of(
        directory: &'a Directory,
        question: &'a Question,
        limit: usize,
        after: Option<String>,
        teams: Teams,
    ) -> Self {
        Self { directory, question, limit, page: Page { teams, ..Page::default() }, checked: 0, after }
    }

    pub(super) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// How many more entries this request may examine.
    pub(super) fn may_examine(&self) -> usize {
        MOST_EXAMINED.saturating_sub(self.page.examined)
    }

    /// Whether the page is full, or this request has examined enough.
    pub(super) fn is_over(&self) -> bool {
        self.page.users.len() == self.limit || self.may_examine() == 0
    }

    /// The page, with a cursor where there may be more.
    pub(super) fn page(self, leader: Option<Leader>, more: bool) -> Page {
        let after = self.after.filter(|_| more);
        let next = after.map(|after| Cursor::new(&self.question.fingerprint(), leader, after));
        Page { next, ..self.page }
    }

    /// Takes from a chunk who matches, until it is over. Whether there may be more.
    pub(super) async fn take(&mut self, chunk: Chunk) -> Result<bool, StoreError> {
        let mut candidates = chunk.candidates.into_iter().peekable();
        while candidates.peek().is_some() && !self.is_over() {
            let proposed = self.propose(&mut candidates);
            self.checked += proposed.len();
            if let Some(before_left_out) = self.dispose(proposed).await? {
                self.after = Some(before_left_out);
                return Ok(true);
            }
        }
        Ok(chunk.more || candidates.peek().is_some())
    }

    /// The next candidates that are worth reading, as many as it takes to fill the page if they match as often as
    /// those before.
    fn propose(&mut self, candidates: &mut Peekable<IntoIter<Candidate>>) -> Vec<Candidate> {
        let missing = self.limit - self.page.users.len();
        let expected = match self.checked {
            0 => missing,
            checked => (missing * checked).div_ceil(self.page.users.len().max(1)),
        };
        let at_once = expected.clamp(missing, CHECKED_AT_ONCE.max(missing));
        let mut proposed = Vec::new();
        while proposed.len() < at_once
            && self.may_examine() > 0
            && let Some(candidate) = candidates.next()
        {
            self.page.examined += 1;
            self.after = Some(candidate.sk.clone());
            if candidate.may_match(self.question) {
                proposed.push(candidate);
            }
        }
        proposed
    }

    /// Reads those who are proposed and adds who matches. When the page is full before all were looked at, the
    /// sort key after which the next page goes on.
    async fn dispose(&mut self, proposed: Vec<Candidate>) -> Result<Option<String>, StoreError> {
        let users = self.profiles_of(&proposed).await?;
        let matching = |candidate: &Candidate| {
            let user = users.get(&candidate.user_id)?;
            (candidate.is_of(user) && self.question.matches_profile(user)).then_some(user)
        };
        let matching = proposed.iter().map(matching).collect::<Vec<_>>();
        self.read_teams(matching.iter().filter_map(|user| *user)).await?;
        for (i, user) in matching.into_iter().enumerate() {
            let Some(user) = user.filter(|user| self.question.matches_skills(user, &self.page.teams)) else { continue };
            if self.page.users.len() == self.limit {
                return Ok(proposed.get(i - 1).map(|before| before.sk.clone()));
            }
            self.page.users.push(user.clone());
        }
        Ok(None)
    }

    async fn profiles_of(&self, proposed: &[Candidate]) -> Result<BTreeMap<UserId, User>, StoreError> {
        let carried = proposed.iter().filter_map(|candidate| candidate.profile.clone());
        let to_read = proposed.iter().filter(|candidate| candidate.profile.is_none());
        let to_read = to_read.map(|candidate| candidate.user_id).collect::<BTreeSet<_>>();
        let read = self.directory.users(&to_read.into_iter().collect::<Vec<_>>()).await?;
        Ok(carried.chain(read).map(|user| (user.user_id, user)).collect())
    }

    async fn read_teams(&mut self, users: impl Iterator<Item = &User>) -> Result<(), StoreError> {
        let known = self.page.teams.keys().copied().collect::<BTreeSet<_>>();
        let unknown = team_ids(users).difference(&known).copied().collect();
        self.page.teams.extend(self.directory.teams(unknown).await?);
        Ok(())
    }
}
