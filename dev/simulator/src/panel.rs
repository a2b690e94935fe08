//! What Flex's skills panel does at *Save*: it sends all attributes from the browser's copy, however old that is, with
//! `routing` and `disabled_skills` built anew.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Number, Value, json};

use crate::actor::{Actor, FLEX_USER_SID};
use crate::attributes::{self, Members};
use crate::configuration::{Configuration, Skill};
use crate::event::Event;
use crate::refusal::Refusal;
use crate::worker::Worker;
use crate::workspace::{Change, Workspace};

const REBUILT: [&str; 2] = ["routing", "disabled_skills"];

/// What the user chose in the panel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Save {
    worker_sid: String,
    /// The skills that are switched on.
    skills: Vec<String>,
    /// The skills that are switched off.
    #[serde(default)]
    disabled: Vec<String>,
    /// Levels that were changed; others stay as in the copy.
    #[serde(default)]
    levels: BTreeMap<String, Number>,
    /// The attributes that the browser has, as text or object; the current ones by default.
    #[serde(default)]
    stale_copy: Option<Box<RawValue>>,
    /// The user of Flex who saves.
    #[serde(default)]
    user_sid: Option<String>,
}

/// Saves without looking at the version of the worker.
pub(crate) fn save(workspace: &mut Workspace, save: &Save) -> Result<(Worker, Vec<Event>), Refusal> {
    let copy = save.copy(workspace.worker(&save.worker_sid)?)?;
    let configuration = workspace.configuration().cloned();
    let configuration = configuration.ok_or_else(|| Refusal::bad("Flex is not configured: it has no skills panel"))?;
    let mut attributes = copy.clone();
    for (key, skills) in REBUILT.into_iter().zip([&save.skills, &save.disabled]) {
        let levels = save.levels(skills, &copy, &configuration)?;
        attributes = attributes::set(&attributes, key, &json!({ "skills": skills, "levels": levels }).to_string());
    }
    let user = save.user_sid.clone().unwrap_or_else(|| FLEX_USER_SID.to_owned());
    let change = Change { attributes: Some(attributes), ..Change::default() };
    workspace.update(&save.worker_sid, change, &Actor::User(user).now())
}

impl Save {
    fn copy(&self, worker: &Worker) -> Result<String, Refusal> {
        let Some(copy) = &self.stale_copy else { return Ok(worker.attributes.clone()) };
        let text = serde_json::from_str::<String>(copy.get()).unwrap_or_else(|_| copy.get().to_owned());
        let wrong = |_| Refusal::bad("stale_copy must be a worker's attributes: an object, or its text");
        attributes::check(&text).map_err(wrong).map(|()| text)
    }

    /// The levels of the skills that have some, by Flex's configuration. Without one the panel cannot save.
    fn levels(
        &self,
        skills: &[String],
        copy: &str,
        configuration: &Configuration,
    ) -> Result<BTreeMap<String, Value>, Refusal> {
        let with_levels = skills.iter().filter_map(|name| configuration.multivalue(name));
        let level = |skill: &Skill| {
            let level = self.levels.get(&skill.name).cloned().or_else(|| level_in(copy, &skill.name));
            let level = level.ok_or_else(|| missing(skill))?;
            check(skill, &level).map(|()| (skill.name.clone(), Value::Number(level)))
        };
        with_levels.map(level).collect()
    }
}

/// The level in the browser's copy, also if the skill was switched off there.
fn level_in(copy: &str, skill: &str) -> Option<Number> {
    let level = |key| Members::of(Members::of(Members::of(copy)?.get(key)?)?.get("levels")?)?.get(skill);
    let level = REBUILT.into_iter().find_map(level)?;
    serde_json::from_str(level).ok()
}

fn missing(skill: &Skill) -> Refusal {
    Refusal::bad(format!("Flex's panel cannot save: the multivalue skill {} needs a level, in `levels`", skill.name))
}

fn check(skill: &Skill, level: &Number) -> Result<(), Refusal> {
    let (minimum, maximum) = (skill.minimum.unwrap_or(i64::MIN), skill.maximum.unwrap_or(i64::MAX));
    match level.as_i64() {
        Some(whole) if !(minimum..=maximum).contains(&whole) => {
            Err(Refusal::bad(format!("levels: {} must be from {minimum} to {maximum}, not {level}", skill.name)))
        }
        _ => Ok(()),
    }
}
