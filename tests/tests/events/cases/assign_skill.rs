//! `assign-skill`: users get and lose skills.

use super::{
    Cases,
    Expected::{Answers, Refuses},
    UNKNOWN_ID,
};
use crate::patch::{
    ACCOUNT_OWNER, AGENT, DEACTIVATED,
    Patch::{Body, By, Header, Path},
};

pub const ALL: &[Cases] = &[ASSIGN, REMOVE, END];

/// `PUT /users/{user_id}/skills/{skill}`
const ASSIGN: Cases = Cases {
    event: "assign-skill/assign",
    rows: &[
        ("assign-skill/assign", &[], Answers(200)),
        ("assign-skill/agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("assign-skill/assign-by-account-owner", &[By(ACCOUNT_OWNER)], Answers(200)),
        ("assign-skill/assign-by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("assign-skill/assign-if-match", &[Header("if-match", r#""{{version}}""#)], Answers(200)),
        ("assign-skill/assign-in-skill-set", &[Body(r#"{"level":80,"skill_set":"Languages"}"#)], Answers(200)),
        ("assign-skill/assign-prefer-minimal", &[By(ACCOUNT_OWNER), Header("prefer", "return=minimal")], Answers(204)),
        ("assign-skill/assign-skill-without-levels", &[Path("skill", "Onboarding"), Body("{}")], Answers(200)),
        ("assign-skill/assign-without-level", &[Body("{}")], Answers(200)),
        ("assign-skill/body-not-json", &[Body(r#"{"level": "#)], Refuses(400, "invalid-json")),
        ("assign-skill/deleted-user", &[Path("user_id", "{{deleted_user_id}}")], Refuses(409, "deleted-user")),
        ("assign-skill/if-match-not-an-etag", &[Header("if-match", "seven")], Refuses(400, "invalid-if-match")),
        (
            "assign-skill/level-for-skill-without-levels",
            &[Path("skill", "Onboarding")],
            Refuses(400, "skill-without-levels"),
        ),
        ("assign-skill/level-not-whole", &[Body(r#"{"level":79.5}"#)], Refuses(400, "invalid-body")),
        ("assign-skill/level-out-of-range", &[Body(r#"{"level":101}"#)], Refuses(400, "level-out-of-range")),
        ("assign-skill/assign-for-an-hour", &[Body(r#"{"level":80,"until":"{{in_an_hour}}"}"#)], Answers(200)),
        (
            "assign-skill/from-without-until",
            &[Body(r#"{"level":80,"from":"2026-12-24T08:00:00Z"}"#)],
            Refuses(400, "invalid-period"),
        ),
        (
            "assign-skill/until-is-past",
            &[Body(r#"{"level":80,"until":"2026-01-01T08:00:00Z"}"#)],
            Refuses(400, "invalid-period"),
        ),
        ("assign-skill/until-is-no-time", &[Body(r#"{"level":80,"until":"noon"}"#)], Refuses(400, "invalid-time")),
        ("assign-skill/stale-if-match", &[Header("if-match", r#""0""#)], Refuses(412, "stale")),
        ("assign-skill/unknown-field", &[Body(r#"{"lvl":80}"#)], Refuses(400, "invalid-body")),
        ("assign-skill/unknown-skill", &[Path("skill", "Klingon")], Refuses(404, "unknown-skill")),
        ("assign-skill/unknown-user", &[Path("user_id", UNKNOWN_ID)], Refuses(404, "unknown-user")),
        ("assign-skill/user-id-not-uuid", &[Path("user_id", "ada")], Refuses(404, "unknown-user")),
        (
            "assign-skill/wrong-skill-set",
            &[Body(r#"{"level":80,"skill_set":"Topics"}"#)],
            Refuses(400, "wrong-skill-set"),
        ),
    ],
};

/// `DELETE /users/{user_id}/skills/{skill}/temporary`
const END: Cases = Cases {
    event: "assign-skill/end-temporary",
    rows: &[
        ("assign-skill/end-temporary", &[], Answers(200)),
        (
            "assign-skill/end-temporary-prefer-minimal",
            &[By(ACCOUNT_OWNER), Header("prefer", "return=minimal")],
            Answers(204),
        ),
        ("assign-skill/end-temporary-if-match", &[Header("if-match", r#""{{version}}""#)], Answers(200)),
        ("assign-skill/end-temporary-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        (
            "assign-skill/end-temporary-that-there-is-not",
            &[Path("skill", "Onboarding")],
            Refuses(404, "no-temporary-skill"),
        ),
        (
            "assign-skill/end-temporary-of-deleted-user",
            &[Path("user_id", "{{deleted_user_id}}")],
            Refuses(409, "deleted-user"),
        ),
        ("assign-skill/end-temporary-stale-if-match", &[Header("if-match", r#""0""#)], Refuses(412, "stale")),
    ],
};

/// `DELETE /users/{user_id}/skills/{skill}`
const REMOVE: Cases = Cases {
    event: "assign-skill/remove",
    rows: &[
        ("assign-skill/remove", &[], Answers(200)),
        (
            "assign-skill/remove-from-deleted-user",
            &[Path("user_id", "{{deleted_user_id}}")],
            Refuses(409, "deleted-user"),
        ),
        ("assign-skill/remove-if-match", &[Header("if-match", r#""{{version}}""#)], Answers(200)),
        ("assign-skill/remove-prefer-minimal", &[By(ACCOUNT_OWNER), Header("prefer", "return=minimal")], Answers(204)),
        ("assign-skill/remove-stale-if-match", &[Header("if-match", r#""0""#)], Refuses(412, "stale")),
        ("assign-skill/remove-unknown-skill", &[Path("skill", "Klingon")], Refuses(404, "unknown-skill")),
    ],
};
