//! A worker's attributes, a JSON text, read leniently: a fault in one field leaves the others as they are.

use domain::{AttributeFault, Attributes, EmailAddress, Level, Role, SkillName, skill::Skills, user::IdpProfile};
use serde_json::{Map, Value};

use crate::roles::highest_role;

/// Reads attributes as TaskRouter sends them. None if the text is not a JSON object.
pub(crate) fn read(json: &str) -> (Option<Attributes>, Vec<AttributeFault>) {
    match serde_json::from_str(json) {
        Ok(Value::Object(object)) => {
            let mut faults = Vec::new();
            let attributes = from_object(&object, &mut faults);
            faults.dedup();
            (Some(attributes), faults)
        }
        _ => (None, vec![AttributeFault::NotAnObject]),
    }
}

fn from_object(object: &Map<String, Value>, faults: &mut Vec<AttributeFault>) -> Attributes {
    let mut required = |field: &'static str| {
        let text = text(object, field);
        if text.is_none() {
            faults.push(AttributeFault::NotText(field));
        }
        text
    };
    let (full_name, email) = (required("full_name"), required("email").map(EmailAddress::reported));
    Attributes {
        idp: IdpProfile { full_name, email, picture: text(object, "image_url") },
        role: role(object.get("roles")),
        skills: skills(object.get("routing"), faults),
        disabled: skills(object.get("disabled_skills"), faults),
    }
}

fn text(object: &Map<String, Value>, field: &str) -> Option<String> {
    object.get(field)?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn role(roles: Option<&Value>) -> Option<Role> {
    match roles {
        Some(Value::Array(values)) => highest_role(values.iter().filter_map(Value::as_str)),
        Some(Value::String(value)) => highest_role([value.as_str()]),
        _ => None,
    }
}

fn skills(routing: Option<&Value>, faults: &mut Vec<AttributeFault>) -> Skills {
    let part = |name| routing.and_then(|routing| routing.get(name));
    let levels = part("levels").and_then(Value::as_object);
    let Some(names) = part("skills").and_then(Value::as_array) else { return Skills::new() };
    let mut skills = Skills::new();
    for name in names {
        match name.as_str().and_then(SkillName::adopted) {
            None => faults.push(AttributeFault::SkillName),
            Some(name) => {
                let level = levels.and_then(|levels| levels.get(name.as_str()));
                let level = level.and_then(|level| self::level(level, faults));
                skills.insert(name, level);
            }
        }
    }
    skills
}

/// Accepts an integer, an integer as text, and an integer with the fraction `.0`.
fn level(value: &Value, faults: &mut Vec<AttributeFault>) -> Option<Level> {
    let whole = |number: &str| number.strip_suffix(".0").unwrap_or(number).parse().ok().map(Level);
    let level = match value {
        Value::Null => return None,
        Value::Number(number) => whole(&number.to_string()),
        Value::String(text) => {
            faults.push(AttributeFault::LevelAsText);
            whole(text.trim())
        }
        _ => None,
    };
    if level.is_none() {
        faults.push(AttributeFault::Level);
    }
    level
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(json: &Value) -> (Attributes, Vec<AttributeFault>) {
        let (attributes, faults) = super::read(&json.to_string());
        (attributes.unwrap(), faults)
    }

    #[test]
    fn a_login_says_who_somebody_is_and_what_they_can() {
        let (attributes, faults) = read(&json!({
            "full_name": "Ada Lovelace", "email": "ada@example.com", "image_url": "https://example.com/ada.png",
            "roles": ["wfo.full_access", "supervisor"],
            "routing": {"skills": ["English", "billing"], "levels": {"English": 80, "unheard_of": 1}},
            "disabled_skills": {"skills": ["French"], "levels": {"French": 3}},
        }));
        assert_eq!(faults, []);
        assert_eq!(
            (attributes.idp.full_name.as_deref(), attributes.idp.email.as_ref().map(EmailAddress::as_str)),
            (Some("Ada Lovelace"), Some("ada@example.com"))
        );
        assert_eq!(attributes.role, Some(Role::Supervisor));
        let named = |skills: &Skills| skills.iter().map(|(n, l)| (n.to_string(), l.map(|l| l.0))).collect::<Vec<_>>();
        assert_eq!(named(&attributes.skills), [("English".into(), Some(80)), ("billing".into(), None)]);
        assert_eq!(named(&attributes.disabled), [("French".into(), Some(3))]);
    }

    #[test]
    fn levels_as_text_are_taken_and_reported() {
        let (attributes, faults) = read(&json!({"full_name": "A", "email": "a@b",
            "routing": {"skills": ["a", "b", "c", "d"], "levels": {"a": "7", "b": "seven", "c": 7.5, "d": 7.0}}}));
        assert_eq!(
            attributes.skills.values().map(|l| l.map(|l| l.0)).collect::<Vec<_>>(),
            [Some(7), None, None, Some(7)]
        );
        assert!(faults.contains(&AttributeFault::LevelAsText) && faults.contains(&AttributeFault::Level), "{faults:?}");
    }

    #[test]
    fn what_is_missing_is_reported_and_the_rest_is_read() {
        let (attributes, faults) = read(&json!({"roles": ["agent"], "email": 5}));
        assert_eq!((attributes.role, attributes.idp.full_name, attributes.idp.email), (Some(Role::Agent), None, None));
        assert_eq!(faults, [AttributeFault::NotText("full_name"), AttributeFault::NotText("email")]);
    }

    #[test]
    fn attributes_that_are_no_json_object_say_nothing() {
        for wrong in ["", "null", "[]", "{\"full_name\":", "\"ada\""] {
            assert_eq!(super::read(wrong), (None, vec![AttributeFault::NotAnObject]), "{wrong}");
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
