//! Finds the route of a request: as in API Gateway, the most specific one.

use std::collections::BTreeMap;

use crate::template::Route;

/// A route with the percent-decoded values of its path parameters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Match<'a> {
    pub route: &'a Route,
    pub parameters: BTreeMap<String, String>,
}

/// How specific one segment of a route is; the most specific is the least.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Literal,
    Parameter,
    Greedy,
}

/// The most specific route for the method and the path, which is not decoded yet. Segment by segment, a literal beats
/// `{name}`, which beats `{name+}`; a method beats `ANY`.
pub(super) fn find<'a>(routes: &'a [Route], method: &str, path: &str) -> Option<Match<'a>> {
    routes
        .iter()
        .filter(|route| route.method == method || route.method == "ANY")
        .filter_map(|route| {
            let (ranks, parameters) = fit(&route.path, path)?;
            Some(((ranks, route.method == "ANY"), Match { route, parameters }))
        })
        .min_by(|(a, _), (b, _)| a.cmp(b))
        .map(|(_, matched)| matched)
}

fn fit(route: &str, path: &str) -> Option<(Vec<Rank>, BTreeMap<String, String>)> {
    let mut segments = path.strip_prefix('/')?.split('/');
    let mut ranks = Vec::new();
    let mut parameters = BTreeMap::new();
    for expected in route.strip_prefix('/')?.split('/') {
        let segment = segments.next()?;
        let name = expected.strip_prefix('{').and_then(|w| w.strip_suffix('}'));
        match name.map(|name| (name, name.strip_suffix('+'))) {
            None if decode(segment) == expected => ranks.push(Rank::Literal),
            None => return None,
            Some(_) if segment.is_empty() => return None,
            Some((_, Some(name))) => {
                let rest: Vec<&str> = std::iter::once(segment).chain(segments.by_ref()).collect();
                parameters.insert(name.to_owned(), decode(&rest.join("/")));
                ranks.push(Rank::Greedy);
            }
            Some((name, None)) => {
                parameters.insert(name.to_owned(), decode(segment));
                ranks.push(Rank::Parameter);
            }
        }
    }
    segments.next().is_none().then_some((ranks, parameters))
}

/// Percent-decodes; invalid UTF-8 is replaced.
pub(super) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = match (bytes[at], hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                at += 2;
                high << 4 | low
            }
            (byte, ..) => byte,
        };
        decoded.push(byte);
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex(digit: Option<&u8>) -> Option<u8> {
    let value = char::from(*digit?).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn route(key: &str) -> Route {
        let (method, path) = key.split_once(' ').unwrap();
        Route { method: method.into(), path: path.into(), function: key.into(), authorizer: None }
    }

    fn found(method: &str, path: &str) -> Option<(String, BTreeMap<String, String>)> {
        let routes = [
            route("ANY /users/{user_id}"),
            route("GET /users/{user_id}"),
            route("GET /users/me"),
            route("GET /users"),
            route("PUT /users/{user_id}/skills/{skill}"),
            route("GET /files/{rest+}"),
            route("GET /files/{name}"),
        ];
        find(&routes, method, path).map(|m| (m.route.key(), m.parameters))
    }

    fn key(method: &str, path: &str) -> Option<String> {
        found(method, path).map(|(key, _)| key)
    }

    #[test]
    fn a_literal_segment_beats_a_parameter() {
        assert_eq!(key("GET", "/users/me").as_deref(), Some("GET /users/me"));
        assert_eq!(key("GET", "/users/1").as_deref(), Some("GET /users/{user_id}"));
    }

    #[test]
    fn a_method_beats_any() {
        assert_eq!(key("PATCH", "/users/1").as_deref(), Some("ANY /users/{user_id}"));
    }

    #[test]
    fn a_parameter_beats_the_rest_of_the_path() {
        assert_eq!(key("GET", "/files/a").as_deref(), Some("GET /files/{name}"));
        let (_, parameters) = found("GET", "/files/a/b%20c").unwrap();
        assert_eq!(parameters["rest"], "a/b c");
    }

    #[test]
    fn parameters_are_decoded_one_by_one() {
        let (_, parameters) = found("PUT", "/users/7/skills/R%26D%2FLab").unwrap();
        assert_eq!(parameters["user_id"], "7");
        assert_eq!(parameters["skill"], "R&D/Lab");
    }

    #[test]
    fn a_request_that_matches_no_route_is_not_found() {
        assert_eq!(key("GET", "/users/"), None);
        assert_eq!(key("GET", "/user"), None);
        assert_eq!(key("POST", "/users"), None);
        assert_eq!(key("PUT", "/users/7/skills"), None);
    }

    #[test]
    fn a_broken_escape_stays_as_it_is() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%41"), "%zzA");
    }
}
