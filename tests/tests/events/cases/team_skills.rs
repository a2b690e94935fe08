//! `teams`: teams get and lose skills.

use super::{
    Cases,
    Expected::{Answers, Refuses},
    UNKNOWN_TEAM,
};
use crate::patch::{
    AGENT, DEACTIVATED,
    Patch::{Body, By, Header, Path},
    SUPERVISOR,
};

pub const ALL: &[Cases] = &[GIVE_SKILL, TAKE_SKILL];

/// `PUT /teams/{team_id}/skills/{skill}`
const GIVE_SKILL: Cases = Cases {
    event: "teams/give-skill",
    rows: &[
        ("teams/give-skill", &[], Answers(200)),
        (
            "teams/give-skill-another-level",
            &[Path("team_id", "{{team_with_skill_id}}"), Body(r#"{"level":90}"#)],
            Answers(200),
        ),
        ("teams/give-skill-body-not-json", &[Body(r#"{"level": "#)], Refuses(400, "invalid-json")),
        ("teams/give-skill-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("teams/give-skill-by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("teams/give-skill-by-supervisor", &[By(SUPERVISOR)], Answers(200)),
        ("teams/give-skill-if-match", &[Header("if-match", r#""{{team_version}}""#)], Answers(200)),
        ("teams/give-skill-if-match-not-an-etag", &[Header("if-match", "seven")], Refuses(400, "invalid-if-match")),
        ("teams/give-skill-in-skill-set", &[Body(r#"{"level":80,"skill_set":"Languages"}"#)], Answers(200)),
        (
            "teams/give-skill-level-for-skill-without-levels",
            &[Path("skill", "Onboarding"), Body(r#"{"level":1}"#)],
            Refuses(400, "skill-without-levels"),
        ),
        ("teams/give-skill-level-not-whole", &[Body(r#"{"level":1.5}"#)], Refuses(400, "invalid-body")),
        ("teams/give-skill-level-out-of-range", &[Body(r#"{"level":101}"#)], Refuses(400, "level-out-of-range")),
        ("teams/give-skill-stale-if-match", &[Header("if-match", r#""0""#)], Refuses(412, "stale")),
        ("teams/give-skill-too-many", &[Path("team_id", "{{full_team_id}}")], Refuses(400, "too-many-skills")),
        ("teams/give-skill-unknown-field", &[Body(r#"{"lvl":80}"#)], Refuses(400, "invalid-body")),
        ("teams/give-skill-unknown-skill", &[Path("skill", "Klingon"), Body("{}")], Refuses(404, "unknown-skill")),
        ("teams/give-skill-unknown-team", &[Path("team_id", UNKNOWN_TEAM)], Refuses(404, "unknown-team")),
        ("teams/give-skill-without-level", &[Body("{}")], Answers(200)),
        ("teams/give-skill-without-levels", &[Path("skill", "Onboarding"), Body("{}")], Answers(200)),
        (
            "teams/give-skill-wrong-skill-set",
            &[Body(r#"{"level":80,"skill_set":"Topics"}"#)],
            Refuses(400, "wrong-skill-set"),
        ),
    ],
};

/// `DELETE /teams/{team_id}/skills/{skill}`
const TAKE_SKILL: Cases = Cases {
    event: "teams/take-skill",
    rows: &[
        ("teams/take-skill", &[], Answers(200)),
        ("teams/take-skill-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("teams/take-skill-by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("teams/take-skill-by-supervisor", &[By(SUPERVISOR)], Answers(200)),
        ("teams/take-skill-if-match", &[Header("if-match", r#""{{team_version}}""#)], Answers(200)),
        ("teams/take-skill-if-match-not-an-etag", &[Header("if-match", "seven")], Refuses(400, "invalid-if-match")),
        ("teams/take-skill-stale-if-match", &[Header("if-match", r#""0""#)], Refuses(412, "stale")),
        ("teams/take-skill-that-it-does-not-give", &[Path("team_id", "{{team_id}}")], Answers(200)),
        ("teams/take-skill-unknown-skill", &[Path("skill", "Klingon")], Refuses(404, "unknown-skill")),
        ("teams/take-skill-unknown-team", &[Path("team_id", UNKNOWN_TEAM)], Refuses(404, "unknown-team")),
    ],
};
