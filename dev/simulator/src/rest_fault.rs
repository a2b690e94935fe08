//! Faults of REST requests.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use domain::Quoted;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

const METHODS: [&str; 3] = ["GET", "POST", "DELETE"];
/// Twilio's headers for rate limits, as a 429 has them unless the fault says otherwise. The numbers are made up.
const RATE_LIMIT: [(&str, &str); 2] = [("x-rate-limit-limit", "100"), ("x-rate-limit-remaining", "0")];

/// A fault of the REST API or of the token check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RestFault {
    /// The affected method: `GET`, `POST` or `DELETE`; by default all.
    pub method: Option<String>,
    /// The affected paths, where `*` stands for any characters: `*/Workers/WK*`; by default all.
    pub path: Option<String>,
    /// The status, from 400 to 599, with which the request fails; by default it succeeds.
    pub status: Option<u16>,
    /// How many requests are affected; by default all, until the faults end.
    pub times: Option<u32>,
    /// The delay of each request, in milliseconds.
    pub latency_ms: u64,
    /// The request is carried out, but its response is lost: the connection breaks without a byte, or `status` or
    /// `hang` take the response's place.
    pub lose_response: bool,
    /// No response ever comes; the connection stays open. The request is not carried out, unless `lose_response` is
    /// set.
    pub hang: bool,
    /// Headers of the response, such as `X-Rate-Limit-Remaining` or `Retry-After`. Without a status or any other
    /// fault, the response is otherwise as ever.
    pub headers: BTreeMap<String, String>,
}

/// The fault of one request.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) latency: Duration,
    /// Whether the request is carried out.
    pub(crate) applies: bool,
    pub(crate) ending: Ending,
    pub(crate) headers: HeaderMap,
}

/// How a request ends.
#[derive(Debug)]
pub(crate) enum Ending {
    AsServed,
    Status(StatusCode),
    Lost,
    Hangs,
}

impl RestFault {
    /// The error says which field is wrong, its value, and what would be right.
    pub(crate) fn check(&self) -> Result<(), String> {
        match (&self.method, self.status) {
            (Some(method), _) if !METHODS.iter().any(|known| known.eq_ignore_ascii_case(method)) => {
                return Err(format!("method must be GET, POST or DELETE, not {}", Quoted::from(method)));
            }
            (_, Some(status)) if !(400..600).contains(&status) => {
                return Err(format!("status must be from 400 to 599, not {status}"));
            }
            _ => {}
        }
        if self.hang && self.status.is_some() {
            return Err("status and hang exclude each other: no response comes, or one with a status".to_owned());
        }
        self.headers().map(drop)
    }

    /// The fault of this request, if it has one; counts it.
    pub(crate) fn hit(&mut self, method: &Method, path: &str) -> Option<Hit> {
        let other_method = self.method.as_ref().is_some_and(|only| !only.eq_ignore_ascii_case(method.as_str()));
        if other_method || self.path.as_ref().is_some_and(|pattern| !matches(pattern, path)) {
            return None;
        }
        if let Some(times) = &mut self.times {
            *times = times.checked_sub(1)?;
        }
        let ending = self.ending();
        Some(Hit {
            latency: Duration::from_millis(self.latency_ms),
            applies: self.lose_response || matches!(ending, Ending::AsServed),
            headers: self.headers().unwrap_or_default(),
            ending,
        })
    }

    fn ending(&self) -> Ending {
        match self.status.and_then(|status| StatusCode::from_u16(status).ok()) {
            Some(status) => Ending::Status(status),
            None if self.hang => Ending::Hangs,
            None if self.lose_response => Ending::Lost,
            None => Ending::AsServed,
        }
    }

    fn headers(&self) -> Result<HeaderMap, String> {
        let limits: &[_] = if self.status == Some(429) { &RATE_LIMIT } else { &[] };
        let given = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut headers = HeaderMap::new();
        for (name, value) in limits.iter().copied().chain(given) {
            let wrong =
                || format!("headers: {} with {} is not a header of HTTP", Quoted::from(name), Quoted::from(value));
            let name: HeaderName = name.parse().map_err(|_| wrong())?;
            headers.insert(name, HeaderValue::from_str(value).map_err(|_| wrong())?);
        }
        Ok(headers)
    }
}

/// Whether the path is as the pattern says, where `*` stands for any characters.
fn matches(pattern: &str, path: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == path };
    let Some(path) = path.strip_prefix(start) else { return false };
    let (mut middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut path) = path.strip_suffix(end) else { return false };
    while !middle.is_empty() {
        let (part, others) = middle.split_once('*').unwrap_or((middle, ""));
        let Some(at) = path.find(part) else { return false };
        (path, middle) = (&path[at + part.len()..], others);
    }
    true
}

/// One fault, or several, of which the first that affects a request counts.
pub(crate) fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RestFault>, D::Error> {
    struct OneOrMore;

    impl<'de> Visitor<'de> for OneOrMore {
        type Value = Vec<RestFault>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str(
                "a fault as {method, path, status, times, latency_ms, lose_response, hang, headers}, or a list of them",
            )
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            RestFault::deserialize(MapAccessDeserializer::new(map)).map(|fault| vec![fault])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(list))
        }
    }
    deserializer.deserialize_any(OneOrMore)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, path) in
            [("/v1/a", "/v1/a"), ("*/a", "/v1/a"), ("/v1/*", "/v1/"), ("*/a/*/c", "/a/b/c"), ("*", "")]
        {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("/v1", "/v1/a"), ("*/a", "/a/b"), ("/v1/*/b", "/v1/b"), ("*b*b*", "/b"), ("a*a", "a")]
        {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }
}
