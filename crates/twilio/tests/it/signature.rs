//! Verification of Twilio's request signature.

use form_urlencoded::Serializer;
use serde_json::Value;
use twilio::Verifier;
use twilio::signature::{sign, url_with_body_hash};

use crate::mock::published;

const FORM: &str = "application/x-www-form-urlencoded";
const CALL: &[(&str, &str)] = &[
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
];

fn form(params: &[(&str, &str)]) -> Vec<u8> {
    Serializer::new(String::new()).extend_pairs(params).finish().into_bytes()
}

fn verifier(public_url: &str) -> Verifier {
    Verifier::new("12345".into(), public_url.to_owned())
}

/// Verifies the request that Twilio's libraries are tested with, received at `public_url`.
fn call_verifies(public_url: &str, path_and_query: &str, signature: &str) -> bool {
    verifier(public_url).verify(path_and_query, Some(FORM), &form(CALL), signature)
}

#[test]
fn a_request_that_twilios_libraries_accept_is_accepted() {
    let query = "/myapp.php?foo=1&bar=2";
    assert!(call_verifies("https://mycompany.com", query, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    assert!(call_verifies("https://mycompany.com/", query, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    assert!(call_verifies("https://mycompany.com", "/myapp.php", "1xaxFBvyzXYvWplzNOSs28HWO94="));
}

#[test]
fn the_port_may_be_signed_or_not() {
    let query = "/myapp.php?foo=1&bar=2";
    assert!(call_verifies("https://mycompany.com:1234", query, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    assert!(call_verifies("https://mycompany.com", query, "kvajT1Ptam85bY51eRf/AJRuM3w="));
}

#[test]
fn a_quote_in_the_query_may_have_been_signed_encoded() {
    let query = "/myapp.php?foo=1&bar=2&Body=It's+amazing";
    assert!(call_verifies("https://mycompany.com", query, "TfZzewPq8wqrGlMfyAud8+/IvJ0="));
}

#[test]
fn a_signature_for_another_address_another_token_or_none_is_refused() {
    let (query, signature) = ("/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    assert!(call_verifies("https://mycompany.com", query, signature));
    assert!(!call_verifies("https://mycompany.com.evil.example", query, signature));
    assert!(!call_verifies("http://mycompany.com", query, signature));
    assert!(!call_verifies("https://mycompany.com", "/myapp.php?foo=1&bar=3", signature));
    assert!(!call_verifies("https://mycompany.com", query, ""));
    let stranger = Verifier::new("12346".into(), "https://mycompany.com".to_owned());
    assert!(!stranger.verify(query, Some(FORM), &form(CALL), signature));
}

#[test]
fn a_form_without_values_in_places_is_signed_as_twilio_signs_it() {
    let params = [("Digits", ""), ("CallSid", "CA1234567890ABCDE"), ("EmptyParam", "")];
    let signature = "9HHp/OqQMEwdrVebHDdA/+tqjX8=";
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    assert_eq!(sign(&"12345".into(), url, &params), signature);
}

#[test]
fn a_json_body_needs_its_hash_in_the_query() {
    let body = br#"{"property": "value", "boolean": true}"#;
    let url = url_with_body_hash("https://mycompany.com/myapp.php?foo=1&bar=2", body);
    let signature = sign(&"12345".into(), &url, &[]);
    assert_eq!(signature, "a9nBmqA0ju/hNViExpshrM61xv4=");

    let hashed = url.strip_prefix("https://mycompany.com").unwrap();
    let verifier = verifier("https://mycompany.com");
    let json = Some("application/json");
    assert!(verifier.verify(hashed, json, body, &signature));
    assert!(!verifier.verify(hashed, json, b"{}", &signature));
    let unhashed = "/myapp.php?foo=1&bar=2";
    let without = sign(&"12345".into(), "https://mycompany.com/myapp.php?foo=1&bar=2", &[]);
    assert!(!verifier.verify(unhashed, json, body, &without));
    assert!(!verifier.verify(unhashed, None, body, &without), "no content type is no way around");
}

#[test]
fn a_form_that_only_looks_like_the_signed_one_is_refused() {
    let url = "https://example.com/hook";
    let signature = sign(&"12345".into(), url, &[("a", "b"), ("c", "d")]);
    let verifier = verifier("https://example.com");
    assert!(verifier.verify("/hook", Some(FORM), b"a=b&c=d", &signature));
    assert!(verifier.verify("/hook", Some("application/x-www-form-urlencoded; charset=UTF-8"), b"c=d&a=b", &signature));
    assert!(!verifier.verify("/hook", Some(FORM), b"a&b&c=d", &signature));
}

#[test]
fn the_auth_token_is_never_printed() {
    assert!(!format!("{:?}", verifier("https://example.com")).contains("12345"));
}

// rule 32
#[test]
fn every_published_vector_is_judged_as_twilios_libraries_judge_it() {
    let Some(published) = published("signature_vectors.json") else { return };
    let vectors = published["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 14, "the file lost vectors");
    for vector in vectors {
        assert_eq!(verdict(vector), vector["expect_valid"], "{}", vector["name"]);
    }
}

fn verdict(vector: &Value) -> bool {
    let url = vector["request_url"].as_str().unwrap();
    let (origin, path_and_query) = url.split_at(8 + url[8..].find('/').unwrap());
    let (content_type, body) = match vector["json_body"].as_str() {
        Some(json) => ("application/json", json.as_bytes().to_vec()),
        None => (FORM, form(&params(&vector["params"]))),
    };
    let verifier = Verifier::new(vector["auth_token"].as_str().unwrap().into(), origin.to_owned());
    verifier.verify(path_and_query, Some(content_type), &body, vector["signature"].as_str().unwrap())
}

fn params(params: &Value) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    for (key, value) in params.as_object().unwrap() {
        let repeated = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        pairs.extend(repeated.iter().map(|one| (key.as_str(), one.as_str().unwrap())));
    }
    pairs
}
