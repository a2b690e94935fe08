//! Changing teams.

use lambda_http::Request;
use serde::Deserialize;

use app::{
    AuthenticatedCaller, TimeAndIds,
    teams::{ChangedTeam, change_team, create_team, delete_team},
};
use domain::{
    Counted, Level, MemberCount, Refusal, Team, TeamId, TeamName,
    team::{TeamEdit, grant_skill, revoke_skill},
};
use http_api::{
    HttpResult,
    body::body,
    entity_tag::{if_match, put_mode},
    idempotency::ResourceId,
    request::skill,
    response::{created, empty},
};
use store::{CommitTeam, FindTeam, ListTeams, ReadSnapshot};

use crate::{
    StartFanOut,
    show::{respond, shown},
    team_id,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTeam {
    name: String,
}

/// `POST /teams`.
pub async fn create(
    store: &(impl ReadSnapshot + CommitTeam + FindTeam),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
    id: ResourceId,
) -> HttpResult {
    let name = TeamName::parse(&body::<NewTeam>(request)?.name)?;
    let team_id = TeamId::new(id.uuid());
    let team = create_team(store, time_and_ids, caller, team_id, &name).await?;
    let none_yet = Counted::new(MemberCount::default(), *team.created_at);
    created(&format!("/teams/{team_id}"), team.version, &shown(&team, Some(none_yet)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    name: Option<String>,
    archived: Option<bool>,
}

/// `PATCH /teams/{team_id}`.
pub async fn edit(
    store: &(impl ReadSnapshot + CommitTeam + FindTeam + ListTeams),
    fan_out: &impl StartFanOut,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let Edit { name, archived } = body(request)?;
    let edit = TeamEdit { name: name.as_deref().map(TeamName::parse).transpose()?, archived };
    let (team_id, expected) = (team_id(request)?, if_match(request)?);
    let team = change_team(store, time_and_ids, caller, team_id, &expected, None, |team, context| {
        edit.apply(team, &context.caller)
    });
    let team = reach_members(fan_out, team.await?).await;
    respond(store, time_and_ids, &team).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grant {
    level: Option<i64>,
    skill_set: Option<String>,
}

/// `PUT /teams/{team_id}/skills/{skill}`.
pub async fn grant(
    store: &(impl ReadSnapshot + CommitTeam + FindTeam + ListTeams),
    fan_out: &impl StartFanOut,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let (name, Grant { level, skill_set }) = (skill(request)?, body(request)?);
    let (team_id, expected, mode) = (team_id(request)?, if_match(request)?, put_mode(request)?);
    let team = change_team(store, time_and_ids, caller, team_id, &expected, Some(&name), |team, context| {
        let skill = context.snapshot.skills.get(&name).ok_or_else(|| Refusal::UnknownSkill((&name).into()))?;
        let after = grant_skill(team, &context.caller, skill, level.map(Level), skill_set.as_deref())?;
        mode.check("skill of this team", team.skills.contains_key(&name)).map(|()| after)
    });
    let team = reach_members(fan_out, team.await?).await;
    respond(store, time_and_ids, &team).await
}

/// `DELETE /teams/{team_id}/skills/{skill}`.
pub async fn revoke(
    store: &(impl ReadSnapshot + CommitTeam + FindTeam + ListTeams),
    fan_out: &impl StartFanOut,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let name = skill(request)?;
    let (team_id, expected) = (team_id(request)?, if_match(request)?);
    let team = change_team(store, time_and_ids, caller, team_id, &expected, Some(&name), |team, context| {
        context.snapshot.skills.get(&name).ok_or_else(|| Refusal::UnknownSkill((&name).into()))?;
        revoke_skill(team, &context.caller, &name)
    });
    let team = reach_members(fan_out, team.await?).await;
    respond(store, time_and_ids, &team).await
}

/// Starts `fan-out` if the change affects the members. The change is made, whether or not this succeeds.
async fn reach_members(fan_out: &impl StartFanOut, changed: ChangedTeam) -> Team {
    let ChangedTeam { team, begins_fan_out } = changed;
    if begins_fan_out && let Err(error) = fan_out.start(team.team_id).await {
        tracing::warn!(team_id = %team.team_id, %error, "failed to start a fan-out; the schedule starts it");
    }
    team
}

/// `DELETE /teams/{team_id}` (rule 21).
pub async fn delete(
    store: &(impl ReadSnapshot + CommitTeam),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let (team_id, expected) = (team_id(request)?, if_match(request)?);
    delete_team(store, time_and_ids, caller, team_id, &expected).await?;
    empty(&[])
}
