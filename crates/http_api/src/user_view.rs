//! Users as the API shows them.

use serde::Serialize;
use std::collections::BTreeSet;

use app::budget::AttributeBudget;
use domain::{
    EffectiveSkill, EmailAddress, Identity, Level, Role, SkillName, Status, TeamId, TeamName, TemporarySkill,
    TemporarySkills, Time, User, UserId, WorkerSid, effective::effective_skills, skill::Skills,
    sync_state::FailureReason, sync_summary::SyncSummary, team::Teams,
};
use store::UserDetails;

/// A user in a list.
#[derive(Debug, Serialize)]
pub struct ListedUser<'a> {
    user_id: UserId,
    identity: &'a Identity,
    name: &'a str,
    email: Option<&'a EmailAddress>,
    picture: Option<&'a str>,
    role: Role,
    status: Status,
    act_as_agent: bool,
    teams: Vec<TeamRef<'a>>,
    /// Those of the teams that the user leads.
    leads: &'a BTreeSet<TeamId>,
    assigned_skills: Vec<SkillWithLevel<'a>>,
    temporary_skills: Vec<NamedTemporarySkill<'a>>,
    version: u64,
    created_at: Time,
    updated_at: Time,
    worker: Option<Worker<'a>>,
}

#[derive(Debug, Serialize)]
struct TeamRef<'a> {
    team_id: TeamId,
    name: &'a TeamName,
}

#[derive(Debug, Serialize)]
pub struct SkillWithLevel<'a> {
    skill: &'a SkillName,
    level: Option<Level>,
}

#[derive(Debug, Serialize)]
struct NamedTemporarySkill<'a> {
    skill: &'a SkillName,
    #[serde(flatten)]
    temporary: &'a TemporarySkill,
}

#[derive(Debug, Serialize)]
struct Worker<'a> {
    sid: &'a WorkerSid,
    /// Absent in a list, and while no report has stated one.
    #[serde(skip_serializing_if = "Option::is_none")]
    activity: Option<&'a str>,
}

/// A user with everything that belongs to them.
#[derive(Debug, Serialize)]
pub struct ViewedUser<'a> {
    #[serde(flatten)]
    listed: ListedUser<'a>,
    effective_skills: Vec<EffectiveSkill>,
    sync: Sync,
    /// Absent while nothing is known of the worker's attributes (rule 27).
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<AttributeBudget>,
    /// Other users with the same e-mail address: Console and SSO logins create two workers (rule 22).
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    same_email: &'a [UserId],
}

/// How far the user is carried over to TaskRouter.
#[derive(Debug, Serialize)]
struct Sync {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<FailureReason>,
    /// What is wrong and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for_tasks: Option<usize>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    contested: &'static [&'static str],
}

impl From<SyncSummary> for Sync {
    fn from(summary: SyncSummary) -> Self {
        let SyncSummary { stage, since, reason, waits_for_tasks, contested } = summary;
        let detail = reason.map(FailureReason::advice);
        Self { state: stage.name(), since, reason, detail, waits_for_tasks, contested }
    }
}

/// Skills with their levels, in order of name.
#[must_use]
pub fn skills_with_levels(skills: &Skills) -> Vec<SkillWithLevel<'_>> {
    skills.iter().map(|(skill, &level)| SkillWithLevel { skill, level }).collect()
}

fn temporary_skills(skills: &TemporarySkills) -> Vec<NamedTemporarySkill<'_>> {
    skills.iter().map(|(skill, temporary)| NamedTemporarySkill { skill, temporary }).collect()
}

/// A user in a list; `teams` holds at least the user's teams.
#[must_use]
pub fn listed<'a>(user: &'a User, teams: &'a Teams) -> ListedUser<'a> {
    let User { idp, managed, taskrouter, .. } = user;
    let mut user_teams = managed.teams.iter().filter_map(|id| teams.get(id)).collect::<Vec<_>>();
    user_teams.sort_by(|a, b| (&a.name, a.team_id).cmp(&(&b.name, b.team_id)));
    ListedUser {
        user_id: user.user_id,
        identity: &user.identity,
        name: user.name(),
        email: idp.email.as_ref(),
        picture: idp.picture.as_deref(),
        role: managed.role,
        status: managed.status,
        act_as_agent: managed.act_as_agent,
        teams: user_teams.into_iter().map(|team| TeamRef { team_id: team.team_id, name: &team.name }).collect(),
        leads: &managed.leads,
        assigned_skills: skills_with_levels(&managed.assigned_skills),
        temporary_skills: temporary_skills(&managed.temporary_skills),
        version: user.version,
        created_at: user.created_at,
        updated_at: user.updated_at,
        worker: taskrouter.worker_sid.as_ref().map(|sid| Worker { sid, activity: None }),
    }
}

