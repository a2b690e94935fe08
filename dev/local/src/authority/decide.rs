//! Whether a policy allows an access: a pure function.

use super::policy::{Condition, Effect, Policy, Statement};
use super::{Access, Grant};

/// Why an access is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denial {
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it, whatever others allow.
    Explicit,
}

/// The grants by which the access is allowed: one for each of its leading keys, else one.
///
/// The leading keys of a batch are judged together, as IAM does it: one statement must allow all of them.
pub(super) fn decide(policy: &Policy, access: &Access) -> Result<Vec<Grant>, Denial> {
    let with = |effect| policy.statements.iter().filter(move |statement: &&Statement| statement.effect == effect);
    if with(Effect::Deny).any(|statement| applies(statement, access)) {
        return Err(Denial::Explicit);
    }
    let allowing = with(Effect::Allow).find(|statement| applies(statement, access));
    allowing.map(|statement| grants(statement, access)).ok_or(Denial::NotAllowed)
}

fn applies(statement: &Statement, access: &Access) -> bool {
    statement.actions.iter().any(|action| action.eq_ignore_ascii_case(&access.action))
        && statement.resources.iter().any(|resource| is_like(resource, &access.resource))
        && statement.conditions.iter().all(|condition| holds(condition, &access.leading_keys))
}

fn holds(condition: &Condition, keys: &[String]) -> bool {
    let is_one_of = |key: &String, patterns: &[String]| patterns.iter().any(|pattern| is_like(pattern, key));
    match condition {
        Condition::All(patterns) => keys.iter().all(|key| is_one_of(key, patterns)),
        Condition::Any(patterns) => keys.iter().any(|key| is_one_of(key, patterns)),
        Condition::Missing(missing) => keys.is_empty() == *missing,
    }
}

/// What of a statement that allows the access was needed for it.
fn grants(statement: &Statement, access: &Access) -> Vec<Grant> {
    let first = |patterns: &[String], text: &str| patterns.iter().find(|pattern| is_like(pattern, text)).cloned();
    let resource = first(&statement.resources, &access.resource).unwrap_or_default();
    let grant = |leading_key| Grant { action: access.action.clone(), resource: resource.clone(), leading_key };
    let patterns = statement.leading_keys();
    if patterns.is_empty() {
        return vec![grant(None)];
    }
    access.leading_keys.iter().map(|key| grant(first(patterns, key))).collect()
}

