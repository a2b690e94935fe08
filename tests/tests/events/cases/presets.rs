//! `skills`: skill presets are listed, read, created, changed and deleted.

use super::{
    Cases,
    Expected::{Answers, Refuses},
    FOREIGN_HISTORY, UNKNOWN_ID,
};
use crate::patch::{
    AGENT, DEACTIVATED, DEMOTED,
    Patch::{Body, By, Cursor, Field, FieldJson, Header, Path, Query},
    SUPERVISOR, SYSTEM_ADMIN,
};

pub const ALL: &[Cases] = &[CREATE, LIST, PRESET, EDIT, DELETE, HISTORY];

/// `POST /skill-presets`
const CREATE: Cases = Cases {
    event: "skills/create-preset",
    rows: &[
        ("skills/create-preset", &[], Answers(201)),
        ("skills/create-preset-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("skills/create-preset-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("skills/create-preset-by-demoted-caller", &[By(DEMOTED)], Refuses(403, "supervisors-may-not")),
        ("skills/create-preset-by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("skills/create-preset-by-system-admin", &[By(SYSTEM_ADMIN), Field("name", "Second line")], Answers(201)),
        (
            "skills/create-preset-taken-name",
            &[Field("name", "{{taken_preset_name}}")],
            Refuses(409, "preset-name-taken"),
        ),
        ("skills/create-preset-blank-name", &[Field("name", " ")], Refuses(400, "invalid-preset-name")),
        ("skills/create-preset-without-skills", &[FieldJson("skills", "[]")], Refuses(400, "empty-preset")),
        (
            "skills/create-preset-unknown-skill",
            &[FieldJson("skills", r#"[{"skill":"Klingon"}]"#)],
            Refuses(404, "unknown-skill"),
        ),
        (
            "skills/create-preset-level-out-of-range",
            &[FieldJson("skills", r#"[{"skill":"English","level":101}]"#)],
            Refuses(400, "level-out-of-range"),
        ),
        (
            "skills/create-preset-level-for-skill-without",
            &[FieldJson("skills", r#"[{"skill":"Onboarding","level":1}]"#)],
            Refuses(400, "skill-without-levels"),
        ),
        (
            "skills/create-preset-two-levels",
            &[FieldJson("skills", r#"[{"skill":"English","level":1},{"skill":"English","level":2}]"#)],
            Refuses(400, "repeated-skill"),
        ),
        ("skills/create-preset-unknown-field", &[FieldJson("users", "[]")], Refuses(400, "invalid-body")),
        (
            "skills/create-preset-key-in-use",
            &[Field("name", "Third line"), Header("idempotency-key", "{{key_in_use}}")],
            Refuses(409, "idempotency-key-in-use"),
        ),
    ],
};

/// `GET /skill-presets`
const LIST: Cases = Cases {
    event: "skills/list-presets",
    rows: &[
        ("skills/list-presets", &[], Answers(200)),
        ("skills/list-presets-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("skills/list-presets-by-supervisor", &[By(SUPERVISOR)], Answers(200)),
        ("skills/list-presets-limit-zero", &[Query("limit=0")], Refuses(400, "invalid-limit")),
        ("skills/list-presets-next-page", &[Cursor(r#"{"s":"NAME#new","q":"skill presets"}"#)], Answers(200)),
        (
            "skills/list-presets-foreign-cursor",
            &[Cursor(r#"{"s":"SET#Languages","q":"skill sets"}"#)],
            Refuses(400, "foreign-cursor"),
        ),
    ],
};

/// `GET /skill-presets/{preset_id}`
const PRESET: Cases = Cases {
    event: "skills/preset",
    rows: &[
        ("skills/preset", &[], Answers(200)),
        ("skills/preset-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("skills/preset-by-supervisor", &[By(SUPERVISOR)], Answers(200)),
        ("skills/preset-with-deleted-skill", &[Path("preset_id", "{{preset_with_deleted_skill_id}}")], Answers(200)),
        ("skills/unknown-preset", &[Path("preset_id", UNKNOWN_ID)], Refuses(404, "unknown-preset")),
        ("skills/preset-id-not-a-uuid", &[Path("preset_id", "newcomers")], Refuses(404, "unknown-preset")),
        ("skills/preset-unknown-parameter", &[Query("page=2")], Refuses(400, "unknown-parameter")),
    ],
};

/// `PATCH /skill-presets/{preset_id}`
const EDIT: Cases = Cases {
    event: "skills/edit-preset",
    rows: &[
        ("skills/edit-preset", &[], Answers(200)),
        ("skills/rename-preset", &[Body(r#"{"name":"Trainees"}"#)], Answers(200)),
        ("skills/edit-preset-nothing", &[Body("{}")], Answers(200)),
        ("skills/edit-preset-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        (
            "skills/rename-preset-with-deleted-skill",
            &[Path("preset_id", "{{preset_with_deleted_skill_id}}"), Body(r#"{"name":"Without a skill"}"#)],
            Answers(200),
        ),
        (
            "skills/rename-preset-taken-name",
            &[Body(r#"{"name":"{{taken_preset_name}}"}"#)],
            Refuses(409, "preset-name-taken"),
        ),
        ("skills/edit-preset-without-skills", &[Body(r#"{"skills":[]}"#)], Refuses(400, "empty-preset")),
        (
            "skills/edit-preset-unknown-skill",
            &[Body(r#"{"skills":[{"skill":"Klingon"}]}"#)],
            Refuses(404, "unknown-skill"),
        ),
        ("skills/edit-preset-if-match", &[Header("if-match", r#""{{preset_version}}""#)], Answers(200)),
        ("skills/edit-preset-stale-if-match", &[Header("if-match", r#""7""#)], Refuses(412, "stale")),
        ("skills/edit-deleted-preset", &[Path("preset_id", "{{deleted_preset_id}}")], Refuses(404, "unknown-preset")),
    ],
};

/// `DELETE /skill-presets/{preset_id}`
const DELETE: Cases = Cases {
    event: "skills/delete-preset",
    rows: &[
        ("skills/delete-preset", &[], Answers(204)),
        ("skills/delete-preset-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("skills/delete-preset-stale-if-match", &[Header("if-match", r#""7""#)], Refuses(412, "stale")),
        ("skills/delete-deleted-preset", &[Path("preset_id", "{{deleted_preset_id}}")], Refuses(404, "unknown-preset")),
    ],
};

/// `GET /skill-presets/{preset_id}/history`
const HISTORY: Cases = Cases {
    event: "skills/preset-history",
    rows: &[
        ("skills/preset-history", &[], Answers(200)),
        ("skills/preset-history-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("skills/preset-history-foreign-cursor", &[Cursor(FOREIGN_HISTORY)], Refuses(400, "foreign-cursor")),
        ("skills/preset-history-of-deleted-preset", &[Path("preset_id", "{{deleted_preset_id}}")], Answers(200)),
        ("skills/preset-history-of-unknown-preset", &[Path("preset_id", UNKNOWN_ID)], Answers(200)),
    ],
};
