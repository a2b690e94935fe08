//! Creating, changing and deleting teams.

use domain::{
    ExpectedVersion, Refusal, SkillName, Team, TeamId, TeamName,
    audit::Action,
    permissions::{Operation, authorize},
};
use store::{CommitTeam, FindTeam, ReadSet, ReadSnapshot, StoreError, TeamChange};

use crate::{AuthenticatedCaller, ChangeContext, ChangeError, TimeAndIds, change::retry_on_conflict};

/// Creates a team under this id. If an earlier attempt has created it, returns that team.
pub async fn create_team(
    store: &(impl ReadSnapshot + CommitTeam + FindTeam),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    team_id: TeamId,
    name: &TeamName,
) -> Result<Team, ChangeError> {
    retry_on_conflict(|| async {
        let context = ChangeContext::read(store, time_and_ids, caller, ReadSet::default()).await?;
        authorize(&context.caller, Operation::CreateTeams)?;
        let origin = context.origin();
        let after = Team::new(team_id, name.clone(), origin.now);
        let change = TeamChange { before: None, after, origin, action: Action::Created, skills: None };
        match store.commit_team(change).await {
            Err(StoreError::Conflict) => existing_team(store, team_id, name).await,
            created => Ok(created?),
        }
    })
    .await
}

/// Distinguishes an earlier attempt whose response was lost from another team with the same name.
async fn existing_team(
    store: &(impl ReadSnapshot + FindTeam),
    team_id: TeamId,
    name: &TeamName,
) -> Result<Team, ChangeError> {
    if let Some(created) = store.snapshot(&team_only(team_id)).await?.teams.remove(&team_id) {
        return Ok(created);
    }
    match store.team_id_of_name(name).await? {
        Some(_) => Err(Refusal::TeamNameTaken(name.into()).into()),
        None => Err(StoreError::Conflict.into()),
    }
}

/// A team as a change has written it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedTeam {
    pub team: Team,
    /// Whether its members inherit something else from now on: a fan-out is to be carried out.
    pub begins_fan_out: bool,
}

/// Changes a team as `decide` says, and returns the team as written. `skill` is read with it.
pub async fn change_team(
    store: &(impl ReadSnapshot + CommitTeam + FindTeam),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    team_id: TeamId,
    expected: &ExpectedVersion,
    skill: Option<&SkillName>,
    decide: impl Fn(&Team, &ChangeContext) -> Result<Team, Refusal>,
) -> Result<ChangedTeam, ChangeError> {
    retry_on_conflict(|| async {
        let read_set = ReadSet { skills: skill.into_iter().cloned().collect(), ..team_only(team_id) };
        let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
        let team = team_in(&context, team_id)?;
        expected.check("team", Some(team.version))?;
        let after = decide(team, &context)?;
        let name = after.name.clone();
        let (origin, skills) = (context.origin(), Some(&context.snapshot.skills));
        let change = TeamChange { before: Some(team), after, origin, action: Action::Edited, skills };
        match store.commit_team(change).await {
            // A conflict on the new name is not resolved by retrying.
            Err(StoreError::Conflict) => match store.team_id_of_name(&name).await? {
                Some(other) if other != team_id => Err(Refusal::TeamNameTaken((&name).into()).into()),
                _ => Err(StoreError::Conflict.into()),
            },
            changed => {
                let changed = changed?;
                Ok(ChangedTeam { begins_fan_out: changed.grants_differ(team), team: changed })
            }
        }
    })
    .await
}

/// Deletes a team without members (rule 21).
pub async fn delete_team(
    store: &(impl ReadSnapshot + CommitTeam),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    team_id: TeamId,
    expected: &ExpectedVersion,
) -> Result<(), ChangeError> {
    retry_on_conflict(|| async {
        let context = ChangeContext::read(store, time_and_ids, caller, team_only(team_id)).await?;
        authorize(&context.caller, Operation::DeleteTeams)?;
        let team = team_in(&context, team_id)?;
        expected.check("team", Some(team.version))?;
        Ok(store.delete_team(team, context.origin()).await?)
    })
    .await
}

fn team_only(team_id: TeamId) -> ReadSet {
    ReadSet { teams: [team_id].into(), ..ReadSet::default() }
}

fn team_in(context: &ChangeContext, team_id: TeamId) -> Result<&Team, Refusal> {
    context.snapshot.teams.get(&team_id).ok_or_else(|| Refusal::UnknownTeam((&team_id).into()))
}
