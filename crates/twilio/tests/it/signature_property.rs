//! Signature verification for any form or JSON body.

use form_urlencoded::Serializer;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twilio::Verifier;
use twilio::signature::{sign, url_with_body_hash};

const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
const JSON: Option<&str> = Some("application/json");
const URL: &str = "https://directory.example.com/webhooks/taskrouter";
const PATH: &str = "/webhooks/taskrouter";

fn verifier() -> Verifier {
    Verifier::new("the-auth-token".into(), "https://directory.example.com".to_owned())
}

/// Few keys and short values, so that keys repeat and are prefixes of each other.
fn any_params(min_params: usize) -> impl Strategy<Value = Vec<(String, String)>> {
    vec(("[ABa=&é'%+ ]{1,3}", prop_oneof!["[Aa=&é'%+ 1]{0,3}", any::<String>()]), min_params..8)
}

fn sign_form(params: &[(String, String)]) -> (Vec<u8>, String) {
    let pairs: Vec<(&str, &str)> = params.iter().map(|(key, value)| (&**key, &**value)).collect();
    let body = Serializer::new(String::new()).extend_pairs(&pairs).finish().into_bytes();
    (body, sign(&"the-auth-token".into(), URL, &pairs))
}

/// The body with `+` as a space and escapes in upper case, so that equal forms have equal bytes.
fn normalize(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut hex_digits = 0;
    for byte in body {
        bytes.push(match byte {
            b'+' => b' ',
            _ if hex_digits > 0 => byte.to_ascii_uppercase(),
            _ => *byte,
        });
        hex_digits = if *byte == b'%' { 2_usize } else { hex_digits.saturating_sub(1) };
    }
    bytes
}

proptest! {
    #[test]
    fn any_form_that_twilio_signed_verifies_in_any_order(params in any_params(0), rotation in any::<Index>()) {
        let (body, signature) = sign_form(&params);
        prop_assert!(verifier().verify(PATH, FORM, &body, &signature));
        let mut rotated = params;
        if !rotated.is_empty() {
            let index = rotation.index(rotated.len());
            rotated.rotate_left(index);
        }
        prop_assert!(verifier().verify(PATH, FORM, &sign_form(&rotated).0, &signature));
    }

    #[test]
    fn a_form_with_any_byte_changed_is_refused(params in any_params(1), index in any::<Index>(), byte: u8) {
        let (body, signature) = sign_form(&params);
        let mut changed = body.clone();
        changed[index.index(body.len())] = byte;
        prop_assume!(normalize(&changed) != normalize(&body));
        prop_assert!(!verifier().verify(PATH, FORM, &changed, &signature));
    }

    #[test]
    fn a_json_body_with_any_byte_changed_is_refused(body in vec(any::<u8>(), 1..64), index in any::<Index>(), bit_mask in 1_u8..) {
        let url = url_with_body_hash(URL, &body);
        let signature = sign(&"the-auth-token".into(), &url, &[]);
        let path = url.strip_prefix("https://directory.example.com").unwrap();
        prop_assert!(verifier().verify(path, JSON, &body, &signature));
        let mut changed = body;
        let index = index.index(changed.len());
        changed[index] ^= bit_mask;
        prop_assert!(!verifier().verify(path, JSON, &changed, &signature));
    }

    #[test]
    fn a_signature_with_any_byte_changed_is_refused(params in any_params(0), index in any::<Index>(), bit_mask in 1_u8..128) {
        let (body, signature) = sign_form(&params);
        let mut bytes = signature.into_bytes();
        let index = index.index(bytes.len());
        bytes[index] ^= bit_mask;
        let forged = String::from_utf8_lossy(&bytes);
        prop_assert!(!verifier().verify(PATH, FORM, &body, &forged));
    }
}
