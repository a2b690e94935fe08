//! Changing something: read all that the decision needs at once, decide, write on condition that nothing of it has changed
//! meanwhile; if it has, again.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use backon::{ExponentialBuilder, Retryable};
use domain::{Refusal, Skill, SkillName, Source, TeamId, User, UserId, audit::Action, permissions::Caller};
use jiff::Timestamp;
use store::{ChangeOrigin, Commit, CommitUser, ReadSet, ReadSnapshot, Snapshot, StoreError};

use crate::{Problem, Signed, caller::actor, precondition::IfMatch};

/// How long a change that meets others is tried again; shorter than a function runs.
const PATIENCE: Duration = Duration::from_secs(6);

/// Why an attempt has not succeeded.
#[derive(Debug)]
pub enum ChangeError {
    /// The table.
    Table(StoreError),
    /// The answer is no.
    Refused(Problem),
}

impl ChangeError {
    fn again(&self) -> bool {
        matches!(self, Self::Table(error) if error.can_redecide())
    }
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> Self {
        Self::Table(error)
    }
}

impl From<Refusal> for ChangeError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<Problem> for ChangeError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<ChangeError> for Problem {
    fn from(trouble: ChangeError) -> Self {
        match trouble {
            ChangeError::Table(error) => error.into(),
            ChangeError::Refused(problem) => problem,
        }
    }
}

/// Attempts it until it succeeds or is refused: whoever meets others waits a little, each another while, and reads again.
pub async fn settle<T, F>(attempt: impl FnMut() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<T, ChangeError>>,
{
    let waits = ExponentialBuilder::default()
        .with_jitter()
        .with_factor(1.5)
        .with_min_delay(Duration::from_millis(5))
        .with_max_delay(Duration::from_millis(250))
        .without_max_times();
    let begun = Instant::now();
    Ok(attempt.retry(waits).when(|trouble: &ChangeError| trouble.again() && begun.elapsed() < PATIENCE).await?)
}

/// What was read for a change.
#[derive(Debug)]
pub struct Reading {
    /// Whoever asks, as they are now.
    pub caller: Caller,
    /// What it is about.
    pub about: Snapshot,
    request_id: String,
    now: Timestamp,
}

impl Reading {
    /// Reads it, and whoever asks with it: one call.
    pub async fn of(directory: &impl ReadSnapshot, signed: &Signed, mut about: ReadSet) -> Result<Self, ChangeError> {
        about.users.insert(signed.caller.user_id);
        let about = directory.snapshot(&about).await?;
        let caller = signed.as_they_are(about.users.get(&signed.caller.user_id))?;
        Ok(Self { caller, about, request_id: signed.request_id.clone(), now: crate::now() })
    }

    /// As its record says.
    #[must_use]
    pub fn by(&self) -> ChangeOrigin<'_> {
        ChangeOrigin {
            actor: actor(self.caller),
            source: Source::Api,
            request_id: &self.request_id,
            caller: self.about.users.get(&self.caller.user_id),
            now: self.now,
        }
    }
}

/// The user whom a change is about, and what else its decision needs.
#[derive(Debug, Clone)]
pub struct ChangeTarget {
    /// Who.
    pub user_id: UserId,
    /// What the caller has read.
    pub if_match: IfMatch,
    /// Teams that are to be read.
    pub teams: BTreeSet<TeamId>,
    /// A skill that is to be read.
    pub skill: Option<SkillName>,
}

impl ChangeTarget {
    /// A user alone.
    #[must_use]
    pub const fn user(user_id: UserId, if_match: IfMatch) -> Self {
        Self { user_id, if_match, teams: BTreeSet::new(), skill: None }
    }

    fn wanted(&self) -> ReadSet {
        ReadSet {
            users: [self.user_id].into(),
            teams: self.teams.clone(),
            skills: self.skill.iter().cloned().collect(),
            ..ReadSet::default()
        }
    }
}

/// Changes a user as `decide` says and gives them as written: one read and one transaction. Without `If-Match` a change that
/// meets another one retries on its own reading; with it the caller is told.
pub async fn user(
    directory: &(impl ReadSnapshot + CommitUser),
    signed: &Signed,
    about: &ChangeTarget,
    action: Action,
    decide: impl Fn(&User, &Reading) -> Result<User, Refusal>,
) -> Result<User, Problem> {
    settle(|| async {
        let read = Reading::of(directory, signed, about.wanted()).await?;
        let user = read.about.users.get(&about.user_id);
        let user = user.ok_or_else(|| Refusal::UnknownUser(about.user_id.to_string()))?;
        about.if_match.check("user", user.version)?;
        let commit = Commit::new(Some(user), decide(user, &read)?, read.by(), action);
        let skills: &BTreeMap<SkillName, Skill> = &read.about.skills;
        Ok(directory.commit(Commit { skills: Some(skills), ..commit }).await?)
    })
    .await
}
