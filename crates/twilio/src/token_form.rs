//! What a Flex token looks like. Only Twilio can read one; what does not look like one it need not be asked for.

use std::ops::RangeInclusive;

/// In bytes. Flex's are of several hundred, more with each role; with the other headers, the gateway takes 10 KB.
const LENGTH: RangeInclusive<usize> = 64..=8_192;

/// Whether this can be a Flex token: a JWE in compact form (RFC 7516, section 7.1), five parts in base64url, of which the
/// encrypted key alone may be empty.
#[must_use]
pub fn may_be_flex_token(token: &str) -> bool {
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    // No byte string is encoded in 4n + 1 characters.
    let is_part = |part: &str| part.bytes().all(is_base64url) && part.len() % 4 != 1;
    if !LENGTH.contains(&token.len()) {
        return false;
    }
    let parts = token.split('.').collect::<Vec<_>>();
    let [header, key, vector, text, tag] = parts[..] else { return false };
    [header, key, vector, text, tag].into_iter().all(is_part)
        && [header, vector, text, tag].into_iter().all(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A.XFBoMYUZodetZdvTiFvSkQ";

    #[test]
    fn a_compact_jwe_may_be_a_flex_token_with_and_without_an_encrypted_key() {
        assert!(may_be_flex_token(TOKEN));
        assert!(may_be_flex_token(&TOKEN.replacen("..", ".OKOawDo13gRp2ojaHV7LFg.", 1)));
    }

    #[test]
    fn what_has_not_five_parts_of_base64url_or_is_too_short_or_too_long_cannot() {
        let parts = TOKEN.split('.').collect::<Vec<_>>();
        let short = "eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA";
        // A session token of another kind, such as a JWT, has three.
        for wrong in [
            String::new(),
            "made-up".to_owned(),
            short.to_owned(),
            "x".repeat(500),
            ".".repeat(4),
            parts[..4].join("."),
            parts[2..].join("."),
            format!("{TOKEN}."),
            format!("{TOKEN}.AAAA"),
            format!("{TOKEN}="),
            format!("{TOKEN}AAA"),
            TOKEN.replace('_', "/"),
            TOKEN.replace("48V1", "48 1"),
            TOKEN.replace("48V1", "48é1"),
            TOKEN.replace(parts[2], ""),
            TOKEN.replace(parts[3], ""),
            TOKEN.replace(parts[4], ""),
            TOKEN.replace(parts[3], &"A".repeat(8_192)),
        ] {
            assert!(!may_be_flex_token(&wrong), "{wrong}");
        }
    }
}
