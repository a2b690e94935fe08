//! `fan-out`: invoked by `teams` with the id of a team, and by the schedule.

use super::{
    Cases,
    Expected::{Fails, Returns},
    UNKNOWN_TEAM,
};
use crate::patch::Patch::Set;

pub const ALL: &[Cases] = &[TEAM, SCHEDULE];

const TEAM: Cases = Cases {
    event: "fan-out/team",
    rows: &[
        ("fan-out/team", &[], Returns("null")),
        ("fan-out/unchanged-team", &[Set("/team_id", "{{team_id}}")], Returns("null")),
        ("fan-out/unknown-team", &[Set("/team_id", UNKNOWN_TEAM)], Returns("null")),
        ("fan-out/team-id-not-uuid", &[Set("/team_id", "sales")], Fails("UUID")),
    ],
};

const SCHEDULE: Cases = Cases { event: "fan-out/schedule", rows: &[("fan-out/schedule", &[], Returns("null"))] };