#[must_use]
pub fn viewed<'a>(user: &'a User, details: &'a UserDetails) -> ViewedUser<'a> {
    let mut listed = listed(user, &details.teams);
    if let (Some(worker), Some(reported)) = (&mut listed.worker, &details.worker) {
        worker.activity = Some(reported.activity.as_str()).filter(|activity| !activity.is_empty());
    }
    ViewedUser {
        listed,
        effective_skills: effective_skills(user, details.teams.values()),
        sync: SyncSummary::of(user, details.pending_since, &details.sync).into(),
        attributes: AttributeBudget::of(user, &details.teams, details.worker.as_ref()),
        same_email: &details.same_email,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        Team,
        sync_state::{SyncFailure, SyncState},
        test_support,
    };
    use serde_json::json;
    use store::WorkerItem;

    /// What Lambda returns at most, in bytes.
    const LIMIT: usize = 6 * 1024 * 1024;

    fn length(user: &User, teams: &Teams) -> usize {
        let json = serde_json::to_string(&listed(user, teams)).unwrap();
        // Lambda's envelope is JSON as well, with the body as a string.
        serde_json::to_string(&json).unwrap().len()
    }

    fn shown(user: &User, details: &UserDetails) -> serde_json::Value {
        serde_json::to_value(viewed(user, details)).unwrap()
    }

    #[test]
    fn rule_27_a_user_who_cannot_be_carried_over_is_shown_with_the_reason_and_what_to_do() {
        let failure = SyncFailure { reason: FailureReason::AttributesTooLong, since: Time::default(), attempts: 2 };
        let sync = SyncState { failure: Some(failure), ..SyncState::default() };
        let shown = &shown(&test_support::agent("ada"), &UserDetails { sync, ..UserDetails::default() })["sync"];
        let advice = FailureReason::AttributesTooLong.advice();
        assert_eq!(
            shown,
            &json!({"state": "failed", "since": "1970-01-01T00:00:00.000Z", "reason": "attributes_too_long", "detail": advice})
        );
    }

    #[test]
    fn rule_13_a_deleted_user_says_how_many_tasks_the_worker_waits_for() {
        let deleted = test_support::agent("ada").with(|user| user.managed.status = Status::Deleted);
        let sync = SyncState { waits_for_tasks: Some(2), ..SyncState::default() };
        let shown = shown(&deleted, &UserDetails { sync, ..UserDetails::default() });
        assert_eq!(shown["sync"], json!({"state": "synced", "waits_for_tasks": 2}));
    }

    #[test]
    fn an_activity_that_no_report_has_stated_is_left_out() {
        let ada = test_support::agent("ada").with(|user| user.taskrouter.worker_sid = Some(WorkerSid::new("WK1")));
        let worker = |item| serde_json::from_value::<WorkerItem>(item).unwrap();
        for (item, expected) in [
            (json!({"at_ms": 1}), json!({"sid": "WK1"})),
            (json!({"at_ms": 1, "activity": "Offline"}), json!({"sid": "WK1", "activity": "Offline"})),
        ] {
            let details = UserDetails { worker: Some(worker(item)), ..UserDetails::default() };
            assert_eq!(shown(&ada, &details)["worker"], expected);
        }
    }

    #[test]
    fn rule_27_the_characters_of_the_attributes_are_shown_where_they_are_known() {
        let ada = test_support::agent("ada");
        assert!(shown(&ada, &UserDetails::default()).get("attributes").is_none());
        let worker: WorkerItem = serde_json::from_value(json!({"at_ms": 1, "other_chars": 300})).unwrap();
        let details = UserDetails { worker: Some(worker), ..UserDetails::default() };
        assert_eq!(shown(&ada, &details)["attributes"], json!({"used": 308, "limit": 4_096}));
    }

    #[test]
    fn rule_8_a_page_of_100_users_with_all_that_4096_characters_of_attributes_can_hold_is_below_lambdas_limit() {
        let teams = (0..25)
            .map(|n| TeamId::new(uuid::Uuid::from_u128(n)))
            .map(|id| (id, Team::new(id, test_support::stored(&"🙂".repeat(64)), jiff::Timestamp::UNIX_EPOCH)));
        let teams = teams.collect::<Teams>();
        let with_teams = test_support::agent("ada").with(|user| {
            user.managed.teams = teams.keys().copied().collect();
            user.managed.leads.clone_from(&user.managed.teams);
        });
        let name = with_teams.with(|user| user.idp.full_name = Some("🙂".repeat(4_096)));
        let quotes = with_teams.with(|user| user.idp.full_name = Some("\"".repeat(4_096 / 2)));
        // In the attributes a name of one character takes four.
        let skills = ('一'..).take(4_096 / 4).map(|c| (SkillName::adopted(&c.to_string()).unwrap(), None));
        let skills = with_teams.with(|user| user.managed.assigned_skills = skills.collect());
        for user in [name, quotes, skills] {
            let length = length(&user, &teams);
            assert!(100 * length < LIMIT, "{length}");
        }
    }
}
