//! Writing the part of a worker's attributes that the directory owns (rule 26): `roles`, `routing` and the skills that leave
//! `disabled_skills`. Everything else stays as it is, character for character.

use std::collections::BTreeSet;

use domain::{Level, Role, SkillName, routing::OwnedAttributes};
use serde_json::json;

use super::{levels_by_name, read};
use crate::raw_json::{Object, Raw};

/// Roles of Flex's workforce optimisation go with the role of an admin or a supervisor.
const WFO: &str = "wfo.";

/// The attributes with this as their owned part; the same text if they have it already. None if they are no JSON object.
pub(crate) fn write(json: &str, target: &OwnedAttributes) -> Option<String> {
    let fields = Raw::parse(json)?.object()?;
    let current = read(json).0?.owned();
    let mut members = Vec::new();
    if current.roles != target.roles {
        members.push(("roles", roles(fields.get("roles"), target)));
    }
    if current.skills != target.skills {
        members.push(("routing", routing(fields.get("routing"), target)?));
    }
    if let Some(disabled) = fields.get("disabled_skills").and_then(|disabled| without_enabled(disabled, target)) {
        members.push(("disabled_skills", disabled));
    }
    set_members(json, &members)
}

/// One of the three roles takes the place of those that are there; all other roles stay. Who becomes an agent loses those of
/// workforce optimisation.
pub(super) fn roles(roles: Option<Raw<'_>>, target: &OwnedAttributes) -> String {
    let values = roles.map(|roles| roles.array().unwrap_or_else(|| vec![roles])).unwrap_or_default();
    let becomes_agent = target.role() == Some(Role::Agent);
    let is_kept = |value: &Raw<'_>| {
        let text = value.text();
        let text = text.as_ref().and_then(|text| text.exact()).unwrap_or_default();
        role(text).is_none() && !(becomes_agent && text.starts_with(WFO)) && !value.is_null()
    };
    let target = target.roles.iter().map(|role| json!(name(*role)).to_string());
    let kept = values.iter().filter(|value| is_kept(value)).map(|value| value.get().to_owned());
    list(target.chain(kept))
}

fn role(text: &str) -> Option<Role> {
    crate::roles::highest_role([text])
}

pub(super) const fn name(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
        Role::SystemAdmin | Role::AccountOwner => "admin",
    }
}

/// The names keep their order, new ones follow. Levels that are right stay as they are written.
pub(super) fn routing(routing: Option<Raw<'_>>, target: &OwnedAttributes) -> Option<String> {
    let object = routing.and_then(|routing| Some((routing, routing.object()?)));
    let part = |name: &str| object.as_ref().and_then(|(_, fields)| fields.get(name));
    let names = part("skills").and_then(Raw::array).unwrap_or_default();
    let levels = part("levels").and_then(Raw::object);
    let members = [("skills", skills(&names, target)), ("levels", levels_of(levels.as_ref(), &names, target))];
    set_members(object.map_or("{}", |(routing, _)| routing.get()), &members)
}

fn skills(names: &[Raw<'_>], target: &OwnedAttributes) -> String {
    let known = names.iter().filter_map(|raw| Some((skill(*raw)?, raw.get())));
    let kept = known.filter(|(name, _)| target.skills.contains_key(name)).collect::<Vec<_>>();
    let is_new = |name: &&SkillName| kept.iter().all(|(kept, _)| kept != *name);
    let new = target.skills.keys().filter(is_new).map(|name| json!(name).to_string());
    list(kept.iter().map(|(_, raw)| (*raw).to_owned()).chain(new))
}

/// A level that is right stays as it is written, but for what would make the attributes longer than was counted
/// ([`super::length`]): one that was left behind of a skill that is new, and `8e9`, which is shorter than its digits.
fn levels_of(levels: Option<&Object<'_>>, names: &[Raw<'_>], target: &OwnedAttributes) -> String {
    let written = levels.map(levels_by_name).unwrap_or_default();
    let held = names.iter().filter_map(|raw| skill(*raw)).collect::<BTreeSet<_>>();
    let member = |(name, level): (&SkillName, &Option<Level>)| {
        let level = (*level)?;
        let digits = level.0.to_string();
        let is_kept = |raw: &&Raw<'_>| {
            let is_right = raw.is_number() && super::integer(raw.get()) == Some(level.0);
            is_right && held.contains(name) && raw.get().len() >= digits.len()
        };
        let kept = written.get(name.as_str()).filter(is_kept).map(|raw| raw.get());
        Some(format!("{}:{}", json!(name), kept.unwrap_or(&digits)))
    };
    format!("{{{}}}", target.skills.iter().filter_map(member).collect::<Vec<_>>().join(","))
}

