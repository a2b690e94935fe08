//! `webhook`: TaskRouter's callbacks. A patch of the form signs it again.

use super::{
    Cases,
    Expected::{Answers, Refuses},
};
use crate::patch::Patch::{Body, Form, Header, NoForm, NoHeader, Replace, Streamed, Worker};

pub const ALL: &[Cases] = &[ACTIVITY_UPDATE, ATTRIBUTES_UPDATE, CAPACITY_UPDATE, CREATED, DELETED, EVENT_STREAMS];

const SIGNATURE: &str = "x-twilio-signature";

const ACTIVITY_UPDATE: Cases =
    Cases { event: "webhook/activity-update", rows: &[("webhook/activity-update", &[], Answers(204))] };

const ATTRIBUTES_UPDATE: Cases = Cases {
    event: "webhook/attributes-update",
    rows: &[
        (
            "webhook/attributes-not-json",
            &[
                Worker("Quinn Berg", "WKf9ef1e530c617cd598171497b4a49e82"),
                Form("Sid", "EV871dd859ed86affe4eca5d70c65cf684"),
                Form("WorkerAttributes", "full_name=Quinn Berg"),
            ],
            Answers(204),
        ),
        ("webhook/attributes-update", &[], Answers(204)),
        (
            "webhook/levels-as-text",
            &[
                Worker("Rosa Diaz", "WK84109ae4b4178430b8174b1dfef9162b"),
                Form("Sid", "EV2d540f4993678562579d8c3e26be27f7"),
                Replace("Rosa Diaz", "Rosa Díaz"),
                Replace(r#"["English","Billing"]"#, r#"["English"]"#),
                Replace(r#"{"English":80}"#, r#"{"English":"80"}"#),
            ],
            Answers(204),
        ),
    ],
};

const CAPACITY_UPDATE: Cases =
    Cases { event: "webhook/capacity-update", rows: &[("webhook/capacity-update", &[], Answers(204))] };

const CREATED: Cases = Cases {
    event: "webhook/created",
    rows: &[
        ("webhook/created", &[], Answers(204)),
        (
            "webhook/created-under-a-known-name",
            &[
                Worker("Nora Miller", "WKbc9d5a8644a8a37d964997d4b7b8900e"),
                Form("Sid", "EV3d01cbe76142dffa49f0183672cc4955"),
                Form("Timestamp", "1795345200"),
                Form("TimestampMs", "1795345200203"),
            ],
            Answers(204),
        ),
        (
            "webhook/created-with-skills",
            &[
                Worker("Omar Haddad", "WKd4466cce49457cfea18222f5a7cd3573"),
                Form("Sid", "EV8b4426359408a39730644199fc10769b"),
                Replace(
                    r#""roles":["agent"]"#,
                    r#""roles":["agent"],"routing":{"skills":["English","Billing"],"levels":{"English":80}}"#,
                ),
            ],
            Answers(204),
        ),
        ("webhook/event-type-missing", &[NoForm(&["EventType"])], Refuses(400, "invalid-callback")),
        (
            "webhook/foreign-account",
            &[Form("AccountSid", "AC99999999999999999999999999999999")],
            Refuses(403, "foreign-callback"),
        ),
        (
            "webhook/foreign-workspace",
            &[Form("WorkspaceSid", "WS99999999999999999999999999999999")],
            Refuses(403, "foreign-callback"),
        ),
        ("webhook/no-signature", &[NoHeader(SIGNATURE)], Refuses(403, "wrong-signature")),
        (
            // The signature covers a form without fields.
            "webhook/not-a-form",
            &[
                Body(r#"{"EventType": "worker.created"}"#),
                Header("content-type", "application/json"),
                Header(SIGNATURE, "xf+lmwroD207XJ/oU/z8gnfqkaY="),
            ],
            Refuses(403, "wrong-signature"),
        ),
        ("webhook/time-not-a-number", &[NoForm(&["TimestampMs"]), Form("Timestamp", "yesterday")], Answers(204)),
        (
            "webhook/unknown-event-type",
            &[
                Form("EventType", "task.created"),
                Form("ResourceType", "task"),
                Form("ResourceSid", "WT478f3a4c51824ad23cb50c1c60670c0f"),
                Form("Sid", "EV35415252b59fe431334e148b82068b78"),
                NoForm(&["WorkerSid", "WorkerName", "WorkerAttributes", "WorkerVersion"]),
                NoForm(&["WorkerActivitySid", "WorkerActivityName"]),
                Form("TaskSid", "WT478f3a4c51824ad23cb50c1c60670c0f"),
                Form("TaskAttributes", "{}"),
                Form("TaskAssignmentStatus", "pending"),
            ],
            Answers(204),
        ),
        (
            "webhook/unmanaged-worker",
            &[
                Worker("night-bot", "WKfabcaa97871555b68aa095335975e613"),
                Form("Sid", "EVb38b3c11cbecfd74da4521654ede789f"),
                Form("EventDescription", "Worker night-bot created"),
                Form("WorkerName", "night-bot"),
                Form("WorkerAttributes", r#"{"roles":["wfo.full_access"],"contact_uri":"client:night_2Dbot"}"#),
            ],
            Answers(204),
        ),
        (
            "webhook/without-time-in-milliseconds",
            &[
                Worker("Sven Holm", "WKb732b209dbc45a50f95af8825f739fc5"),
                Form("Sid", "EVe19cf3fe047a4c3e2f60fb4a998e37ba"),
                NoForm(&["TimestampMs"]),
            ],
            Answers(204),
        ),
        ("webhook/worker-sid-missing", &[NoForm(&["WorkerSid"])], Refuses(400, "invalid-callback")),
        (
            "webhook/wrong-signature",
            &[Header(SIGNATURE, "c2lnbmVkIGJ5IHNvbWVib2R5IGVscw==")],
            Refuses(403, "wrong-signature"),
        ),
    ],
};

const DELETED: Cases = Cases {
    event: "webhook/deleted",
    rows: &[
        ("webhook/deleted", &[], Answers(204)),
        (
            "webhook/deleted-by-sid-alone",
            &[
                Worker("Nora Miller", "WK6c63212ab48e8401eaf6b59b95d816a9"),
                Form("Sid", "EVb0b50ca5ad3dc3533ccf14e984b47d21"),
                NoForm(&["WorkerName", "WorkerAttributes", "WorkerActivitySid", "WorkerActivityName"]),
                Form("EventDescription", "Worker deleted"),
                Form("WorkerVersion", "0"),
                Form("Timestamp", "1795341600"),
                Form("TimestampMs", "1795341600203"),
            ],
            Answers(204),
        ),
    ],
};

const EVENT_STREAMS: Cases = Cases {
    event: "webhook/event-streams",
    rows: &[
        ("webhook/event-streams", &[], Answers(204)),
        (
            "webhook/event-streams-bad-event",
            &[Streamed(r#""worker_sid":"WK5d0f6e8a7b1c4d2e9f3a6b5c8d7e0f12","#, "")],
            Answers(204),
        ),
        (
            "webhook/event-streams-no-array",
            &[Streamed(r#"[{"specversion""#, r#"{"events":[{"specversion""#), Streamed("}]", "}]}")],
            Refuses(400, "invalid-callback"),
        ),
        (
            "webhook/event-streams-unknown-type",
            &[Streamed("taskrouter.worker.created", "taskrouter.task.created")],
            Answers(204),
        ),
        (
            "webhook/event-streams-changed-body",
            &[Replace("Petra Lindqvist", "Paula Lindqvist")],
            Refuses(403, "wrong-signature"),
        ),
    ],
};
