use serde_json::{Value, json};

use super::*;

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
    assert_eq!(attributes.skills.values().map(|l| l.map(|l| l.0)).collect::<Vec<_>>(), [Some(7), None, None, Some(7)]);
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

fn read_text(json: &str) -> (Attributes, Vec<AttributeFault>) {
    let (attributes, faults) = super::read(json);
    (attributes.unwrap(), faults)
}

/// The attributes of an agent, in which this field stands before all others.
fn agent_with(field: &str) -> String {
    format!(
        r#"{{{field}, "full_name": "Ada", "email": "a@b", "roles": ["agent"],
            "routing": {{"skills": ["x"], "levels": {{"x": 8}}}}, "disabled_skills": {{"skills": ["y"]}}}}"#
    )
}

#[test]
fn rule_34_whatever_one_field_holds_every_other_field_still_counts() {
    let plain = read_text(&agent_with(r#""phone": 1"#));
    assert_eq!((&plain.1[..], plain.0.role, plain.0.skills.len()), (&[][..], Some(Role::Agent), 1));
    let deep = format!("{}1{}", "[".repeat(130), "]".repeat(130));
    let odd = ["1e999", "-1e999", "123456789012345678901234567890", r#""\ud800""#, r#"{"a": "\udfff"}"#, &deep];
    for value in odd {
        assert_eq!(read_text(&agent_with(&format!("\"phone\": {value}"))), plain, "{value}");
    }
    assert_eq!(read_text(&agent_with(r#""\ud800": 1"#)), plain, "half a surrogate pair in a key");
    assert_eq!(read_text(&format!("\u{feff}{}", agent_with(r#""phone": 1"#))), plain, "a byte order mark");
}

#[test]
fn rule_34_each_field_that_is_read_may_be_odd_and_the_others_count() {
    let fields = ["full_name", "email", "image_url", "roles", "routing", "disabled_skills"];
    let odd = ["1e999", r#""\ud800""#, "[[[1e999]]]", r#"{"skills": {}, "levels": []}"#, "true", "null", "[]"];
    for field in fields {
        for value in odd {
            // The last of two fields with one name counts.
            let json =
                agent_with("\"phone\": 1").strip_suffix('}').unwrap().to_owned() + &format!(", \"{field}\": {value}}}");
            let (read, faults) = read_text(&json);
            let others = |name| name != field;
            assert!(!others("full_name") || read.idp.full_name.as_deref() == Some("Ada"), "{json}");
            assert!(!others("email") || read.idp.email.is_some(), "{json}");
            assert!(!others("roles") || read.role == Some(Role::Agent), "{json}");
            assert!(!others("routing") || read.skills.len() == 1, "{json}");
            assert!(!others("disabled_skills") || read.disabled.len() == 1, "{json}");
            let says_nothing = matches!(value, "null" | "[]");
            assert!(says_nothing || value.starts_with('"') && field == "roles" || !faults.is_empty(), "{json}");
        }
    }
}

#[test]
fn rule_34_a_list_where_a_text_belongs_gives_its_first_text() {
    let json = json!({"full_name": [5, " ", "Ada"], "email": ["a@example.com", "b@example.com"]});
    let (read, faults) = read(&json);
    assert_eq!(read.idp.full_name.as_deref(), Some("Ada"));
    assert_eq!(read.idp.email.as_ref().map(EmailAddress::as_str), Some("a@example.com"));
    assert_eq!(faults, [AttributeFault::List("full_name"), AttributeFault::List("email")]);
}

#[test]
fn rule_34_half_a_surrogate_pair_is_replaced_in_a_name_and_is_no_skills_name() {
    let (read, faults) = read_text(
        r#"{"full_name": "A\ud800", "email": "a@b", "roles": ["\ud800", "agent"], "routing": {"skills": ["\udc00", "x"]}}"#,
    );
    assert_eq!((read.idp.full_name.as_deref(), read.role), (Some("A\u{fffd}"), Some(Role::Agent)));
    assert_eq!(read.skills.keys().map(SkillName::as_str).collect::<Vec<_>>(), ["x"]);
    assert_eq!(faults, [AttributeFault::HalfSurrogate("full_name"), AttributeFault::SkillName]);
}

#[test]
fn rule_34_of_a_field_that_stands_there_twice_the_last_one_counts() {
    let (read, faults) = read_text(
        r#"{"roles": ["admin"], "full_name": "B", "full_name": "A", "email": "a@b", "\u0072oles": ["agent"],
            "routing": {"skills": ["y"], "skills": ["x"], "levels": {"x": 1, "x": 2}}}"#,
    );
    assert_eq!((read.idp.full_name.as_deref(), read.role, faults), (Some("A"), Some(Role::Agent), vec![]));
    assert_eq!(read.skills, [(SkillName::adopted("x").unwrap(), Some(Level(2)))].into());
}

#[test]
fn rule_26_a_level_is_the_same_however_it_is_written() {
    for (level, expected) in [
        ("80", Some(80)),
        ("80.00", Some(80)),
        ("8e1", Some(80)),
        ("\"80\"", Some(80)),
        ("\"80.00\"", Some(80)),
        ("\" 8e1 \"", Some(80)),
        ("-3", Some(-3)),
        ("0", Some(0)),
        ("80.5", None),
        ("\"80.5\"", None),
        ("1e999", None),
        ("123456789012345678901234567890", None),
        ("\"NaN\"", None),
        ("\"infinity\"", None),
        ("\"\"", None),
        ("true", None),
        ("[80]", None),
    ] {
        let (read, faults) = read_text(&format!(
            r#"{{"full_name": "A", "email": "a@b", "routing": {{"skills": ["x"], "levels": {{"x": {level}}}}}}}"#
        ));
        assert_eq!(read.skills.values().next().unwrap().map(|level| level.0), expected, "{level}");
        assert_eq!(faults.contains(&AttributeFault::Level), expected.is_none(), "{level}");
    }
}

#[test]
fn skills_in_another_shape_are_reported_by_the_place() {
    for (routing, place) in [
        ("5", "routing"),
        (r#"{"skills": "x"}"#, "routing.skills"),
        (r#"{"skills": {"x": 1}}"#, "routing.skills"),
        (r#"{"skills": ["x"], "levels": [1]}"#, "routing.levels"),
    ] {
        let (_, faults) = read_text(&format!(r#"{{"full_name": "A", "email": "a@b", "routing": {routing}}}"#));
        assert_eq!(faults, [AttributeFault::Shape(place)], "{routing}");
    }
}

#[test]
fn rule_27_a_field_longer_than_attributes_can_be_is_left_out() {
    let (read, faults) = read(&json!({"full_name": "x".repeat(300_000), "email": "a@b", "roles": ["agent"]}));
    assert_eq!((read.idp.full_name, read.role), (None, Some(Role::Agent)));
    assert_eq!(faults, [AttributeFault::TooLong("full_name")]);
}
