//! `ETag` and `If-Match`: the version of a user, a team or a skill is its entity tag.

use domain::ExpectedVersion;
use lambda_http::Request;

use crate::Problem;

#[must_use]
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// What `If-Match` expects.
pub fn if_match(request: &Request) -> Result<ExpectedVersion, Problem> {
    let Some(value) = request.headers().get("if-match") else { return Ok(ExpectedVersion::Unspecified) };
    let value = value.to_str().unwrap_or_default();
    if value.trim() == "*" {
        return Ok(ExpectedVersion::Any);
    }
    let version = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
    value.split(',').map(version).collect::<Option<_>>().map(ExpectedVersion::OneOf).ok_or_else(|| {
        Problem::invalid(
            "invalid-if-match",
            format!("If-Match is {value:?}; it is the ETag of what is changed, such as \"7\"."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::Body;

    fn expected(value: &str) -> Result<ExpectedVersion, Problem> {
        if_match(&lambda_http::http::Request::builder().header("if-match", value).body(Body::Empty).unwrap())
    }

    #[test]
    fn if_match_states_the_versions_that_a_change_is_based_on() {
        assert_eq!(if_match(&Request::new(Body::Empty)), Ok(ExpectedVersion::Unspecified));
        assert_eq!(expected("*"), Ok(ExpectedVersion::Any));
        assert_eq!(expected("\"6\", \"7\""), Ok(ExpectedVersion::OneOf(vec![6, 7])));
        assert_eq!(expected(&etag(7)), Ok(ExpectedVersion::OneOf(vec![7])));
        assert_eq!(expected("seven").unwrap_err().code, "invalid-if-match");
    }
}
