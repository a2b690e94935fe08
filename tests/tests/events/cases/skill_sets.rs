//! `skills`: skill sets are listed, read, created and deleted.

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

pub const ALL: &[Cases] = &[LIST, SKILL_SET, SKILL_SET_HISTORY, CREATE_SKILL_SET, DELETE_SKILL_SET];

/// `GET /skill-sets`
const LIST: Cases = Cases {
    event: "skills/list",
    rows: &[
        ("skills/list", &[], Answers(200)),
        ("skills/agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("skills/list-broken-cursor", &[Query("cursor=page-2")], Refuses(400, "broken-cursor")),
        ("skills/list-by-supervisor", &[By(SUPERVISOR)], Answers(200)),
        (
            "skills/list-cursor-of-another-kind",
            &[Cursor(r#"{"s":"USER#Languages","q":"skill sets"}"#)],
            Refuses(400, "broken-cursor"),
        ),
        ("skills/list-first-skill-set", &[Query("limit=1")], Answers(200)),
        (
            "skills/list-foreign-cursor",
            &[Cursor(r#"{"s":"SET#Languages","q":"r21ES-EjPtOp"}"#)],
            Refuses(400, "foreign-cursor"),
        ),
        ("skills/list-limit-zero", &[Query("limit=0")], Refuses(400, "invalid-limit")),
        ("skills/list-next-page", &[Cursor(r#"{"s":"SET#Languages","q":"skill sets"}"#)], Answers(200)),
        ("skills/list-unknown-parameter", &[Query("page=2")], Refuses(400, "unknown-parameter")),
    ],
};

/// `GET /skill-sets/{name}`
const SKILL_SET: Cases = Cases {
    event: "skills/skill-set",
    rows: &[
        ("skills/skill-set", &[], Answers(200)),
        ("skills/skill-set-name-too-long", &[LongPath("name", 1100)], Refuses(404, "unknown-skill-set")),
        ("skills/unknown-skill-set", &[Path("name", "Product lines")], Refuses(404, "unknown-skill-set")),
        ("skills/unused-skill-set", &[Path("name", "{{skill_set}}")], Answers(200)),
    ],
};

/// `GET /skill-sets/{name}/history`
const SKILL_SET_HISTORY: Cases = Cases {
    event: "skills/skill-set-history",
    rows: &[
        ("skills/skill-set-history", &[], Answers(200)),
        ("skills/skill-set-history-broken-cursor", &[Query("cursor=page-2")], Refuses(400, "broken-cursor")),
        ("skills/skill-set-history-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("skills/skill-set-history-first-record", &[Query("limit=1")], Answers(200)),
        ("skills/skill-set-history-foreign-cursor", &[Cursor(FOREIGN_HISTORY)], Refuses(400, "foreign-cursor")),
        ("skills/skill-set-history-limit-zero", &[Query("limit=0")], Refuses(400, "invalid-limit")),
        ("skills/skill-set-history-name-too-long", &[LongPath("name", 2100)], Refuses(404, "unknown-skill-set")),
        (
            "skills/skill-set-history-next-page",
            &[Cursor(r#"{"s":"01937a3c-7b00-7000-8000-000000000001","q":"EZdcUTGfCRzd"}"#)],
            Answers(200),
        ),
        ("skills/skill-set-history-of-deleted-skill-set", &[Path("name", "{{deleted_skill_set}}")], Answers(200)),
        ("skills/skill-set-history-of-unknown-skill-set", &[Path("name", "Product lines")], Answers(200)),
        ("skills/skill-set-history-unknown-parameter", &[Query("since=2026-01-01")], Refuses(400, "unknown-parameter")),
    ],
};

/// `POST /skill-sets`
const CREATE_SKILL_SET: Cases = Cases {
    event: "skills/create-skill-set",
    rows: &[
        ("skills/create-skill-set", &[], Answers(201)),
        ("skills/create-skill-set-body-not-json", &[Body(r#"{"name": "Channels""#)], Refuses(400, "invalid-json")),
        (
            "skills/create-skill-set-by-agent",
            &[By(AGENT), Body(r#"{"name":"Channels"}"#)],
            Refuses(403, "agents-may-not"),
        ),
        (
            "skills/create-skill-set-by-deactivated-caller",
            &[By(DEACTIVATED), Body(r#"{"name":"Channels"}"#)],
            Refuses(403, "caller-may-no-longer"),
        ),
        (
            "skills/create-skill-set-by-demoted-caller",
            &[By(DEMOTED), Body(r#"{"name":"Channels"}"#)],
            Refuses(403, "supervisors-may-not"),
        ),
        (
            "skills/create-skill-set-without-name-by-supervisor",
            &[By(SUPERVISOR), Body("{}")],
            Refuses(403, "supervisors-may-not"),
        ),
        (
            "skills/create-skill-set-by-supervisor",
            &[By(SUPERVISOR), Body(r#"{"name":"Channels"}"#)],
            Refuses(403, "supervisors-may-not"),
        ),
        (
            "skills/create-skill-set-by-system-admin",
            &[By(SYSTEM_ADMIN), Body(r#"{"name":"Sales regions"}"#)],
            Answers(201),
        ),
        (
            "skills/create-skill-set-idempotency-key",
            &[Header("idempotency-key", "7d9e1c3b-5f2a-4e8d-b6c0-1a3f5e7d9b2c"), Body(r#"{"name":"Certificates"}"#)],
            Answers(201),
        ),
        (
            "skills/create-skill-set-idempotency-key-again",
            &[Header("idempotency-key", "7d9e1c3b-5f2a-4e8d-b6c0-1a3f5e7d9b2c"), Body(r#"{"name":"Certificates"}"#)],
            Answers(201),
        ),
        (
            "skills/create-skill-set-idempotency-key-empty",
            &[Header("idempotency-key", ""), Body(r#"{"name":"Channels"}"#)],
            Refuses(400, "invalid-idempotency-key"),
        ),
        (
            "skills/create-skill-set-idempotency-key-reused",
            &[Header("idempotency-key", "7d9e1c3b-5f2a-4e8d-b6c0-1a3f5e7d9b2c"), Body(r#"{"name":"Channels"}"#)],
            Refuses(422, "idempotency-key-reused"),
        ),
        (
            "skills/create-skill-set-name-of-spaces",
            &[Body(r#"{"name":"   "}"#)],
            Refuses(400, "invalid-skill-set-name"),
        ),
        (
            "skills/create-skill-set-name-too-long",
            &[Body(r#"{"name":"Skills Skills Skills Skills Skills Skills Skills Skills Skills Skills "}"#)],
            Refuses(400, "invalid-skill-set-name"),
        ),
        (
            "skills/create-skill-set-name-with-slash",
            &[Body(r#"{"name":"Sales/Support"}"#)],
            Refuses(400, "invalid-skill-set-name"),
        ),
        ("skills/create-skill-set-that-exists", &[Body(r#"{"name":"Languages"}"#)], Refuses(409, "skill-set-exists")),
        (
            "skills/create-skill-set-unknown-field",
            &[Body(r#"{"name":"Channels","skills":[]}"#)],
            Refuses(400, "invalid-body"),
        ),
        ("skills/create-skill-set-without-name", &[Body("{}")], Refuses(400, "invalid-body")),
    ],
};

/// `DELETE /skill-sets/{name}`
const DELETE_SKILL_SET: Cases = Cases {
    event: "skills/delete-skill-set",
    rows: &[
        ("skills/delete-skill-set", &[], Answers(204)),
        ("skills/delete-skill-set-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("skills/delete-skill-set-by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("skills/delete-skill-set-by-demoted-caller", &[By(DEMOTED)], Refuses(403, "supervisors-may-not")),
        ("skills/delete-skill-set-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("skills/delete-skill-set-by-system-admin", &[By(SYSTEM_ADMIN)], Answers(204)),
        ("skills/delete-skill-set-if-match", &[Header("if-match", r#""{{skill_set_version}}""#)], Answers(204)),
        (
            "skills/delete-skill-set-if-match-not-an-etag",
            &[Header("if-match", "seven")],
            Refuses(400, "invalid-if-match"),
        ),
        ("skills/delete-skill-set-in-use", &[Path("name", "{{used_skill_set}}")], Refuses(409, "skill-set-in-use")),
        ("skills/delete-skill-set-stale-if-match", &[Header("if-match", r#""0""#)], Refuses(412, "stale")),
        (
            "skills/delete-skill-set-unknown-skill-set",
            &[Path("name", "Product lines")],
            Refuses(404, "unknown-skill-set"),
        ),
    ],
};
