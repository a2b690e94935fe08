//! The address at which Twilio reaches this deployment: it is part of what callbacks are signed for.

use std::net::IpAddr;

use lambda_http::{
    Request, RequestExt as _,
    http::{Uri, uri::Scheme},
    request::RequestContext,
};
use runtime::config::{ConfigError, optional};

const VARIABLE: &str = "PUBLIC_URL";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicUrl {
    /// Scheme, host, and the path below which the routes are; a slash may end it.
    Configured(String),
    /// The domain that the gateway was reached by. The gateway states it, and serves its own domains only.
    Gateway,
}

impl PublicUrl {
    /// What `PUBLIC_URL` says; without it, the gateway's domain.
    pub fn from_env() -> Result<Self, ConfigError> {
        optional(VARIABLE).map_or(Ok(Self::Gateway), Self::configured)
    }

    /// `https`, but for this machine.
    pub fn configured(url: String) -> Result<Self, ConfigError> {
        let parsed = url.parse::<Uri>().ok();
        let is_usable = parsed.is_some_and(|uri| match uri.scheme().map(Scheme::as_str) {
            Some("https") => uri.host().is_some(),
            Some("http") => uri.host().is_some_and(is_loopback),
            _ => false,
        });
        if is_usable {
            return Ok(Self::Configured(url));
        }
        let expected = "an address that begins with https:// (http:// only on this machine), or empty";
        Err(ConfigError::Invalid { name: VARIABLE, value: url, expected })
    }

    /// The address for this request: never from a header, which is the sender's claim. None if the gateway states no
    /// domain.
    pub(crate) fn of(&self, request: &Request) -> Option<String> {
        match self {
            Self::Configured(url) => Some(url.clone()),
            Self::Gateway => gateway_domain(request).map(|domain| {
                let is_local = domain.parse::<Uri>().is_ok_and(|uri| uri.host().is_some_and(is_loopback));
                format!("{}://{domain}", if is_local { "http" } else { "https" })
            }),
        }
    }
}

fn gateway_domain(request: &Request) -> Option<String> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.domain_name.clone(),
        _ => None,
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for right in ["https://api.example.com/roster/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"]
        {
            assert_eq!(PublicUrl::configured(right.to_owned()).unwrap(), PublicUrl::Configured(right.to_owned()));
        }
        for wrong in
            ["http://api.example.com", "http://127.0.0.1.example.com", "ftp://localhost", "api.example.com", "/"]
        {
            let error = PublicUrl::configured(wrong.to_owned()).unwrap_err().to_string();
            assert!(error.contains("PUBLIC_URL") && error.contains("begins with https://"), "{error}");
        }
    }
}
