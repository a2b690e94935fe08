//! `docs`: the contract, and the page that shows it.

use super::{
    Cases,
    Expected::{Answers, Refuses},
};
use crate::patch::Patch::{Header, Path};

pub const ALL: &[Cases] = &[CONTRACT, PAGE, FILE];

/// `GET /openapi.yaml`
const CONTRACT: Cases = Cases {
    event: "docs/contract",
    rows: &[
        ("docs/contract", &[], Answers(200)),
        ("docs/contract-that-is-known", &[Header("if-none-match", "*")], Answers(304)),
    ],
};

/// `GET /docs`
const PAGE: Cases = Cases { event: "docs/page", rows: &[("docs/page", &[], Answers(200))] };

/// `GET /docs/{file}`
const FILE: Cases = Cases {
    event: "docs/script",
    rows: &[
        ("docs/script", &[], Answers(200)),
        ("docs/file-outside", &[Path("file", "../Cargo.toml")], Refuses(404, "unknown-file")),
        ("docs/start", &[Path("file", "start.js")], Answers(200)),
        ("docs/style", &[Path("file", "swagger-ui.css")], Answers(200)),
        ("docs/unknown-file", &[Path("file", "swagger-ui.js.map")], Refuses(404, "unknown-file")),
    ],
};
