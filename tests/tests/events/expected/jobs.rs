//! Exports: asked for and written.

use super::{
    Expected::{Answers, Fails, Refuses, Returns},
    Sample,
};

pub const EXPORT: &[Sample] = &[
    ("export/agent", Refuses(403, "agents-may-not")),
    ("export/body-not-json", Refuses(400, "invalid-json")),
    ("export/failed-job", Answers(200)),
    ("export/finished-job", Answers(200)),
    ("export/job", Answers(200)),
    ("export/job-agent", Refuses(403, "agents-may-not")),
    ("export/job-id-not-uuid", Refuses(404, "unknown-job")),
    ("export/level-not-whole", Refuses(400, "invalid-body")),
    ("export/level-without-skill", Refuses(400, "level-without-skill")),
    ("export/somebody-elses-job", Refuses(403, "somebody-elses-job")),
    ("export/start", Answers(202)),
    ("export/start-by-supervisor", Answers(202)),
    ("export/start-with-filters", Answers(202)),
    ("export/start-with-team", Answers(202)),
    ("export/text-too-long", Refuses(400, "search-text-too-long")),
    ("export/text-too-short", Refuses(400, "search-text-too-short")),
    ("export/unknown-field", Refuses(400, "invalid-body")),
    ("export/unknown-job", Refuses(404, "unknown-job")),
    ("export/unknown-role", Refuses(400, "unknown-role")),
    ("export/unknown-skill", Refuses(404, "unknown-skill")),
    ("export/unknown-status", Refuses(400, "unknown-status")),
    ("export/unknown-team", Refuses(404, "unknown-team")),
];

pub const WRITE_EXPORT: &[Sample] = &[
    ("write-export/finished-job", Returns("null")),
    ("write-export/job", Returns("null")),
    ("write-export/job-id-missing", Fails("job_id")),
    ("write-export/job-id-not-uuid", Fails("UUID")),
    ("write-export/running-job", Fails("another worker holds the job")),
    ("write-export/unknown-job", Returns("null")),
];
