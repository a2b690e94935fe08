//! Reading requests: paths and queries, with errors that name what is wrong.

use lambda_http::{Request, RequestExt, request::RequestContext};
use std::str::FromStr;

use domain::{Quoted, Refusal, SkillName, UserId};
use store::Cursor;

use crate::Problem;

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
    SkillName::adopted(name).ok_or_else(|| Refusal::UnknownSkill(name.into()).into())
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
                    format!("There is no parameter {}. There are {known}.", Quoted::from(name)),
                ));
            }
            if pairs[..i].iter().any(|(earlier, _)| earlier == name) {
                return Err(Problem::invalid(
                    "repeated-parameter",
                    format!("The parameter {} is given more than once.", Quoted::from(name)),
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
        let limit = whole_number(text).and_then(|limit| usize::try_from(limit).ok());
        limit.filter(|limit| (1..=100).contains(limit)).ok_or_else(|| {
            let detail = format!("limit is {}; it is a whole number from 1 to 100.", Quoted::from(text));
            Problem::invalid("invalid-limit", detail)
        })
    }
}

/// The whole number that digits state, as JSON writes it: with `-` or no sign.
#[must_use]
pub fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
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
    Problem::internal(&format_args!("no handler for the route {route}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn rule_8_a_page_has_25_people_unless_told_otherwise_and_at_most_100() {
        let limit = |text: Option<&str>| {
            let pairs = text.map(|text| ("limit".to_owned(), text.to_owned())).into_iter().collect();
            Query { pairs }.limit()
        };
        assert_eq!((limit(None), limit(Some("100"))), (Ok(25), Ok(100)));
        for wrong in ["0", "101", "1000", "-1", "ten", "1.5", "", "+5", " 5", "5 ", "٥", "1e1", "99999999999999999999"]
        {
            assert_eq!(limit(Some(wrong)).unwrap_err().code, "invalid-limit", "{wrong}");
        }
    }
}
