//! Restoring a deleted user, which only an operator with access to AWS can do (rule 13).

use std::collections::BTreeSet;

use domain::{Refusal, SkillName, TeamId, User, UserId, audit::Action, status::StateBeforeDeletion};
use store::{ChangeOrigin, CommitUser, ReadSet, ReadSnapshot, Snapshot, UserChange, ViewHistory, ViewUser};

use crate::{ChangeError, TimeAndIds, history::whole_history};

/// A restored user, and what could not be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub user: User,
    /// Deleted or archived since.
    pub lost_teams: BTreeSet<TeamId>,
    /// No longer in the catalog.
    pub lost_skills: BTreeSet<SkillName>,
}

/// Restores status, role, and those teams and skills that still exist. What they were is read from the user's history, and
/// the restoration is recorded there. `command` stands in the audit record as the request's id. A conflict is not retried:
/// of a user with many skills a part may be restored, which a second attempt would refuse.
pub async fn restore_user(
    store: &(impl ViewUser + ViewHistory + ReadSnapshot + CommitUser),
    time_and_ids: &impl TimeAndIds,
    user_id: UserId,
    command: &str,
) -> Result<Restored, ChangeError> {
    let user = store.user(user_id).await?.ok_or_else(|| Refusal::UnknownUser((&user_id).into()))?;
    let state = StateBeforeDeletion::from_history(&whole_history(store, user_id).await?);
    let origin = ChangeOrigin::operator(command, time_and_ids.now(), time_and_ids.ordered_id());
    let snapshot = store.snapshot(&read_set(&state)).await?;
    let can_join = |team: TeamId| snapshot.teams.get(&team).is_some_and(|team| !team.archived);
    let after = state.restore(&user, can_join, |name| snapshot.skills.contains_key(name))?;
    let change = UserChange::new(Some(&user), after, origin, Action::Restored);
    let change = UserChange { skills: Some(&snapshot.skills), teams: Some(&snapshot.teams), ..change };
    let user = store.commit_user(change).await?;
    Ok(with_losses(user, &state, &snapshot))
}

fn read_set(state: &StateBeforeDeletion) -> ReadSet {
    let skills = state.assigned_skills.keys().chain(state.temporary_skills.keys()).cloned().collect();
    ReadSet { teams: state.teams.clone(), skills, ..ReadSet::default() }
}

fn with_losses(user: User, state: &StateBeforeDeletion, snapshot: &Snapshot) -> Restored {
    let lost_teams = state.teams.difference(&user.managed.teams).copied().collect();
    let skills = state.assigned_skills.keys().chain(state.temporary_skills.keys());
    let skills = skills.filter(|name| !snapshot.skills.contains_key(*name));
    Restored { lost_teams, lost_skills: skills.cloned().collect(), user }
}
