//! The cases, by function: the event each starts from, what it changes in it, and what the function then does.
//!
//! They run in this order. Only a few depend on it: `edit/last-account-owner` on there being one, requests with an
//! `Idempotency-Key` on those before, callbacks on earlier ones about the same worker.

mod assign_skill;
mod authorize;
mod bulk;
mod docs;
mod edit;
mod export;
mod fan_out;
mod flex_skills;
mod index;
mod presets;
mod reconcile;
mod reconciliations;
mod run_bulk;
mod search;
mod set_status;
mod skill_sets;
mod skills;
mod sync;
mod team_skills;
mod teams;
mod turn_skills;
mod view;
mod webhook;
mod write_export;

use serde_json::Value;

use crate::patch::Patch;

/// No user, team or job has this id.
const UNKNOWN_ID: &str = "3f2d7c1a-9b64-4e0e-8a55-0c6d1f7e2b90";
const UNKNOWN_TEAM: &str = "5d1c2f9e-7b3a-4c8d-9e0f-1a2b3c4d5e6f";

/// What a cursor of the history of something else encodes.
const FOREIGN_HISTORY: &str = r#"{"s":"01937a3c-7b00-7000-8000-000000000001","q":"WTbpDNnPEk3h"}"#;

/// The cases that start from one event.
struct Cases {
    /// The name of its file in `events/`, which is also the name of the case that changes nothing in it.
    event: &'static str,
    rows: &'static [Row],
}

/// A case's name, what it changes in the event, and what the function then does.
type Row = (&'static str, &'static [Patch], Expected);

/// What a function does with an event.
#[derive(Debug, Clone, Copy)]
pub enum Expected {
    /// An HTTP response of this status that is no problem document.
    Answers(u16),
    /// A problem document of this status and code.
    Refuses(u16, &'static str),
    /// The authorizer allows the request, with this role.
    Allows(&'static str),
    /// This JSON.
    Returns(&'static str),
    /// The invocation fails, with this in its message.
    Fails(&'static str),
}

/// One case.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// `edit/add-by-agent`: the function and what is particular.
    pub name: &'static str,
    /// The event it starts from, in `events/`.
    pub event: &'static str,
    pub patches: &'static [Patch],
    pub expected: Expected,
}

impl Case {
    /// The function's name.
    pub fn function(&self) -> &'static str {
        self.name.split_once('/').unwrap().0
    }

    /// The event, with its placeholders.
    ///
    /// # Panics
    /// When one of the patches changes nothing.
    pub fn build(&self) -> Value {
        let mut event = crate::read_event(self.event);
        for patch in self.patches {
            let before = event.clone();
            patch.apply(&mut event);
            assert_ne!(event, before, "{}: {patch:?} changes nothing", self.name);
        }
        event
    }
}

/// All cases, in the order in which they run.
pub fn all() -> impl Iterator<Item = Case> {
    let cases = ALL.iter().copied().flatten();
    cases.flat_map(|&Cases { event, rows }| {
        rows.iter().map(move |&(name, patches, expected)| Case { name, event, patches, expected })
    })
}

const ALL: &[&[Cases]] = &[
    edit::ALL,
    assign_skill::ALL,
    turn_skills::ALL,
    set_status::ALL,
    search::ALL,
    view::ALL,
    teams::ALL,
    team_skills::ALL,
    skill_sets::ALL,
    skills::ALL,
    presets::ALL,
    export::ALL,
    write_export::ALL,
    bulk::ALL,
    run_bulk::ALL,
    fan_out::ALL,
    flex_skills::ALL,
    sync::ALL,
    reconciliations::ALL,
    reconcile::ALL,
    authorize::ALL,
    docs::ALL,
    index::ALL,
    webhook::ALL,
];
