//! Resolves `!Ref`, `!GetAtt`, `!Sub` and `!If`, and decides conditions.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::TemplateError;
use super::parameters::text;
use crate::names::{ACCOUNT, REGION, STACK};

/// The names of a resource.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    /// The value of `!Ref`.
    pub reference: String,
    /// The values of `!GetAtt`, by attribute.
    pub attributes: BTreeMap<&'static str, String>,
}

/// The parameters and resources that an expression may refer to.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub parameters: BTreeMap<String, Value>,
    pub resources: BTreeMap<String, Named>,
    pub conditions: BTreeMap<String, bool>,
}

impl Scope {
    /// The value with every expression in it resolved. `place` is its path in the template, for errors.
    pub(crate) fn resolve(&self, value: &Value, place: &str) -> Result<Value, TemplateError> {
        let resolved = self.resolve_optional(value, place)?;
        resolved.ok_or_else(|| TemplateError::at(place, "AWS::NoValue leaves out an entry, and this is none"))
    }

    /// None for `!Ref AWS::NoValue`.
    fn resolve_optional(&self, value: &Value, place: &str) -> Result<Option<Value>, TemplateError> {
        match value {
            Value::Object(entries) => match expression(entries) {
                Some(("!Ref", argument)) if argument == "AWS::NoValue" => Ok(None),
                Some(("!If", argument)) => self.choose(argument, place),
                Some((function, argument)) => self.call(function, argument, place).map(Some),
                None => self.mapping(entries, place).map(Some),
            },
            Value::Array(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(n, item)| self.resolve_optional(item, &format!("{place}[{n}]")));
                items.filter_map(Result::transpose).collect::<Result<Value, _>>().map(Some)
            }
            scalar => Ok(Some(scalar.clone())),
        }
    }

    fn mapping(&self, entries: &Map<String, Value>, place: &str) -> Result<Value, TemplateError> {
        let mut resolved = Map::new();
        for (key, value) in entries {
            if let Some(value) = self.resolve_optional(value, &format!("{place}.{key}"))? {
                resolved.insert(key.clone(), value);
            }
        }
        Ok(resolved.into())
    }

    fn choose(&self, argument: &Value, place: &str) -> Result<Option<Value>, TemplateError> {
        let Some([Value::String(condition), then, otherwise]) = argument.as_array().map(Vec::as_slice) else {
            return Err(TemplateError::at(place, "!If takes the name of a condition and two values"));
        };
        self.resolve_optional(if self.holds(condition, place)? { then } else { otherwise }, place)
    }

    /// Whether the condition with this name holds.
    pub(crate) fn holds(&self, condition: &str, place: &str) -> Result<bool, TemplateError> {
        let known = self.conditions.get(condition).copied();
        known.ok_or_else(|| TemplateError::at(place, format!("{condition} is not a condition of the template")))
    }

    /// Decides a condition; one that it names is among `definitions`.
    pub(crate) fn decide(
        &self,
        condition: &Value,
        definitions: &BTreeMap<String, Value>,
        place: &str,
    ) -> Result<bool, TemplateError> {
        let expression = condition.as_object().and_then(expression);
        let all = |conditions: &[Value]| {
            conditions.iter().map(|c| self.decide(c, definitions, place)).collect::<Result<Vec<_>, _>>()
        };
        match expression.map(|(function, argument)| (function, argument, argument.as_array().map(Vec::as_slice))) {
            Some(("!Equals", _, Some([left, right]))) => Ok(self.resolve(left, place)? == self.resolve(right, place)?),
            Some(("!Not", _, Some([condition]))) => Ok(!self.decide(condition, definitions, place)?),
            Some(("!And", _, Some(conditions))) => Ok(all(conditions)?.into_iter().all(|holds| holds)),
            Some(("!Or", _, Some(conditions))) => Ok(all(conditions)?.into_iter().any(|holds| holds)),
            Some(("!Condition", Value::String(name), _)) if definitions.contains_key(name) => {
                self.decide(&definitions[name], definitions, place)
            }
            _ => Err(TemplateError::at(
                place,
                "local does not understand this condition; it understands !Equals, !Not, !And, !Or and !Condition",
            )),
        }
    }

    fn call(&self, function: &str, argument: &Value, place: &str) -> Result<Value, TemplateError> {
        match (function, argument) {
            ("!Ref", Value::String(name)) => self.reference(name, place),
            ("!GetAtt", Value::String(path)) => self.attribute(path, place),
            ("!Sub", Value::String(template)) => self.substitute(template, place),
            _ => Err(TemplateError::at(
                place,
                format!(
                    "local does not understand {function} here; it understands !Ref, !GetAtt and !Sub, each with a \
                     text, and !If"
                ),
            )),
        }
    }

    fn reference(&self, name: &str, place: &str) -> Result<Value, TemplateError> {
        if let Some(value) = pseudo_parameter(name) {
            return Ok(value.into());
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        match self.resources.get(name) {
            Some(resource) => Ok(resource.reference.clone().into()),
            None => {
                Err(TemplateError::at(place, format!("{name} is neither a parameter nor a resource of the template")))
            }
        }
    }

    fn attribute(&self, path: &str, place: &str) -> Result<Value, TemplateError> {
        let (resource, attribute) = path.split_once('.').unwrap_or((path, ""));
        let named = self
            .resources
            .get(resource)
            .ok_or_else(|| TemplateError::at(place, format!("{resource} is not a resource of the template")))?;
        named.attributes.get(attribute).map(|value| value.clone().into()).ok_or_else(|| {
            let known: Vec<_> = named.attributes.keys().copied().collect();
            TemplateError::at(
                place,
                format!("{resource} has no attribute {attribute:?} here, only [{}]", known.join(", ")),
            )
        })
    }

    fn substitute(&self, template: &str, place: &str) -> Result<Value, TemplateError> {
        let mut out = String::new();
        let mut rest = template;
        while let Some(start) = rest.find("${") {
            out.push_str(&rest[..start]);
            let Some(end) = rest[start..].find('}') else {
                return Err(TemplateError::at(place, format!("{template:?} has a ${{ without }}")));
            };
            let name = &rest[start + 2..start + end];
            out.push_str(&self.variable(name, place)?);
            rest = &rest[start + end + 1..];
        }
        out.push_str(rest);
        Ok(Value::String(out))
    }

    fn variable(&self, name: &str, place: &str) -> Result<String, TemplateError> {
        let value = if name.contains('.') { self.attribute(name, place) } else { self.reference(name, place) };
        Ok(text(&value?))
    }
}

