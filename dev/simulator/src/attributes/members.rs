//! Reads and edits a JSON object as text: what is not edited stays character for character (half surrogates, numbers
//! beyond a double, duplicate keys).

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Keys and values as they are written, in their order.
#[derive(Debug)]
pub(crate) struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The members of an object; none if the text is not one.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The value of this key; the last one if there are several, as parsers do.
    pub(crate) fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(raw, _)| is(raw, key)).map(|(_, value)| value.get())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Option<String>, &'a str)> {
        self.0.iter().map(|(key, value)| (serde_json::from_str(key.get()).ok(), value.get()))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Raw;

        impl<'de> Visitor<'de> for Raw {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Raw)
    }
}

/// The object with this member: every value of the key is replaced unless it is the same, else one is added at the
/// end. A text that is not an object stays.
pub(crate) fn set(object: &str, key: &str, value: &str) -> String {
    let Some(Members(members)) = Members::of(object) else { return object.to_owned() };
    let mut edited = String::with_capacity(object.len() + key.len() + value.len());
    let mut copied = 0;
    let mut found = false;
    for (_, old) in members.iter().filter(|(raw, _)| is(raw, key)) {
        found = true;
        let start = old.get().as_ptr().addr() - object.as_ptr().addr();
        edited.push_str(&object[copied..start]);
        edited.push_str(if same(old.get(), value) { old.get() } else { value });
        copied = start + old.get().len();
    }
    let end = object.rfind('}').filter(|_| !found).unwrap_or(object.len());
    edited.push_str(&object[copied..end]);
    if !found {
        let comma = if members.is_empty() { "" } else { "," };
        edited.extend([comma, &serde_json::Value::from(key).to_string(), ":", value]);
    }
    edited.push_str(&object[end..]);
    edited
}

/// Whether both texts are the same JSON value however they are spelled. Numbers are the same only if their digits are,
/// and an object with a key twice is only the same as itself.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    one == other
        || match one.as_bytes().first() {
            Some(b'{') => same_objects(one, other) == Some(true),
            Some(b'[') => same_lists(one, other) == Some(true),
            Some(b'"') => same_texts(one, other) == Some(true),
            _ => false,
        }
}

fn same_objects(one: &str, other: &str) -> Option<bool> {
    let sorted = |object| {
        let mut members: Vec<(String, &str)> =
            Members::of(object)?.iter().map(|(key, value)| Some((key?, value))).collect::<Option<_>>()?;
        members.sort_unstable();
        let unique = members.windows(2).all(|pair| pair[0].0 != pair[1].0);
        unique.then_some(members)
    };
    let (one, other) = (sorted(one)?, sorted(other)?);
    Some(
        one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| one.0 == other.0 && same(one.1, other.1)),
    )
}

fn same_lists(one: &str, other: &str) -> Option<bool> {
    let one: Vec<&RawValue> = serde_json::from_str(one).ok()?;
    let other: Vec<&RawValue> = serde_json::from_str(other).ok()?;
    Some(one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| same(one.get(), other.get())))
}

fn same_texts(one: &str, other: &str) -> Option<bool> {
    Some(serde_json::from_str::<String>(one).ok()? == serde_json::from_str::<String>(other).ok()?)
}

/// Whether the key, as written, is this one.
fn is(raw: &RawValue, key: &str) -> bool {
    serde_json::from_str::<String>(raw.get()).is_ok_and(|read| read == key)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::{Members, same, set};

    #[test]
    fn a_member_is_replaced_or_added_and_all_else_stays_as_written() {
        let odd = r#"{ "a" : "\ud800", "b":1e999, "\u0061\u0062": 1, "b":2 , "\udfff":[ ] }"#;
        let edited = r#"{ "a" : "\ud800", "b":[true], "\u0061\u0062": 1, "b":[true] , "\udfff":[ ] }"#;
        assert_eq!(set(odd, "b", "[true]"), edited);
        assert_eq!(set(odd, "ab", "\"x\""), odd.replace(": 1,", ": \"x\","));
        assert_eq!(set(odd, "c", "null"), odd.replace("[ ] }", "[ ] ,\"c\":null}"));
        assert_eq!(set(" {} ", "c", "1"), " {\"c\":1} ");
        assert_eq!(set(r#"{"a": [1,  2]}"#, "a", "[1,2]"), r#"{"a": [1,  2]}"#, "the same value is not spelled anew");
    }

    /// The text of an object with these members and spaces.
    fn written(members: &[(&str, &str)], space: &str) -> String {
        let member = |(key, value): &(&str, &str)| format!("{space}\"{key}\"{space}:{space}{value}{space}");
        let members = members.iter().map(member).collect::<Vec<_>>().join(",");
        format!("{space}{{{members}}}{space}")
    }

    proptest! {
        /// Keys may repeat, and there are values that no parser reads.
        #[test]
        fn an_edit_replaces_every_value_of_the_key_and_not_one_other_character(
            members in vec((select(&["a", "b", r"\u0061", r"\udfff", "}"]), select(&["1e999", r#""\ud800 }""#, "[{ }]"])), 0..5),
            space in "[ \n\t]{0,2}",
        ) {
            let is_named = |key| key == "a" || key == r"\u0061";
            let mut expected: Vec<_> =
                members.iter().map(|(key, value)| (*key, if is_named(*key) { "[7]" } else { *value })).collect();
            let edited = set(&written(&members, &space), "a", "[7]");
            if members.iter().any(|(key, _)| is_named(*key)) {
                prop_assert_eq!(&edited, &written(&expected, &space));
            } else {
                expected.push(("a", "[7]"));
                let without_spaces = |text: &str| text.replace([' ', '\n', '\t'], "");
                prop_assert_eq!(without_spaces(&edited), without_spaces(&written(&expected, "")));
            }
            prop_assert_eq!(Members::of(&edited).unwrap().get("a"), Some("[7]"));
        }
    }

    #[test]
    fn another_spelling_of_the_same_value_is_equal() {
        assert!(same(r#"{"a":"/","b":[1, {}]}"#, r#"{ "b": [1,{ }], "a": "\/" }"#));
        for other in [r#"{"a":2}"#, r#"{"a":1.0}"#, r#"{"a":1,"a":1}"#, r#"{"a":1,"b":1}"#, "{}", "[1]"] {
            assert!(!same(r#"{"a":1}"#, other), "{other}");
        }
        assert!(!same("[1000000000000000000000000000001]", "[1000000000000000000000000000002]"));
    }

    #[test]
    fn the_last_of_several_values_is_read() {
        assert_eq!(Members::of(r#"{"a":1,"a":1e999}"#).unwrap().get("a"), Some("1e999"));
        assert!(Members::of("[]").is_none());
    }
}
