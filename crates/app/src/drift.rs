//! Deciding what others have changed of a user's worker: adopted or reverted (rules 4 and 24).

use domain::{
    ExpectedVersion, Refusal, SkillName, User, UserId,
    audit::Action,
    drift::{self, DriftField, DriftRefusal, Expected},
    policy::Policy,
    routing::OwnedAttributes,
};
use std::collections::BTreeMap;
use store::{CommitUser, ContestedSkills, ImportSkills, ReadSet, ReadSnapshot, RequestSync, UserChange, ViewTeams};
use thiserror::Error;
use twilio::{FetchWorker, TwilioError};

use crate::{AuthenticatedCaller, ChangeContext, ChangeError, TimeAndIds, change::retry_on_conflict};

/// Why a drift is not decided.
#[derive(Debug, Error)]
pub enum DriftError {
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Twilio(#[from] TwilioError),
}

/// Makes what the worker shows now the user's own, and returns the user.
pub async fn adopt(
    store: &(impl ReadSnapshot + CommitUser + ImportSkills + ViewTeams),
    taskrouter: &impl FetchWorker,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    (user_id, expected): (UserId, &ExpectedVersion),
    (field, shown): (DriftField, Expected),
    policy: &Policy,
) -> Result<User, DriftError> {
    let user = read(store, time_and_ids, caller, user_id).await?;
    let fetched = fetch(taskrouter, &user).await?;
    let adopted = retry_on_conflict(|| async {
        let skills = fetched.skills.keys().cloned().collect();
        let read_set = ReadSet { users: [user_id].into(), outbox: Some(user_id), skills, ..ReadSet::default() };
        let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
        let user = context.user(user_id)?;
        expected.check("user", Some(user.version))?;
        let teams = store.teams(user.managed.teams.clone()).await?;
        // What differs may be an edit that is on its way.
        if context.snapshot.outbox.as_ref().is_some_and(|outbox| !outbox.waits_for_writing()) {
            return Err(Refusal::from(DriftRefusal::DriftPending).into());
        }
        let skills = context.snapshot.skills.values();
        let without_levels = skills.filter(|skill| skill.levels.is_none()).map(|skill| skill.name.clone()).collect();
        let fetched = fetched.without_levels_of(&without_levels);
        let after = drift::adopt(user, &context.caller, field, (&fetched, shown), &teams, policy)?;
        let is_new = |name: &&SkillName| !user.managed.assigned_skills.contains_key(*name);
        let new = after.managed.assigned_skills.keys().filter(is_new).cloned().collect::<Vec<_>>();
        let skills = if new.is_empty() { BTreeMap::new() } else { store.import_skills(&new, context.origin()).await? };
        let change = UserChange::new(Some(user), after, context.origin(), Action::DriftAdopted);
        Ok(store.commit_user(UserChange { needs_sync: true, skills: Some(&skills), ..change }).await?)
    });
    Ok(adopted.await?)
}

/// Has what the directory says carried over again, also where another writer contests it, and returns the user.
pub async fn revert(
    store: &(impl ReadSnapshot + RequestSync),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    (user_id, expected): (UserId, &ExpectedVersion),
    field: DriftField,
) -> Result<User, ChangeError> {
    retry_on_conflict(|| async {
        let read_set = ReadSet { users: [user_id].into(), ..ReadSet::default() };
        let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
        let user = context.user(user_id)?;
        expected.check("user", Some(user.version))?;
        drift::check_choice(user, &context.caller)?;
        // Roles are never contested (rule 24).
        let contested = if field == DriftField::Skills { ContestedSkills::Decided } else { ContestedSkills::Leave };
        store.request_sync(user_id, contested, context.origin()).await?;
        Ok(user.clone())
    })
    .await
}

/// The user, if the caller may decide. Otherwise no request to TaskRouter is made.
async fn read(
    store: &impl ReadSnapshot,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    user_id: UserId,
) -> Result<User, ChangeError> {
    let read_set = ReadSet { users: [user_id].into(), ..ReadSet::default() };
    let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
    let user = context.user(user_id)?;
    drift::check_choice(user, &context.caller)?;
    Ok(user.clone())
}

/// What the worker shows now of what the directory owns.
async fn fetch(taskrouter: &impl FetchWorker, user: &User) -> Result<OwnedAttributes, DriftError> {
    let refused = |refusal: Refusal| DriftError::Change(refusal.into());
    let sid = user.taskrouter.worker_sid.as_ref().ok_or_else(|| refused(DriftRefusal::NoWorker.into()))?;
    let worker = taskrouter.fetch_worker(sid).await?.ok_or_else(|| refused(DriftRefusal::NoWorker.into()))?;
    worker.owned_attributes().ok_or_else(|| refused(DriftRefusal::UnreadableWorker.into()))
}
