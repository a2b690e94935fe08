//! The addresses of Twilio's APIs.

use std::net::IpAddr;

use reqwest::Url;

use crate::TwilioError;

/// The region that Twilio's libraries take where only an edge is named.
const DEFAULT_REGION: &str = "us1";

/// An API's address with this path below it. The credentials go there: `https` only, but for this machine.
pub(super) fn of(base: &str, field: &'static str, path: &[&str]) -> Result<Url, TwilioError> {
    let mut url = Url::parse(base).map_err(|_| TwilioError::Config(field))?;
    let usable = url.scheme() == "https" || url.scheme() == "http" && url.host_str().is_some_and(is_loopback);
    if !usable {
        return Err(TwilioError::Config(field));
    }
    url.path_segments_mut().map_err(|()| TwilioError::Config(field))?.pop_if_empty().extend(path);
    Ok(url)
}

/// The address in a region: `https://taskrouter.dublin.ie1.twilio.com`. An address that is not Twilio's own without
/// region stays as it is.
pub(super) fn in_region(mut url: Url, region: Option<&str>, edge: Option<&str>) -> Result<Url, TwilioError> {
    let product = url.host_str().and_then(|host| host.strip_suffix(".twilio.com")).filter(|name| !name.contains('.'));
    let (Some(product), true) = (product, region.or(edge).is_some()) else { return Ok(url) };
    for (label, field) in [(region, "region"), (edge, "edge")] {
        if label.is_some_and(|label| !is_label(label)) {
            return Err(TwilioError::Config(field));
        }
    }
    let edge = edge.map(|edge| format!("{edge}.")).unwrap_or_default();
    let host = format!("{product}.{edge}{}.twilio.com", region.unwrap_or(DEFAULT_REGION));
    url.set_host(Some(&host)).map_err(|_| TwilioError::Config("region"))?;
    Ok(url)
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(region: Option<&str>, edge: Option<&str>) -> Result<String, TwilioError> {
        let url = of("https://taskrouter.twilio.com", "taskrouter_url", &["v1"])?;
        in_region(url, region, edge).map(|url| url.to_string())
    }

    #[test]
    fn an_edge_and_a_region_are_parts_of_the_host() {
        assert_eq!(host(None, None).unwrap(), "https://taskrouter.twilio.com/v1");
        assert_eq!(host(Some("ie1"), Some("dublin")).unwrap(), "https://taskrouter.dublin.ie1.twilio.com/v1");
        assert_eq!(host(Some("ie1"), None).unwrap(), "https://taskrouter.ie1.twilio.com/v1");
        assert_eq!(host(None, Some("ashburn")).unwrap(), "https://taskrouter.ashburn.us1.twilio.com/v1");
        let local = of("http://127.0.0.1:8081", "taskrouter_url", &[]).unwrap();
        assert_eq!(in_region(local.clone(), Some("ie1"), None).unwrap(), local);
    }

    #[test]
    fn a_region_that_would_lead_elsewhere_is_refused_by_the_fields_name() {
        for wrong in ["example.com/", "ie1.example.com", "IE1", "", "a b"] {
            assert!(matches!(host(Some(wrong), None), Err(TwilioError::Config("region"))), "{wrong}");
            assert!(matches!(host(None, Some(wrong)), Err(TwilioError::Config("edge"))), "{wrong}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for local in ["http://127.0.0.1:1", "http://localhost", "http://[::1]:1", "https://example.com"] {
            assert!(of(local, "iam_url", &[]).is_ok(), "{local}");
        }
        for wrong in ["http://example.com", "http://127.0.0.1.example.com", "ftp://localhost", "http://10.0.0.1"] {
            assert!(matches!(of(wrong, "iam_url", &[]), Err(TwilioError::Config("iam_url"))), "{wrong}");
        }
    }
}
