//! Reading requests: parameters and bodies, with errors that name what is wrong.

use lambda_http::{Request, RequestExt, request::RequestContext};
use serde::de::DeserializeOwned;
use std::str::FromStr;

use domain::{Refusal, SkillName, UserId};
use store::Cursor;

use crate::{FieldError, Problem};

pub fn path<T: FromStr<Err = Refusal>>(request: &Request, name: &str) -> Result<T, Problem> {
    let parameters = request.path_parameters();
    Ok(parameters.first(name).unwrap_or_default().parse()?)
}

pub fn user_id(request: &Request) -> Result<UserId, Problem> {
    path(request, "user_id")
}

/// The skill in the path. A text that is no valid name names no skill.
pub fn skill(request: &Request) -> Result<SkillName, Problem> {
    let parameters = request.path_parameters();
    let name = parameters.first("skill").unwrap_or_default();
    SkillName::adopted(name).ok_or_else(|| Refusal::UnknownSkill(name.to_owned()).into())
}

/// The parameters of the query. Unknown ones are refused, because a misspelt filter would list every user.
#[derive(Debug)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads the query, which may hold each of the `known` parameters once.
    pub fn read(request: &Request, known: &[&str]) -> Result<Self, Problem> {
        let query = request.query_string_parameters();
        let pairs = query.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>();
        for (i, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(Problem::invalid(
                    "unknown-parameter",
                    format!("There is no parameter {name:?}. There are {known}."),
                ));
            }
            if pairs[..i].iter().any(|(earlier, _)| earlier == name) {
                return Err(Problem::invalid(
                    "repeated-parameter",
                    format!("The parameter {name:?} is given more than once."),
                ));
            }
        }
        Ok(Self { pairs })
    }

    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The cursor, if it belongs to the list of this fingerprint.
    pub fn cursor(&self, fingerprint: &str) -> Result<Option<Cursor>, Problem> {
        Ok(self.text("cursor").map(|cursor| Cursor::decode(cursor, fingerprint)).transpose()?)
    }

    /// The size of a page: 25 by default, at most 100 (rule 8).
    pub fn limit(&self) -> Result<usize, Problem> {
        let Some(text) = self.text("limit") else { return Ok(25) };
        let limit = text.parse().ok().filter(|limit| (1..=100).contains(limit));
        limit.ok_or_else(|| {
            Problem::invalid("invalid-limit", format!("limit is {text:?}; it is a whole number from 1 to 100."))
        })
    }
}

/// The JSON body; unknown fields are refused where `T` refuses them. An empty body is `{}`.
pub fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Problem> {
    let bytes = request.body().as_ref();
    let bytes = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { bytes };
    let value = serde_json::from_slice::<serde_json::Value>(bytes)
        .map_err(|error| Problem::invalid("invalid-json", format!("The body is not JSON: {}.", position(&error))))?;
    if !value.is_object() {
        return Err(Problem::invalid("invalid-body", "The body is JSON, but no object: it is to be {\"…\": …}."));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let detail = without_position(&error.inner().to_string());
        let mut problem = Problem::invalid("invalid-body", format!("The body is not as it should be: {detail}."));
        problem.errors.push(FieldError { pointer, detail });
        problem
    })
}

/// Refuses a body other than `{}`.
pub fn no_body(request: &Request) -> Result<(), Problem> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Empty {}
    body::<Empty>(request).map(drop)
}

/// The route and not the path: a path names users.
#[must_use]
pub fn route(request: &Request) -> &str {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.route_key.as_deref().unwrap_or_default(),
        _ => "",
    }
}

/// The last arm of a handler's `match` on the route: the template sends it a route that it does not handle.
#[must_use]
pub fn unknown_route(route: &str) -> Problem {
    Problem::internal(&format_args!("no handler for the route {route:?}"))
}

fn position(error: &serde_json::Error) -> String {
    format!("it breaks off being JSON at line {}, column {}", error.line(), error.column())
}

fn without_position(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message).to_owned()
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    };
    path.iter().map(segment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::Body;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Assigned {
        #[serde(rename = "level")]
        _level: Option<i64>,
    }

    fn read(text: &str) -> Result<Assigned, Problem> {
        body(&Request::new(Body::from(text)))
    }

    #[test]
    fn a_body_that_is_not_json_is_told_where_it_breaks() {
        let problem = read("{\"level\": ").unwrap_err();
        assert_eq!(problem.code, "invalid-json");
        assert!(problem.detail.contains("line 1"), "{}", problem.detail);
    }

    #[test]
    fn a_body_with_a_wrong_or_an_unknown_field_is_told_which() {
        let problem = read("{\"level\": 1.5}").unwrap_err();
        assert_eq!((problem.code, problem.errors[0].pointer.as_str()), ("invalid-body", "/level"));
        assert!(read("{\"lvl\": 1}").unwrap_err().detail.contains("lvl"));
        assert!(read("").is_ok());
        for no_object in ["[5]", "5", "null", "\"level\""] {
            assert_eq!(read(no_object).unwrap_err().code, "invalid-body", "{no_object}");
        }
    }

    #[test]
    fn rule_8_a_page_has_25_people_unless_told_otherwise_and_at_most_100() {
        let limit = |text: Option<&str>| {
            let pairs = text.map(|text| ("limit".to_owned(), text.to_owned())).into_iter().collect();
            Query { pairs }.limit()
        };
        assert_eq!((limit(None), limit(Some("100"))), (Ok(25), Ok(100)));
        for wrong in ["0", "101", "1000", "-1", "ten", "1.5", ""] {
            assert_eq!(limit(Some(wrong)).unwrap_err().code, "invalid-limit", "{wrong}");
        }
    }
}
