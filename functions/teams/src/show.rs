//! Looking at teams.

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use lambda_http::Request;
use serde::Serialize;

use domain::{Refusal, Team, TeamId};
use http_api::{
    Problem,
    read::Query,
    respond::{Answer, json, versioned},
    user::{Assigned, Listed, assigned, listed},
};
use store::{
    Cursor, ReadSet, ReadSnapshot,
    teams::{ListTeams, ViewTeams, list_question, team_ids},
};

use crate::team_id;

/// How many teams' members are counted at a time.
const COUNTED_AT_ONCE: usize = 16;

/// A team, as the API shows it.
#[derive(Debug, Serialize)]
pub struct Shown<'a> {
    team_id: TeamId,
    name: &'a str,
    archived: bool,
    skills: Vec<Assigned<'a>>,
    members: usize,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A team with its members counted.
#[must_use]
pub fn shown(team: &Team, members: usize) -> Shown<'_> {
    Shown {
        team_id: team.team_id,
        name: &team.name,
        archived: team.archived,
        skills: assigned(&team.skills),
        members,
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

/// `GET /teams`: in order of name; those that are not archived, unless told otherwise.
pub async fn list(directory: &impl ListTeams, request: &Request) -> Answer {
    let query = Query::of(request, &["archived", "limit", "cursor"])?;
    let archived = match query.text("archived") {
        None | Some("false") => Some(false),
        Some("true") => Some(true),
        Some("all") => None,
        Some(other) => {
            let detail = format!("archived is {other:?}; it is one of false, true, all.");
            return Err(Problem::invalid("invalid-archived", detail));
        }
    };
    let cursor = query.text("cursor").map(|cursor| Cursor::decode(cursor, &list_question(archived))).transpose()?;
    let (teams, next) = directory.list_teams(archived, cursor, query.limit()?).await?;
    let members = teams.iter().map(|team| directory.count_members(team.team_id)).collect::<Vec<_>>();
    let members: Vec<usize> = stream::iter(members).buffered(COUNTED_AT_ONCE).try_collect().await?;
    let items = teams.iter().zip(members).map(|(team, members)| shown(team, members)).collect();
    json(200, &List { items, next_cursor: next.as_ref().map(Cursor::encode) })
}

/// The team as of now.
pub async fn existing(directory: &impl ReadSnapshot, team_id: TeamId) -> Result<Team, Problem> {
    let wanted = ReadSet { teams: [team_id].into(), ..ReadSet::default() };
    let team = directory.snapshot(&wanted).await?.teams.remove(&team_id);
    Ok(team.ok_or_else(|| Refusal::UnknownTeam(team_id.to_string()))?)
}

/// `GET /teams/{team_id}`.
pub async fn one(directory: &(impl ReadSnapshot + ListTeams), request: &Request) -> Answer {
    Query::of(request, &[])?;
    let team = existing(directory, team_id(request)?).await?;
    answer(directory, &team).await
}

/// A team with its members counted, and its entity tag.
pub async fn answer(directory: &impl ListTeams, team: &Team) -> Answer {
    versioned(team.version, &shown(team, directory.count_members(team.team_id).await?))
}

/// `GET /teams/{team_id}/members`: whatever their status, in no order.
pub async fn members(directory: &(impl ReadSnapshot + ListTeams + ViewTeams), request: &Request) -> Answer {
    let (team_id, query) = (team_id(request)?, Query::of(request, &["limit", "cursor"])?);
    let cursor = query.text("cursor").map(|cursor| Cursor::decode(cursor, &team_id.to_string())).transpose()?;
    existing(directory, team_id).await?;
    let (users, next) = directory.members(team_id, cursor, query.limit()?).await?;
    let teams = directory.teams(team_ids(&users)).await?;
    let items = users.iter().map(|user| listed(user, &teams)).collect::<Vec<Listed<'_>>>();
    json(200, &List { items, next_cursor: next.as_ref().map(Cursor::encode) })
}
