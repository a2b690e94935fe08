//! `export`: exports are started, and their jobs read.

use serde_json::Value;

use super::{
    Cases,
    Expected::{Answers, Refuses},
    UNKNOWN_ID,
};
use crate::patch::{
    AGENT,
    Patch::{Body, By, FieldOf, Path, Query},
    UNKNOWN_SUPERVISOR,
};

pub const ALL: &[Cases] = &[START, START_WITH_FILTERS, JOB];

/// `POST /exports`
const START: Cases = Cases {
    event: "export/start",
    rows: &[
        ("export/start", &[], Answers(202)),
        ("export/agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("export/body-not-json", &[Body(r#"{"q": "ada""#)], Refuses(400, "invalid-json")),
        ("export/level-not-whole", &[Body(r#"{"skill":"English","min_level":49.5}"#)], Refuses(400, "invalid-body")),
        ("export/level-without-skill", &[Body(r#"{"min_level":50}"#)], Refuses(400, "level-without-skill")),
        ("export/start-for-import", &[Query("for_import=true")], Answers(202)),
        ("export/start-for-nothing", &[Query("for_import=yes")], Refuses(400, "invalid-for-import")),
        ("export/unknown-parameter", &[Query("import=true")], Refuses(400, "unknown-parameter")),
        ("export/start-by-supervisor", &[By(UNKNOWN_SUPERVISOR)], Answers(202)),
        ("export/start-with-team", &[Body(r#"{"team":"{{team_id}}"}"#)], Answers(202)),
        ("export/start-with-sync", &[Body(r#"{"sync":"failed"}"#)], Answers(202)),
        ("export/text-too-long", &[FieldOf("q", too_long_text)], Refuses(400, "search-text-too-long")),
        ("export/text-too-short", &[Body(r#"{"q":"ad"}"#)], Refuses(400, "search-text-too-short")),
        ("export/unknown-field", &[Body(r#"{"query":"ada"}"#)], Refuses(400, "invalid-body")),
        ("export/unknown-role", &[Body(r#"{"role":"manager"}"#)], Refuses(400, "unknown-role")),
        ("export/unknown-skill", &[Body(r#"{"skill":""}"#)], Refuses(404, "unknown-skill")),
        ("export/unknown-status", &[Body(r#"{"status":"retired"}"#)], Refuses(400, "unknown-status")),
        ("export/unknown-sync-state", &[Body(r#"{"sync":"broken"}"#)], Refuses(400, "unknown-sync-state")),
        ("export/unknown-team", &[Body(r#"{"team":"sales"}"#)], Refuses(404, "unknown-team")),
    ],
};

/// `POST /exports`
const START_WITH_FILTERS: Cases =
    Cases { event: "export/start-with-filters", rows: &[("export/start-with-filters", &[], Answers(202))] };

/// `GET /jobs/{job_id}`
const JOB: Cases = Cases {
    event: "export/job",
    rows: &[
        ("export/job", &[], Answers(200)),
        ("export/failed-job", &[Path("job_id", "{{failed_job_id}}")], Answers(200)),
        ("export/finished-job", &[Path("job_id", "{{finished_job_id}}")], Answers(200)),
        ("export/job-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("export/job-id-not-uuid", &[Path("job_id", "latest")], Refuses(404, "unknown-job")),
        ("export/somebody-elses-job", &[By(UNKNOWN_SUPERVISOR)], Refuses(403, "somebody-elses-job")),
        ("export/unknown-job", &[Path("job_id", UNKNOWN_ID)], Refuses(404, "unknown-job")),
    ],
};

/// Longer than a search text may be.
fn too_long_text() -> Value {
    "lovelace".repeat(32).into()
}
