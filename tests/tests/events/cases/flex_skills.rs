//! `reconciliations`: the skills of Flex's configuration are compared with the catalog and imported.

use super::{
    Cases,
    Expected::{Answers, Refuses},
};
use crate::patch::{
    AGENT, DEACTIVATED, DEMOTED,
    Patch::{Body, By, Header, Query},
    SUPERVISOR, SYSTEM_ADMIN, UNKNOWN_SUPERVISOR,
};

pub const ALL: &[Cases] = &[COMPARE, IMPORT];

/// `GET /flex/skills`
const COMPARE: Cases = Cases {
    event: "reconciliations/flex-skills",
    rows: &[
        ("reconciliations/flex-skills", &[], Answers(200)),
        ("reconciliations/flex-skills-by-supervisor", &[By(UNKNOWN_SUPERVISOR)], Answers(200)),
        ("reconciliations/flex-skills-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("reconciliations/flex-skills-unknown-parameter", &[Query("limit=1")], Refuses(400, "unknown-parameter")),
    ],
};

/// `POST /flex/skills/import`. The first one by an admin that names no wrong skill set writes what Flex defines.
const IMPORT: Cases = Cases {
    event: "reconciliations/import-flex-skills",
    rows: &[
        ("reconciliations/import-flex-skills-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("reconciliations/import-flex-skills-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        (
            "reconciliations/import-flex-skills-by-deactivated-caller",
            &[By(DEACTIVATED)],
            Refuses(403, "caller-may-no-longer"),
        ),
        ("reconciliations/import-flex-skills-by-demoted-caller", &[By(DEMOTED)], Refuses(403, "supervisors-may-not")),
        ("reconciliations/import-flex-skills-body-not-json", &[Body("{")], Refuses(400, "invalid-json")),
        (
            "reconciliations/import-flex-skills-unknown-field",
            &[Body(r#"{"rename":true}"#)],
            Refuses(400, "invalid-body"),
        ),
        (
            "reconciliations/import-flex-skills-into-unnameable-skill-set",
            &[Body(r#"{"skill_set":"a/b"}"#)],
            Refuses(400, "invalid-skill-set-name"),
        ),
        (
            "reconciliations/import-flex-skills-into-skill-set-in-another-spelling",
            &[Body(r#"{"skill_set":"LANGUAGES"}"#)],
            Refuses(409, "skill-set-exists"),
        ),
        (
            "reconciliations/import-flex-skills-idempotency-key-empty",
            &[Header("idempotency-key", "")],
            Refuses(400, "invalid-idempotency-key"),
        ),
        ("reconciliations/import-flex-skills", &[], Answers(200)),
        ("reconciliations/import-flex-skills-again-by-system-admin", &[By(SYSTEM_ADMIN)], Answers(200)),
        ("reconciliations/import-flex-skills-without-body", &[Body("")], Answers(200)),
    ],
};
