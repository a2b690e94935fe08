//! What no user of the API calls.

use super::{
    DONE,
    Expected::{Answers, LetsIn, Refuses, Returns},
    Sample, TURNED_AWAY,
};

pub const AUTHORIZE: &[Sample] = &[
    ("authorize/account-owner", LetsIn("account_owner")),
    ("authorize/agent", LetsIn("agent")),
    ("authorize/deactivated-user", TURNED_AWAY),
    ("authorize/empty-token", TURNED_AWAY),
    ("authorize/lower-case-scheme", LetsIn("account_owner")),
    ("authorize/no-authorization", TURNED_AWAY),
    ("authorize/no-bearer", TURNED_AWAY),
    ("authorize/supervisor", LetsIn("supervisor")),
    ("authorize/token-alone", TURNED_AWAY),
    ("authorize/unknown-token", TURNED_AWAY),
    ("authorize/unmanaged-worker", TURNED_AWAY),
];

pub const DOCS: &[Sample] = &[
    ("docs/contract", Answers(200)),
    ("docs/contract-that-is-known", Answers(304)),
    ("docs/file-outside", Refuses(404, "unknown-file")),
    ("docs/page", Answers(200)),
    ("docs/script", Answers(200)),
    ("docs/start", Answers(200)),
    ("docs/style", Answers(200)),
    ("docs/unknown-file", Refuses(404, "unknown-file")),
];

pub const INDEX: &[Sample] = &[
    ("index/batch", DONE),
    ("index/broken-image", Returns(r#"{"batchItemFailures":[{"itemIdentifier":"100000000000000000012"}]}"#)),
    ("index/insert", DONE),
    ("index/insert-of-existing", DONE),
    ("index/modify", DONE),
    ("index/modify-of-existing", DONE),
    ("index/modify-of-status", DONE),
    ("index/modify-that-does-not-matter", DONE),
    ("index/remove", DONE),
];

pub const WEBHOOK: &[Sample] = &[
    ("webhook/activity-update", Answers(204)),
    ("webhook/attributes-not-json", Answers(204)),
    ("webhook/attributes-update", Answers(204)),
    ("webhook/capacity-update", Answers(204)),
    ("webhook/created", Answers(204)),
    ("webhook/created-under-a-known-name", Answers(204)),
    ("webhook/created-with-skills", Answers(204)),
    ("webhook/deleted", Answers(204)),
    ("webhook/deleted-by-sid-alone", Answers(204)),
    ("webhook/event-type-missing", Refuses(400, "invalid-callback")),
    ("webhook/foreign-account", Refuses(403, "foreign-callback")),
    ("webhook/foreign-workspace", Refuses(403, "foreign-callback")),
    ("webhook/levels-as-text", Answers(204)),
    ("webhook/no-signature", Refuses(403, "wrong-signature")),
    ("webhook/not-a-form", Refuses(403, "wrong-signature")),
    ("webhook/time-not-a-number", Refuses(400, "invalid-callback")),
    ("webhook/unknown-event-type", Answers(204)),
    ("webhook/unmanaged-worker", Answers(204)),
    ("webhook/without-time-in-milliseconds", Answers(204)),
    ("webhook/worker-sid-missing", Refuses(400, "invalid-callback")),
    ("webhook/wrong-signature", Refuses(403, "wrong-signature")),
];
