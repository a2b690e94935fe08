//! A worker's attributes: read field by field (rule 34), and written so that everything that the directory does not own stays
//! as it is, character for character (rule 26), at the length that was said before (rule 27).
//!
//! Input: a line with what is to be written, then the attributes. The line is a letter for the role (`a`gent, `s`upervisor,
//! ad`m`in; any other keeps the roles that are there), then skills, each after a `|`, with a level after a `=`:
//! `a|English=80|Chat`.

use std::collections::BTreeSet;

use domain::{
    Attributes, EmailAddress, Level, Role, SkillName, WorkerReport, routing::OwnedAttributes, skill::Skills,
    user::IdpProfile,
};
use twilio::{MAX_ATTRIBUTE_CHARS, Worker, other_chars, owned_chars};

use crate::{json::Json, text_lines};

/// Plays the input.
pub fn check(input: &[u8]) -> bool {
    let Some(([target], json)) = text_lines(input) else { return false };
    let worker = worker(json);
    let report = worker.report().expect("it has attributes");
    assert_says(&report, Some(json));
    let Some(current) = worker.owned_attributes() else {
        assert_eq!(
            worker.with_owned_attributes(&OwnedAttributes::default()),
            None,
            "what is no object is never written"
        );
        assert_eq!(other_chars(json), None);
        return false;
    };
    let target = read_target(target, &current);
    let written = worker.with_owned_attributes(&target).expect("it is an object");
    let before = Json::parse(json).expect("it is an object");
    let after = Json::parse(&written).expect("JSON is written");
    Writing { before, after, current: &current, target: &target }.check();
    // Longer ones are not sent (rule 27), and would not be read.
    if written.chars().count() <= MAX_ATTRIBUTE_CHARS {
        check_read_back(&written, &current, &target);
    }
    check_length(json, &written, &current, &target);
    true
}

fn worker(json: &str) -> Worker {
    Worker {
        sid: "WK1".to_owned(),
        friendly_name: "ada".to_owned(),
        attributes: Some(json.to_owned()),
        activity_sid: String::new(),
        activity_name: String::new(),
        version: None,
        date_updated: None,
    }
}

fn read_target(line: &str, current: &OwnedAttributes) -> OwnedAttributes {
    let mut parts = line.split('|');
    let roles = match parts.next() {
        Some("a") => [Role::Agent].into(),
        Some("s") => [Role::Supervisor].into(),
        Some("m") => [Role::SystemAdmin].into(),
        _ => current.roles.clone(),
    };
    let skill = |part: &str| {
        let (name, level) = part.rsplit_once('=').unwrap_or((part, ""));
        Some((SkillName::adopted(name)?, level.parse::<i32>().ok().map(|level| Level(level.into()))))
    };
    OwnedAttributes { roles, skills: parts.filter_map(skill).collect(), disabled: BTreeSet::new() }
}

/// Compares what a report says with what these attributes say.
pub fn assert_says(report: &WorkerReport, json: Option<&str>) {
    let object = json.and_then(Json::parse).filter(|json| json.members().is_some());
    assert_eq!(report.attributes, object.map(expected), "read from {json:?}");
}

fn expected(object: Json<'_>) -> Attributes {
    let roles = field(object, "roles");
    let roles = roles.map(|roles| roles.elements().unwrap_or_else(|| vec![roles])).unwrap_or_default();
    let roles = roles.iter().filter_map(|role| role_named(&role.exact_string()?)).collect::<BTreeSet<_>>();
    Attributes {
        idp: IdpProfile {
            full_name: text(object, "full_name"),
            email: text(object, "email").map(EmailAddress::reported),
            picture: text(object, "image_url"),
        },
        role: roles.last().copied(),
        skills: skills(object, "routing"),
        disabled: skills(object, "disabled_skills"),
        roles,
    }
}

fn role_named(name: &str) -> Option<Role> {
    [("agent", Role::Agent), ("supervisor", Role::Supervisor), ("admin", Role::SystemAdmin)]
        .into_iter()
        .find_map(|(known, role)| (known == name).then_some(role))
}

/// None if it is missing, null, or longer than all attributes can be.
fn field<'a>(object: Json<'a>, name: &str) -> Option<Json<'a>> {
    object.get(name).filter(|value| value.text() != "null" && value.text().chars().count() <= 4_096)
}

/// The text without white space at its ends, or the first text of a list that has more than that.
fn text(object: Json<'_>, name: &str) -> Option<String> {
    let value = field(object, name)?;
    let texts = value.elements().unwrap_or_else(|| vec![value]);
    let texts = texts.into_iter().filter_map(Json::string).map(|units| String::from_utf16_lossy(&units));
    texts.map(|text| text.trim().to_owned()).find(|text| !text.is_empty())
}

