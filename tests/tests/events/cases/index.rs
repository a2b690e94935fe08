//! `index`: invoked with records of the table's stream.

use super::{
    Cases,
    Expected::{self, Returns},
};
use crate::patch::Patch::{Remove, Replace, Set, SetJson};

pub const ALL: &[Cases] = &[BATCH, INSERT, MODIFY, REMOVE];

const DONE: Expected = Returns(r#"{"batchItemFailures":[]}"#);

/// The id of Ada Lovelace, whom the records are about and the directory does not have.
const ADA: &str = "0a6e3a52-54c7-4d0b-9c2b-6a8f0f4f7d11";

const BATCH: Cases = Cases {
    event: "index/batch",
    rows: &[
        ("index/batch", &[], DONE),
        (
            "index/broken-image",
            &[
                Remove("/Records/1/dynamodb/NewImage/role"),
                Set("/Records/1/dynamodb/SequenceNumber", "100000000000000000012"),
            ],
            Returns(r#"{"batchItemFailures":[{"itemIdentifier":"100000000000000000012"}]}"#),
        ),
    ],
};

const INSERT: Cases = Cases {
    event: "index/insert",
    rows: &[("index/insert", &[], DONE), ("index/insert-of-existing", &[Replace(ADA, "{{user_id}}")], DONE)],
};

const MODIFY: Cases = Cases {
    event: "index/modify",
    rows: &[
        ("index/modify", &[], DONE),
        ("index/modify-of-existing", &[Replace(ADA, "{{user_id}}")], DONE),
        (
            "index/modify-of-status",
            &[
                Replace("Ada King", "Ada Lovelace"),
                Replace("ada king", "ada lovelace"),
                Set("/Records/0/dynamodb/NewImage/by_status_pk/S", "STATUS#deactivated"),
                Set("/Records/0/dynamodb/NewImage/status/S", "deactivated"),
            ],
            DONE,
        ),
        (
            "index/modify-that-does-not-matter",
            &[
                Replace("Ada King", "Ada Lovelace"),
                Replace("ada king", "ada lovelace"),
                SetJson(
                    "/Records/0/dynamodb/NewImage/assigned_skills/M",
                    r#"{"English":{"N":"80"},"Onboarding":{"NULL":true}}"#,
                ),
            ],
            DONE,
        ),
    ],
};

const REMOVE: Cases = Cases { event: "index/remove", rows: &[("index/remove", &[], DONE)] };
