//! A user as the API shows them.

use jiff::Timestamp;
use lambda_http::Request;
use serde::Serialize;

use domain::{
    EffectiveSkill, Level, Role, SkillName, Status, TeamId, User, UserId, effective::effective_skills, skill::Skills,
};
use store::{
    details::{Details, ViewDetails},
    teams::Teams,
};

use crate::respond::{Answer, minimal, prefers_minimal, versioned};

/// A user in a list.
#[derive(Debug, Serialize)]
pub struct Listed<'a> {
    user_id: UserId,
    identity: &'a str,
    name: &'a str,
    email: Option<&'a str>,
    picture: Option<&'a str>,
    role: Role,
    status: Status,
    act_as_agent: bool,
    teams: Vec<TeamNamed<'a>>,
    assigned_skills: Vec<Assigned<'a>>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    worker: Option<Worker<'a>>,
}

#[derive(Debug, Serialize)]
struct TeamNamed<'a> {
    team_id: TeamId,
    name: &'a str,
}

/// A skill, with its level.
#[derive(Debug, Serialize)]
pub struct Assigned<'a> {
    skill: &'a SkillName,
    level: Option<Level>,
}

#[derive(Debug, Serialize)]
struct Worker<'a> {
    sid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity: Option<&'a str>,
}

/// A user with all that is known of them.
#[derive(Debug, Serialize)]
pub struct Viewed<'a> {
    #[serde(flatten)]
    listed: Listed<'a>,
    effective_skills: Vec<EffectiveSkill>,
    sync: Sync,
    /// Others with the same e-mail: Console and SSO login make two workers of one person (rule 22).
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    same_email: &'a [UserId],
}

#[derive(Debug, Serialize)]
struct Sync {
    state: &'static str,
}

/// Skills with their levels, in order of name.
#[must_use]
pub fn assigned(skills: &Skills) -> Vec<Assigned<'_>> {
    skills.iter().map(|(skill, &level)| Assigned { skill, level }).collect()
}

/// A user in a list, with the names of those of their teams that are known.
#[must_use]
pub fn listed<'a>(user: &'a User, teams: &'a Teams) -> Listed<'a> {
    let mut named = user.teams.iter().filter_map(|id| teams.get(id)).collect::<Vec<_>>();
    named.sort_by(|a, b| (&a.name, a.team_id).cmp(&(&b.name, b.team_id)));
    Listed {
        user_id: user.user_id,
        identity: &user.identity,
        name: &user.name,
        email: user.email.as_deref(),
        picture: user.picture.as_deref(),
        role: user.role,
        status: user.status,
        act_as_agent: user.act_as_agent,
        teams: named.into_iter().map(|team| TeamNamed { team_id: team.team_id, name: &team.name }).collect(),
        assigned_skills: assigned(&user.assigned_skills),
        version: user.version,
        created_at: user.created_at,
        updated_at: user.updated_at,
        worker: user.worker_sid.as_deref().map(|sid| Worker { sid, activity: None }),
    }
}

/// A user with all that is known of them, and their entity tag.
pub fn viewed(user: &User, details: &Details) -> Answer {
    versioned(user.version, &view(user, details))
}

/// A user with all that is known of them.
#[must_use]
pub fn view<'a>(user: &'a User, details: &'a Details) -> Viewed<'a> {
    let mut listed = listed(user, &details.teams);
    if let (Some(worker), Some(known)) = (&mut listed.worker, &details.worker) {
        worker.activity = Some(&known.activity);
    }
    let sync = Sync { state: if details.pending { "pending" } else { "synced" } };
    let effective_skills = effective_skills(user, details.teams.values());
    Viewed { listed, effective_skills, sync, same_email: &details.same_email }
}

/// The answer to a change: the user, or, where the caller prefers `return=minimal`, only the entity tag.
pub async fn changed(directory: &impl ViewDetails, request: &Request, user: &User) -> Answer {
    if prefers_minimal(request) {
        return minimal(user.version);
    }
    viewed(user, &directory.details(user).await?)
}
