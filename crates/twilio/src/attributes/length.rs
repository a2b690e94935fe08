//! How many characters a worker's attributes have, of which TaskRouter takes 4,096 (rule 27), before they are written.
//!
//! The attributes are *others* and *owned*: others with the owned part of a moment is what [`super::owned::write`] makes of
//! them. Others holds whatever the writer keeps, the keys `roles` and `routing` with their brackets included.

use domain::{Level, Role, routing::OwnedAttributes};
use serde_json::json;

use super::{
    owned::{name, roles, routing, set_members},
    read,
};
use crate::raw_json::Raw;

/// The characters of this part: names in quotes, levels, the commas and colons between them.
///
/// Exact for a worker that gets skills: others and this are the length of what is written. Where skills or roles go that were
/// written at greater length than here, it is less that is written, never more.
#[must_use]
pub fn owned_chars(owned: &OwnedAttributes) -> usize {
    let commas = |elements: usize| elements.saturating_sub(1);
    let role = |role: &Role| quoted_chars(name(*role)) + 1;
    let levels = owned.skills.iter().filter_map(|(name, level)| Some((name, (*level)?)));
    let level = |(name, Level(level)): (_, Level)| quoted_chars(name) + 1 + level.to_string().len();
    owned.roles.iter().map(role).sum::<usize>()
        + owned.skills.keys().map(quoted_chars).sum::<usize>()
        + commas(owned.skills.len())
        + levels.clone().map(level).sum::<usize>()
        + commas(levels.count())
}

fn quoted_chars(text: impl serde::Serialize) -> usize {
    json!(text).to_string().chars().count()
}

/// The characters of these attributes besides the owned part, as they are once `routing` and one of the roles are written.
/// None if they are no JSON object: those are never written.
///
/// A callback writes a slash as `\/` and the REST API, by whose answer attributes are written, as `/`: it counts as one
/// character in both.
#[must_use]
pub fn other_chars(json: &str) -> Option<usize> {
    let json = &with_plain_slashes(json);
    let fields = Raw::parse(json)?.object()?;
    let mut owned = read(json).0?.owned();
    let mut members = vec![("routing", routing(fields.get("routing"), &owned)?)];
    let written = fields.get("roles");
    if owned.roles.is_empty() || written.and_then(Raw::array).is_none() {
        owned.roles = [owned.role().unwrap_or(Role::SystemAdmin)].into();
        members.push(("roles", roles(written, &owned)));
    } else if let Some(counts) = owned.role() {
        // Where no role is decided here, further ones stay.
        owned.roles = [counts].into();
    }
    let chars = set_members(json, &members)?.chars().count();
    Some(chars.saturating_sub(owned_chars(&owned)))
}

