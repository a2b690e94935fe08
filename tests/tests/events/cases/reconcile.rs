//! `reconcile`: invoked with a worker, and by the schedule.

use super::{
    Cases,
    Expected::{Fails, Returns},
};
use crate::patch::Patch::{Set, SetJson};

pub const ALL: &[Cases] = &[WORKER, SCHEDULE];

const WORKER: Cases = Cases {
    event: "reconcile/worker",
    rows: &[
        ("reconcile/worker", &[], Returns("null")),
        (
            "reconcile/worker-that-does-not-exist",
            &[Set("/worker_sid", "WK00000000000000000000000000000404")],
            Returns("null"),
        ),
        ("reconcile/worker-that-is-no-text", &[SetJson("/worker_sid", "7")], Fails("string")),
    ],
};

const SCHEDULE: Cases = Cases { event: "reconcile/schedule", rows: &[("reconcile/schedule", &[], Returns("null"))] };
