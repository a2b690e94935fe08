//! Deciding what others have changed of a user's worker: adopted or reverted (rules 4 and 24).

use domain::{
    ExpectedVersion, Refusal, SkillName, User, UserId,
    audit::Action,
    drift::{self, DriftField},
    policy::RoleAuthority,
    routing::OwnedAttributes,
};
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
    field: DriftField,
    roles: RoleAuthority,
) -> Result<User, DriftError> {
    let user = read(store, time_and_ids, caller, user_id).await?;
    let fetched = fetch(taskrouter, &user).await?;
    let adopted = retry_on_conflict(|| async {
        let read_set = ReadSet { users: [user_id].into(), ..ReadSet::default() };
        let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
        let user = context.user(user_id)?;
        expected.check("user", Some(user.version))?;
        let teams = store.teams(user.managed.teams.clone()).await?;
        let after = drift::adopt(user, context.caller, field, &fetched, &teams, roles)?;
        let is_new = |name: &&SkillName| !user.managed.assigned_skills.contains_key(*name);
        let new = after.managed.assigned_skills.keys().filter(is_new).cloned().collect::<Vec<_>>();
        if !new.is_empty() {
            store.import_skills(&new, context.origin()).await?;
        }
        let change = UserChange::new(Some(user), after, context.origin(), Action::DriftAdopted);
        Ok(store.commit_user(UserChange { needs_sync: true, ..change }).await?)
    });
    Ok(adopted.await?)
}

/// Has what the directory says carried over again, also where another writer contests it, and returns the user.
pub async fn revert(
    store: &(impl ReadSnapshot + RequestSync),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    user_id: UserId,
) -> Result<User, ChangeError> {
    retry_on_conflict(|| async {
        let read_set = ReadSet { users: [user_id].into(), ..ReadSet::default() };
        let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
        let user = context.user(user_id)?;
        drift::check_choice(user, context.caller)?;
        if user.taskrouter.worker_sid.is_none() {
            return Err(Refusal::NoWorker.into());
        }
        store.request_sync(user_id, ContestedSkills::Decided, context.origin()).await?;
        Ok(user.clone())
    })
    .await
}

/// The user, if the caller may decide: TaskRouter is asked for nobody else.
async fn read(
    store: &impl ReadSnapshot,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    user_id: UserId,
) -> Result<User, ChangeError> {
    let read_set = ReadSet { users: [user_id].into(), ..ReadSet::default() };
    let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
    let user = context.user(user_id)?;
    drift::check_choice(user, context.caller)?;
    Ok(user.clone())
}

/// What the worker shows now of what the directory owns.
async fn fetch(taskrouter: &impl FetchWorker, user: &User) -> Result<OwnedAttributes, DriftError> {
    let refused = |refusal: Refusal| DriftError::Change(refusal.into());
    let sid = user.taskrouter.worker_sid.as_ref().ok_or_else(|| refused(Refusal::NoWorker))?;
    let worker = taskrouter.fetch_worker(sid).await?.ok_or_else(|| refused(Refusal::NoWorker))?;
    worker.owned_attributes().ok_or_else(|| refused(Refusal::UnreadableWorker))
}
