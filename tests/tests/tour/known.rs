//! Values that differ from run to run.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands for any text in an answer.
pub const WILDCARD: char = '…';

/// Ids are the same wherever a page says the same one; times and addresses may be any.
static RANDOM: LazyLock<Regex> = LazyLock::new(|| {
    let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    let sid = r"\b(?:WK|EV)[0-9a-f]{32}\b";
    let time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z";
    let address = r"http://127\.0\.0\.1:\d+";
    Regex::new(&format!("(?<id>{uuid}|{sid})|(?<time>{time})|(?<address>{address})")).unwrap()
});

/// Ids of a page, and what they are in this run.
#[derive(Debug, Clone, Default)]
pub struct IdMap(BTreeMap<String, String>);

impl IdMap {
    /// The command with this run's ids.
    pub fn with_actual_ids(&self, command: &str) -> String {
        RANDOM
            .replace_all(command, |found: &Captures| self.0.get(&found[0]).unwrap_or(&found[0].to_owned()).clone())
            .into()
    }

    /// The run's text with the page's ids; of an id that the page does not name yet, this run's.
    pub fn with_page_ids(&self, text: &str) -> String {
        let named = |id: &str| self.0.iter().find(|(_, actual)| *actual == id).map(|(expected, _)| expected.clone());
        RANDOM.replace_all(text, |found: &Captures| named(&found[0]).unwrap_or_else(|| found[0].to_owned())).into()
    }

    /// Whether the run's text is what the page says. Ids that the page has named before must be the same ones.
    pub fn is_same(&mut self, expected: &str, actual: &str) -> bool {
        let (expected_shape, expected_ids) = shape(expected);
        let (actual_shape, actual_ids) = shape(actual);
        if expected.contains(WILDCARD) {
            let parts = expected_shape.split(WILDCARD).map(regex::escape).collect::<Vec<_>>();
            return Regex::new(&format!("(?s)^{}$", parts.join(".*"))).unwrap().is_match(&actual_shape);
        }
        let mut id_map = self.clone();
        let is_same = expected_shape == actual_shape
            && expected_ids.into_iter().zip(actual_ids).all(|(expected, actual)| id_map.is_same_id(expected, actual));
        if is_same {
            *self = id_map;
        }
        is_same
    }

    fn is_same_id(&mut self, expected: String, actual: String) -> bool {
        // What the stack is seeded with has the same id in each run.
        if expected.starts_with("00000000-") {
            return expected == actual;
        }
        match self.0.get(&expected) {
            Some(id_map) => *id_map == actual,
            None if self.0.values().any(|id_map| *id_map == actual) => false,
            None => self.0.insert(expected, actual).is_none(),
        }
    }
}

/// The text with a name in place of each random value, and the ids among these.
fn shape(text: &str) -> (String, Vec<String>) {
    let mut ids = Vec::new();
    let shape = RANDOM.replace_all(text, |found: &Captures| {
        if let Some(id) = found.name("id") {
            ids.push(id.as_str().to_owned());
        }
        let kind = ["id", "time", "address"].into_iter().find(|kind| found.name(kind).is_some());
        format!("<{}>", kind.unwrap_or_default())
    });
    (shape.into(), ids)
}

#[test]
fn an_id_is_the_same_one_everywhere_and_no_other() {
    let [a, b, x, y] = ["a", "b", "c", "d"].map(|c| format!("WK{}", c.repeat(32)));
    let mut id_map = IdMap::default();
    assert!(id_map.is_same(&a, &x) && id_map.is_same(&a, &x));
    assert!(!id_map.is_same(&a, &y), "another one");
    assert!(!id_map.is_same(&b, &x), "two names of one");
    assert_eq!(id_map.with_actual_ids(&format!("ID={a}")), format!("ID={x}"));
    assert_eq!(id_map.with_page_ids(&format!("{x} {y}")), format!("{a} {y}"));
}

#[test]
fn times_may_differ_and_what_is_left_out_may_be_anything() {
    let mut id_map = IdMap::default();
    assert!(id_map.is_same("at 2026-11-22T09:17:20.46Z", "at 2027-01-02T03:04:05Z"));
    assert!(id_map.is_same("token …!", "token 8d7f!"));
    assert!(!id_map.is_same("token …!", "token 8d7f"));
    assert!(!id_map.is_same("agent", "admin"));
}
