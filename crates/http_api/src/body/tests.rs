use lambda_http::Body;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "teams")]
    _teams: Option<Vec<String>>,
    #[serde(rename = "act_as_agent")]
    _act_as_agent: Option<bool>,
    #[serde(rename = "skills")]
    _skills: Option<Vec<Skill>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Skill {
    #[serde(rename = "skill")]
    _skill: String,
    #[serde(rename = "level")]
    _level: Option<i64>,
}

fn read(text: impl Into<Body>) -> Result<User, Problem> {
    body(&Request::new(text.into()))
}

#[track_caller]
fn refused(text: &str) -> (String, String) {
    let problem = read(text).unwrap_err();
    assert_eq!((problem.status, problem.code), (400, "invalid-body"), "{text}");
    assert!(problem.detail.contains(&problem.errors[0].detail), "{text}");
    (problem.errors[0].pointer.clone(), problem.errors[0].detail.clone())
}

#[test]
fn a_body_that_is_not_json_is_told_where_it_breaks() {
    for wrong in ["{\"name\": ", "{} {}", "\u{feff}\u{feff}{}"] {
        let problem = read(wrong).unwrap_err();
        assert_eq!(problem.code, "invalid-json", "{wrong}");
        assert!(problem.detail.contains("line 1"), "{}", problem.detail);
    }
}

#[test]
fn json_that_cannot_be_read_is_not_said_to_be_none() {
    let deep = format!("{{\"name\": {}{}}}", "[".repeat(128), "]".repeat(128));
    for (odd, what) in [
        ("{\"skills\": [{\"level\": 1e999}]}", "at line 1, column 27 it holds a number that is too large"),
        ("{\"name\": \"\\ud83d\"}", "it holds half a surrogate pair in a text"),
        ("{\"name\": \"\\ude42\"}", "it holds half a surrogate pair in a text"),
        ("{\"name\": \"\\ud83d\\u0041\"}", "it holds half a surrogate pair in a text"),
        ("{\"\\ud83dx\": 1}", "it holds half a surrogate pair in a text"),
        (&*deep, "it holds too many lists and objects inside each other"),
    ] {
        let problem = read(odd).unwrap_err();
        assert_eq!((problem.status, problem.code), (400, "invalid-json"), "{odd}");
        assert!(problem.detail.contains(what), "{odd}: {}", problem.detail);
        assert!(problem.detail.starts_with("The body is JSON, but"), "{odd}: {}", problem.detail);
    }
    for wrong in ["{\"level\": 1e999", "{\"name\": \"\\ud83d\"", &deep[..200]] {
        assert!(read(wrong).unwrap_err().detail.starts_with("The body is not JSON: "), "{wrong}");
    }
}

#[test]
fn a_body_is_an_object_and_may_be_empty() {
    for right in
        ["", " \n", "{}", "\u{feff}{\"name\": \"Ada\"}", "\u{feff}", "{\"skills\": [{\"skill\": \"English\"}]}"]
    {
        assert!(read(right).is_ok(), "{right}");
    }
    for wrong in ["[5]", "5", "null", "\"name\"", "[\"Ada\", [], true, []]"] {
        assert_eq!(read(wrong).unwrap_err().code, "invalid-body", "{wrong}");
    }
}

#[test]
fn a_wrong_value_is_told_with_its_field_and_what_would_be_right() {
    for (wrong, pointer, detail) in [
        ("{\"name\": 5}", "/name", "5 is given; expected a text"),
        ("{\"teams\": \"a\"}", "/teams", "\"a\" is given; expected a list"),
        ("{\"teams\": [\"a\", {}]}", "/teams/1", "an object is given; expected a text"),
        ("{\"act_as_agent\": \"true\"}", "/act_as_agent", "\"true\" is given; expected true or false"),
        (
            "{\"skills\": [{\"skill\": \"a\", \"level\": 7.5}]}",
            "/skills/0/level",
            "7.5 is given; expected a whole number",
        ),
        ("{\"skills\": [{\"skill\": \"a\", \"level\": 9e99}]}", "/skills/0/level", "expected a whole number"),
        (
            "{\"skills\": [{\"skill\": \"a\", \"level\": 9223372036854775808}]}",
            "/skills/0/level",
            "9223372036854775808",
        ),
        ("{\"skills\": [{}]}", "/skills/0", "the field `skill` is missing"),
        ("{\"skill/s~\": 1}", "/skill~1s~0", "there is no field \"skill/s~\"; expected `name`, `teams`"),
    ] {
        let (actual_pointer, actual_detail) = refused(wrong);
        assert_eq!(actual_pointer, pointer, "{wrong}");
        assert!(actual_detail.contains(detail), "{wrong}: {actual_detail}");
    }
}

#[test]
fn null_is_a_value_and_not_a_field_that_was_left_out() {
    for field in ["name", "teams", "act_as_agent", "skills"] {
        let (pointer, detail) = refused(&format!("{{\"{field}\": null}}"));
        assert_eq!(pointer, format!("/{field}"));
        assert!(detail.starts_with("null is given; expected "), "{detail}");
    }
    assert_eq!(refused("{\"skills\": [{\"skill\": \"English\", \"level\": null}]}").0, "/skills/0/level");
}

#[test]
fn an_object_is_no_list_of_its_fields() {
    let (pointer, detail) = refused("{\"skills\": [[\"English\", 5]]}");
    assert_eq!((pointer.as_str(), detail.contains("a list is given; expected an object")), ("/skills/0", true));
}

#[test]
fn a_field_that_comes_twice_is_refused() {
    let (_, detail) = refused("{\"name\": \"Ada\", \"name\": \"Bea\"}");
    assert_eq!(detail, "the field `name` is given more than once");
}

#[test]
fn a_long_value_is_not_repeated_whole() {
    let long = "\\\"".repeat(100_000);
    for wrong in [format!("{{\"{long}\": 1}}"), format!("{{\"teams\": \"{long}\"}}")] {
        assert!(read(wrong.as_str()).unwrap_err().respond("r").body().as_ref().len() < 10_000);
    }
}
