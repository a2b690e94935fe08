//! Builds a page from candidates.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter::Peekable,
    sync::Arc,
    vec::IntoIter,
};

use domain::{
    User, UserId,
    search::{FoldedUser, UserQuery},
    team::Teams,
};

use super::{MAX_EXAMINED, MAX_VERIFIED_AT_ONCE, UserPage, candidate::Candidate, chunk::Chunk, query_fingerprint};
use crate::{AccessPath, Cursor, Directory, StoreError, team_ids};

pub(super) struct PageBuilder<'a> {
    directory: &'a Directory,
    query: &'a UserQuery,
    limit: usize,
    most_examined: usize,
    page: UserPage,
    /// How many candidates were verified.
    verified: usize,
    /// The last sort key that was examined.
    after: Option<String>,
}

impl<'a> PageBuilder<'a> {
    /// A page after this sort key. `teams` are known already.
    pub(super) fn new(
        directory: &'a Directory,
        query: &'a UserQuery,
        limit: usize,
        after: Option<String>,
        teams: Arc<Teams>,
    ) -> Self {
        let page = UserPage { teams, ..UserPage::default() };
        Self { directory, query, limit, most_examined: MAX_EXAMINED, page, verified: 0, after }
    }

    /// At most this many entries.
    pub(super) fn examining(self, most_examined: usize) -> Self {
        Self { most_examined, ..self }
    }

    pub(super) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// How many more entries this request may examine.
    pub(super) fn may_examine(&self) -> usize {
        self.most_examined.saturating_sub(self.page.examined)
    }

    /// Whether the page is full, or this request has examined enough.
    pub(super) fn is_complete(&self) -> bool {
        self.page.users.len() == self.limit || self.may_examine() == 0
    }

    pub(super) fn build(self, path: Option<AccessPath>, has_more: bool) -> UserPage {
        let after = self.after.filter(|_| has_more);
        let next = after.map(|after| Cursor::new(&query_fingerprint(self.query), path, after));
        UserPage { next, ..self.page }
    }

    /// Adds the matching users of a chunk until the page is complete. Returns whether there may be more.
    pub(super) async fn add(&mut self, chunk: Chunk) -> Result<bool, StoreError> {
        let mut candidates = chunk.candidates.into_iter().peekable();
        while candidates.peek().is_some() && !self.is_complete() {
            let next = self.next_candidates(&mut candidates);
            self.verified += next.len();
            if self.verify(next).await? == Fit::Partly {
                return Ok(true);
            }
        }
        Ok(chunk.has_more || candidates.peek().is_some())
    }

    /// The next candidates worth reading: as many as should fill the page, if they match as often as those before.
    fn next_candidates(&mut self, candidates: &mut Peekable<IntoIter<Candidate>>) -> Vec<Candidate> {
        let missing = self.limit - self.page.users.len();
        let expected = match self.verified {
            0 => missing,
            verified => (missing * verified).div_ceil(self.page.users.len().max(1)),
        };
        let at_once = expected.clamp(missing, MAX_VERIFIED_AT_ONCE.max(missing));
        let mut next = Vec::new();
        while next.len() < at_once
            && self.may_examine() > 0
            && let Some(candidate) = candidates.next()
        {
            self.page.examined += 1;
            self.after = Some(candidate.sk.clone());
            if candidate.may_match(self.query) {
                next.push(candidate);
            }
        }
        next
    }

    /// Reads the candidates' profiles and adds those that match. If the page is full before all are added, it continues
    /// after the last candidate that was looked at.
    async fn verify(&mut self, candidates: Vec<Candidate>) -> Result<Fit, StoreError> {
        let profiles = self.profiles(&candidates).await?;
        let may_match = |candidate: &Candidate| {
            let user = profiles.get(&candidate.user_id)?;
            let folded = FoldedUser::new(user);
            (candidate.is_current(&folded) && self.query.may_match_profile(&folded)).then_some(user)
        };
        let users = candidates.iter().map(may_match).collect::<Vec<_>>();
        self.read_teams(users.iter().filter_map(|user| *user)).await?;
        let matching = self.matching(users.iter().filter_map(|user| *user)).await?;
        let mut last = None;
        for (candidate, user) in candidates.iter().zip(users) {
            if let Some(user) = user.filter(|user| matching.contains(&user.user_id)) {
                if self.page.users.len() == self.limit {
                    self.after = last;
                    return Ok(Fit::Partly);
                }
                self.page.users.push(user.clone());
            }
            last = Some(candidate.sk.clone());
        }
        Ok(Fit::Fully)
    }

    /// Those of the users for whom all filters hold.
    async fn matching(&self, users: impl Iterator<Item = &User>) -> Result<BTreeSet<UserId>, StoreError> {
        let users = users.filter(|user| self.query.matches_criteria(user, &self.page.teams)).collect::<Vec<_>>();
        match self.query.sync {
            Some(stage) => self.directory.users_in_stage(stage, &users).await,
            None => Ok(users.into_iter().map(|user| user.user_id).collect()),
        }
    }

    async fn profiles(&self, candidates: &[Candidate]) -> Result<BTreeMap<UserId, User>, StoreError> {
        let carried = candidates.iter().filter_map(|candidate| candidate.profile.clone());
        let missing = candidates.iter().filter(|candidate| candidate.profile.is_none());
        let missing = missing.map(|candidate| candidate.user_id).collect::<BTreeSet<_>>();
        let read = self.directory.users(missing).await?;
        Ok(carried.chain(read).map(|user| (user.user_id, user)).collect())
    }

    async fn read_teams(&mut self, users: impl Iterator<Item = &User>) -> Result<(), StoreError> {
        let others = self.directory.other_teams(team_ids(users), &self.page.teams).await?;
        if !others.is_empty() {
            Arc::make_mut(&mut self.page.teams).extend(others);
        }
        Ok(())
    }
}

/// Whether all matching candidates fit on the page.
#[derive(Debug, PartialEq, Eq)]
enum Fit {
    Fully,
    Partly,
}
