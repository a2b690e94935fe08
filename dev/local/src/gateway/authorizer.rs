//! Lambda authorizers with simple responses.

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::Refusal;
use crate::runtime::Answer;
use crate::template::Authorizer;

/// The decision of the authorizer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The request is allowed, with this context for the function.
    Allowed(Value),
    Denied,
    /// The authorizer failed, or its response is malformed.
    Unusable,
}

/// The values of the identity headers. If one is missing, the request is rejected without a call of the authorizer.
pub(super) fn identity(authorizer: &Authorizer, headers: &HeaderMap) -> Result<Vec<String>, Refusal> {
    authorizer
        .identity_headers
        .iter()
        .map(|name| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
                .ok_or(Refusal::Unauthorized)
        })
        .collect()
}

pub(super) fn verdict(answer: &Answer) -> Verdict {
    let Answer::Returned(body) = answer else {
        return Verdict::Unusable;
    };
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    match answer.get("isAuthorized").and_then(Value::as_bool) {
        Some(true) => Verdict::Allowed(answer.get("context").cloned().unwrap_or(json!({}))),
        Some(false) => Verdict::Denied,
        None => Verdict::Unusable,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn verdict_of(body: &'static str) -> Verdict {
        verdict(&Answer::Returned(body.into()))
    }

    #[test]
    fn only_a_clear_yes_allows_a_request() {
        let yes = verdict_of(r#"{"isAuthorized":true,"context":{"role":"agent"}}"#);
        assert_eq!(yes, Verdict::Allowed(json!({"role": "agent"})));
        assert_eq!(verdict_of(r#"{"isAuthorized":false}"#), Verdict::Denied);
        assert_eq!(verdict_of(r#"{"isAuthorized":"true"}"#), Verdict::Unusable);
        assert_eq!(verdict_of("null"), Verdict::Unusable);
        assert_eq!(verdict(&Answer::Failed("{}".into())), Verdict::Unusable);
    }

    #[test]
    fn without_its_identity_header_a_request_is_unauthorized() {
        let authorizer = Authorizer { function: "Authorize".into(), identity_headers: vec!["authorization".into()] };
        let mut headers = HeaderMap::new();
        assert_eq!(identity(&authorizer, &headers), Err(Refusal::Unauthorized));
        headers.insert("authorization", "".parse().unwrap());
        assert_eq!(identity(&authorizer, &headers), Err(Refusal::Unauthorized));
        headers.insert("authorization", "Bearer t".parse().unwrap());
        assert_eq!(identity(&authorizer, &headers), Ok(vec!["Bearer t".to_owned()]));
    }
}
