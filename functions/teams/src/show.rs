//! Showing teams.

use lambda_http::Request;
use serde::Serialize;

use app::{TimeAndIds, counts::member_counts};
use domain::{Counted, MemberCount, Quoted, Refusal, Team, TeamId, TeamName, Time};
use http_api::{
    HttpResult, Problem,
    request::Query,
    response::{json, versioned},
    user_view::{ListedUser, SkillWithLevel, listed, skills_with_levels},
};
use store::{
    Cursor, KeepCounts, ListTeams, ReadSet, ReadSnapshot, ViewTeams, members_fingerprint, team_ids, teams_fingerprint,
};

use crate::team_id;

/// A team, as the API shows it.
#[derive(Debug, Serialize)]
pub struct ShownTeam<'a> {
    team_id: TeamId,
    name: &'a TeamName,
    archived: bool,
    skills: Vec<SkillWithLevel<'a>>,
    members: Option<usize>,
    counted_at: Option<Time>,
    version: u64,
    created_at: Time,
    updated_at: Time,
}

/// Without members if they were never counted.
#[must_use]
pub fn shown(team: &Team, counted: Option<Counted<MemberCount>>) -> ShownTeam<'_> {
    ShownTeam {
        team_id: team.team_id,
        name: &team.name,
        archived: team.archived,
        skills: skills_with_levels(&team.skills),
        members: counted.map(|counted| counted.counts.members),
        counted_at: counted.map(|counted| counted.counted_at),
        version: team.version,
        created_at: team.created_at,
        updated_at: team.updated_at,
    }
}

#[derive(Serialize)]
struct List<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

/// `GET /teams`: in order of name; without archived teams by default.
pub async fn list(
    store: &(impl ListTeams + KeepCounts),
    time_and_ids: &impl TimeAndIds,
    request: &Request,
) -> HttpResult {
    let query = Query::read(request, &["archived", "limit", "cursor"])?;
    let archived = match query.text("archived") {
        None | Some("false") => Some(false),
        Some("true") => Some(true),
        Some("all") => None,
        Some(other) => {
            let detail = format!("archived is {}; it is one of false, true, all.", Quoted::from(other));
            return Err(Problem::invalid("invalid-archived", detail));
        }
    };
    let cursor = query.cursor(&teams_fingerprint(archived))?;
    let (teams, next) = store.list_teams(archived, cursor, query.limit()?).await?;
    let counted = member_counts(store, time_and_ids, &teams).await?;
    let items = teams.iter().map(|team| shown(team, counted.get(&team.team_id).copied())).collect();
    json(200, &List { items, next_cursor: next.as_ref().map(Cursor::encode) })
}

/// `GET /teams/{team_id}`.
pub async fn team(
    store: &(impl ReadSnapshot + ListTeams),
    time_and_ids: &impl TimeAndIds,
    request: &Request,
) -> HttpResult {
    Query::read(request, &[])?;
    let team = existing_team(store, team_id(request)?).await?;
    respond(store, time_and_ids, &team).await
}

/// A team with the number of members that it has now, and its entity tag.
pub async fn respond(store: &impl ListTeams, time_and_ids: &impl TimeAndIds, team: &Team) -> HttpResult {
    let now = time_and_ids.now();
    let members = store.count_members(team.team_id).await?;
    versioned(team.version, &shown(team, Some(Counted::new(MemberCount { members }, now))))
}

/// `GET /teams/{team_id}/members`: of any status, in no order.
pub async fn members(store: &(impl ReadSnapshot + ListTeams + ViewTeams), request: &Request) -> HttpResult {
    let (team_id, query) = (team_id(request)?, Query::read(request, &["limit", "cursor"])?);
    let cursor = query.cursor(&members_fingerprint(team_id))?;
    existing_team(store, team_id).await?;
    let (users, next) = store.members(team_id, cursor, query.limit()?).await?;
    let teams = store.teams(team_ids(&users)).await?;
    let items = users.iter().map(|user| listed(user, &teams)).collect::<Vec<ListedUser<'_>>>();
    json(200, &List { items, next_cursor: next.as_ref().map(Cursor::encode) })
}

async fn existing_team(store: &impl ReadSnapshot, team_id: TeamId) -> Result<Team, Problem> {
    let read_set = ReadSet { teams: [team_id].into(), ..ReadSet::default() };
    let team = store.snapshot(&read_set).await?.teams.remove(&team_id);
    Ok(team.ok_or_else(|| Refusal::UnknownTeam((&team_id).into()))?)
}
