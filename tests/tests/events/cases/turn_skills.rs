//! `turn-skills`: invoked by the schedule.

use super::{Cases, Expected::Returns};

pub const ALL: &[Cases] = &[SCHEDULE];

const SCHEDULE: Cases =
    Cases { event: "turn-skills/schedule", rows: &[("turn-skills/schedule", &[], Returns("null"))] };
