//! Queues, and the expressions that choose their workers. Of Twilio's language only what is needed to tell the queues
//! that match everybody is evaluated; the rest is refused.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::attributes::Members;
use crate::place::Place;
use crate::refusal::Refusal;

/// What `POST /sim/configuration` sets of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Queue {
    pub(crate) friendly_name: String,
    pub(crate) target_workers: String,
}

/// A part of an expression; a worker matches it if it matches all parts.
#[derive(Debug, PartialEq, Eq)]
enum Term {
    /// `1==1`
    Everybody,
    /// `routing.skills HAS "English"`
    HasSkill(String),
}

impl Queue {
    fn new(friendly_name: &str, target_workers: &str) -> Self {
        Self { friendly_name: friendly_name.to_owned(), target_workers: target_workers.to_owned() }
    }

    /// Flex's own queue, and two that ask for skills.
    pub(crate) fn defaults() -> Vec<Self> {
        vec![
            Self::new("Everyone", "1==1"),
            Self::new("English", r#"routing.skills HAS "English""#),
            Self::new("Sales in English", r#"routing.skills HAS "Sales" AND routing.skills HAS "English""#),
        ]
    }

    /// The SID of the queue at this place of the configuration.
    pub(crate) fn sid(index: usize) -> String {
        format!("WQ{:032}", index + 1)
    }

    pub(crate) fn check(&self) -> Result<(), Refusal> {
        terms(&self.target_workers).map(drop).ok_or_else(|| self.not_simulated())
    }

    pub(crate) fn matches(&self, skills: &[String]) -> Result<bool, Refusal> {
        let terms = terms(&self.target_workers).ok_or_else(|| self.not_simulated())?;
        Ok(terms.iter().all(|term| match term {
            Term::Everybody => true,
            Term::HasSkill(name) => skills.contains(name),
        }))
    }

    fn not_simulated(&self) -> Refusal {
        Refusal::bad(format!(
            "target_workers: {} is not simulated; the simulator evaluates 1==1, routing.skills HAS \"X\", and several of \
             these joined by AND",
            self.target_workers
        ))
    }

    pub(crate) fn resource(&self, sid: &str, place: &Place) -> Value {
        json!({
            "account_sid": place.account_sid,
            "assignment_activity_name": null,
            "assignment_activity_sid": null,
            "date_created": Timestamp::UNIX_EPOCH.to_string(),
            "date_updated": Timestamp::UNIX_EPOCH.to_string(),
            "friendly_name": self.friendly_name,
            "links": { "workspace": place.workspace_url() },
            "max_reserved_workers": 1,
            "reservation_activity_name": null,
            "reservation_activity_sid": null,
            "sid": sid,
            "target_workers": self.target_workers,
            "task_order": "FIFO",
            "url": place.url(&format!("TaskQueues/{sid}")),
            "workspace_sid": place.workspace_sid,
        })
    }
}

/// `routing.skills` of attributes; what is no text in it is no skill. None if they are no JSON object.
pub(crate) fn skills(attributes: &str) -> Option<Vec<String>> {
    let attributes = Members::of(attributes)?;
    let skills = || {
        let values: Vec<Value> = serde_json::from_str(Members::of(attributes.get("routing")?)?.get("skills")?).ok()?;
        Some(values.into_iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
    };
    Some(skills().unwrap_or_default())
}

/// None for an expression that is not simulated.
fn terms(expression: &str) -> Option<Vec<Term>> {
    let (mut terms, mut rest) = (Vec::new(), expression.trim());
    loop {
        let (term, after) = everybody(rest).or_else(|| has_skill(rest))?;
        terms.push(term);
        if after.is_empty() {
            return Some(terms);
        }
        rest = word(after, "AND")?;
    }
}

fn everybody(text: &str) -> Option<(Term, &str)> {
    let after = text.strip_prefix('1')?.trim_start().strip_prefix("==")?.trim_start().strip_prefix('1')?;
    (after.is_empty() || after.starts_with(' ')).then(|| (Term::Everybody, after.trim_start()))
}

fn has_skill(text: &str) -> Option<(Term, &str)> {
    let text = word(word(text, "routing.skills")?, "HAS")?;
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (name, after) = text[1..].split_once(quote)?;
    Some((Term::HasSkill(name.to_owned()), after.trim_start()))
}

/// What follows this word, in upper or lower case, and the blanks after it.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = text.split_at_checked(word.len())?;
    (first.eq_ignore_ascii_case(word) && rest.starts_with([' ', '"', '\''])).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(expression: &str, skills: &[&str]) -> bool {
        let skills: Vec<String> = skills.iter().map(ToString::to_string).collect();
        Queue::new("queue", expression).matches(&skills).unwrap()
    }

    #[test]
    fn a_queue_for_everybody_asks_for_no_skill() {
        assert!(matches("1==1", &[]) && matches(" 1 == 1 ", &["English"]));
        assert!(matches(r#"1==1 AND routing.skills HAS "English""#, &["English"]));
        assert!(!matches(r#"1==1 AND routing.skills HAS "English""#, &[]));
    }

    #[test]
    fn every_skill_that_an_expression_names_is_needed() {
        let both = r#"routing.skills HAS "Sales AND more" and routing.skills has 'English'"#;
        assert!(matches(both, &["English", "Sales AND more"]));
        assert!(!matches(both, &["English"]) && !matches(both, &["english", "Sales AND more"]));
    }

    #[test]
    fn an_expression_beyond_that_is_refused_by_name() {
        for other in
            ["", "1==2", "1==11", "1==1 OR 1==1", "1==1 AND", r#"email == "a""#, r#"routing.skills HAS "a"#, "é"]
        {
            assert!(Queue::new("queue", other).matches(&[]).is_err(), "{other}");
        }
        let refusal = Queue::new("queue", "1==1 OR 1==1").check().unwrap_err();
        assert!(format!("{refusal:?}").contains("1==1 OR 1==1 is not simulated"), "{refusal:?}");
    }

    #[test]
    fn the_skills_of_attributes_that_have_none_in_that_shape_are_none() {
        assert_eq!(skills(r#"{"routing":{"skills":["a",7]}}"#), Some(vec!["a".to_owned()]));
        assert_eq!((skills("{}"), skills(r#"{"routing":7}"#), skills("[]")), (Some(vec![]), Some(vec![]), None));
    }
}
