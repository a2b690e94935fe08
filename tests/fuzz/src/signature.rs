//! Twilio's signature: accepted exactly if one of the account's keys gives it for this request, by an HMAC of another crate
//! over the message that Twilio describes; and no changed byte of path, query or body goes unnoticed.
//!
//! Input: lines with the key, a choice (a character, by which address, algorithm and the spelling that is signed are chosen),
//! path with query, content type, and place (three bytes: which byte is changed, and how); then the body.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lambda_http::http::{HeaderValue, uri::PathAndQuery};
use ring::{digest, hmac};
use twilio::{
    Algorithm, SigningKey, Verifier,
    signature::{CONNECTION_OVERRIDES, may_be_one, sign_with},
};

use crate::{form, lines};

/// Public addresses as an operator may state them, each with what the URLs that Twilio may sign begin with: without and with
/// a port.
const ADDRESSES: [(&str, [&str; 2]); 4] = [
    ("https://directory.example.com", ["https://directory.example.com", "https://directory.example.com:443"]),
    ("http://127.0.0.1:8080/", ["http://127.0.0.1", "http://127.0.0.1:8080"]),
    ("http://[::1]/base", ["http://[::1]/base", "http://[::1]:80/base"]),
    ("https://example.com:8443/it's//", ["https://example.com/it's", "https://example.com:8443/it's"]),
];

#[derive(Debug, Clone, PartialEq)]
struct Request {
    path_and_query: String,
    content_type: Option<String>,
    body: Vec<u8>,
}

/// Plays the input.
pub fn check(input: &[u8]) -> bool {
    let Some(([secret, choice, path_and_query, content_type, place], body)) = lines(input) else { return false };
    let Ok(secret) = str::from_utf8(secret) else { return false };
    let Some(request) = Request::new(path_and_query, content_type, body) else { return false };
    let choice = usize::from(choice.first().copied().unwrap_or_default());
    let (address, spellings) = ADDRESSES[choice % 4];
    let algorithm = if choice / 4 % 2 == 0 { Algorithm::HmacSha1 } else { Algorithm::HmacSha256 };
    let key = SigningKey { algorithm, secret: secret.into() };
    let keys = vec![SigningKey { algorithm: Algorithm::HmacSha1, secret: "an older token".into() }, key.clone()];
    let verifier = Verifier::with_keys(keys, address.to_owned());
    let verify = |request: &Request, signature: &str| {
        let content_type = request.content_type.as_deref();
        verifier.verify(&request.path_and_query, content_type, &request.body, signature)
    };

    let urls = request.urls(spellings);
    let url = &urls[choice / 8 % urls.len()];
    let fields = request.signed_fields();
    let signature = mac(algorithm, secret, &[url.as_bytes(), fields.as_deref().unwrap_or_default()].concat());
    assert_eq!(verify(&request, &signature), fields.is_some(), "the signature of {url}");
    assert!(may_be_one(&signature));
    request.check_own_signature(&key, url, &signature);

    // A key counts without the NULs at its end.
    let stranger = if secret.trim_end_matches('\0') == "stranger" { "another stranger" } else { "stranger" };
    let stranger = Verifier::with_keys(vec![SigningKey { algorithm, secret: stranger.into() }], address.to_owned());
    assert!(!stranger.verify(&request.path_and_query, request.content_type.as_deref(), body, &signature));
    assert!(!verify(&request, &with_a_byte_changed(signature.as_bytes(), place).0), "another signature");
    if let Some(changed) = request.with_a_byte_changed(place) {
        let is_the_same = changed.meaning() == request.meaning();
        let is_signed = is_the_same && changed.urls(spellings).contains(url) && changed.signed_fields().is_some();
        assert_eq!(verify(&changed, &signature), is_signed, "{changed:?} with the signature of {request:?}");
    }
    fields.is_some()
}

/// What a body says.
#[derive(PartialEq)]
enum Said {
    Fields(BTreeSet<form::Part>),
    Bytes(Vec<u8>),
}

impl Request {
    fn new(path_and_query: &[u8], content_type: &[u8], body: &[u8]) -> Option<Self> {
        let path_and_query = path_and_query.starts_with(b"/").then(|| str::from_utf8(path_and_query).ok())??;
        let parsed = path_and_query.parse::<PathAndQuery>().ok()?;
        let content_type = HeaderValue::from_bytes(content_type).ok()?.to_str().ok()?.to_owned();
        let content_type = Some(content_type).filter(|text| !text.is_empty());
        let request = Self { path_and_query: path_and_query.to_owned(), content_type, body: body.to_owned() };
        (parsed.as_str() == request.path_and_query).then_some(request)
    }

