//! `set-status`: users are deactivated, reactivated and deleted.

use super::{
    Cases,
    Expected::{Answers, Refuses},
    UNKNOWN_ID,
};
use crate::patch::{
    AGENT, DEACTIVATED, DEMOTED,
    Patch::{Body, By, Header, Path},
    SUPERVISOR, SYSTEM_ADMIN,
};

pub const ALL: &[Cases] = &[DEACTIVATE, DELETE, REACTIVATE];

/// `POST /users/{user_id}/deactivate`
const DEACTIVATE: Cases = Cases {
    event: "set-status/deactivate",
    rows: &[
        ("set-status/deactivate", &[], Answers(200)),
        (
            "set-status/deactivate-account-owner-by-system-admin",
            &[By(SYSTEM_ADMIN), Path("user_id", "{{owner_id}}")],
            Refuses(403, "account-owners-only"),
        ),
        ("set-status/deactivate-again", &[Path("user_id", "{{deactivated_user_id}}")], Answers(200)),
        ("set-status/deactivate-another-account-owner", &[Path("user_id", "{{other_owner_id}}")], Answers(200)),
        ("set-status/deactivate-body-not-json", &[Body("{")], Refuses(400, "invalid-json")),
        ("set-status/deactivate-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("set-status/deactivate-by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("set-status/deactivate-by-demoted-caller", &[By(DEMOTED)], Refuses(403, "supervisors-may-not")),
        ("set-status/deactivate-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("set-status/deactivate-by-system-admin", &[By(SYSTEM_ADMIN)], Answers(200)),
        ("set-status/deactivate-deleted-user", &[Path("user_id", "{{deleted_user_id}}")], Refuses(409, "deleted-user")),
        ("set-status/deactivate-empty-body", &[Body("{}")], Answers(200)),
        (
            "set-status/deactivate-idempotency-key",
            &[Header("idempotency-key", "2f0d5c7e-5a1b-4c3d-9e8f-7a6b5c4d3e20")],
            Answers(200),
        ),
        (
            "set-status/deactivate-idempotency-key-empty",
            &[Header("idempotency-key", "")],
            Refuses(400, "invalid-idempotency-key"),
        ),
        ("set-status/deactivate-if-match", &[Header("if-match", r#""{{version}}""#)], Answers(200)),
        (
            "set-status/deactivate-if-match-not-an-etag",
            &[Header("if-match", "seven")],
            Refuses(400, "invalid-if-match"),
        ),
        ("set-status/deactivate-oneself", &[Path("user_id", "{{owner_id}}")], Refuses(403, "own-status")),
        ("set-status/deactivate-stale-if-match", &[Header("if-match", r#""0""#)], Refuses(412, "stale")),
        ("set-status/deactivate-unknown-field", &[Body(r#"{"reason":"left"}"#)], Refuses(400, "invalid-body")),
        ("set-status/deactivate-unknown-user", &[Path("user_id", UNKNOWN_ID)], Refuses(404, "unknown-user")),
        ("set-status/deactivate-user-id-not-uuid", &[Path("user_id", "ada")], Refuses(404, "unknown-user")),
    ],
};

/// `DELETE /users/{user_id}`
const DELETE: Cases = Cases {
    event: "set-status/delete",
    rows: &[
        ("set-status/delete", &[], Answers(200)),
        (
            "set-status/delete-account-owner-by-system-admin",
            &[By(SYSTEM_ADMIN), Path("user_id", "{{owner_id}}")],
            Refuses(403, "account-owners-only"),
        ),
        ("set-status/delete-again", &[Path("user_id", "{{deleted_user_id}}")], Answers(200)),
        ("set-status/delete-another-account-owner", &[Path("user_id", "{{other_owner_id}}")], Answers(200)),
        ("set-status/delete-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("set-status/delete-by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("set-status/delete-by-demoted-caller", &[By(DEMOTED)], Refuses(403, "supervisors-may-not")),
        ("set-status/delete-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("set-status/delete-by-system-admin", &[By(SYSTEM_ADMIN)], Answers(200)),
        ("set-status/delete-deactivated-user", &[Path("user_id", "{{deactivated_user_id}}")], Answers(200)),
        ("set-status/delete-if-match", &[Header("if-match", r#""{{version}}""#)], Answers(200)),
        ("set-status/delete-if-match-not-an-etag", &[Header("if-match", "seven")], Refuses(400, "invalid-if-match")),
        ("set-status/delete-oneself", &[Path("user_id", "{{owner_id}}")], Refuses(403, "own-status")),
        ("set-status/delete-stale-if-match", &[Header("if-match", r#""0""#)], Refuses(412, "stale")),
        ("set-status/delete-unknown-field", &[Body(r#"{"reason":"left"}"#)], Refuses(400, "invalid-body")),
        ("set-status/delete-unknown-user", &[Path("user_id", UNKNOWN_ID)], Refuses(404, "unknown-user")),
        ("set-status/delete-user-id-not-uuid", &[Path("user_id", "ada")], Refuses(404, "unknown-user")),
        ("set-status/delete-user-with-team-and-skill", &[Path("user_id", "{{equipped_user_id}}")], Answers(200)),
    ],
};

/// `POST /users/{user_id}/reactivate`
const REACTIVATE: Cases = Cases {
    event: "set-status/reactivate",
    rows: &[
        ("set-status/reactivate", &[], Answers(200)),
        (
            "set-status/reactivate-account-owner-by-system-admin",
            &[By(SYSTEM_ADMIN), Path("user_id", "{{owner_id}}")],
            Refuses(403, "account-owners-only"),
        ),
        ("set-status/reactivate-again", &[Path("user_id", "{{user_id}}")], Answers(200)),
        ("set-status/reactivate-body-not-json", &[Body("{")], Refuses(400, "invalid-json")),
        ("set-status/reactivate-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        (
            "set-status/reactivate-by-deactivated-caller",
            &[By(DEACTIVATED), Path("user_id", "{{user_id}}")],
            Refuses(403, "caller-may-no-longer"),
        ),
        (
            "set-status/reactivate-by-demoted-caller",
            &[By(DEMOTED), Path("user_id", "{{user_id}}")],
            Refuses(403, "supervisors-may-not"),
        ),
        ("set-status/reactivate-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("set-status/reactivate-by-system-admin", &[By(SYSTEM_ADMIN)], Answers(200)),
        ("set-status/reactivate-deleted-user", &[Path("user_id", "{{deleted_user_id}}")], Refuses(409, "deleted-user")),
        ("set-status/reactivate-empty-body", &[Body("{}")], Answers(200)),
        (
            "set-status/reactivate-idempotency-key",
            &[Header("idempotency-key", "2f0d5c7e-5a1b-4c3d-9e8f-7a6b5c4d3e21")],
            Answers(200),
        ),
        (
            "set-status/reactivate-idempotency-key-empty",
            &[Header("idempotency-key", "")],
            Refuses(400, "invalid-idempotency-key"),
        ),
        ("set-status/reactivate-if-match", &[Header("if-match", r#""{{version}}""#)], Answers(200)),
        (
            "set-status/reactivate-if-match-not-an-etag",
            &[Header("if-match", "seven")],
            Refuses(400, "invalid-if-match"),
        ),
        ("set-status/reactivate-oneself", &[Path("user_id", "{{owner_id}}")], Refuses(403, "own-status")),
        ("set-status/reactivate-stale-if-match", &[Header("if-match", r#""0""#)], Refuses(412, "stale")),
        ("set-status/reactivate-unknown-field", &[Body(r#"{"reason":"left"}"#)], Refuses(400, "invalid-body")),
        ("set-status/reactivate-unknown-user", &[Path("user_id", UNKNOWN_ID)], Refuses(404, "unknown-user")),
        ("set-status/reactivate-user-id-not-uuid", &[Path("user_id", "ada")], Refuses(404, "unknown-user")),
    ],
};