fn skills(object: Json<'_>, name: &str) -> Skills {
    let Some(routing) = field(object, name) else { return Skills::new() };
    let levels = routing.get("levels");
    let names = routing.get("skills").and_then(Json::elements).unwrap_or_default();
    let names = names.into_iter().filter_map(skill_name);
    names
        .map(|name| {
            let level = levels.and_then(|levels| levels.get(name.as_str())).and_then(level);
            (name, level)
        })
        .collect()
}

fn skill_name(json: Json<'_>) -> Option<SkillName> {
    let name = json.exact_string()?;
    (1..=512).contains(&name.len()).then(|| SkillName::adopted(&name))?
}

/// An integer, however it is written, as a number or as text.
fn level(json: Json<'_>) -> Option<Level> {
    let text = if json.is_number() { json.text().to_owned() } else { json.exact_string()? };
    let number = text.trim().parse::<f64>().ok()?;
    let is_integer = number.fract() == 0.0 && number.abs() < 2_f64.powi(53);
    #[expect(clippy::cast_possible_truncation, reason = "an integer below 2^53 fits")]
    is_integer.then_some(Level(number as i64))
}

/// Attributes before and after writing.
struct Writing<'a> {
    before: Json<'a>,
    after: Json<'a>,
    current: &'a OwnedAttributes,
    target: &'a OwnedAttributes,
}

impl Writing<'_> {
    fn check(&self) {
        let parts = ["roles", "routing", "disabled_skills"];
        let mut before = outline(self.before, &parts);
        // What is missing is added at the end.
        for part in &parts[..2] {
            let is_added = self.before.get(part).is_none() && self.after.get(part).is_some();
            before = if is_added { with_member(&before, part) } else { before };
        }
        assert_eq!(outline(self.after, &parts), before, "all but the owned parts stays as it is");
        self.check_roles();
        self.check_routing();
        self.check_disabled();
    }

    fn check_roles(&self) {
        let (before, after) = (self.before.get("roles"), self.after.get("roles"));
        if self.current.roles == self.target.roles {
            assert_eq!(after.map(Json::text), before.map(Json::text), "roles that match are not rewritten");
            return;
        }
        let before = before.map(|roles| roles.elements().unwrap_or_else(|| vec![roles])).unwrap_or_default();
        let is_agent = self.target.roles == [Role::Agent].into();
        let is_kept = |role: &&Json<'_>| {
            let name = role.exact_string().unwrap_or_default();
            role_named(&name).is_none() && role.text() != "null" && !(is_agent && name.starts_with("wfo."))
        };
        let kept = before.iter().filter(is_kept).map(|role| role.text().to_owned());
        let name = |role: &Role| match role {
            Role::Agent => r#""agent""#.to_owned(),
            Role::Supervisor => r#""supervisor""#.to_owned(),
            Role::SystemAdmin | Role::AccountOwner => r#""admin""#.to_owned(),
        };
        let expected = self.target.roles.iter().map(name).chain(kept).collect::<Vec<_>>();
        assert_eq!(after.map(texts), Some(expected), "one role replaces the three");
    }

    fn check_routing(&self) {
        let (before, after) = (self.before.get("routing"), self.after.get("routing"));
        if self.current.skills == self.target.skills {
            assert_eq!(after.map(Json::text), before.map(Json::text), "skills that match are not rewritten");
            return;
        }
        let after = after.expect("skills are written");
        let before = before.filter(|routing| routing.members().is_some());
        let mut expected = before.map_or_else(|| "{}".to_owned(), |routing| outline(routing, &["skills", "levels"]));
        for part in ["skills", "levels"] {
            let is_missing = before.and_then(|routing| routing.get(part)).is_none();
            expected = if is_missing { with_member(&expected, part) } else { expected };
        }
        assert_eq!(outline(after, &["skills", "levels"]), expected, "all else in routing stays as it is");

        let names = before.and_then(|routing| routing.get("skills")?.elements()).unwrap_or_default();
        let is_kept = |name: &&Json<'_>| skill_name(**name).is_some_and(|name| self.target.skills.contains_key(&name));
        let mut expected = names.iter().filter(is_kept).map(|name| name.text().to_owned()).collect::<Vec<_>>();
        let known = names.iter().filter_map(|name| skill_name(*name)).collect::<BTreeSet<_>>();
        let new = self.target.skills.keys().filter(|name| !known.contains(*name));
        expected.extend(new.map(|name| serde_json::to_string(name).expect("a name")));
        assert_eq!(after.get("skills").map(texts), Some(expected), "names keep their order and spelling");

        let written = before.and_then(|routing| routing.get("levels"));
        let levels = self.target.skills.iter().filter_map(|(name, level)| Some((name.as_str(), (*level)?)));
        let expected = levels.map(|(name, level)| {
            let as_written = written.and_then(|levels| levels.get(name));
            let is_right = |json: &Json<'_>| json.is_number() && self::level(*json) == Some(level);
            let is_kept = |json: &Json<'_>| {
                known.contains(name) && is_right(json) && json.text().len() >= level.to_string().len()
            };
            let as_written = as_written.filter(is_kept);
            (name.to_owned(), as_written.map_or_else(|| level.to_string(), |json| json.text().to_owned()))
        });
        let after = after.get("levels").and_then(Json::members).expect("levels are written");
        let after =
            after.into_iter().map(|(name, level)| (name.exact_string().expect("a name"), level.text().to_owned()));
        assert!(after.eq(expected), "levels that match keep their spelling");
    }

    /// What is enabled leaves `disabled_skills`; if nothing does, it stays as it is.
    fn check_disabled(&self) {
        let (before, after) = (self.before.get("disabled_skills"), self.after.get("disabled_skills"));
        let (Some(before), Some(after)) = (before, after) else { return };
        let names = before.get("skills").and_then(Json::elements).unwrap_or_default();
        let is_enabled = |name: &Json<'_>| skill_name(*name).is_some_and(|name| self.target.skills.contains_key(&name));
        if !names.iter().any(is_enabled) {
            assert_eq!(after.text(), before.text(), "nothing is enabled");
            return;
        }
        assert_eq!(outline(after, &["skills", "levels"]), outline(before, &["skills", "levels"]));
        let kept = names.iter().filter(|name| !is_enabled(name)).map(|name| name.text().to_owned());
        assert_eq!(after.get("skills").map(texts), Some(kept.collect()), "what is not enabled stays disabled");
        let members = |json: Json<'_>| {
            let members = json.get("levels").and_then(Json::members);
            members.map(|members| {
                members
                    .into_iter()
                    .filter(|(name, _)| !is_enabled(name))
                    .map(|(name, level)| (name.text().to_owned(), level.text().to_owned()))
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(members(after), members(before), "so do their levels");
        let is_gone = after
            .get("levels")
            .and_then(Json::members)
            .is_none_or(|levels| !levels.iter().any(|(name, _)| is_enabled(name)));
        assert!(is_gone, "levels of enabled skills are gone");
    }
}

/// The object with a mark in place of each of these parts: of the last member with that key, which is the one that counts.
fn outline(object: Json<'_>, parts: &[&str]) -> String {
    let json = object.text();
    let place = |value: Json<'_>| {
        let start = value.text().as_ptr().addr() - json.as_ptr().addr();
        start..start + value.text().len()
    };
    let mut places = parts.iter().filter_map(|part| object.get(part)).map(place).collect::<Vec<_>>();
    places.sort_by_key(|place| std::cmp::Reverse(place.start));
    let mut outline = json.to_owned();
    for place in places {
        outline.replace_range(place, MARK);
    }
    outline
}

