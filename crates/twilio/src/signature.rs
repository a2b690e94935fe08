//! `X-Twilio-Signature`: base64 of an HMAC over the URL that Twilio called and the form that it posted: HMAC-SHA1 with
//! the account's auth token, or where a rule of Twilio's webhook settings says so, with a shared key and its algorithm.
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
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret as _, SecretString};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use crate::keys::{Algorithm, SigningKey};

/// The header that carries the signature.
pub const HEADER: &str = "X-Twilio-Signature";

/// The fragment of the callback URL that asks Twilio to try three times more where the connection or the response fails, or the
/// answer is 5xx. It is never sent to the server:
/// <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>.
pub const CONNECTION_OVERRIDES: &str = "#rc=3&rp=ct,rt,5xx";

const BODY_HASH: &str = "bodySHA256";

/// Parameters in the order in which they are signed, each once.
type Params = BTreeSet<(Vec<u8>, Vec<u8>)>;

/// Decides whether a request was signed with one of the account's keys for this deployment's address.
#[derive(Debug)]
pub struct Verifier {
    keys: Vec<SigningKey>,
    public_url: String,
}

impl Verifier {
    /// Takes the account's *primary* auth token and the address under which Twilio knows this
    /// deployment: scheme, host, and the path below which its routes are (a slash at its end is ignored).
    ///
    /// The address is configuration because a request's own `Host` is the caller's claim.
    #[must_use]
    pub fn new(auth_token: SecretString, public_url: String) -> Self {
        Self::with_keys(vec![SigningKey { algorithm: Algorithm::HmacSha1, secret: auth_token }], public_url)
    }

    /// As [`Verifier::new`], for several keys of which each is as good as the others.
    #[must_use]
    pub fn with_keys(keys: Vec<SigningKey>, mut public_url: String) -> Self {
        public_url.truncate(public_url.trim_end_matches('/').len());
        Self { keys, public_url }
    }

    /// Whether `signature` is Twilio's for this request.
    ///
    /// `path_and_query` starts with `/` and is as received, still percent-encoded; `body` is the raw
    /// body. The time taken does not depend on how much of the signature is right. A form in which a
    /// part has no `=` is refused: Twilio sends none, and the signed message would not tell
    /// `a&b=` from `a=b`.
    #[must_use]
    pub fn verify(&self, path_and_query: &str, content_type: Option<&str>, body: &[u8], signature: &str) -> bool {
        let keys = self.keys.iter().filter(|key| may_be_by(key.algorithm, signature)).collect::<Vec<_>>();
        if keys.is_empty() {
            return false;
        }
        let Some(params) = signed_params(path_and_query, content_type, body) else {
            return false;
        };
        let url = format!("{}{path_and_query}", self.public_url);
        let spellings = spellings::of(&url);
        let tries = keys.iter().flat_map(|key| spellings.iter().map(move |spelling| (key, spelling)));
        let good = tries.fold(Choice::from(0), |good, (key, spelling)| {
            let expected = mac(key, spelling, &params);
            good | expected.as_bytes().ct_eq(signature.as_bytes())
        });
        good.into()
    }
}

/// Whether this can be a signature by any algorithm: nothing has to be computed for what cannot.
#[must_use]
pub fn may_be_one(signature: &str) -> bool {
    [Algorithm::HmacSha1, Algorithm::HmacSha256].into_iter().any(|algorithm| may_be_by(algorithm, signature))
}

/// Whether it is base64 of as many bytes as the algorithm gives: 28 or 44 characters.
fn may_be_by(algorithm: Algorithm, signature: &str) -> bool {
    let bytes = match algorithm {
        Algorithm::HmacSha1 => 20,
        Algorithm::HmacSha256 => 32,
    };
    signature.len() <= 44 && STANDARD.decode(signature).is_ok_and(|decoded| decoded.len() == bytes)
}

/// Twilio's signature of a form posted to `url`; for a body that is not a form, of no parameters and
/// the URL that [`url_with_body_hash`] gives.
#[must_use]
pub fn sign(auth_token: &SecretString, url: &str, params: &[(&str, &str)]) -> String {
    sign_with(&SigningKey { algorithm: Algorithm::HmacSha1, secret: auth_token.clone() }, url, params)
}

/// As [`sign`], with any key.
#[must_use]
pub fn sign_with(key: &SigningKey, url: &str, params: &[(&str, &str)]) -> String {
    let params = params.iter().map(|(key, value)| (key.as_bytes().to_vec(), value.as_bytes().to_vec()));
    mac(key, url, &params.collect())
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

fn mac(key: &SigningKey, url: &str, params: &Params) -> String {
    let secret = key.secret.expose_secret().as_bytes();
    match key.algorithm {
        Algorithm::HmacSha1 => mac_by::<Hmac<Sha1>>(secret, url, params),
        Algorithm::HmacSha256 => mac_by::<Hmac<Sha256>>(secret, url, params),
    }
}

fn mac_by<M: Mac + KeyInit>(secret: &[u8], url: &str, params: &Params) -> String {
    let mut mac = <M as KeyInit>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(url.as_bytes());
    for (key, value) in params {
        mac.update(key);
        mac.update(value);
    }
    STANDARD.encode(mac.finalize().into_bytes())
}