/// None if no skill that is to be routed is disabled.
fn without_enabled(disabled: Raw<'_>, target: &OwnedAttributes) -> Option<String> {
    let fields = disabled.object()?;
    let names = fields.get("skills")?.array()?;
    let is_enabled = |raw: &Raw<'_>| skill(*raw).is_some_and(|name| target.skills.contains_key(&name));
    if !names.iter().any(is_enabled) {
        return None;
    }
    let kept = names.iter().filter(|raw| !is_enabled(raw)).map(|raw| raw.get().to_owned());
    let mut members = vec![("skills", list(kept))];
    if let Some(levels) = fields.get("levels").and_then(Raw::object) {
        let is_kept = |key: &str| SkillName::adopted(key).is_none_or(|name| !target.skills.contains_key(&name));
        let kept =
            levels.fields().iter().filter(|field| field.key.text().is_none_or(|key| key.exact().is_none_or(is_kept)));
        let kept = kept.map(|field| format!("{}:{}", field.key.get(), field.value.get())).collect::<Vec<_>>();
        members.push(("levels", format!("{{{}}}", kept.join(","))));
    }
    set_members(disabled.get(), &members)
}

fn skill(raw: Raw<'_>) -> Option<SkillName> {
    SkillName::adopted(raw.text()?.exact()?)
}

fn list(elements: impl Iterator<Item = String>) -> String {
    format!("[{}]", elements.collect::<Vec<_>>().join(","))
}

