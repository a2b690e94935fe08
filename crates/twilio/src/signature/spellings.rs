//! The spellings of one URL under which Twilio may have signed it.

use super::CONNECTION_OVERRIDES as OVERRIDES;

/// Each spelling once: without a port and with one (the one given, else the scheme's own), with quotes of
/// the query as they are, as `%27` and as `'`, and each of these without and with the connection overrides.
pub(super) fn of(url: &str) -> Vec<String> {
    let mut spellings = Vec::new();
    for ported in ports(url) {
        for spelling in quotes(&ported) {
            if !spellings.contains(&spelling) {
                spellings.push(spelling);
            }
        }
    }
    let with_overrides = spellings.iter().map(|spelling| format!("{spelling}{OVERRIDES}")).collect::<Vec<_>>();
    spellings.extend(with_overrides);
    spellings
}

fn ports(url: &str) -> [String; 2] {
    let (origin, rest) = split_origin(url);
    match port_at(origin) {
        Some(colon) => [format!("{}{rest}", &origin[..colon]), url.to_owned()],
        None => [url.to_owned(), format!("{origin}:{}{rest}", default_port(url))],
    }
}

fn quotes(url: &str) -> [String; 3] {
    let (path, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    [url.to_owned(), format!("{path}{}", query.replace('\'', "%27")), format!("{path}{}", query.replace("%27", "'"))]
}

/// Scheme and authority, and what follows them.
fn split_origin(url: &str) -> (&str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url[authority..].find(['/', '?']).map_or(url.len(), |at| authority + at);
    url.split_at(end)
}

/// Where the port's colon stands, if there is a port. An IPv6 address has colons of its own, in brackets.
fn port_at(origin: &str) -> Option<usize> {
    let colon = origin.rfind(':')?;
    let digits = &origin[colon + 1..];
    let is_port = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_port.then_some(colon)
}

fn default_port(url: &str) -> u16 {
    if url.starts_with("https:") { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    use super::{OVERRIDES, of};

    /// Half of the spellings, without the overrides.
    fn plain(url: &str) -> Vec<String> {
        let (plain, with_overrides): (Vec<_>, Vec<_>) = of(url).into_iter().partition(|url| !url.contains('#'));
        assert!(plain.iter().map(|url| format!("{url}{OVERRIDES}")).eq(with_overrides));
        plain
    }

    #[test]
    fn an_address_without_port_is_also_tried_with_the_schemes_own() {
        assert_eq!(plain("https://example.com/a"), ["https://example.com/a", "https://example.com:443/a"]);
        assert_eq!(plain("http://example.com?b=1"), ["http://example.com?b=1", "http://example.com:80?b=1"]);
    }

    #[test]
    fn an_address_with_port_is_also_tried_without() {
        assert_eq!(plain("http://127.0.0.1:8080/a:9"), ["http://127.0.0.1/a:9", "http://127.0.0.1:8080/a:9"]);
    }

    #[test]
    fn the_colons_of_an_ipv6_address_are_not_a_port() {
        assert_eq!(plain("http://[::1]/a"), ["http://[::1]/a", "http://[::1]:80/a"]);
        assert_eq!(plain("http://[::1]:81/a"), ["http://[::1]/a", "http://[::1]:81/a"]);
    }

    #[test]
    fn quotes_are_tried_encoded_and_plain_in_the_query_only() {
        let spellings = plain("https://example.com/it's?x=%27");
        assert!(spellings.contains(&"https://example.com/it's?x='".to_owned()));
        assert_eq!(spellings.len(), 4);
    }
}