/// No JSON holds it.
const MARK: &str = "\0";

/// The outline with one more member at its end.
fn with_member(outline: &str, key: &str) -> String {
    let inside = outline.strip_suffix('}').expect("it is an object");
    let comma = if inside.trim_end() == "{" { "" } else { "," };
    format!("{inside}{comma}\"{key}\":{MARK}}}")
}

fn texts(array: Json<'_>) -> Vec<String> {
    array.elements().expect("a list is written").iter().map(|element| element.text().to_owned()).collect()
}

fn check_read_back(written: &str, current: &OwnedAttributes, target: &OwnedAttributes) {
    let worker = worker(written);
    let found = worker.owned_attributes().expect("an object is written");
    assert_eq!((&found.roles, &found.skills), (&target.roles, &target.skills), "what is written is read");
    let is_disabled = |name: &&SkillName| !target.skills.contains_key(*name);
    // What was routed and disabled is disabled alone once it is no longer routed.
    assert!(current.disabled.iter().filter(is_disabled).all(|name| found.disabled.contains(name)));
    assert!(found.disabled.iter().all(|name| is_disabled(&name)), "what is routed is not disabled");
    assert_eq!(worker.with_owned_attributes(target).as_deref(), Some(written), "writing twice is writing once");
}

/// Where skills are written, they make the attributes no longer than was said. A worker without one of the three roles is never
/// written to (rule 23).
fn check_length(json: &str, written: &str, current: &OwnedAttributes, target: &OwnedAttributes) {
    let Some(role) = target.role() else { return };
    // A slash that is escaped counts as one character, as where it is not.
    if current.skills == target.skills || json.contains(r"\/") {
        return;
    }
    // One role is said, also where no role is decided here and those of the worker stay.
    let said = OwnedAttributes { roles: [role].into(), ..target.clone() };
    let said = other_chars(json).expect("it is an object") + owned_chars(&said);
    assert!(written.chars().count() <= said, "{} characters are written, {said} were said", written.chars().count());
}