/// The object with these members. Of several members with one key the last one counts, so that one is replaced; a new member
/// is added at the end. None if the text is no object.
pub(super) fn set_members(json: &str, members: &[(&str, String)]) -> Option<String> {
    let object = Raw::parse(json)?;
    let fields = object.object()?;
    let end = object.span_in(json)?.end - 1;
    let mut edits = Vec::new();
    let mut is_empty = fields.fields().is_empty();
    for (key, value) in members {
        if let Some(old) = fields.get(key) {
            edits.push((old.span_in(json)?, value.clone()));
        } else {
            let comma = if std::mem::take(&mut is_empty) { "" } else { "," };
            edits.push((end..end, format!("{comma}{}:{value}", json!(key))));
        }
    }
    // From the back, so that the places of the others stay right; what is added at one place stays in order.
    edits.reverse();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = json.to_owned();
    for (span, value) in edits {
        text.replace_range(span, &value);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::skill::Skills;
    use proptest::prelude::*;

    fn skills_of(of: &[(&str, Option<i64>)]) -> Skills {
        of.iter().map(|(name, level)| (SkillName::adopted(name).unwrap(), level.map(Level))).collect()
    }

    fn target(role: Role, of: &[(&str, Option<i64>)]) -> OwnedAttributes {
        OwnedAttributes { roles: [role].into(), skills: skills_of(of), ..OwnedAttributes::default() }
    }

    #[track_caller]
    fn becomes(json: &str, target: &OwnedAttributes, expected: &str) {
        assert_eq!(write(json, target).unwrap(), expected);
    }

    #[test]
    fn rule_26_everything_but_the_owned_paths_stays_character_for_character() {
        let odd = r#" { "full_name" : "A\ud800" , "x":1e999, "n": 123456789012345678901234567890,  "n": 2,
            "roles": [ "agent" ], "routing": { "skills" : ["French"], "levels": {"French": 1.0}, "own": [1 ,2] } , "deep": [[[]]] } "#;
        let expected = odd
            .replace(r#"["French"]"#, r#"["French","English"]"#)
            .replace(r#"{"French": 1.0}"#, r#"{"English":80,"French":1.0}"#);
        becomes(odd, &target(Role::Agent, &[("French", Some(1)), ("English", Some(80))]), &expected);
    }

    #[test]
    fn rule_26_a_worker_that_matches_is_not_rewritten() {
        let json = r#"{"roles":["wfo.full_access","supervisor"],"routing":{"skills":["b","a"],"levels":{"a":"80.0","gone":1}}}"#;
        becomes(json, &target(Role::Supervisor, &[("a", Some(80)), ("b", None)]), json);
    }

    #[test]
    fn rule_26_one_role_replaces_the_three_and_an_agent_loses_workforce_optimisation() {
        let json = r#"{"roles":["bot", "admin", "wfo.full_access", 5, "agent"]}"#;
        becomes(json, &target(Role::Supervisor, &[]), r#"{"roles":["supervisor","bot","wfo.full_access",5]}"#);
        becomes(json, &target(Role::Agent, &[]), r#"{"roles":["agent","bot",5]}"#);
        becomes(r#"{"roles":"admin"}"#, &target(Role::Agent, &[]), r#"{"roles":["agent"]}"#);
        becomes(
            "{}",
            &target(Role::Agent, &[("x", None)]),
            r#"{"roles":["agent"],"routing":{"skills":["x"],"levels":{}}}"#,
        );
    }

    #[test]
    fn rule_24_a_skill_that_is_assigned_again_leaves_disabled_skills() {
        becomes(
            r#"{"roles":["agent"],"routing":{"skills":[],"levels":{}},"disabled_skills":{"skills":["x","y"],"levels":{"x":3,"y":4}}}"#,
            &target(Role::Agent, &[("x", Some(3))]),
            r#"{"roles":["agent"],"routing":{"skills":["x"],"levels":{"x":3}},"disabled_skills":{"skills":["y"],"levels":{"y":4}}}"#,
        );
    }

    #[test]
    fn rule_26_the_last_of_several_members_counts_and_is_written() {
        becomes(
            r#"{"roles":["admin"],"roles":["agent"]}"#,
            &target(Role::Supervisor, &[]),
            r#"{"roles":["admin"],"roles":["supervisor"]}"#,
        );
    }

    #[test]
    fn attributes_that_are_no_object_are_never_written() {
        for wrong in ["", "[]", "null", "{", "\"x\""] {
            assert_eq!(write(wrong, &target(Role::Agent, &[])), None, "{wrong}");
        }
    }

    fn json_text() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "[1-9][0-9]{0,2}",
            Just("\"\\ud800\"".to_owned()),
            Just("1e999".to_owned()),
            Just("null".to_owned())
        ];
        let routing = prop_oneof![
            Just(r#"{ "skills": ["a", "b"] , "levels": { "a" : 1 } }"#.to_owned()),
            Just(r#"{"levels":{},"other":"x"}"#.to_owned()),
            leaf.clone(),
        ];
        let member = prop_oneof![
            ("[xyz]", leaf.clone()).prop_map(|(key, value)| format!("\"{key}\" :{value}")),
            routing.clone().prop_map(|value| format!("\"routing\": {value}")),
            routing.prop_map(|value| format!("\"disabled_skills\": {value}")),
            prop_oneof![Just(r#"["agent","z"]"#.to_owned()), leaf].prop_map(|value| format!("\"roles\":{value}")),
        ];
        prop::collection::vec(member, 0..6).prop_map(|members| format!("{{ {} }}", members.join(" , ")))
    }

    proptest! {
        #[test]
        fn rule_26_what_is_written_is_what_is_read_and_writing_twice_is_writing_once(
            json in json_text(), role in prop::sample::select(vec![Role::Agent, Role::Supervisor, Role::SystemAdmin]),
            skills in prop::collection::btree_map("[abc]", prop::option::of(1..100_i64), 0..3),
        ) {
            let skills = skills.into_iter().map(|(name, level)| (SkillName::adopted(&name).unwrap(), level.map(Level))).collect();
            let target = OwnedAttributes { roles: [role].into(), skills, ..OwnedAttributes::default() };
            let written = write(&json, &target).unwrap();
            let found = read(&written).0.unwrap().owned();
            prop_assert_eq!((&found.roles, &found.skills), (&target.roles, &target.skills));
            prop_assert_eq!(write(&written, &target).unwrap(), written);
        }
    }
}
