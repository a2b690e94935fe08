//! Temporary skills: whose are due is told by the profile itself, which stands in the index while it has some (rule 36).

use jiff::Timestamp;

use domain::{User, UserId, audit::Action};

use crate::{
    ChangeOrigin, CommitUser, Directory, StoreError, TurnSkills, UserChange,
    schema::{items::UserRef, keys},
    users::outbox,
};

impl TurnSkills for Directory {
    async fn due_temporary_skills(&self, now: Timestamp, limit: usize) -> Result<Vec<UserId>, StoreError> {
        let at = outbox::instant(now);
        let due: Vec<UserRef> = self.due_in(keys::TEMPORARY_SKILLS, "due_at <= :at", at, limit).await?;
        Ok(due.into_iter().map(|user| user.user_id).collect())
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
