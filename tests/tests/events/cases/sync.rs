//! `sync`: invoked with records of the table's stream, and by the schedule.

use super::{
    Cases,
    Expected::{self, Returns},
};
use crate::patch::Patch::{Remove, Replace, Set};

pub const ALL: &[Cases] = &[OUTBOX, SCHEDULE];

const DONE: Expected = Returns(r#"{"batchItemFailures":[]}"#);

/// A user whom the directory does not have.
const ADA: &str = "0a6e3a52-54c7-4d0b-9c2b-6a8f0f4f7d11";

const OUTBOX: Cases = Cases {
    event: "sync/outbox",
    rows: &[
        ("sync/outbox", &[], DONE),
        ("sync/outbox-of-a-user", &[Replace(ADA, "{{user_id}}")], DONE),
        ("sync/outbox-cleared", &[Remove("/Records/0/dynamodb/NewImage")], DONE),
        (
            "sync/outbox-with-a-later-time",
            &[
                Replace(ADA, "{{user_id}}"),
                Set("/Records/0/dynamodb/OldImage/pending/S", "019ac4e0-2b7b-7c3e-9d53-0e8a6f6f0b02"),
                Set("/Records/0/dynamodb/NewImage/due_at/S", "2026-11-22T07:02:00.203Z"),
            ],
            DONE,
        ),
    ],
};

const SCHEDULE: Cases = Cases { event: "sync/schedule", rows: &[("sync/schedule", &[], DONE)] };
