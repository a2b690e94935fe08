//! `ETag` and `If-Match`: the version of a user, a team or a skill is its entity tag.

use lambda_http::Request;

use domain::Refusal;

use crate::Problem;

/// The entity tag of a version.
#[must_use]
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// What `If-Match` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// Nothing.
    Unsaid,
    /// `*`: whatever is there.
    Any,
    /// One of these versions.
    OneOf(Vec<u64>),
}

impl IfMatch {
    /// As the request says.
    pub fn of(request: &Request) -> Result<Self, Problem> {
        let Some(value) = request.headers().get("if-match") else { return Ok(Self::Unsaid) };
        let value = value.to_str().unwrap_or_default();
        if value.trim() == "*" {
            return Ok(Self::Any);
        }
        let version = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        value.split(',').map(version).collect::<Option<_>>().map(Self::OneOf).ok_or_else(|| {
            Problem::invalid(
                "invalid-if-match",
                format!("If-Match is {value:?}; it is the ETag of what is changed, such as \"7\"."),
            )
        })
    }

    /// Refuses any expectation of what is not there.
    pub fn check_absent(&self, what: &'static str) -> Result<(), Refusal> {
        if *self == Self::Unsaid { Ok(()) } else { Err(Refusal::NotThere(what)) }
    }

    /// Refuses what has changed since.
    pub fn check(&self, what: &'static str, version: u64) -> Result<(), Refusal> {
        match self {
            Self::OneOf(versions) if !versions.contains(&version) => Err(Refusal::Stale { what, is: version }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::Body;

    fn asked(value: &str) -> Result<IfMatch, Problem> {
        IfMatch::of(&lambda_http::http::Request::builder().header("if-match", value).body(Body::Empty).unwrap())
    }

    #[test]
    fn an_edit_of_what_has_changed_since_is_refused() {
        let check = |value: &str| asked(value).unwrap().check("user", 7);
        assert_eq!(check(&etag(7)), Ok(()));
        assert_eq!(check("\"6\", \"7\""), Ok(()));
        assert_eq!(check("*"), Ok(()));
        assert_eq!(check("\"6\""), Err(Refusal::Stale { what: "user", is: 7 }));
        assert_eq!(asked("*").unwrap().check_absent("skill"), Err(Refusal::NotThere("skill")));
        assert_eq!(IfMatch::Unsaid.check_absent("skill"), Ok(()));
        assert_eq!(asked("seven").unwrap_err().code, "invalid-if-match");
    }
}
