//! `!Ref`, `!GetAtt`, `!Sub` and `!Join`, resolved against the names that things have here.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;

use super::TemplateError;
use super::parameters::text;
use crate::names::{ACCOUNT, REGION, STACK};

/// What a resource is called here, and what can be asked of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    /// What `!Ref` gives.
    pub reference: String,
    /// What `!GetAtt` gives, by attribute.
    pub attributes: BTreeMap<&'static str, String>,
}

/// All that an expression of the template may refer to.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub parameters: BTreeMap<String, Value>,
    pub resources: BTreeMap<String, Named>,
}

impl Scope {
    /// The YAML as JSON with every expression in it replaced by its value. `place` says where it
    /// stands, for errors. What is `AWS::NoValue` is left out.
    pub(crate) fn resolve(&self, yaml: &Yaml, place: &str) -> Result<Value, TemplateError> {
        Ok(self.value(yaml, place)?.unwrap_or(Value::Null))
    }

    fn value(&self, yaml: &Yaml, place: &str) -> Result<Option<Value>, TemplateError> {
        match yaml {
            Yaml::Tagged(tagged) => {
                let tag = tagged.tag.to_string();
                self.call(tag.trim_start_matches('!'), &tagged.value, place)
            }
            Yaml::Mapping(entries) => match long_form(entries) {
                Some((function, argument)) => self.call(function, argument, place),
                None => self.mapping(entries, place).map(Some),
            },
            Yaml::Sequence(items) => self.sequence(items, place).map(Some),
            scalar => Ok(Some(embedded::without_tags(scalar))),
        }
    }

    fn mapping(&self, entries: &serde_yaml_ng::Mapping, place: &str) -> Result<Value, TemplateError> {
        let mut object = Map::new();
        for (key, value) in entries {
            let key = text(&embedded::without_tags(key));
            if let Some(value) = self.value(value, &format!("{place}.{key}"))? {
                object.insert(key, value);
            }
        }
        Ok(Value::Object(object))
    }

    fn sequence(&self, items: &[Yaml], place: &str) -> Result<Value, TemplateError> {
        let mut values = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            values.extend(self.value(item, &format!("{place}[{n}]"))?);
        }
        Ok(Value::Array(values))
    }

    fn call(&self, function: &str, argument: &Yaml, place: &str) -> Result<Option<Value>, TemplateError> {
        match (function, argument) {
            ("Ref", Yaml::String(name)) => self.reference(name, place),
            ("GetAtt", Yaml::String(path)) => self.attribute(path, place).map(Some),
            ("GetAtt", Yaml::Sequence(parts)) => {
                let parts: Vec<String> = parts.iter().map(|p| text(&embedded::without_tags(p))).collect();
                self.attribute(&parts.join("."), place).map(Some)
            }
            ("Sub", Yaml::String(template)) => self.substitute(template, &Map::new(), place).map(Some),
            ("Sub", Yaml::Sequence(parts)) => self.substitute_with(parts, place).map(Some),
            ("Join", Yaml::Sequence(parts)) => self.join(parts, place).map(Some),
            _ => Err(TemplateError::at(
                place,
                format!("local does not understand !{function} here; it knows !Ref, !GetAtt, !Sub and !Join"),
            )),
        }
    }

    fn reference(&self, name: &str, place: &str) -> Result<Option<Value>, TemplateError> {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = pseudo_parameter(name) {
            return Ok(Some(value.into()));
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        match self.resources.get(name) {
            Some(resource) => Ok(Some(resource.reference.clone().into())),
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
            .ok_or_else(|| TemplateError::at(place, format!("{resource} is no resource of the template")))?;
        named.attributes.get(attribute).map(|value| value.clone().into()).ok_or_else(|| {
            let known: Vec<_> = named.attributes.keys().copied().collect();
            TemplateError::at(
                place,
                format!("{resource} has no attribute {attribute:?} here, only [{}]", known.join(", ")),
            )
        })
    }

    fn substitute_with(&self, parts: &[Yaml], place: &str) -> Result<Value, TemplateError> {
        match parts {
            [Yaml::String(template), Yaml::Mapping(variables)] => {
                let variables = self.mapping(variables, place)?;
                let empty = Map::new();
                self.substitute(template, variables.as_object().unwrap_or(&empty), place)
            }
            _ => Err(TemplateError::at(place, "!Sub takes a text, or a list of a text and a mapping")),
        }
    }

    fn substitute(&self, template: &str, variables: &Map<String, Value>, place: &str) -> Result<Value, TemplateError> {
        let mut out = String::new();
        let mut rest = template;
        while let Some(start) = rest.find("${") {
            out.push_str(&rest[..start]);
            let Some(end) = rest[start..].find('}') else {
                return Err(TemplateError::at(place, format!("{template:?} has a ${{ without }}")));
            };
            let name = &rest[start + 2..start + end];
            out.push_str(&self.variable(name, variables, place)?);
            rest = &rest[start + end + 1..];
        }
        out.push_str(rest);
        Ok(Value::String(out))
    }

    fn variable(&self, name: &str, variables: &Map<String, Value>, place: &str) -> Result<String, TemplateError> {
        if let Some(literal) = name.strip_prefix('!') {
            return Ok(format!("${{{literal}}}"));
        }
        let value = match variables.get(name) {
            Some(value) => Some(value.clone()),
            None if name.contains('.') => Some(self.attribute(name, place)?),
            None => self.reference(name, place)?,
        };
        Ok(value.as_ref().map(text).unwrap_or_default())
    }

    fn join(&self, parts: &[Yaml], place: &str) -> Result<Value, TemplateError> {
        let usage = || TemplateError::at(place, "!Join takes a separator and a list");
        let [Yaml::String(separator), list] = parts else {
            return Err(usage());
        };
        let list = self.resolve(list, place)?;
        let items: Vec<String> = list.as_array().ok_or_else(usage)?.iter().map(text).collect();
        Ok(items.join(separator).into())
    }
}

/// `{Ref: X}` and `{Fn::Sub: …}` are the same as their tags.
fn long_form(entries: &serde_yaml_ng::Mapping) -> Option<(&str, &Yaml)> {
    let (Yaml::String(key), argument) = entries.iter().next()? else {
        return None;
    };
    let function = match key.as_str() {
        "Ref" => "Ref",
        other => other.strip_prefix("Fn::")?,
    };
    (entries.len() == 1).then_some((function, argument))
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
        };
        scope.resolve(&serde_yaml_ng::from_str(yaml).unwrap(), "Search").map_err(|e| e.to_string())
    }

    #[test]
    fn a_reference_gives_a_parameter_or_a_physical_name() {
        let value = resolve("{T: !Ref Directory, O: !Ref Origins, R: {Ref: 'AWS::Region'}}");
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
    fn a_substitution_has_variables_of_its_own_and_an_escape() {
        let value = resolve("!Sub ['${Name} ${!Name}', {Name: !Ref Directory}]");
        assert_eq!(value, Ok(json!("flex-roster-Directory ${Name}")));
    }

    #[test]
    fn a_list_is_joined() {
        assert_eq!(resolve("!Join [',', !Ref Origins]"), Ok(json!("a,b")));
    }

    #[test]
    fn what_has_no_value_is_left_out() {
        assert_eq!(resolve("{A: !Ref 'AWS::NoValue', B: 1}"), Ok(json!({"B": 1})));
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
    fn an_unknown_function_is_named() {
        let error = resolve("!ImportValue x").unwrap_err();
        assert!(error.contains("!ImportValue"), "{error}");
    }
}
