//! Changing and adding users.

use domain::{
    ExpectedVersion, Refusal, SkillName, TeamId, User, UserId,
    audit::Action,
    permissions::{Operation, authorize},
    policy::RoleAuthority,
    provisioning::ProvisionedUser,
};
use std::collections::BTreeSet;
use store::{
    CommitUser, ContestedSkills, ReadSet, ReadSnapshot, RequestSync, StoreError, UserChange, UserDetails, ViewDetails,
    ViewUser,
};

use crate::{
    AuthenticatedCaller, ChangeContext, ChangeError, TimeAndIds, budget, change::retry_on_conflict, required_levels,
};

/// The user to change, and what else the decision reads.
#[derive(Debug, Clone)]
pub struct ChangeTarget {
    pub user_id: UserId,
    pub expected: ExpectedVersion,
    pub teams: BTreeSet<TeamId>,
    pub skill: Option<SkillName>,
}

impl ChangeTarget {
    /// A user and nothing else.
    #[must_use]
    pub const fn user(user_id: UserId, expected: ExpectedVersion) -> Self {
        Self { user_id, expected, teams: BTreeSet::new(), skill: None }
    }

    fn read_set(&self) -> ReadSet {
        ReadSet {
            users: [self.user_id].into(),
            teams: self.teams.clone(),
            skills: self.skill.iter().cloned().collect(),
            ..ReadSet::default()
        }
    }
}

/// A user before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedUser {
    pub before: User,
    /// As written.
    pub after: User,
}

/// Changes a user as `decide` says: one read and one transaction, a second read for an edit that may give the worker more
/// skills than its attributes can hold (rule 27), and another one for an edit that may leave a skill without the level that it
/// needs (rule 16). A change that conflicts with another one is decided again on a new reading,
/// unless a version is expected.
pub async fn change_user(
    store: &(impl ReadSnapshot + CommitUser),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    target: &ChangeTarget,
    action: Action,
    decide: impl Fn(&User, &ChangeContext) -> Result<User, Refusal>,
) -> Result<ChangedUser, ChangeError> {
    let nothing = |_| std::future::ready(());
    change_beside(store, time_and_ids, caller, target, action, decide, nothing).await.map(|(changed, ())| changed)
}

/// Likewise, and reads what a response shows of the changed user, beside the transaction.
pub async fn change_and_view(
    store: &(impl ReadSnapshot + CommitUser + ViewDetails),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    target: &ChangeTarget,
    action: Action,
    decide: impl Fn(&User, &ChangeContext) -> Result<User, Refusal>,
) -> Result<(ChangedUser, UserDetails), ChangeError> {
    let details = |after: User| async move { store.details(&after).await };
    let (changed, details) = change_beside(store, time_and_ids, caller, target, action, decide, details).await?;
    let ChangedUser { before, after } = &changed;
    let details = if after.routing_differs(before) { details?.marked(after.updated_at) } else { details? };
    Ok((changed, details))
}

/// Does something else with the user as decided, while they are written.
async fn change_beside<T, F: Future<Output = T>>(
    store: &(impl ReadSnapshot + CommitUser),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    target: &ChangeTarget,
    action: Action,
    decide: impl Fn(&User, &ChangeContext) -> Result<User, Refusal>,
    beside: impl Fn(User) -> F,
) -> Result<(ChangedUser, T), ChangeError> {
    retry_on_conflict(|| async {
        let context = ChangeContext::read(store, time_and_ids, caller, target.read_set()).await?;
        let user = context.user(target.user_id)?;
        target.expected.check("user", Some(user.version))?;
        let after = decide(user, &context)?;
        if action == Action::Edited {
            required_levels::check(store, Some(user), &after, &context.snapshot).await?;
            budget::check(store, Some(user), &after, &context.snapshot).await?;
        }
        let change = UserChange::new(Some(user), after, context.origin(), action);
        let (skills, teams) = (Some(&context.snapshot.skills), Some(&context.snapshot.teams));
        let beside = beside(change.after.clone());
        let commit = store.commit_user(UserChange { skills, teams, ..change });
        let (after, beside) = tokio::join!(commit, beside);
        Ok((ChangedUser { before: user.clone(), after: after? }, beside))
    })
    .await
}

/// Has a user carried over to TaskRouter again, whatever became of the last attempt, and returns the user. Ends no contest
/// (rule 24).
pub async fn request_sync(
    store: &(impl ReadSnapshot + RequestSync),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    user_id: UserId,
) -> Result<User, ChangeError> {
    retry_on_conflict(|| async {
        let read_set = ReadSet { users: [user_id].into(), ..ReadSet::default() };
        let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
        let user = context.user(user_id)?;
        authorize(&context.caller, Operation::RequestSync(user))?;
        store.request_sync(user_id, ContestedSkills::Leave, context.origin()).await?;
        Ok(user.clone())
    })
    .await
}

/// Adds a user before their first login, under this id, and reads what a response shows of them beside the transaction. If an
/// earlier attempt has added them, returns that user.
pub async fn add_user(
    store: &(impl ReadSnapshot + CommitUser + ViewUser + ViewDetails),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    provisioned: &ProvisionedUser,
    roles: RoleAuthority,
    user_id: UserId,
) -> Result<(User, UserDetails), ChangeError> {
    let (user, details) = retry_on_conflict(|| async {
        let skills = provisioned.assigned_skills.iter().map(|(name, _)| name.clone()).collect();
        let read_set = ReadSet { teams: provisioned.teams.clone(), skills, ..ReadSet::default() };
        let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
        let (snapshot, origin) = (&context.snapshot, context.origin());
        let find_skill = |name: &SkillName| snapshot.skills.get(name).cloned();
        let teams = snapshot.teams.values();
        let after = provisioned.to_user(&context.caller, teams, find_skill, roles, user_id, origin.now)?;
        required_levels::check(store, None, &after, snapshot).await?;
        budget::check(store, None, &after, snapshot).await?;
        let decided = after.clone();
        let change = UserChange::new(None, after, origin, Action::Created);
        let (skills, teams) = (Some(&snapshot.skills), Some(&snapshot.teams));
        let commit = store.commit_user(UserChange { skills, teams, ..change });
        match tokio::join!(commit, store.details(&decided)) {
            (Err(StoreError::Conflict), _) => {
                let user = existing_user(store, provisioned, user_id).await?;
                let details = store.details(&user).await;
                Ok((user, details))
            }
            (written, details) => Ok((written?, details)),
        }
    })
    .await?;
    Ok((user, details?))
}

/// Distinguishes an earlier attempt whose response was lost from another user with the same identity.
async fn existing_user(
    store: &impl ViewUser,
    provisioned: &ProvisionedUser,
    user_id: UserId,
) -> Result<User, ChangeError> {
    if let Some(added) = store.user(user_id).await? {
        return Ok(added);
    }
    match store.user_id_of_identity(&provisioned.identity).await? {
        Some(_) => Err(Refusal::IdentityTaken((&provisioned.identity).into()).into()),
        None => Err(StoreError::Conflict.into()),
    }
}
