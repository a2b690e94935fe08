//! Teams and skills.

use super::{
    Expected::{Answers, Refuses},
    Sample,
};

pub const TEAMS: &[Sample] = &[];

pub const SKILLS: &[Sample] = &[];
