//! What an operator with AWS access does, and no API offers: bringing back somebody who was deleted (rule 13).

use std::collections::BTreeSet;

use domain::{
    Record, Refusal, SkillName, TeamId, User, UserId,
    audit::Action,
    status::{StateBeforeDeletion, restored},
};
use jiff::Timestamp;
use store::{
    ChangeOrigin, Commit, CommitUser, Cursor, Directory, ReadSet, ReadSnapshot, Snapshot, StoreError, ViewUser,
    history::{Subject, ViewHistory},
};
use thiserror::Error;

/// How many records are read at a time.
const PAGE: usize = 100;

/// Why somebody is not restored.
#[derive(Debug, Error)]
pub enum RestoreError {
    /// There is nobody to restore.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The table.
    #[error(transparent)]
    Table(#[from] StoreError),
}

/// Somebody who was brought back, and what could not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// As they are now.
    pub user: User,
    /// Teams they were in that are deleted or archived now.
    pub teams_lost: BTreeSet<TeamId>,
    /// Skills they had that are no longer in the catalog.
    pub skills_lost: BTreeSet<SkillName>,
}

/// Brings back somebody who was deleted, as they were: status, role, and those of their teams and skills that are there
/// still. What they were is read from their history, and the restoring is recorded there.
pub async fn restore(directory: &Directory, user_id: UserId, now: Timestamp) -> Result<Restored, RestoreError> {
    let user = directory.user(user_id).await?.ok_or_else(|| Refusal::UnknownUser(user_id.to_string()))?;
    let former = StateBeforeDeletion::of(&records(directory, user_id).await?);
    let there = directory.snapshot(&wanted(&former)).await?;
    let joins = |team: TeamId| there.teams.get(&team).is_some_and(|team| !team.archived);
    let after = restored(&user, &former, joins, |name| there.skills.contains_key(name))?;
    let by = ChangeOrigin::operator("operate restore", now);
    let user = directory.commit(Commit::new(Some(&user), after, by, Action::Restored)).await?;
    Ok(lost(user, &former, &there))
}

fn wanted(former: &StateBeforeDeletion) -> ReadSet {
    let skills = former.assigned_skills.keys().cloned().collect();
    ReadSet { teams: former.teams.clone(), skills, ..ReadSet::default() }
}

fn lost(user: User, former: &StateBeforeDeletion, there: &Snapshot) -> Restored {
    let teams_lost = former.teams.difference(&user.teams).copied().collect();
    let skills = former.assigned_skills.keys().filter(|name| !there.skills.contains_key(*name));
    Restored { teams_lost, skills_lost: skills.cloned().collect(), user }
}

/// The whole history, newest first.
async fn records(directory: &Directory, user_id: UserId) -> Result<Vec<Record>, StoreError> {
    let (mut records, mut cursor): (_, Option<Cursor>) = (Vec::new(), None);
    loop {
        let (page, next) = directory.history(Subject::User(user_id), cursor, PAGE).await?;
        records.extend(page);
        cursor = next;
        if cursor.is_none() {
            return Ok(records);
        }
    }
}
