//! `run-bulk`: invoked by `bulk` with the id of a job, and by the schedule.

use super::{
    Cases,
    Expected::{Fails, Returns},
    UNKNOWN_ID,
};
use crate::patch::Patch::Set;

pub const ALL: &[Cases] = &[JOB, SCHEDULE];

const JOB: Cases = Cases {
    event: "run-bulk/job",
    rows: &[
        ("run-bulk/job", &[], Returns("null")),
        ("run-bulk/applied-job", &[Set("/job_id", "{{applied_job_id}}")], Returns("null")),
        ("run-bulk/unknown-job", &[Set("/job_id", UNKNOWN_ID)], Returns("null")),
        ("run-bulk/job-id-not-uuid", &[Set("/job_id", "latest")], Fails("UUID")),
    ],
};

const SCHEDULE: Cases = Cases { event: "run-bulk/schedule", rows: &[("run-bulk/schedule", &[], Returns("null"))] };
