//! `teams`: teams are listed, read, created, edited and deleted.

use super::{
    Cases,
    Expected::{Answers, Refuses},
    FOREIGN_HISTORY, UNKNOWN_TEAM,
};
use crate::patch::{
    AGENT, DEACTIVATED, DEMOTED,
    Patch::{Body, By, Cursor, Header, Path, Query},
    SUPERVISOR, SYSTEM_ADMIN,
};

pub const ALL: &[Cases] = &[LIST, TEAM, MEMBERS, HISTORY, CREATE, RENAME, ARCHIVE, DELETE];

/// `GET /teams`
const LIST: Cases = Cases {
    event: "teams/list",
    rows: &[
        ("teams/list", &[], Answers(200)),
        ("teams/agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("teams/list-all", &[Query("archived=all&limit=100")], Answers(200)),
        ("teams/list-archived", &[Query("archived=true")], Answers(200)),
        ("teams/list-broken-cursor", &[Query("cursor=page-2")], Refuses(400, "broken-cursor")),
        ("teams/list-by-supervisor", &[By(SUPERVISOR)], Answers(200)),
        (
            "teams/list-cursor-of-another-kind",
            &[Cursor(r#"{"s":"USER#sales","q":"tauIn0gndafm"}"#)],
            Refuses(400, "broken-cursor"),
        ),
        (
            "teams/list-foreign-cursor",
            &[Cursor(r#"{"s":"NAME#sales","q":"r21ES-EjPtOp"}"#)],
            Refuses(400, "foreign-cursor"),
        ),
        ("teams/list-limit-zero", &[Query("limit=0")], Refuses(400, "invalid-limit")),
        ("teams/list-next-page", &[Cursor(r#"{"s":"NAME#sales","q":"tauIn0gndafm"}"#)], Answers(200)),
        ("teams/list-unknown-archived", &[Query("archived=yes")], Refuses(400, "invalid-archived")),
        ("teams/list-unknown-parameter", &[Query("page=2")], Refuses(400, "unknown-parameter")),
    ],
};

/// `GET /teams/{team_id}`
const TEAM: Cases = Cases {
    event: "teams/team",
    rows: &[
        ("teams/team", &[], Answers(200)),
        ("teams/team-id-not-uuid", &[Path("team_id", "sales")], Refuses(404, "unknown-team")),
        ("teams/unknown-team", &[Path("team_id", UNKNOWN_TEAM)], Refuses(404, "unknown-team")),
    ],
};

/// `GET /teams/{team_id}/members`
const MEMBERS: Cases = Cases {
    event: "teams/members",
    rows: &[
        ("teams/members", &[], Answers(200)),
        ("teams/members-broken-cursor", &[Query("cursor=page-2")], Refuses(400, "broken-cursor")),
        ("teams/members-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("teams/members-by-supervisor", &[By(SUPERVISOR)], Answers(200)),
        ("teams/members-first-member", &[Query("limit=1")], Answers(200)),
        (
            "teams/members-foreign-cursor",
            &[Cursor(r#"{"s":"MEMBER#3f2d7c1a-9b64-4e0e-8a55-0c6d1f7e2b90","q":"maZ245ziBwlb"}"#)],
            Refuses(400, "foreign-cursor"),
        ),
        ("teams/members-limit-zero", &[Query("limit=0")], Refuses(400, "invalid-limit")),
        ("teams/members-of-empty-team", &[Path("team_id", "{{team_id}}")], Answers(200)),
        ("teams/members-of-unknown-team", &[Path("team_id", UNKNOWN_TEAM)], Refuses(404, "unknown-team")),
        ("teams/members-team-id-not-uuid", &[Path("team_id", "sales")], Refuses(404, "unknown-team")),
        ("teams/members-unknown-parameter", &[Query("page=2")], Refuses(400, "unknown-parameter")),
    ],
};

/// `GET /teams/{team_id}/history`
const HISTORY: Cases = Cases {
    event: "teams/history",
    rows: &[
        ("teams/history", &[], Answers(200)),
        ("teams/history-broken-cursor", &[Query("cursor=page-2")], Refuses(400, "broken-cursor")),
        ("teams/history-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("teams/history-first-record", &[Query("limit=1")], Answers(200)),
        ("teams/history-foreign-cursor", &[Cursor(FOREIGN_HISTORY)], Refuses(400, "foreign-cursor")),
        ("teams/history-limit-zero", &[Query("limit=0")], Refuses(400, "invalid-limit")),
        ("teams/history-of-deleted-team", &[Path("team_id", "{{deleted_team_id}}")], Answers(200)),
        ("teams/history-of-unknown-team", &[Path("team_id", UNKNOWN_TEAM)], Answers(200)),
        ("teams/history-team-id-not-uuid", &[Path("team_id", "sales")], Refuses(404, "unknown-team")),
        ("teams/history-unknown-parameter", &[Query("since=2026-01-01")], Refuses(400, "unknown-parameter")),
    ],
};

/// `POST /teams`
const CREATE: Cases = Cases {
    event: "teams/create",
    rows: &[
        ("teams/create", &[], Answers(201)),
        ("teams/create-body-not-json", &[Body(r#"{"name": "Late shift""#)], Refuses(400, "invalid-json")),
        ("teams/create-by-agent", &[By(AGENT), Body(r#"{"name":"Late shift"}"#)], Refuses(403, "agents-may-not")),
        (
            "teams/create-by-deactivated-caller",
            &[By(DEACTIVATED), Body(r#"{"name":"Late shift"}"#)],
            Refuses(403, "caller-may-no-longer"),
        ),
        ("teams/create-by-supervisor", &[By(SUPERVISOR), Body(r#"{"name":"Early shift"}"#)], Answers(201)),
        (
            "teams/create-idempotency-key",
            &[Header("idempotency-key", "c1e5b0a4-3d2f-4b6a-8c7d-9e0f1a2b3c4d"), Body(r#"{"name":"Weekend"}"#)],
            Answers(201),
        ),
        (
            "teams/create-idempotency-key-again",
            &[Header("idempotency-key", "c1e5b0a4-3d2f-4b6a-8c7d-9e0f1a2b3c4d"), Body(r#"{"name":"Weekend"}"#)],
            Answers(201),
        ),
        (
            "teams/create-idempotency-key-empty",
            &[Header("idempotency-key", ""), Body(r#"{"name":"Bank holidays"}"#)],
            Refuses(400, "invalid-idempotency-key"),
        ),
        (
            "teams/create-idempotency-key-in-use",
            &[Header("idempotency-key", "{{key_in_use}}"), Body(r#"{"name":"Bank holidays"}"#)],
            Refuses(409, "idempotency-key-in-use"),
        ),
        (
            "teams/create-idempotency-key-reused",
            &[Header("idempotency-key", "c1e5b0a4-3d2f-4b6a-8c7d-9e0f1a2b3c4d"), Body(r#"{"name":"Bank holidays"}"#)],
            Refuses(422, "idempotency-key-reused"),
        ),
        ("teams/create-name-of-spaces", &[Body(r#"{"name":"   "}"#)], Refuses(400, "invalid-team-name")),
        (
            "teams/create-name-too-long",
            &[Body(r#"{"name":"Team Team Team Team Team Team Team Team Team Team Team Team Team Team "}"#)],
            Refuses(400, "invalid-team-name"),
        ),
        ("teams/create-name-with-line-break", &[Body(r#"{"name":"Night\nshift"}"#)], Refuses(400, "invalid-team-name")),
        ("teams/create-taken-name", &[Body(r#"{"name":"{{taken_team_name}}"}"#)], Refuses(409, "team-name-taken")),
        (
            "teams/create-unknown-field",
            &[Body(r#"{"name":"Late shift","archived":true}"#)],
            Refuses(400, "invalid-body"),
        ),
        ("teams/create-without-name", &[Body("{}")], Refuses(400, "invalid-body")),
    ],
};

/// `PATCH /teams/{team_id}`
const RENAME: Cases = Cases {
    event: "teams/rename",
    rows: &[
        ("teams/rename", &[], Answers(200)),
        ("teams/edit-archived-not-boolean", &[Body(r#"{"archived":"yes"}"#)], Refuses(400, "invalid-body")),
        ("teams/edit-body-not-json", &[Body(r#"{"archived": true"#)], Refuses(400, "invalid-json")),
        ("teams/edit-nothing", &[Body("{}")], Answers(200)),
        ("teams/edit-unknown-field", &[Body(r#"{"members":[]}"#)], Refuses(400, "invalid-body")),
        ("teams/rename-by-agent", &[By(AGENT), Body(r#"{"name":"Fourth line"}"#)], Refuses(403, "agents-may-not")),
        (
            "teams/rename-by-deactivated-caller",
            &[By(DEACTIVATED), Body(r#"{"name":"Fourth line"}"#)],
            Refuses(403, "caller-may-no-longer"),
        ),
        ("teams/rename-by-supervisor", &[By(SUPERVISOR), Body(r#"{"name":"Third line"}"#)], Answers(200)),
        (
            "teams/rename-if-match",
            &[Header("if-match", r#""{{team_version}}""#), Body(r#"{"name":"Back office"}"#)],
            Answers(200),
        ),
        (
            "teams/rename-if-match-not-an-etag",
            &[Header("if-match", "seven"), Body(r#"{"name":"Fourth line"}"#)],
            Refuses(400, "invalid-if-match"),
        ),
        ("teams/rename-name-of-spaces", &[Body(r#"{"name":"   "}"#)], Refuses(400, "invalid-team-name")),
        (
            "teams/rename-stale-if-match",
            &[Header("if-match", r#""0""#), Body(r#"{"name":"Fourth line"}"#)],
            Refuses(412, "stale"),
        ),
        ("teams/rename-taken-name", &[Body(r#"{"name":"{{taken_team_name}}"}"#)], Refuses(409, "team-name-taken")),
        ("teams/rename-to-its-own-name", &[Body(r#"{"name":"{{team_name}}"}"#)], Answers(200)),
        (
            "teams/rename-unknown-team",
            &[Path("team_id", UNKNOWN_TEAM), Body(r#"{"name":"Fourth line"}"#)],
            Refuses(404, "unknown-team"),
        ),
        ("teams/unarchive", &[Path("team_id", "{{archived_team_id}}"), Body(r#"{"archived":false}"#)], Answers(200)),
        (
            "teams/unarchive-by-supervisor",
            &[By(SUPERVISOR), Path("team_id", "{{archived_team_id}}"), Body(r#"{"archived":false}"#)],
            Refuses(403, "supervisors-may-not"),
        ),
    ],
};

/// `PATCH /teams/{team_id}`
const ARCHIVE: Cases = Cases {
    event: "teams/archive",
    rows: &[
        ("teams/archive", &[], Answers(200)),
        ("teams/archive-again", &[Path("team_id", "{{archived_team_id}}")], Answers(200)),
        ("teams/archive-by-demoted-caller", &[By(DEMOTED)], Refuses(403, "supervisors-may-not")),
        ("teams/archive-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("teams/archive-by-system-admin", &[By(SYSTEM_ADMIN)], Answers(200)),
        ("teams/archive-with-members", &[Path("team_id", "{{team_with_member_id}}")], Answers(200)),
    ],
};

/// `DELETE /teams/{team_id}`
const DELETE: Cases = Cases {
    event: "teams/delete",
    rows: &[
        ("teams/delete", &[], Answers(204)),
        ("teams/delete-archived-team", &[Path("team_id", "{{archived_team_id}}")], Answers(204)),
        ("teams/delete-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("teams/delete-by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("teams/delete-by-demoted-caller", &[By(DEMOTED)], Refuses(403, "supervisors-may-not")),
        ("teams/delete-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("teams/delete-deleted-team", &[Path("team_id", "{{deleted_team_id}}")], Refuses(404, "unknown-team")),
        ("teams/delete-if-match", &[Header("if-match", r#""{{team_version}}""#)], Answers(204)),
        ("teams/delete-if-match-not-an-etag", &[Header("if-match", "seven")], Refuses(400, "invalid-if-match")),
        ("teams/delete-stale-if-match", &[Header("if-match", r#""0""#)], Refuses(412, "stale")),
        ("teams/delete-team-id-not-uuid", &[Path("team_id", "sales")], Refuses(404, "unknown-team")),
        (
            "teams/delete-team-with-members",
            &[Path("team_id", "{{team_with_member_id}}")],
            Refuses(409, "team-has-members"),
        ),
        ("teams/delete-team-with-skill", &[Path("team_id", "{{team_with_skill_id}}")], Answers(204)),
        ("teams/delete-unknown-team", &[Path("team_id", UNKNOWN_TEAM)], Refuses(404, "unknown-team")),
    ],
};
