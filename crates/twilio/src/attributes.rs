//! A worker's attributes, a JSON text, read field by field: a fault in one field leaves the others as they are (rule 34).

use std::collections::{BTreeMap, BTreeSet};

use domain::{AttributeFault, Attributes, EmailAddress, Level, Role, SkillName, skill::Skills, user::IdpProfile};

use crate::{
    raw_json::{Field, Object, Raw},
    roles::highest_role,
};

pub(crate) mod length;
pub(crate) mod owned;

/// The most characters that TaskRouter takes as attributes (rule 27). No field of them can be longer.
pub const MAX_CHARS: usize = 4_096;

/// Beyond this, a number is not the integer that its text says: TaskRouter and Flex read numbers as doubles.
const MAX_INTEGER: f64 = 9_007_199_254_740_991.0;

/// Reads attributes as TaskRouter sends them. None if the text is not a JSON object.
pub(crate) fn read(json: &str) -> (Option<Attributes>, Vec<AttributeFault>) {
    match Raw::parse(json).and_then(Raw::object) {
        Some(fields) => {
            let mut reader = Reader { fields, faults: Vec::new() };
            let attributes = reader.attributes();
            (Some(attributes), reader.faults)
        }
        None => (None, vec![AttributeFault::NotAnObject]),
    }
}

struct Reader<'a> {
    fields: Object<'a>,
    /// Each once.
    faults: Vec<AttributeFault>,
}

impl<'a> Reader<'a> {
    fn attributes(&mut self) -> Attributes {
        let roles = self.roles();
        Attributes {
            idp: IdpProfile {
                full_name: self.required_text("full_name"),
                email: self.required_text("email").map(EmailAddress::reported),
                picture: self.text("image_url"),
            },
            role: roles.last().copied(),
            roles,
            skills: self.skills("routing", "routing.skills", "routing.levels"),
            disabled: self.skills("disabled_skills", "disabled_skills.skills", "disabled_skills.levels"),
        }
    }

    fn fault(&mut self, fault: AttributeFault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// None if the field is missing, null, or longer than it can be.
    fn field(&mut self, name: &'static str) -> Option<Raw<'a>> {
        let value = self.fields.get(name).filter(|value| !value.is_null())?;
        if value.get().chars().count() > MAX_CHARS {
            self.fault(AttributeFault::TooLong(name));
            return None;
        }
        Some(value)
    }

    fn required_text(&mut self, field: &'static str) -> Option<String> {
        let faults = self.faults.len();
        let text = self.text(field);
        if text.is_none() && self.faults.len() == faults {
            self.fault(AttributeFault::NotText(field));
        }
        text
    }

    /// The field's text, or the first text of its list, without white space at its ends. None if it is empty.
    fn text(&mut self, field: &'static str) -> Option<String> {
        let value = self.field(field)?;
        let text = match (value.text(), value.array()) {
            (Some(text), _) => Some(text),
            (None, Some(elements)) => {
                self.fault(AttributeFault::List(field));
                let texts = elements.into_iter().filter_map(Raw::text);
                texts.into_iter().find(|text| !text.lossy().trim().is_empty())
            }
            (None, None) => None,
        };
        let Some(text) = text else {
            self.fault(AttributeFault::NotText(field));
            return None;
        };
        if text.exact().is_none() {
            self.fault(AttributeFault::HalfSurrogate(field));
        }
        Some(text.lossy().trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Those of the three roles that `roles` holds: a list, or one text. What is no text in it is no role.
    fn roles(&mut self) -> BTreeSet<Role> {
        let Some(roles) = self.field("roles") else { return BTreeSet::new() };
        let values = roles.array().unwrap_or_else(|| vec![roles]);
        let texts = values.iter().filter_map(|value| value.text()).collect::<Vec<_>>();
        if texts.len() < values.len() {
            self.fault(AttributeFault::Shape("roles"));
        }
        texts.iter().filter_map(|text| highest_role([text.exact()?])).collect()
    }

    /// `{"skills": [names], "levels": {name: level}}`
    fn skills(&mut self, field: &'static str, names: &'static str, levels: &'static str) -> Skills {
        let routing = self.field(field).and_then(|value| self.in_shape(field, value.object()));
        let Some(routing) = routing else { return Skills::new() };
        let part = |name| routing.get(name).filter(|value| !value.is_null());
        let levels = part("levels").and_then(|value| self.in_shape(levels, value.object()));
        let levels = levels.as_ref().map(levels_by_name).unwrap_or_default();
        let names = part("skills").and_then(|value| self.in_shape(names, value.array()));
        let mut skills = Skills::new();
        for name in names.unwrap_or_default() {
            let text = name.text();
            match text.as_ref().and_then(|text| text.exact()).and_then(SkillName::adopted) {
                None => self.fault(AttributeFault::SkillName),
                Some(name) => {
                    let level = levels.get(name.as_str()).and_then(|level| self.level(*level));
                    skills.insert(name, level);
                }
            }
        }
        skills
    }

    fn in_shape<T>(&mut self, field: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.fault(AttributeFault::Shape(field));
        }
        value
    }

    /// Accepts an integer however it is written (`80`, `80.00`, `8e1`), as a number or as text.
    fn level(&mut self, value: Raw<'_>) -> Option<Level> {
        if value.is_null() {
            return None;
        }
        let level = match value.text() {
            Some(text) => {
                self.fault(AttributeFault::LevelAsText);
                text.exact().and_then(integer)
            }
            None => Some(value).filter(|value| value.is_number()).and_then(|number| integer(number.get())),
        };
        if level.is_none() {
            self.fault(AttributeFault::Level);
        }
        level.map(Level)
    }
}

/// The last one counts where a name stands there twice.
fn levels_by_name<'a>(levels: &Object<'a>) -> BTreeMap<String, Raw<'a>> {
    let named = |field: &Field<'a>| Some((field.key.text()?.exact()?.to_owned(), field.value));
    levels.fields().iter().filter_map(named).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "an integer that a double holds exactly fits")]
fn integer(number: &str) -> Option<i64> {
    let number = number.trim().parse::<f64>().ok()?;
    (number.fract() == 0.0 && number.abs() <= MAX_INTEGER).then_some(number as i64)
}

#[cfg(test)]
mod tests;