    /// The URLs under which Twilio may have signed it.
    fn urls(&self, beginnings: [&str; 2]) -> Vec<String> {
        let (path, query) = self
            .path_and_query
            .split_once('?')
            .map_or((&*self.path_and_query, None), |(path, query)| (path, Some(query)));
        let mut urls = Vec::new();
        for beginning in beginnings {
            for fragment in ["", CONNECTION_OVERRIDES] {
                for (from, to) in [("", ""), ("'", "%27"), ("%27", "'")] {
                    let query = query.map(|query| {
                        format!("?{}", if from.is_empty() { query.to_owned() } else { query.replace(from, to) })
                    });
                    urls.push(format!("{beginning}{path}{}{fragment}", query.unwrap_or_default()));
                }
            }
        }
        urls
    }

    fn is_form(&self) -> bool {
        let media_type = self.content_type.as_deref().unwrap_or_default().split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }

    /// Name and value of each field, in order of their bytes, each value of a name once. Of another body nothing, if the
    /// query states its hash. None if no signature makes it good.
    fn signed_fields(&self) -> Option<Vec<u8>> {
        if self.is_form() {
            let mut fields = BTreeMap::<_, BTreeSet<_>>::new();
            for (name, value) in form::parts(&self.body) {
                fields.entry(name).or_default().insert(value?);
            }
            let signed = fields.iter().flat_map(|(name, values)| values.iter().flat_map(move |value| [&**name, value]));
            return Some(signed.collect::<Vec<_>>().concat());
        }
        let is_empty = self.body.is_empty() && self.content_type.is_none();
        let query = self.path_and_query.split_once('?').map_or("", |(_, query)| query);
        let parts = form::parts(query.as_bytes());
        let hash = parts.into_iter().find(|(name, _)| name == b"bodySHA256").and_then(|(_, hash)| hash);
        let hash_of_body = digest::digest(&digest::SHA256, &self.body);
        let hash_of_body = hash_of_body.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        (is_empty || hash.as_deref() == Some(hash_of_body.as_bytes())).then(Vec::new)
    }

    /// Equal for requests that say the same, and therefore have one signature.
    fn meaning(&self) -> (String, Said) {
        let (path, query) = self.path_and_query.split_once('?').unwrap_or((&self.path_and_query, ""));
        let has_query = self.path_and_query.contains('?');
        let body = self.body.clone();
        let said =
            if self.is_form() { Said::Fields(form::parts(&body).into_iter().collect()) } else { Said::Bytes(body) };
        (format!("{path}{has_query}{}", query.replace("%27", "'")), said)
    }

    /// None if what comes of it is no request.
    fn with_a_byte_changed(&self, place: &[u8]) -> Option<Self> {
        let whole = [self.path_and_query.as_bytes(), &self.body].concat();
        let (_, changed) = with_a_byte_changed(&whole, place);
        let (path_and_query, body) = changed.split_at(self.path_and_query.len());
        let content_type = self.content_type.as_deref().unwrap_or_default();
        Self::new(path_and_query, content_type.as_bytes(), body)
    }

    /// Our own signing, which the simulator and the tests use, gives the same.
    fn check_own_signature(&self, key: &SigningKey, url: &str, signature: &str) {
        let texts = form::parts(&self.body)
            .into_iter()
            .map(|(name, value)| Some((String::from_utf8(name).ok()?, String::from_utf8(value?).ok()?)));
        if let Some(texts) = texts.collect::<Option<Vec<_>>>().filter(|_| self.is_form()) {
            let texts = texts.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>();
            assert_eq!(sign_with(key, url, &texts), signature, "our own signature of {url}");
        }
    }
}

/// As text with what is not text replaced, and as bytes.
fn with_a_byte_changed(bytes: &[u8], place: &[u8]) -> (String, Vec<u8>) {
    let [high, low, mask] = [0, 1, 2].map(|index| place.get(index).copied().unwrap_or(1));
    let mut changed = bytes.to_owned();
    let index = (usize::from(high) * 256 + usize::from(low)) % changed.len();
    changed[index] ^= mask.max(1);
    (String::from_utf8_lossy(&changed).into_owned(), changed)
}

fn mac(algorithm: Algorithm, secret: &str, message: &[u8]) -> String {
    let algorithm = match algorithm {
        Algorithm::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::HmacSha256 => hmac::HMAC_SHA256,
    };
    STANDARD.encode(hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), message))
}
