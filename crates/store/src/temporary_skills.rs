//! Temporary skills: whose are due is told by the profile itself, which stands in the index while it has some (rule 36).

use jiff::Timestamp;
use serde::Deserialize;

use domain::{Time, User, UserId, audit::Action};

use crate::{ChangeOrigin, CommitUser, Directory, StoreError, TurnSkills, UserChange, schema::keys, users::outbox};

/// A user of whom a temporary skill is to start or to end, and when the next one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct DueUser {
    pub user_id: UserId,
    pub due_at: Time,
}

impl TurnSkills for Directory {
    async fn due_temporary_skills(&self, by: Timestamp, limit: usize) -> Result<Vec<DueUser>, StoreError> {
        self.due_in(keys::TEMPORARY_SKILLS, "due_at <= :at", outbox::instant(by), limit).await
    }

    async fn commit_turn(
        &self,
        before: &User,
        after: User,
        origin: ChangeOrigin<'_>,
        action: Action,
    ) -> Result<User, StoreError> {
        self.commit_user(UserChange::new(Some(before), after, origin, action)).await
    }
}
