//! The item that claims the name of a skill.

use serde::Deserialize;
use std::collections::BTreeSet;

use domain::SkillName;

/// The value of the item's `entity`.
pub(crate) const SKILL_NAME: &str = "skill_name";

/// The skills whose names differ only in case, width or invisible characters: more than one only if adopted (rule 33).
/// Written by updates; without `spellings` if no skill is left.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct SkillNameItem {
    #[serde(default)]
    pub spellings: BTreeSet<SkillName>,
}
