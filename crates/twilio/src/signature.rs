//! `X-Twilio-Signature`: base64 of HMAC-SHA1 with the account's auth token, over the URL that Twilio
//! called and the form that it posted.
//!
//! The message is the URL followed by key and value of each parameter, keys in byte order, the values
//! of a repeated key without repetition and in order. For a body that is not a form there are no
//! parameters; the URL carries `bodySHA256`, which must be the body's hash.
//!
//! Twilio's side is not of one mind about the URL's port and about quotes in its query, and does not say
//! whether a fragment with connection overrides is signed, so a request is good if any spelling of the
//! URL gives the signature.

mod spellings;

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

/// The header that carries the signature.
pub const HEADER: &str = "X-Twilio-Signature";

const BODY_HASH: &str = "bodySHA256";

/// Parameters in the order in which they are signed, each once.
type Params = BTreeSet<(Vec<u8>, Vec<u8>)>;

/// Decides whether a request was signed with the account's auth token for this deployment's address.
#[derive(Debug)]
pub struct Verifier {
    auth_token: SecretString,
    public_url: String,
}

impl Verifier {
    /// Takes the account's *primary* auth token and the address under which Twilio knows this
    /// deployment: scheme, host, and the path below which its routes are (a slash at its end is ignored).
    ///
    /// The address is configuration because a request's own `Host` is the caller's claim.
    #[must_use]
    pub fn new(auth_token: SecretString, mut public_url: String) -> Self {
        public_url.truncate(public_url.trim_end_matches('/').len());
        Self { auth_token, public_url }
    }

    /// Whether `signature` is Twilio's for this request.
    ///
    /// `path_and_query` starts with `/` and is as received, still percent-encoded; `body` is the raw
    /// body. The time taken does not depend on how much of the signature is right. A form in which a
    /// part has no `=` is refused: Twilio sends none, and the signed message would not tell
    /// `a&b=` from `a=b`.
    #[must_use]
    pub fn verify(&self, path_and_query: &str, content_type: Option<&str>, body: &[u8], signature: &str) -> bool {
        let Some(params) = signed_params(path_and_query, content_type, body) else {
            return false;
        };
        let url = format!("{}{path_and_query}", self.public_url);
        let good = spellings::of(&url).iter().fold(Choice::from(0), |good, spelling| {
            let expected = mac(&self.auth_token, spelling, &params);
            good | expected.as_bytes().ct_eq(signature.as_bytes())
        });
        good.into()
    }
}

/// Twilio's signature of a form posted to `url`; for a body that is not a form, of no parameters and
/// the URL that [`url_with_body_hash`] gives.
#[must_use]
pub fn sign(auth_token: &SecretString, url: &str, params: &[(&str, &str)]) -> String {
    let params = params.iter().map(|(key, value)| (key.as_bytes().to_vec(), value.as_bytes().to_vec()));
    mac(auth_token, url, &params.collect())
}

/// `url` with the hash of `body` in its query, as Twilio calls it with a JSON body.
#[must_use]
pub fn url_with_body_hash(url: &str, body: &[u8]) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{BODY_HASH}={}", hex_sha256(body))
}

/// The parameters that the signature covers, or nothing when no signature can make the request good.
fn signed_params(path_and_query: &str, content_type: Option<&str>, body: &[u8]) -> Option<Params> {
    if is_form(content_type) {
        return form(body);
    }
    let without_body = body.is_empty() && content_type.is_none();
    (without_body || body_hash_matches(path_and_query, body)).then(Params::new)
}

fn is_form(content_type: Option<&str>) -> bool {
    let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Decodes to bytes and not to text: replacing what is not UTF-8 would make different bodies equal.
fn form(body: &[u8]) -> Option<Params> {
    if body.is_empty() {
        return Some(Params::new());
    }
    body.split(|byte| *byte == b'&').map(pair).collect()
}

fn pair(part: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let equals = part.iter().position(|byte| *byte == b'=')?;
    Some((decode(&part[..equals]), decode(&part[equals + 1..])))
}

fn decode(part: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_encoding::percent_decode(&spaced).collect()
}

fn body_hash_matches(path_and_query: &str, body: &[u8]) -> bool {
    let query = path_and_query.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == BODY_HASH)
        .is_some_and(|(_, hash)| hex_sha256(body).as_bytes().ct_eq(hash.as_bytes()).into())
}

fn hex_sha256(body: &[u8]) -> String {
    Sha256::digest(body).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn mac(auth_token: &SecretString, url: &str, params: &Params) -> String {
    let key = auth_token.expose_secret().as_bytes();
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(url.as_bytes());
    for (key, value) in params {
        mac.update(key);
        mac.update(value);
    }
    STANDARD.encode(mac.finalize().into_bytes())
}
