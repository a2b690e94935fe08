//! Changing a user: read, decide, write on condition that nothing has changed meanwhile; if it has, again.

use jiff::Timestamp;

use domain::{Refusal, Source, User, UserId, audit::Action};
use table::{Commit, CommitUser, TableError, ViewUser, details::ViewDetails};

use crate::{Problem, Signed, precondition::IfMatch, respond::Answer, user::viewed};

/// How often an edit is tried on a new reading.
const TRIES: usize = 8;

/// Changes a user as `decide` says and answers with them. Without `If-Match` an edit that meets another one
/// retries on its own reading; with it the caller is told.
pub async fn user(
    directory: &(impl ViewUser + CommitUser + ViewDetails),
    signed: &Signed,
    user_id: UserId,
    if_match: &IfMatch,
    now: Timestamp,
    decide: impl Fn(&User) -> Result<User, Refusal>,
) -> Answer {
    for _ in 0..TRIES {
        let user = directory.user(user_id).await?.ok_or_else(|| Refusal::UnknownUser(user_id.to_string()))?;
        if_match.check(&user)?;
        let commit = Commit {
            before: Some(&user),
            after: decide(&user)?,
            actor: signed.actor(),
            source: Source::Api,
            request_id: &signed.request_id,
            action: Action::Edited,
            applied: None,
            displaced: None,
            frees_identity: true,
            carry_over: false,
            now,
        };
        match directory.commit(commit).await {
            Ok(written) => return viewed(&written, &directory.details(&written).await?),
            Err(TableError::Conflict) => tracing::debug!("somebody else changed the user meanwhile"),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable(&TableError::Conflict))
}
