//! Values that differ from run to run.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands for any text in an answer.
pub const ANYTHING: char = '…';

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
pub struct Known(BTreeMap<String, String>);

impl Known {
    /// The command with this run's ids.
    pub fn in_command(&self, command: &str) -> String {
        RANDOM
            .replace_all(command, |found: &Captures| self.0.get(&found[0]).unwrap_or(&found[0].to_owned()).clone())
            .into()
    }

    /// The run's text with the page's ids; of an id that the page does not name yet, this run's.
    pub fn in_page(&self, text: &str) -> String {
        let named = |id: &str| self.0.iter().find(|(_, actual)| *actual == id).map(|(said, _)| said.clone());
        RANDOM.replace_all(text, |found: &Captures| named(&found[0]).unwrap_or_else(|| found[0].to_owned())).into()
    }

    /// Whether the run's text is what the page says. Ids that the page has named before must be the same ones.
    pub fn is_same(&mut self, said: &str, actual: &str) -> bool {
        let (said_shape, said_ids) = shape(said);
        let (actual_shape, actual_ids) = shape(actual);
        if said.contains(ANYTHING) {
            let parts = said_shape.split(ANYTHING).map(regex::escape).collect::<Vec<_>>();
            return Regex::new(&format!("(?s)^{}$", parts.join(".*"))).unwrap().is_match(&actual_shape);
        }
        let mut known = self.clone();
        let is_same = said_shape == actual_shape
            && said_ids.into_iter().zip(actual_ids).all(|(said, actual)| known.is_same_id(said, actual));
        if is_same {
            *self = known;
        }
        is_same
    }

    fn is_same_id(&mut self, said: String, actual: String) -> bool {
        // What the stack is seeded with has the same id in each run.
        if said.starts_with("00000000-") {
            return said == actual;
        }
        match self.0.get(&said) {
            Some(known) => *known == actual,
            None if self.0.values().any(|known| *known == actual) => false,
            None => self.0.insert(said, actual).is_none(),
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
    let mut known = Known::default();
    assert!(known.is_same(&a, &x) && known.is_same(&a, &x));
    assert!(!known.is_same(&a, &y), "another one");
    assert!(!known.is_same(&b, &x), "two names of one");
    assert_eq!(known.in_command(&format!("ID={a}")), format!("ID={x}"));
    assert_eq!(known.in_page(&format!("{x} {y}")), format!("{a} {y}"));
}

#[test]
fn times_may_differ_and_what_is_left_out_may_be_anything() {
    let mut known = Known::default();
    assert!(known.is_same("at 2026-11-22T09:17:20.46Z", "at 2027-01-02T03:04:05Z"));
    assert!(known.is_same("token …!", "token 8d7f!"));
    assert!(!known.is_same("token …!", "token 8d7f"));
    assert!(!known.is_same("agent", "admin"));
}