/// The function and the argument, if the mapping is an expression: a value with a tag (see [`embedded::yaml`]), or a
/// long form, which is not understood.
fn expression(entries: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = entries.iter().next()?;
    let is_expression = name.starts_with('!') || name == "Ref" || name.starts_with("Fn::");
    (entries.len() == 1 && is_expression).then_some((name, argument))
}

fn pseudo_parameter(name: &str) -> Option<String> {
    let value = match name {
        "AWS::Region" => REGION,
        "AWS::AccountId" => ACCOUNT,
        "AWS::Partition" => "aws",
        "AWS::StackName" => STACK,
        "AWS::URLSuffix" => "amazonaws.com",
        _ => return None,
    };
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn resolve(yaml: &str) -> Result<Value, String> {
        let table = Named {
            reference: "flex-roster-Directory".into(),
            attributes: BTreeMap::from([("Arn", "arn:aws:dynamodb:table".to_owned())]),
        };
        let scope = Scope {
            parameters: BTreeMap::from([("Origins".to_owned(), json!(["a", "b"]))]),
            resources: BTreeMap::from([("Directory".to_owned(), table)]),
            conditions: BTreeMap::from([("Yes".to_owned(), true), ("No".to_owned(), false)]),
        };
        scope.resolve(&embedded::yaml::parse(yaml).unwrap(), "Search").map_err(|e| e.to_string())
    }

    #[test]
    fn a_reference_gives_a_parameter_or_a_physical_name() {
        let value = resolve("{T: !Ref Directory, O: !Ref Origins, R: !Ref 'AWS::Region'}");
        let expected = json!({"T": "flex-roster-Directory", "O": ["a", "b"], "R": "us-east-1"});
        assert_eq!(value, Ok(expected));
    }

    #[test]
    fn attributes_are_substituted_in_texts() {
        let value = resolve("[!Sub '${Directory.Arn}/index/*', !GetAtt Directory.Arn]");
        let expected = json!(["arn:aws:dynamodb:table/index/*", "arn:aws:dynamodb:table"]);
        assert_eq!(value, Ok(expected));
    }

    #[test]
    fn a_reference_to_nothing_names_its_place() {
        let error = resolve("{Environment: {TABLE_NAME: !Ref Directry}}").unwrap_err();
        assert_eq!(
            error,
            "template: Search.Environment.TABLE_NAME: Directry is neither a parameter nor a \
             resource of the template"
        );
    }

    #[test]
    fn an_attribute_that_is_not_there_names_those_that_are() {
        let error = resolve("!GetAtt Directory.StreamArn").unwrap_err();
        assert!(error.contains("no attribute \"StreamArn\" here, only [Arn]"), "{error}");
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (yaml, name) in [
            ("!ImportValue x", "!ImportValue"),
            ("!Join [',', !Ref Origins]", "!Join"),
            ("{Fn::Sub: x}", "Fn::Sub"),
            ("{Ref: Directory}", "Ref"),
            ("!Sub ['${A}', {A: 1}]", "!Sub"),
        ] {
            let error = resolve(yaml).unwrap_err();
            assert!(error.starts_with(&format!("template: Search: local does not understand {name} here")), "{error}");
        }
        assert!(resolve("!Sub '${!Name}'").unwrap_err().contains("!Name is neither"));
        assert!(resolve("!Ref 'AWS::NoValue'").unwrap_err().contains("leaves out an entry, and this is none"));
    }

    #[test]
    fn a_condition_chooses_and_no_value_leaves_the_entry_out() {
        let value = resolve(
            "{a: !If [Yes, 1, 2], b: !If [No, 1, !Ref 'AWS::NoValue'], \
             c: [!If [No, 1, !Ref 'AWS::NoValue'], !If [Yes, {t: !Ref Directory}, x]]}",
        );
        assert_eq!(value, Ok(json!({"a": 1, "c": [{"t": "flex-roster-Directory"}]})));
        assert!(resolve("{a: !If [Maybe, 1, 2]}").unwrap_err().contains("Maybe is not a condition"));
        assert!(resolve("{a: !If [Yes, 1]}").unwrap_err().contains("two values"));
    }

    #[test]
    fn conditions_are_decided_on_parameters_and_on_each_other() {
        let scope = Scope { parameters: BTreeMap::from([("Url".to_owned(), json!(""))]), ..Scope::default() };
        let definitions = embedded::yaml::parse(
            "{Empty: !Equals [!Ref Url, ''], Set: !Not [!Condition Empty], Both: !And [!Condition Empty, !Condition Set], \
             Any: !Or [!Condition Empty, !Condition Set], Odd: !Contains [a, b]}",
        );
        let definitions: BTreeMap<String, Value> = serde_json::from_value(definitions.unwrap()).unwrap();
        let decide = |name: &str| scope.decide(&definitions[name], &definitions, name);
        let decided = ["Empty", "Set", "Both", "Any"].map(|name| decide(name).unwrap());
        assert_eq!(decided, [true, false, false, true]);
        assert!(decide("Odd").unwrap_err().to_string().contains("does not understand this condition"));
    }
}