/// `StringLike`: `*` stands for any text, `?` for one character; case counts.
fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.chars().collect::<Vec<_>>(), text.chars().collect::<Vec<_>>());
    let (mut p, mut t) = (0, 0);
    // Where to go on if what follows the last star does not match: the star takes one character more.
    let mut retry = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match retry {
                Some((star, taken)) => {
                    retry = Some((star, taken + 1));
                    (p, t) = (star + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/t";

    /// Reads users and skills; puts users and records; may update anything but records; reads an index.
    fn policy() -> Policy {
        let yaml = "[{ Statement: [
            { Effect: Allow, Action: [dynamodb:GetItem, dynamodb:BatchGetItem], Resource: TABLE,
              Condition: { 'ForAllValues:StringLike': { dynamodb:LeadingKeys: ['USER#*', SKILLS] },
                           'Null': { dynamodb:LeadingKeys: 'false' } } },
            { Effect: Allow, Action: [dynamodb:PutItem], Resource: TABLE,
              Condition: { 'ForAllValues:StringLike': { dynamodb:LeadingKeys: ['USER#*', 'AUDIT#*'] } } },
            { Effect: Allow, Action: [dynamodb:UpdateItem], Resource: TABLE },
            { Effect: Deny, Action: [dynamodb:UpdateItem, dynamodb:BatchWriteItem], Resource: TABLE,
              Condition: { 'ForAnyValue:StringLike': { dynamodb:LeadingKeys: ['AUDIT#*'] } } },
            { Effect: Allow, Action: [dynamodb:Query], Resource: TABLE/index/by_status,
              Condition: { 'ForAllValues:StringLike': { dynamodb:LeadingKeys: ['STATUS#*'] } } },
            { Effect: Allow, Action: [s3:PutObject], Resource: 'arn:aws:s3:::b/exports/*' } ] }]";
        Policy::read(&embedded::yaml::parse(&yaml.replace("TABLE", TABLE)).unwrap()).unwrap()
    }

    fn decided(action: &str, resource: &str, keys: &[&str]) -> Result<Vec<String>, Denial> {
        let resource = resource.replace("TABLE", TABLE);
        let leading_keys = keys.iter().map(|key| (*key).to_owned()).collect();
        let access = Access { action: action.to_owned(), resource, leading_keys };
        decide(&policy(), &access).map(|grants| grants.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_key_that_a_statement_names_is_allowed_and_another_is_not() {
        let by = Ok(vec![format!("dynamodb:GetItem on {TABLE}, USER#*")]);
        assert_eq!(decided("dynamodb:GetItem", "TABLE", &["USER#1"]), by);
        assert_eq!(decided("dynamodb:GetItem", "TABLE", &["TEAM#1"]), Err(Denial::NotAllowed));
        assert_eq!(decided("dynamodb:GetItem", "TABLE", &["user#1"]), Err(Denial::NotAllowed), "case counts");
        assert_eq!(decided("dynamodb:GetItem", "TABLE", &["SKILLS#1"]), Err(Denial::NotAllowed), "no star, no more");
    }

    #[test]
    fn an_action_that_no_statement_names_is_not_allowed() {
        assert_eq!(decided("dynamodb:DeleteItem", "TABLE", &["USER#1"]), Err(Denial::NotAllowed));
        assert_eq!(decided("dynamodb:Scan", "TABLE", &[]), Err(Denial::NotAllowed));
        assert_eq!(decide(&Policy::default(), &Access::default()), Err(Denial::NotAllowed));
    }

    #[test]
    fn all_keys_of_a_batch_must_be_allowed_and_each_uses_its_own_grant() {
        let by = ["USER#*", "SKILLS", "USER#*"].map(|key| format!("dynamodb:BatchGetItem on {TABLE}, {key}"));
        assert_eq!(decided("dynamodb:BatchGetItem", "TABLE", &["USER#1", "SKILLS", "USER#2"]), Ok(by.to_vec()));
        assert_eq!(decided("dynamodb:BatchGetItem", "TABLE", &["USER#1", "TEAM#1"]), Err(Denial::NotAllowed));
    }

    #[test]
    fn a_request_without_a_key_passes_for_all_values_but_not_with_null_false() {
        assert_eq!(decided("dynamodb:PutItem", "TABLE", &[]), Ok(vec![]));
        assert_eq!(decided("dynamodb:GetItem", "TABLE", &[]), Err(Denial::NotAllowed));
    }

    #[test]
    fn what_is_denied_explicitly_is_denied_whatever_is_allowed() {
        assert!(decided("dynamodb:UpdateItem", "TABLE", &["USER#1"]).is_ok());
        assert_eq!(decided("dynamodb:UpdateItem", "TABLE", &["AUDIT#user#1"]), Err(Denial::Explicit));
        assert_eq!(decided("dynamodb:BatchWriteItem", "TABLE", &["USER#1", "AUDIT#user#1"]), Err(Denial::Explicit));
        assert!(decided("dynamodb:PutItem", "TABLE", &["AUDIT#user#1"]).is_ok(), "records are put");
    }

    #[test]
    fn an_index_is_a_resource_of_its_own() {
        assert!(decided("dynamodb:Query", "TABLE/index/by_status", &["STATUS#active"]).is_ok());
        assert_eq!(decided("dynamodb:Query", "TABLE", &["STATUS#active"]), Err(Denial::NotAllowed));
        assert_eq!(decided("dynamodb:Query", "TABLE/index/by_pending", &["STATUS#active"]), Err(Denial::NotAllowed));
        assert_eq!(decided("dynamodb:GetItem", "TABLE/index/by_status", &["USER#1"]), Err(Denial::NotAllowed));
    }

    #[test]
    fn a_prefix_of_a_bucket_is_not_the_bucket() {
        assert!(decided("s3:PutObject", "arn:aws:s3:::b/exports/1/2.csv", &[]).is_ok());
        assert_eq!(decided("s3:PutObject", "arn:aws:s3:::b/other/1.csv", &[]), Err(Denial::NotAllowed));
        assert_eq!(decided("s3:PutObject", "arn:aws:s3:::b", &[]), Err(Denial::NotAllowed));
    }

    #[test]
    fn a_star_stands_for_any_text_and_a_question_mark_for_one_character() {
        for (pattern, text) in [("a*", "a"), ("a*", "abc"), ("*", ""), ("a*c", "abcbc"), ("a?c", "abc"), ("*b*", "abc")]
        {
            assert!(is_like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a*", "ba"), ("a", "ab"), ("a?c", "ac"), ("a*c", "abcb"), ("", "a"), ("a?", "a")] {
            assert!(!is_like(pattern, text), "{pattern} {text}");
        }
    }
}
