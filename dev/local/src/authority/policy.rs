//! The policy of a function's IAM role, as the template states it.

use serde::Deserialize;
use serde_json::Value;

use super::Grant;

/// The services to which functions make requests.
const SERVICES: [&str; 4] = ["dynamodb", "lambda", "s3", "ssm"];

/// The condition key of which conditions are understood: the partition keys of the items that a request names; of a query of
/// an index, that of the index.
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

/// The inline statements of a role. No statements: nothing is allowed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Policy {
    pub(super) statements: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub effect: Effect,
    /// `dynamodb:GetItem`, without wildcards.
    pub actions: Vec<String>,
    /// Patterns of ARNs.
    pub resources: Vec<String>,
    /// All of them must hold.
    pub conditions: Vec<Condition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// A condition on the leading keys of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// `ForAllValues:StringLike`: each of them is like one of these; also true of a request without any.
    All(Vec<String>),
    /// `ForAnyValue:StringLike`: one of them is like one of these.
    Any(Vec<String>),
    /// `Null`: whether the request has none.
    Missing(bool),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Document {
    #[serde(rename = "Version")]
    _version: Option<String>,
    statement: Vec<RawStatement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RawStatement {
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    effect: Effect,
    action: OneOrMany,
    resource: OneOrMany,
    #[serde(default)]
    condition: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Vec<String> {
    fn from(texts: OneOrMany) -> Self {
        match texts {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        }
    }
}

impl Policy {
    /// Reads the `Policies` of a function, its expressions resolved. What the evaluation does not know is an error: it would
    /// allow or deny something else than AWS does.
    pub fn read(policies: &Value) -> Result<Self, String> {
        let policies = match policies {
            Value::Null => return Ok(Self::default()),
            Value::Array(policies) => policies,
            _ => return Err("local understands a list of inline policies".to_owned()),
        };
        let mut statements = Vec::new();
        for policy in policies {
            let document = Document::deserialize(policy)
                .map_err(|e| format!("local understands inline policies with known elements only: {e}"))?;
            for statement in document.statement {
                statements.push(Statement::read(statement)?);
            }
        }
        Ok(Self { statements })
    }

    /// Everything that the policy allows, one by one. What it denies again is not taken away: a policy that needs that grants
    /// too much.
    pub fn grants(&self) -> impl Iterator<Item = Grant> {
        self.statements.iter().filter(|statement| statement.effect == Effect::Allow).flat_map(|statement| {
            statement.actions.iter().flat_map(move |action| {
                statement.resources.iter().flat_map(move |resource| {
                    let grant = move |leading_key: Option<String>| Grant {
                        action: action.clone(),
                        resource: resource.clone(),
                        leading_key,
                    };
                    let keys = statement.leading_keys();
                    let unconditional = keys.is_empty().then(|| grant(None));
                    unconditional.into_iter().chain(keys.iter().map(move |key| grant(Some(key.clone()))))
                })
            })
        })
    }
}

impl Statement {
    fn read(raw: RawStatement) -> Result<Self, String> {
        let statement = Self {
            effect: raw.effect,
            actions: raw.action.into(),
            resources: raw.resource.into(),
            conditions: raw.condition.iter().map(condition).collect::<Result<Vec<_>, _>>()?.concat(),
        };
        for action in &statement.actions {
            let service = action.split_once(':').map(|(service, _)| service);
            if action.contains(['*', '?']) || !service.is_some_and(|service| SERVICES.contains(&service)) {
                return Err(format!(
                    "local understands actions of {} without wildcards, not {action:?}",
                    SERVICES.join(", ")
                ));
            }
        }
        match statement.resources.iter().find(|resource| resource.contains("${")) {
            Some(resource) => Err(format!("local understands no policy variables, as in {resource:?}")),
            None => Ok(statement),
        }
    }

    /// The patterns of its `ForAllValues:StringLike`.
    pub fn leading_keys(&self) -> &[String] {
        let all = self.conditions.iter().find_map(|condition| match condition {
            Condition::All(patterns) => Some(patterns.as_slice()),
            Condition::Any(_) | Condition::Missing(_) => None,
        });
        all.unwrap_or_default()
    }
}

/// The conditions of one operator.
fn condition((operator, keys): (&String, &Value)) -> Result<Vec<Condition>, String> {
    let keys = keys.as_object().ok_or_else(|| format!("the condition {operator} is not a mapping"))?;
    let of_key = |(key, value): (&String, &Value)| {
        if key != LEADING_KEYS {
            return Err(format!("local understands conditions on {LEADING_KEYS}, not on {key}"));
        }
        match operator.as_str() {
            "ForAllValues:StringLike" => Ok(Condition::All(texts(value)?)),
            "ForAnyValue:StringLike" => Ok(Condition::Any(texts(value)?)),
            "Null" => match value.as_str() {
                Some("true") => Ok(Condition::Missing(true)),
                Some("false") => Ok(Condition::Missing(false)),
                _ => Err(format!("{value} of the condition Null is neither \"true\" nor \"false\"")),
            },
            _ => Err(format!(
                "local understands the conditions ForAllValues:StringLike, ForAnyValue:StringLike and Null, not {operator}"
            )),
        }
    };
    keys.iter().map(of_key).collect()
}

fn texts(value: &Value) -> Result<Vec<String>, String> {
    let texts: Vec<String> =
        OneOrMany::deserialize(value).map_err(|_| format!("{value} is not a list of texts"))?.into();
    match texts.iter().find(|text| text.contains("${")) {
        Some(text) => Err(format!("local understands no policy variables, as in {text:?}")),
        None => Ok(texts),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn error_of(statement: &str) -> String {
        let yaml = format!("[{{ Statement: [{statement}] }}]");
        Policy::read(&embedded::yaml::parse(&yaml).unwrap()).unwrap_err()
    }

    #[test]
    fn what_is_not_understood_is_an_error_that_names_it() {
        let table = "Effect: Allow, Action: dynamodb:GetItem, Resource: table";
        for (statement, name) in [
            ("{ Effect: Allow, Action: 'dynamodb:*', Resource: table }".to_owned(), "dynamodb:*"),
            ("{ Effect: Allow, Action: 'dynamodb:Get?tem', Resource: table }".to_owned(), "dynamodb:Get?tem"),
            ("{ Effect: Allow, Action: kms:Decrypt, Resource: key }".to_owned(), "kms:Decrypt"),
            ("{ Effect: Allow, NotAction: dynamodb:GetItem, Resource: table }".to_owned(), "NotAction"),
            ("{ Effect: Allow, Action: dynamodb:GetItem, NotResource: table }".to_owned(), "NotResource"),
            ("{ Effect: Allow, Action: s3:GetObject, Resource: '${aws:username}/*' }".to_owned(), "${aws:username}"),
            ("{ Effect: Perhaps, Action: s3:GetObject, Resource: bucket }".to_owned(), "Perhaps"),
            (format!("{{ {table}, Condition: {{ StringLike: {{ dynamodb:LeadingKeys: a }} }} }}"), "not StringLike"),
            (format!("{{ {table}, Condition: {{ Bool: {{ dynamodb:LeadingKeys: a }} }} }}"), "not Bool"),
            (
                format!("{{ {table}, Condition: {{ 'ForAllValues:StringLike': {{ dynamodb:Attributes: a }} }} }}"),
                "dynamodb:Attributes",
            ),
            (format!("{{ {table}, Condition: {{ 'Null': {{ dynamodb:LeadingKeys: maybe }} }} }}"), "maybe"),
        ] {
            let error = error_of(&statement);
            assert!(error.contains(name), "{statement}: {error}");
        }
        assert!(Policy::read(&serde_json::json!(["AmazonDynamoDBFullAccess"])).is_err());
        assert!(Policy::read(&serde_json::json!("AmazonDynamoDBFullAccess")).is_err());
    }

    #[test]
    fn a_policy_grants_each_action_on_each_resource_with_each_leading_key() {
        let yaml = "[{ Statement: [
            { Effect: Allow, Action: [dynamodb:GetItem, dynamodb:Query], Resource: table,
              Condition: { 'ForAllValues:StringLike': { dynamodb:LeadingKeys: ['USER#*', SKILLS] } } },
            { Effect: Allow, Action: s3:GetObject, Resource: [a, b] },
            { Effect: Deny, Action: dynamodb:DeleteItem, Resource: table } ] }]";
        let policy = Policy::read(&embedded::yaml::parse(yaml).unwrap()).unwrap();
        let grants = policy.grants().map(|grant| grant.to_string()).collect::<Vec<_>>();
        let expected = [
            "dynamodb:GetItem on table, USER#*",
            "dynamodb:GetItem on table, SKILLS",
            "dynamodb:Query on table, USER#*",
            "dynamodb:Query on table, SKILLS",
            "s3:GetObject on a",
            "s3:GetObject on b",
        ];
        assert_eq!(grants, expected);
    }
}
