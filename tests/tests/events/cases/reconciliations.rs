//! `reconciliations`: the report, another run, and decisions about drift.

use super::{
    Cases,
    Expected::{Answers, Refuses},
    UNKNOWN_ID,
};
use crate::patch::{
    AGENT, DEACTIVATED,
    Patch::{Body, By, Header, Path, Query},
    SUPERVISOR, SYSTEM_ADMIN, UNKNOWN_SUPERVISOR,
};

pub const ALL: &[Cases] = &[START, LATEST, DECIDE];

/// `POST /reconciliations`
const START: Cases = Cases {
    event: "reconciliations/start",
    rows: &[
        ("reconciliations/start", &[], Answers(202)),
        ("reconciliations/start-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("reconciliations/start-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("reconciliations/start-by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("reconciliations/start-body-not-json", &[Body("{")], Refuses(400, "invalid-json")),
        ("reconciliations/start-unknown-field", &[Body(r#"{"force":true}"#)], Refuses(400, "invalid-body")),
        ("reconciliations/confirm-no-id", &[Body(r#"{"confirm":7}"#)], Refuses(400, "invalid-body")),
        (
            "reconciliations/start-idempotency-key-empty",
            &[Header("idempotency-key", "")],
            Refuses(400, "invalid-idempotency-key"),
        ),
    ],
};

/// `GET /reconciliations/latest`
const LATEST: Cases = Cases {
    event: "reconciliations/latest",
    rows: &[
        ("reconciliations/latest", &[], Answers(200)),
        ("reconciliations/latest-by-supervisor", &[By(UNKNOWN_SUPERVISOR)], Answers(200)),
        ("reconciliations/latest-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("reconciliations/latest-unknown-parameter", &[Query("limit=1")], Refuses(400, "unknown-parameter")),
    ],
};

/// `POST /users/{user_id}/drift/{field}/{decision}`
const DECIDE: Cases = Cases {
    event: "reconciliations/revert",
    rows: &[
        ("reconciliations/revert", &[], Answers(202)),
        ("reconciliations/revert-by-system-admin", &[By(SYSTEM_ADMIN)], Answers(202)),
        ("reconciliations/revert-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("reconciliations/revert-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("reconciliations/revert-of-agent", &[Path("user_id", "{{user_id}}")], Answers(202)),
        (
            "reconciliations/revert-of-deactivated-user",
            &[Path("user_id", "{{deactivated_user_id}}")],
            Refuses(409, "drift-without-choice"),
        ),
        ("reconciliations/revert-stale", &[Header("if-match", "\"999\"")], Refuses(412, "stale")),
        ("reconciliations/revert-if-match-malformed", &[Header("if-match", "7")], Refuses(400, "invalid-if-match")),
        ("reconciliations/revert-activity", &[Path("field", "activity")], Refuses(400, "unknown-drift-field")),
        ("reconciliations/revert-body", &[Body(r#"{"force":true}"#)], Refuses(400, "invalid-body")),
        ("reconciliations/revert-unknown-user", &[Path("user_id", UNKNOWN_ID)], Refuses(404, "unknown-user")),
        ("reconciliations/adopt-where-nothing-differs", &[Path("decision", "adopt")], Refuses(409, "no-drift")),
        ("reconciliations/ignore", &[Path("decision", "ignore")], Refuses(404, "unknown-decision")),
    ],
};
