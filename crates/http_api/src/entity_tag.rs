//! `ETag`, `If-Match` and `If-None-Match` (RFC 9110): the version of a user, a team or a skill is its entity tag.

use domain::{ExpectedVersion, PutMode, Quoted};
use lambda_http::{Request, http::HeaderValue};

use crate::Problem;

#[must_use]
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// What `If-Match` expects. Tags are compared strongly: one that is weak, or no version's, matches nothing.
pub fn if_match(request: &Request) -> Result<ExpectedVersion, Problem> {
    let expected = match Condition::read(request, "if-match") {
        None => Some(ExpectedVersion::Unspecified),
        Some(Condition::Any) => Some(ExpectedVersion::Any),
        Some(Condition::Tags(tags)) => tags.iter().map(|tag| entity_tag(tag)).collect::<Option<Vec<_>>>().map(versions),
    };
    expected.ok_or_else(|| {
        let given = Quoted::from(&joined(request, "if-match"));
        Problem::invalid("invalid-if-match", format!("If-Match is {given}; it is * or a list of ETags, such as \"7\"."))
    })
}

/// Whether `If-None-Match: *` allows a `PUT` only to create. No other value of it says anything about a `PUT` here.
pub fn put_mode(request: &Request) -> Result<PutMode, Problem> {
    match Condition::read(request, "if-none-match") {
        None => Ok(PutMode::CreateOrChange),
        Some(Condition::Any) => Ok(PutMode::CreateOnly),
        Some(Condition::Tags(_)) => {
            let given = Quoted::from(&joined(request, "if-none-match"));
            let detail = format!("If-None-Match is {given}; here it is *, which creates and never changes.");
            Err(Problem::invalid("invalid-if-none-match", detail))
        }
    }
}

/// The lines of a header as one.
pub(crate) fn joined(request: &Request, name: &str) -> String {
    let lines = request.headers().get_all(name).iter().map(HeaderValue::as_bytes);
    lines.map(String::from_utf8_lossy).collect::<Vec<_>>().join(",")
}

/// `If-Match` or `If-None-Match`, with all its lines.
enum Condition {
    Any,
    /// The elements of a list that are not empty.
    Tags(Vec<String>),
}

impl Condition {
    fn read(request: &Request, name: &str) -> Option<Self> {
        request.headers().get(name)?;
        let value = joined(request, name);
        let elements = elements(&value);
        Some(if elements == ["*"] { Self::Any } else { Self::Tags(elements.into_iter().map(str::to_owned).collect()) })
    }
}

/// The elements of a list, which commas outside quotation marks separate; empty ones are left out.
fn elements(list: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let elements = list.split(|c| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    });
    elements.map(|element| element.trim_matches([' ', '\t'])).filter(|element| !element.is_empty()).collect()
}

/// The tag in its quotation marks, none if it is weak; or nothing if this is no entity tag.
#[expect(clippy::option_option, reason = "no tag is not the same as no version")]
fn entity_tag(element: &str) -> Option<Option<&str>> {
    let strong = element.strip_prefix("W/").unwrap_or(element);
    let opaque = strong.strip_prefix('"')?.strip_suffix('"')?;
    let is_opaque = opaque.chars().all(|c| c == '!' || ('#'..='~').contains(&c) || !c.is_ascii());
    is_opaque.then_some((strong == element).then_some(opaque))
}

fn versions(tags: Vec<Option<&str>>) -> ExpectedVersion {
    // "02" and "+2" are other tags than "2".
    let version = |tag: &str| tag.parse().ok().filter(|version: &u64| version.to_string() == tag);
    ExpectedVersion::OneOf(tags.into_iter().flatten().filter_map(version).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::{Body, http};

    fn with(name: &str, lines: &[&str]) -> Request {
        let request = lines.iter().fold(http::Request::builder(), |request, line| request.header(name, *line));
        request.body(Body::Empty).unwrap()
    }

    fn expected(lines: &[&str]) -> Result<ExpectedVersion, Problem> {
        if_match(&with("if-match", lines))
    }

    fn one_of(versions: &[u64]) -> ExpectedVersion {
        ExpectedVersion::OneOf(versions.to_vec())
    }

    #[test]
    fn if_match_states_the_versions_that_a_change_is_based_on() {
        assert_eq!(expected(&[]), Ok(ExpectedVersion::Unspecified));
        assert_eq!(expected(&["*"]), Ok(ExpectedVersion::Any));
        assert_eq!(expected(&[&etag(7)]), Ok(one_of(&[7])));
        assert_eq!(expected(&["\"6\", \"7\""]), Ok(one_of(&[6, 7])));
        assert_eq!(expected(&["\"6\"", "\"7\" ,\t\"8\""]), Ok(one_of(&[6, 7, 8])));
        assert_eq!(expected(&[", ,\"7\",,", ""]), Ok(one_of(&[7])));
    }

    #[test]
    fn a_tag_that_is_no_version_matches_nothing() {
        for other in [
            "W/\"7\"",
            "\"07\"",
            "\"+7\"",
            "\"-1\"",
            "\"\"",
            "\"6,7\"",
            "\"x\"",
            "\"é\"",
            "\"*\"",
            "\"\\\"",
            ",",
            "",
            " ",
            "\"99999999999999999999\"",
        ] {
            assert_eq!(expected(&[other]), Ok(one_of(&[])), "{other}");
        }
        assert_eq!(expected(&["W/\"7\", \"6,5\", \"8\""]), Ok(one_of(&[8])));
    }

    #[test]
    fn what_is_no_list_of_entity_tags_is_refused() {
        for wrong in
            ["seven", "7", "\"7", "7\"", "\"7\" \"8\"", "w/\"7\"", "W/ \"7\"", "\"a b\"", "*, \"7\"", "\"7\", *", "**"]
        {
            assert_eq!(expected(&[wrong]).unwrap_err().code, "invalid-if-match", "{wrong}");
        }
        assert_eq!(expected(&["*", "*"]).unwrap_err().code, "invalid-if-match");
    }

    #[test]
    fn if_none_match_of_a_put_is_a_star_and_means_create_only() {
        let mode = |lines: &[&str]| put_mode(&with("if-none-match", lines));
        assert_eq!((mode(&[]), mode(&[" * "])), (Ok(PutMode::CreateOrChange), Ok(PutMode::CreateOnly)));
        for other in ["\"7\"", "W/\"7\"", "x", "*, *", ""] {
            assert_eq!(mode(&[other]).unwrap_err().code, "invalid-if-none-match", "{other}");
        }
    }
}
