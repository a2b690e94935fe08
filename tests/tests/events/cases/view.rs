//! `view`: one user and their history.

use super::{
    Cases,
    Expected::{Answers, Refuses},
    FOREIGN_HISTORY, UNKNOWN_ID,
};
use crate::patch::{
    ACCOUNT_OWNER, AGENT,
    Patch::{By, Cursor, Path, Query},
    SUPERVISOR, UNKNOWN_SUPERVISOR,
};

pub const ALL: &[Cases] = &[USER, HISTORY, ME];

/// `GET /users/{user_id}`
const USER: Cases = Cases {
    event: "view/user",
    rows: &[
        ("view/user", &[], Answers(200)),
        ("view/agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("view/unknown-parameter", &[Query("expand=teams")], Refuses(400, "unknown-parameter")),
        ("view/unknown-user", &[Path("user_id", UNKNOWN_ID)], Refuses(404, "unknown-user")),
        ("view/user-by-supervisor", &[By(UNKNOWN_SUPERVISOR)], Answers(200)),
        ("view/user-id-not-uuid", &[Path("user_id", "ada")], Refuses(404, "unknown-user")),
    ],
};

/// `GET /users/{user_id}/history`
const HISTORY: Cases = Cases {
    event: "view/history",
    rows: &[
        ("view/history", &[], Answers(200)),
        ("view/history-broken-cursor", &[Query("cursor=page-2")], Refuses(400, "broken-cursor")),
        ("view/history-first-record", &[Query("limit=1")], Answers(200)),
        ("view/history-foreign-cursor", &[Cursor(FOREIGN_HISTORY)], Refuses(400, "foreign-cursor")),
        ("view/history-limit-zero", &[Query("limit=0")], Refuses(400, "invalid-limit")),
        ("view/history-of-unknown-user", &[Path("user_id", UNKNOWN_ID)], Refuses(404, "unknown-user")),
        ("view/history-unknown-parameter", &[Query("page=2")], Refuses(400, "unknown-parameter")),
    ],
};

/// `GET /me`
const ME: Cases = Cases {
    event: "view/me",
    rows: &[
        ("view/me", &[], Answers(200)),
        ("view/me-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("view/me-supervisor", &[By(SUPERVISOR.with_id("{{supervisor_id}}"))], Answers(200)),
        (
            "view/me-unknown-user",
            &[By(ACCOUNT_OWNER.with_id("9e0d211a-e1e1-4142-be1a-fe7563fd9f59"))],
            Refuses(404, "unknown-user"),
        ),
    ],
};
