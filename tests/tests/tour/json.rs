//! JSON with its fields in order: compared with what a page says, and written as a page shows it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::known::{IdMap, WILDCARD};

/// How long a line of a page may be.
const WIDTH: usize = 110;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Scalar(Value),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().find(|(id_map, _)| id_map == name).map(|(_, value)| value)
    }

    /// Where this run's value is not what the page says: objects may have more fields, lists have as many elements. The
    /// ids of all the rest are known afterwards.
    pub fn differences(&self, actual: &Self, id_map: &mut IdMap) -> Vec<String> {
        let within = |place: String, differences: Vec<String>| {
            differences.into_iter().map(move |difference| format!("{place}{difference}"))
        };
        match (self, actual) {
            (Self::Object(fields), Self::Object(_)) => {
                let mut field_differences = |(name, expected): &(String, Self)| match actual.field(name) {
                    Some(actual) => expected.differences(actual, id_map),
                    None => vec![" is not there".to_owned()],
                };
                fields.iter().flat_map(|field| within(format!(".{}", field.0), field_differences(field))).collect()
            }
            (Self::List(expected), Self::List(actual)) if expected.len() == actual.len() => {
                let pairs = expected.iter().zip(actual).enumerate();
                pairs
                    .flat_map(|(n, (expected, actual))| within(format!("[{n}]"), expected.differences(actual, id_map)))
                    .collect()
            }
            (Self::Scalar(Value::String(expected)), Self::Scalar(Value::String(actual)))
                if id_map.is_same(expected, actual) =>
            {
                Vec::new()
            }
            (Self::Scalar(expected), Self::Scalar(actual)) if expected == actual => Vec::new(),
            _ => vec![format!(": the page says {}, the answer {}", self.inline(), actual.inline())],
        }
    }

    /// This run's value with only the fields that the page shows, in the page's order.
    pub fn shown_of(&self, actual: &Self) -> Self {
        match (self, actual) {
            (Self::Object(fields), Self::Object(_)) => {
                let shown =
                    |(name, expected): &(String, Self)| Some((name.clone(), expected.shown_of(actual.field(name)?)));
                Self::Object(fields.iter().filter_map(shown).collect())
            }
            (Self::List(expected), Self::List(actual)) if expected.len() == actual.len() => {
                Self::List(expected.iter().zip(actual).map(|(expected, actual)| expected.shown_of(actual)).collect())
            }
            (Self::Scalar(Value::String(expected)), Self::Scalar(Value::String(actual)))
                if expected.contains(WILDCARD) && IdMap::default().is_same(expected, actual) =>
            {
                self.clone()
            }
            _ => actual.clone(),
        }
    }

    /// As a page shows it: as much on a line as fits.
    pub fn pretty(&self, indent: usize) -> String {
        let inline = self.inline();
        if indent > 0 && indent + inline.chars().count() <= WIDTH {
            return inline;
        }
        let (open, parts, close) = match self {
            Self::Object(fields) if !fields.is_empty() => {
                let part = |(name, value): &(String, Self)| format!("{}: {}", text(name), value.pretty(indent + 2));
                ('{', fields.iter().map(part).collect::<Vec<_>>(), '}')
            }
            Self::List(items) if !items.is_empty() => {
                ('[', items.iter().map(|item| item.pretty(indent + 2)).collect(), ']')
            }
            _ => return inline,
        };
        let inner = " ".repeat(indent + 2);
        format!(
            "{open}\n{inner}{}\n{}{close}",
            wrap_parts(&parts, indent + 2).join(&format!("\n{inner}")),
            " ".repeat(indent)
        )
    }

    fn inline(&self) -> String {
        match self {
            Self::Scalar(value) => value.to_string(),
            Self::List(items) => format!("[{}]", items.iter().map(Self::inline).collect::<Vec<_>>().join(", ")),
            Self::Object(fields) => {
                let field = |(name, value): &(String, Self)| format!("{}: {}", text(name), value.inline());
                format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Lines of parts with commas between them; a part of several lines has its own.
fn wrap_parts(parts: &[String], indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        let part = format!("{part}{}", if n + 1 < parts.len() { "," } else { "" });
        match lines.last_mut() {
            Some(line) if !part.contains('\n') && fits(line, &part, indent) => *line = format!("{line} {part}"),
            _ => lines.push(part),
        }
    }
    lines
}

fn fits(line: &str, part: &str, indent: usize) -> bool {
    !line.contains('\n') && indent + line.chars().count() + 1 + part.chars().count() <= WIDTH
}

fn text(text: &str) -> Value {
    Value::from(text)
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Json::Object(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Scalar(text.into()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Scalar(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Scalar(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json::Scalar(number.into()))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Scalar(Value::Null))
    }
}

#[test]
fn a_page_may_leave_out_fields_but_no_elements() {
    let json = |text: &str| serde_json::from_str::<Json>(text).unwrap();
    let differences =
        |expected: &str, actual: &str| json(expected).differences(&json(actual), &mut IdMap::default()).len();
    assert_eq!(differences(r#"{"a": [{"b": 1}]}"#, r#"{"a": [{"b": 1, "c": 2}], "d": null}"#), 0);
    assert_eq!(differences(r#"{"a": 1}"#, r#"{"b": 1}"#), 1);
    assert_eq!(differences(r#"{"a": []}"#, r#"{"a": [1]}"#), 1);
    assert_eq!(differences(r#"{"a": 1, "b": 1}"#, r#"{"a": 2, "b": 2}"#), 2);
    let shown = json(r#"{"b": 1, "a": {"x": 0}}"#).shown_of(&json(r#"{"a": {"y": 1, "x": 2}, "b": 3, "c": 4}"#));
    assert_eq!(shown.pretty(0), "{\n  \"b\": 3, \"a\": {\"x\": 2}\n}");
}