fn with_plain_slashes(json: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(json.len()), json.chars());
    while let Some(char) = rest.next() {
        match (char, rest.clone().next()) {
            ('\\', Some('/')) => {}
            ('\\', Some(escaped)) => {
                plain.extend(['\\', escaped]);
                rest.next();
            }
            _ => plain.push(char),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{super::owned::write, *};
    use domain::{SkillName, skill::Skills};
    use proptest::prelude::*;
    use serde_json::Value;

    fn estimate(json: &str, target: &OwnedAttributes) -> usize {
        other_chars(json).unwrap() + owned_chars(target)
    }

    fn chars_written(json: &str, target: &OwnedAttributes) -> usize {
        write(json, target).unwrap().chars().count()
    }

    #[test]
    fn rule_27_a_callback_and_the_rest_api_tell_the_same_length() {
        let callback = r#"{"image_url":"https:\/\/example.com\/a","note":"\\\\\/ and \\\\"}"#;
        let rest = r#"{"image_url":"https://example.com/a","note":"\\\\/ and \\\\"}"#;
        assert_eq!(other_chars(callback), other_chars(rest));
    }

    #[test]
    fn rule_27_what_a_worker_has_besides_and_what_is_written_make_the_whole() {
        let skills = [("English", Some(80)), ("Fran\"çais", None)];
        let skills = skills.map(|(name, level)| (SkillName::adopted(name).unwrap(), level.map(Level)));
        let target = OwnedAttributes { roles: [Role::Supervisor].into(), skills: skills.into(), ..Default::default() };
        for json in [
            "{}",
            r#"{"roles":[]}"#,
            r#" { "roles" : "agent", "full_name": "Ada🙂", "n": 1e999 } "#,
            r#"{"roles":["agent","z"],"routing":{"skills":["English"],"levels":{"English":80,"gone":7},"own":1}}"#,
            r#"{"roles": ["supervisor"], "routing": {"skills": ["\u0045nglish"], "levels": {"English": 80.00}}}"#,
        ] {
            assert_eq!(estimate(json, &target), chars_written(json, &target), "{json}");
        }
        assert_eq!((other_chars("[]"), other_chars("{")), (None, None));
    }

    #[test]
    fn rule_27_roles_that_stay_beside_the_one_that_counts_are_part_of_the_length() {
        let json = r#"{"roles":["agent","supervisor","z"],"routing":{"skills":[],"levels":{}}}"#;
        let skills = Skills::from([(SkillName::adopted("English").unwrap(), None)]);
        let undecided = OwnedAttributes { roles: [Role::Agent, Role::Supervisor].into(), skills, ..Default::default() };
        let decided = OwnedAttributes { roles: [Role::Supervisor].into(), ..undecided.clone() };
        assert_eq!(estimate(json, &decided), chars_written(json, &undecided));
        assert!(chars_written(json, &decided) < estimate(json, &decided), "one role replaces the three");
    }

    #[test]
    fn rule_27_a_level_that_was_left_behind_does_not_make_the_attributes_longer_than_was_said() {
        let json = r#"{"roles":["agent"],"routing":{"skills":["Chat"],"levels":{"English":80.000}}}"#;
        let skills = [("Chat", None), ("English", Some(80))];
        let skills = skills.map(|(name, level)| (SkillName::adopted(name).unwrap(), level.map(Level)));
        let target = OwnedAttributes { roles: [Role::Agent].into(), skills: skills.into(), ..Default::default() };
        assert_eq!(estimate(json, &target), chars_written(json, &target));
    }

    #[test]
    fn rule_27_a_level_that_is_shorter_than_its_digits_is_counted_by_them() {
        let json = r#"{"roles":["agent"],"routing":{"skills":["Chat"],"levels":{"Chat":8e9}}}"#;
        for level in [8_000_000_000, 80] {
            let skills = [("Chat", Some(level)), ("English", None)];
            let skills = skills.map(|(name, level)| (SkillName::adopted(name).unwrap(), level.map(Level)));
            let target = OwnedAttributes { roles: [Role::Agent].into(), skills: skills.into(), ..Default::default() };
            assert_eq!(estimate(json, &target), chars_written(json, &target));
        }
    }

    /// Names that JSON escapes, and names of one character that have several bytes.
    const KNOWN: &str = "x[ab\"\\\\é🙂\u{1}]{0,2}";
    const NEW: &str = "y[ab\"\\\\é🙂\u{1}]{0,2}";

    fn some_skills(name: &'static str) -> impl Strategy<Value = Skills> {
        prop::collection::btree_map(name, prop::option::of(0..2_000_i64), 0..4).prop_map(|skills| {
            skills.into_iter().map(|(name, level)| (SkillName::adopted(&name).unwrap(), level.map(Level))).collect()
        })
    }

    fn any_role() -> impl Strategy<Value = Role> {
        prop::sample::select(vec![Role::Agent, Role::Supervisor, Role::SystemAdmin])
    }

    /// Attributes as JavaScript writes them, or with white space, or with every character escaped that may be.
    fn attributes() -> impl Strategy<Value = (String, OwnedAttributes)> {
        let skills = some_skills(KNOWN);
        let other =
            prop::sample::select(vec![json!({}), json!({"full_name": "Zoë\n"}), json!({"roles": ["z"], "a": []})]);
        (other, any_role(), skills, 0..3_u8).prop_map(|(mut other, role, skills, style)| {
            let levels = skills.iter().filter(|(_, level)| level.is_some()).collect::<Vec<_>>();
            let levels = levels.into_iter().map(|(name, level)| (name.to_string(), json!(level)));
            let mut all_roles = vec![json!(name(role))];
            all_roles.extend(other["roles"].as_array().cloned().unwrap_or_default());
            other["roles"] = json!(all_roles);
            let levels = levels.collect::<serde_json::Map<_, _>>();
            other["routing"] = json!({"skills": skills.keys().collect::<Vec<_>>(), "levels": levels});
            let owned = OwnedAttributes { roles: [role].into(), skills, ..Default::default() };
            (in_style(&other, style), owned)
        })
    }

    fn in_style(value: &Value, style: u8) -> String {
        let escaped = |c: char| match c {
            'a' | 'é' | 'ë' => format!("\\u{:04x}", u32::from(c)),
            other => other.to_string(),
        };
        match style {
            0 => value.to_string(),
            1 => serde_json::to_string_pretty(value).unwrap(),
            // Only in names: the keys that are looked for have no such letters but "name".
            _ => value.to_string().chars().map(escaped).collect(),
        }
    }

    proptest! {
        #[test]
        fn rule_27_the_length_is_known_before_a_skill_is_written(
            (json, owned) in attributes(), new in some_skills(NEW),
        ) {
            prop_assume!(!new.is_empty());
            let skills = owned.skills.clone().into_iter().chain(new).collect();
            let target = OwnedAttributes { skills, ..owned };
            prop_assert_eq!(estimate(&json, &target), chars_written(&json, &target), "{}", json);
        }

        #[test]
        fn rule_27_attributes_with_other_skills_have_at_most_the_length_that_was_said(
            (json, _) in attributes(), role in any_role(), kept in some_skills(KNOWN), new in some_skills(NEW),
        ) {
            let skills = kept.into_iter().chain(new).collect();
            let target = OwnedAttributes { roles: [role].into(), skills, ..Default::default() };
            let rewritten = write(&json, &OwnedAttributes { skills: Skills::new(), ..target.clone() }).unwrap();
            prop_assert!(estimate(&json, &target) >= chars_written(&rewritten, &target), "{}", json);
        }
    }
}
