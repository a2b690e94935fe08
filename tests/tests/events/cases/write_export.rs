//! `write-export`: invoked by `export` with the id of a job.

use super::{
    Cases,
    Expected::{Fails, Returns},
    UNKNOWN_ID,
};
use crate::patch::Patch::{Remove, Set};

pub const ALL: &[Cases] = &[JOB];

const JOB: Cases = Cases {
    event: "write-export/job",
    rows: &[
        ("write-export/job", &[], Returns("null")),
        ("write-export/finished-job", &[Set("/job_id", "{{finished_job_id}}")], Returns("null")),
        ("write-export/job-id-missing", &[Remove("/job_id")], Fails("job_id")),
        ("write-export/job-id-not-uuid", &[Set("/job_id", "latest")], Fails("UUID")),
        (
            "write-export/running-job",
            &[Set("/job_id", "{{running_job_id}}")],
            Fails("another job runner holds the job"),
        ),
        ("write-export/unknown-job", &[Set("/job_id", UNKNOWN_ID)], Returns("null")),
    ],
};
