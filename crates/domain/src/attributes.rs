//! What a worker's attributes say, read leniently: whoever logs in is upserted with what there is.

use serde_json::{Map, Value};
use std::fmt;

use crate::{Level, Role, SkillName, skill::Skills};

/// The part of a worker's attributes that the directory knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes {
    /// Full name.
    pub full_name: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Address of a picture.
    pub picture: Option<String>,
    /// The role, or none where `roles` holds none of the three (rule 23).
    pub role: Option<Role>,
    /// `routing.skills` with `routing.levels`.
    pub skills: Skills,
    /// `disabled_skills`, in the same form.
    pub disabled: Skills,
}

/// Something wrong with attributes. It names the place and never the data (rule 32).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Not a JSON object.
    NotAnObject,
    /// This field is missing or no text.
    NoText(&'static str),
    /// A list of skills holds something that is no name.
    SkillName,
    /// A level that is text; taken where it holds a whole number.
    LevelAsText,
    /// A level that is no whole number; left out.
    Level,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("attributes are not a JSON object"),
            Self::NoText(field) => write!(f, "attributes.{field} is missing or no text"),
            Self::SkillName => f.write_str("attributes name a skill that cannot be one"),
            Self::LevelAsText => f.write_str("attributes carry a level as text"),
            Self::Level => f.write_str("attributes carry a level that is no whole number"),
        }
    }
}

impl Attributes {
    /// Reads attributes as TaskRouter sends them, a JSON text. Without an object in it there is nothing
    /// to read; everything else is read as far as it goes.
    #[must_use]
    pub fn read(json: &str) -> (Option<Self>, Vec<Fault>) {
        match serde_json::from_str(json) {
            Ok(Value::Object(object)) => {
                let mut faults = Vec::new();
                let attributes = Self::from_object(&object, &mut faults);
                faults.dedup();
                (Some(attributes), faults)
            }
            _ => (None, vec![Fault::NotAnObject]),
        }
    }

    fn from_object(object: &Map<String, Value>, faults: &mut Vec<Fault>) -> Self {
        let mut required = |field: &'static str| {
            let text = text(object, field);
            if text.is_none() {
                faults.push(Fault::NoText(field));
            }
            text
        };
        let (full_name, email) = (required("full_name"), required("email"));
        Self {
            full_name,
            email,
            picture: text(object, "image_url"),
            role: role(object.get("roles")),
            skills: skills(object.get("routing"), faults),
            disabled: skills(object.get("disabled_skills"), faults),
        }
    }
}

fn text(object: &Map<String, Value>, field: &str) -> Option<String> {
    object.get(field)?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn role(roles: Option<&Value>) -> Option<Role> {
    match roles {
        Some(Value::Array(values)) => Role::from_attributes(values.iter().filter_map(Value::as_str)),
        Some(Value::String(value)) => Role::from_attributes([value.as_str()]),
        _ => None,
    }
}

fn skills(routing: Option<&Value>, faults: &mut Vec<Fault>) -> Skills {
    let part = |name| routing.and_then(|routing| routing.get(name));
    let levels = part("levels").and_then(Value::as_object);
    let Some(names) = part("skills").and_then(Value::as_array) else { return Skills::new() };
    let mut skills = Skills::new();
    for name in names {
        match name.as_str().and_then(SkillName::adopted) {
            None => faults.push(Fault::SkillName),
            Some(name) => {
                let level = levels.and_then(|levels| levels.get(name.as_str()));
                let level = level.and_then(|level| self::level(level, faults));
                skills.insert(name, level);
            }
        }
    }
    skills
}

/// A level as it should be, or as text, or with a fraction of nothing; what else there is, is none.
fn level(value: &Value, faults: &mut Vec<Fault>) -> Option<Level> {
    let whole = |number: &str| number.strip_suffix(".0").unwrap_or(number).parse().ok().map(Level);
    let level = match value {
        Value::Null => return None,
        Value::Number(number) => whole(&number.to_string()),
        Value::String(text) => {
            faults.push(Fault::LevelAsText);
            whole(text.trim())
        }
        _ => None,
    };
    if level.is_none() {
        faults.push(Fault::Level);
    }
    level
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(json: &Value) -> (Attributes, Vec<Fault>) {
        let (attributes, faults) = Attributes::read(&json.to_string());
        (attributes.unwrap(), faults)
    }

    #[test]
    fn a_login_says_who_somebody_is_and_what_they_can() {
        let (said, faults) = read(&json!({
            "full_name": "Ada Lovelace", "email": "ada@example.com", "image_url": "https://example.com/ada.png",
            "roles": ["wfo.full_access", "supervisor"],
            "routing": {"skills": ["English", "billing"], "levels": {"English": 80, "unheard_of": 1}},
            "disabled_skills": {"skills": ["French"], "levels": {"French": 3}},
        }));
        assert_eq!(faults, []);
        assert_eq!((said.full_name.as_deref(), said.email.as_deref()), (Some("Ada Lovelace"), Some("ada@example.com")));
        assert_eq!(said.role, Some(Role::Supervisor));
        let named = |skills: &Skills| skills.iter().map(|(n, l)| (n.to_string(), l.map(|l| l.0))).collect::<Vec<_>>();
        assert_eq!(named(&said.skills), [("English".into(), Some(80)), ("billing".into(), None)]);
        assert_eq!(named(&said.disabled), [("French".into(), Some(3))]);
    }

    #[test]
    fn levels_as_text_are_taken_and_reported() {
        let (said, faults) = read(&json!({"full_name": "A", "email": "a@b",
            "routing": {"skills": ["a", "b", "c", "d"], "levels": {"a": "7", "b": "seven", "c": 7.5, "d": 7.0}}}));
        assert_eq!(said.skills.values().map(|l| l.map(|l| l.0)).collect::<Vec<_>>(), [Some(7), None, None, Some(7)]);
        assert!(faults.contains(&Fault::LevelAsText) && faults.contains(&Fault::Level), "{faults:?}");
    }

    #[test]
    fn what_is_missing_is_reported_and_the_rest_is_read() {
        let (said, faults) = read(&json!({"roles": ["agent"], "email": 5}));
        assert_eq!((said.role, said.full_name, said.email), (Some(Role::Agent), None, None));
        assert_eq!(faults, [Fault::NoText("full_name"), Fault::NoText("email")]);
    }

    #[test]
    fn attributes_that_are_no_json_object_say_nothing() {
        for wrong in ["", "null", "[]", "{\"full_name\":", "\"ada\""] {
            assert_eq!(Attributes::read(wrong), (None, vec![Fault::NotAnObject]), "{wrong}");
        }
    }

    #[test]
    fn rule_32_a_fault_names_the_place_and_never_the_data() {
        let json = json!({"full_name": ["Ada"], "routing": {"skills": [5, "x"], "levels": {"x": "secret"}}});
        for fault in read(&json).1 {
            assert!(!fault.to_string().contains("Ada") && !fault.to_string().contains("secret"), "{fault}");
        }
    }
}
