//! `bulk`: plans are asked for, looked at, applied, cancelled and undone.

use super::{
    Cases,
    Expected::{Answers, Refuses},
    UNKNOWN_ID,
};
use crate::patch::{
    AGENT,
    Patch::{Body, By, FieldJson, Path},
    UNKNOWN_SUPERVISOR,
};

pub const ALL: &[Cases] = &[PLAN, UPLOAD, IMPORT, VIEW_PLAN, RESULTS, CANCEL, UNDO, UNDO_CHANGE, APPLY];

/// `POST /bulk`
const PLAN: Cases = Cases {
    event: "bulk/plan",
    rows: &[
        ("bulk/plan", &[], Answers(202)),
        ("bulk/plan-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        (
            "bulk/plan-by-supervisor",
            &[
                By(UNKNOWN_SUPERVISOR),
                Body(r#"{"users":{"ids":["{{user_id}}"]},"change":{"teams":{"add":["{{team_id}}"]}}}"#),
            ],
            Answers(202),
        ),
        (
            "bulk/plan-copy-of-preset",
            &[FieldJson("change", r#"{"skills":{"copy_from":{"preset_id":"{{preset_id}}","mode":"add"}}}"#)],
            Answers(202),
        ),
        (
            "bulk/plan-copy-of-user",
            &[FieldJson("change", r#"{"skills":{"copy_from":{"user_id":"{{equipped_user_id}}","mode":"replace"}}}"#)],
            Answers(202),
        ),
        (
            "bulk/copy-of-unknown-user",
            &[FieldJson("change", r#"{"skills":{"copy_from":{"user_id":"nobody","mode":"add"}}}"#)],
            Refuses(404, "unknown-user"),
        ),
        (
            "bulk/copy-of-unknown-preset",
            &[FieldJson("change", r#"{"skills":{"copy_from":{"preset_id":"{{deleted_preset_id}}","mode":"add"}}}"#)],
            Refuses(404, "unknown-preset"),
        ),
        (
            "bulk/copy-of-preset-with-deleted-skill",
            &[FieldJson(
                "change",
                r#"{"skills":{"copy_from":{"preset_id":"{{preset_with_deleted_skill_id}}","mode":"add"}}}"#,
            )],
            Refuses(404, "unknown-skill"),
        ),
        (
            "bulk/copy-of-user-without-skills",
            &[FieldJson("change", r#"{"skills":{"copy_from":{"user_id":"{{user_id}}","mode":"replace"}}}"#)],
            Refuses(400, "nothing-to-copy"),
        ),
        (
            "bulk/copy-of-nothing",
            &[FieldJson("change", r#"{"skills":{"copy_from":{"mode":"add"}}}"#)],
            Refuses(400, "invalid-copy-from"),
        ),
        (
            "bulk/copy-with-unknown-mode",
            &[FieldJson("change", r#"{"skills":{"copy_from":{"preset_id":"{{preset_id}}","mode":"merge"}}}"#)],
            Refuses(400, "invalid-copy-from"),
        ),
        (
            "bulk/copy-without-mode",
            &[FieldJson("change", r#"{"skills":{"copy_from":{"preset_id":"{{preset_id}}"}}}"#)],
            Refuses(400, "invalid-body"),
        ),
        (
            "bulk/copy-and-remove",
            &[FieldJson(
                "change",
                r#"{"skills":{"copy_from":{"preset_id":"{{preset_id}}","mode":"add"},"remove":["English"]}}"#,
            )],
            Refuses(400, "copy-and-more"),
        ),
        ("bulk/empty-change", &[Body(r#"{"users":{"query":{}},"change":{}}"#)], Refuses(400, "empty-bulk-edit")),
        (
            "bulk/deletion",
            &[Body(r#"{"users":{"query":{}},"change":{"status":"deleted"}}"#)],
            Refuses(400, "deleted-in-bulk"),
        ),
        ("bulk/no-users", &[Body(r#"{"users":{},"change":{"act_as_agent":true}}"#)], Refuses(400, "invalid-users")),
        (
            "bulk/unknown-team",
            &[Body(r#"{"users":{"query":{"team":"sales"}},"change":{"act_as_agent":true}}"#)],
            Refuses(404, "unknown-team"),
        ),
    ],
};

/// `POST /uploads`
const UPLOAD: Cases = Cases {
    event: "bulk/upload",
    rows: &[
        ("bulk/upload", &[], Answers(201)),
        ("bulk/upload-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("bulk/upload-of-nothing", &[Body(r#"{"bytes":0}"#)], Refuses(400, "file-size")),
        ("bulk/upload-too-large", &[Body(r#"{"bytes":20000001}"#)], Refuses(400, "file-size")),
        ("bulk/upload-without-size", &[Body("{}")], Refuses(400, "invalid-body")),
    ],
};

/// `POST /imports`
const IMPORT: Cases = Cases {
    event: "bulk/import",
    rows: &[
        ("bulk/import", &[], Answers(202)),
        ("bulk/import-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("bulk/import-of-another", &[By(UNKNOWN_SUPERVISOR)], Refuses(409, "upload-missing")),
        ("bulk/import-not-uploaded", &[Body(r#"{"upload_id":"latest"}"#)], Refuses(409, "upload-missing")),
    ],
};

/// `GET /jobs/{job_id}/plan`
const VIEW_PLAN: Cases = Cases {
    event: "bulk/view-plan",
    rows: &[
        ("bulk/view-plan", &[], Refuses(409, "no-plan")),
        ("bulk/view-plan-of-export", &[Path("job_id", "{{finished_job_id}}")], Refuses(409, "no-plan")),
        ("bulk/view-plan-of-another", &[By(UNKNOWN_SUPERVISOR)], Refuses(403, "somebody-elses-job")),
        ("bulk/view-plan-unknown-job", &[Path("job_id", UNKNOWN_ID)], Refuses(404, "unknown-job")),
    ],
};

/// `GET /jobs/{job_id}/results`
const RESULTS: Cases = Cases {
    event: "bulk/results",
    rows: &[
        ("bulk/results", &[], Answers(200)),
        ("bulk/results-of-another", &[By(UNKNOWN_SUPERVISOR)], Refuses(403, "somebody-elses-job")),
    ],
};

/// `POST /jobs/{job_id}/apply`
const APPLY: Cases = Cases {
    event: "bulk/apply",
    rows: &[
        ("bulk/apply", &[], Answers(202)),
        ("bulk/apply-another-plan", &[Body(r#"{"plan":"abc"}"#)], Refuses(409, "other-plan")),
        ("bulk/apply-expired-plan", &[Path("job_id", "{{expired_plan_job_id}}")], Refuses(409, "plan-expired")),
        ("bulk/apply-without-hash", &[Body("{}")], Refuses(400, "invalid-body")),
        ("bulk/apply-queued-job", &[Path("job_id", "{{bulk_job_id}}")], Refuses(409, "not-planned")),
        ("bulk/apply-by-another", &[By(UNKNOWN_SUPERVISOR)], Refuses(403, "somebody-elses-job")),
    ],
};

/// `POST /jobs/{job_id}/cancel`
const CANCEL: Cases = Cases {
    event: "bulk/cancel",
    rows: &[
        ("bulk/cancel", &[], Answers(200)),
        ("bulk/cancel-applied-job", &[Path("job_id", "{{applied_job_id}}")], Refuses(409, "not-cancellable")),
        ("bulk/cancel-export", &[Path("job_id", "{{finished_job_id}}")], Refuses(409, "not-cancellable")),
    ],
};

/// `POST /jobs/{job_id}/undo`
const UNDO: Cases = Cases {
    event: "bulk/undo",
    rows: &[
        ("bulk/undo", &[], Answers(202)),
        ("bulk/undo-plan", &[Path("job_id", "{{planned_job_id}}")], Refuses(409, "nothing-to-undo")),
        ("bulk/undo-unknown-choice", &[Body(r#"{"changed_since":"ask"}"#)], Refuses(400, "unknown-choice")),
    ],
};

/// `POST /users/{user_id}/history/{record_id}/undo`
const UNDO_CHANGE: Cases = Cases {
    event: "bulk/undo-change",
    rows: &[
        ("bulk/undo-change", &[], Answers(202)),
        ("bulk/undo-change-id-not-uuid", &[Path("record_id", "latest")], Refuses(404, "unknown-record")),
    ],
};
