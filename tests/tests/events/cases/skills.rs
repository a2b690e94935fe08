//! `skills`: skills are read, created, changed and deleted.

use super::{
    Cases,
    Expected::{Answers, Refuses},
    FOREIGN_HISTORY,
};
use crate::patch::{
    AGENT, DEACTIVATED, DEMOTED,
    Patch::{Body, By, Cursor, Header, LongPath, Path, Query},
    SUPERVISOR, SYSTEM_ADMIN,
};

pub const ALL: &[Cases] = &[SKILL, SKILL_HISTORY, CREATE_SKILL, CHANGE_SKILL, DELETE_SKILL];

/// `GET /skill-sets/{name}/skills/{skill}`
const SKILL: Cases = Cases {
    event: "skills/skill",
    rows: &[
        ("skills/skill", &[], Answers(200)),
        ("skills/skill-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("skills/skill-by-supervisor", &[By(SUPERVISOR)], Answers(200)),
        ("skills/skill-in-use", &[Path("name", "{{used_skill_set}}"), Path("skill", "{{used_skill}}")], Answers(200)),
        ("skills/skill-name-too-long", &[LongPath("skill", 513)], Refuses(404, "unknown-skill")),
        ("skills/skill-of-another-skill-set", &[Path("name", "Topics")], Refuses(404, "unknown-skill")),
        ("skills/skill-without-levels", &[Path("name", "Topics"), Path("skill", "Onboarding")], Answers(200)),
        ("skills/unknown-skill", &[Path("skill", "Klingon")], Refuses(404, "unknown-skill")),
    ],
};

/// `GET /skill-sets/{name}/skills/{skill}/history`
const SKILL_HISTORY: Cases = Cases {
    event: "skills/skill-history",
    rows: &[
        ("skills/skill-history", &[], Answers(200)),
        ("skills/skill-history-broken-cursor", &[Query("cursor=page-2")], Refuses(400, "broken-cursor")),
        ("skills/skill-history-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("skills/skill-history-first-record", &[Query("limit=1")], Answers(200)),
        ("skills/skill-history-foreign-cursor", &[Cursor(FOREIGN_HISTORY)], Refuses(400, "foreign-cursor")),
        ("skills/skill-history-limit-zero", &[Query("limit=0")], Refuses(400, "invalid-limit")),
        ("skills/skill-history-name-too-long", &[LongPath("skill", 513)], Refuses(404, "unknown-skill")),
        (
            "skills/skill-history-next-page",
            &[Cursor(r#"{"s":"01937a3c-7b00-7000-8000-000000000001","q":"fXaAzEgDYTob"}"#)],
            Answers(200),
        ),
        (
            "skills/skill-history-of-deleted-skill",
            &[Path("name", "{{deleted_skill_set}}"), Path("skill", "{{deleted_skill}}")],
            Answers(200),
        ),
        ("skills/skill-history-of-unknown-skill", &[Path("skill", "Klingon")], Answers(200)),
        ("skills/skill-history-unknown-parameter", &[Query("since=2026-01-01")], Refuses(400, "unknown-parameter")),
    ],
};

/// `PUT /skill-sets/{name}/skills/{skill}`
const CREATE_SKILL: Cases = Cases {
    event: "skills/create-skill",
    rows: &[
        ("skills/create-skill", &[], Answers(201)),
        ("skills/create-skill-by-agent", &[By(AGENT), Path("skill", "German")], Refuses(403, "agents-may-not")),
        (
            "skills/create-skill-by-deactivated-caller",
            &[By(DEACTIVATED), Path("skill", "German")],
            Refuses(403, "caller-may-no-longer"),
        ),
        (
            "skills/create-skill-by-demoted-caller",
            &[By(DEMOTED), Path("skill", "German")],
            Refuses(403, "supervisors-may-not"),
        ),
        (
            "skills/create-skill-by-supervisor",
            &[By(SUPERVISOR), Path("skill", "German")],
            Refuses(403, "supervisors-may-not"),
        ),
        (
            "skills/create-skill-in-unknown-skill-set",
            &[Path("name", "Product lines"), Path("skill", "German")],
            Refuses(404, "unknown-skill-set"),
        ),
        ("skills/create-skill-name-with-hyphen", &[Path("skill", "en-GB")], Refuses(400, "invalid-skill-name")),
        ("skills/create-skill-reserved-name", &[Path("skill", "has")], Refuses(400, "invalid-skill-name")),
        (
            "skills/create-skill-stale-if-match",
            &[Path("skill", "German"), Header("if-match", r#""1""#)],
            Refuses(412, "stale"),
        ),
        ("skills/create-skill-with-range", &[Path("skill", "Spanish"), Body(r#"{"min":0,"max":5}"#)], Answers(201)),
        (
            "skills/create-skill-without-levels",
            &[By(SYSTEM_ADMIN), Path("skill", "Refunds"), Body(r#"{"levels":false}"#)],
            Answers(201),
        ),
        ("skills/move-imported-skill", &[Path("skill", "{{imported_skill}}")], Answers(200)),
    ],
};

/// `PUT /skill-sets/{name}/skills/{skill}`
const CHANGE_SKILL: Cases = Cases {
    event: "skills/change-skill",
    rows: &[
        ("skills/change-skill", &[], Answers(200)),
        ("skills/change-skill-body-not-json", &[Body(r#"{"max": "#)], Refuses(400, "invalid-json")),
        (
            "skills/change-skill-by-supervisor",
            &[By(SUPERVISOR), Body(r#"{"max":10}"#)],
            Refuses(403, "supervisors-may-not"),
        ),
        (
            "skills/change-skill-if-match",
            &[Header("if-match", r#""{{skill_version}}""#), Body(r#"{"max":10}"#)],
            Answers(200),
        ),
        (
            "skills/change-skill-if-match-not-an-etag",
            &[Header("if-match", "seven"), Body(r#"{"max":10}"#)],
            Refuses(400, "invalid-if-match"),
        ),
        (
            "skills/change-skill-in-use",
            &[Path("name", "{{used_skill_set}}"), Path("skill", "{{used_skill}}"), Body(r#"{"levels":false}"#)],
            Answers(200),
        ),
        ("skills/change-skill-max-not-whole", &[Body(r#"{"max":1.5}"#)], Refuses(400, "invalid-body")),
        ("skills/change-skill-min-above-max", &[Body(r#"{"min":10,"max":1}"#)], Refuses(400, "invalid-level-range")),
        ("skills/change-skill-nothing", &[Body("{}")], Answers(200)),
        (
            "skills/change-skill-of-another-skill-set",
            &[Path("skill", "English"), Body("{}")],
            Refuses(409, "skill-elsewhere"),
        ),
        (
            "skills/create-skill-that-differs-in-case",
            &[Path("skill", "ENGLISH"), Body("{}")],
            Refuses(409, "skill-exists"),
        ),
        (
            "skills/change-skill-range-without-levels",
            &[Body(r#"{"levels":false,"max":10}"#)],
            Refuses(400, "invalid-level-range"),
        ),
        (
            "skills/change-skill-stale-if-match",
            &[Header("if-match", r#""0""#), Body(r#"{"max":10}"#)],
            Refuses(412, "stale"),
        ),
        ("skills/change-skill-unknown-field", &[Body(r#"{"maximum":10}"#)], Refuses(400, "invalid-body")),
    ],
};

/// `DELETE /skill-sets/{name}/skills/{skill}`
const DELETE_SKILL: Cases = Cases {
    event: "skills/delete-skill",
    rows: &[
        ("skills/delete-skill", &[], Answers(204)),
        ("skills/delete-skill-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("skills/delete-skill-by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("skills/delete-skill-by-demoted-caller", &[By(DEMOTED)], Refuses(403, "supervisors-may-not")),
        ("skills/delete-skill-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("skills/delete-skill-by-system-admin", &[By(SYSTEM_ADMIN)], Answers(204)),
        ("skills/delete-skill-if-match", &[Header("if-match", r#""{{skill_version}}""#)], Answers(204)),
        ("skills/delete-skill-if-match-not-an-etag", &[Header("if-match", "seven")], Refuses(400, "invalid-if-match")),
        (
            "skills/delete-skill-in-unknown-skill-set",
            &[Path("name", "Product lines"), Path("skill", "English")],
            Refuses(404, "unknown-skill"),
        ),
        (
            "skills/delete-skill-in-use",
            &[Path("name", "{{used_skill_set}}"), Path("skill", "{{used_skill}}")],
            Refuses(409, "skill-in-use"),
        ),
        ("skills/delete-skill-of-another-skill-set", &[Path("skill", "English")], Refuses(404, "unknown-skill")),
        ("skills/delete-skill-stale-if-match", &[Header("if-match", r#""0""#)], Refuses(412, "stale")),
        ("skills/delete-skill-unknown-skill", &[Path("skill", "Klingon")], Refuses(404, "unknown-skill")),
    ],
};
