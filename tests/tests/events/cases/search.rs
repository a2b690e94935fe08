//! `search`: users are listed and found.

use super::{
    Cases,
    Expected::{Answers, Refuses},
};
use crate::patch::{
    AGENT,
    Patch::{By, Cursor, Query},
    UNKNOWN_SUPERVISOR,
};

pub const ALL: &[Cases] = &[LIST, FILTERS, ONE_WORD, NEXT_PAGE];

/// `GET /users`
const LIST: Cases = Cases {
    event: "search/list",
    rows: &[
        ("search/list", &[], Answers(200)),
        ("search/agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("search/all-statuses", &[Query("status=all&limit=100")], Answers(200)),
        ("search/broken-cursor", &[Query("cursor=page-2")], Refuses(400, "broken-cursor")),
        ("search/level-not-whole", &[Query("skill=English&min_level=high")], Refuses(400, "invalid-level")),
        ("search/level-without-skill", &[Query("min_level=50")], Refuses(400, "level-without-skill")),
        ("search/limit-thousand", &[Query("limit=1000")], Refuses(400, "invalid-limit")),
        ("search/limit-zero", &[Query("limit=0")], Refuses(400, "invalid-limit")),
        ("search/list-by-supervisor", &[By(UNKNOWN_SUPERVISOR)], Answers(200)),
        ("search/phrase", &[Query("q=jo%20li")], Answers(200)),
        ("search/repeated-parameter", &[Query("role=agent&role=supervisor")], Refuses(400, "repeated-parameter")),
        ("search/several-words", &[Query("q=example%20lovelace")], Answers(200)),
        ("search/sync-contested", &[Query("sync=contested&status=all")], Answers(200)),
        ("search/sync-failed", &[Query("sync=failed")], Answers(200)),
        ("search/sync-pending", &[Query("sync=pending&role=agent")], Answers(200)),
        ("search/sync-synced", &[Query("sync=synced")], Answers(200)),
        ("search/team", &[Query("team={{team_id}}")], Answers(200)),
        ("search/text-too-long", &[Query(TOO_LONG_QUERY)], Refuses(400, "search-text-too-long")),
        ("search/text-too-short", &[Query("q=ad")], Refuses(400, "search-text-too-short")),
        ("search/unknown-parameter", &[Query("query=ada")], Refuses(400, "unknown-parameter")),
        ("search/unknown-role", &[Query("role=manager")], Refuses(400, "unknown-role")),
        ("search/unknown-skill", &[Query("skill=")], Refuses(404, "unknown-skill")),
        ("search/unknown-status", &[Query("status=retired")], Refuses(400, "unknown-status")),
        ("search/unknown-sync-state", &[Query("sync=broken")], Refuses(400, "unknown-sync-state")),
        ("search/unknown-team", &[Query("team=sales")], Refuses(404, "unknown-team")),
    ],
};

/// `GET /users`
const FILTERS: Cases = Cases { event: "search/filters", rows: &[("search/filters", &[], Answers(200))] };

/// `GET /users`
const ONE_WORD: Cases = Cases {
    event: "search/one-word",
    rows: &[
        ("search/one-word", &[], Answers(200)),
        (
            "search/foreign-cursor",
            &[Cursor(r#"{"s":"anna agent\u001f55579b55-7896-40ce-9764-c47fed644f9b","q":"_6ECwv-oosMG"}"#)],
            Refuses(400, "foreign-cursor"),
        ),
    ],
};

/// `GET /users`
const NEXT_PAGE: Cases = Cases { event: "search/next-page", rows: &[("search/next-page", &[], Answers(200))] };

/// Its text is longer than a search text may be.
const TOO_LONG_QUERY: &str = concat!(
    "q=lovelacelovelacelovelacelovelacelovelacelovelacelovelacelovelace",
    "lovelacelovelacelovelacelovelacelovelacelovelacelovelacelovelace",
    "lovelacelovelacelovelacelovelacelovelacelovelacelovelacelovelace",
    "lovelacelovelacelovelacelovelacelovelacelovelacelovelacelovelace",
);
