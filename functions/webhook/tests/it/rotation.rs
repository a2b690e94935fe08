//! Exchanging the key that callbacks are signed with, without a gap and without a restart.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use lambda_http::{Request, http::StatusCode};
use parameters::{Parameter, ReadParameter, Reading};
use twilio::{Algorithm, SigningKey};
use webhook::{PublicUrl, Webhook};

use crate::request::{Fixture, account, login, signed_with};

const URL: &str = "https://roster.example.com";
const PATH: &str = "/webhooks/taskrouter";

/// Parameter Store with one secret, which counts how often it is read.
struct Store {
    secret: Mutex<&'static str>,
    reads: AtomicUsize,
}

impl ReadParameter for Store {
    fn read<'a>(&'a self, _: &'a str) -> Reading<'a> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Ok((*self.secret.lock().unwrap()).into()) })
    }
}

async fn fixture(secret: &'static str) -> (Fixture, Arc<Store>) {
    let store = Arc::new(Store { secret: Mutex::new(secret), reads: AtomicUsize::default() });
    let mut fixture = Fixture::new().await;
    let auth_token = Parameter::read(store.clone(), "/flex-roster/twilio-auth-token").await.unwrap();
    fixture.webhook = Webhook::new(account(auth_token), PublicUrl::Configured(URL.to_owned()));
    (fixture, store)
}

fn signed_by(algorithm: Algorithm, secret: &str) -> Request {
    let key = SigningKey { algorithm, secret: secret.into() };
    signed_with(&key, &format!("{URL}{PATH}"), PATH, &login())
}

fn sha1(secret: &str) -> Request {
    signed_by(Algorithm::HmacSha1, secret)
}

#[tokio::test]
async fn a_changed_secret_takes_effect_with_the_first_callback_that_is_signed_with_it() {
    let (fixture, store) = fixture("old").await;
    assert_eq!(fixture.post(sha1("old")).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(fixture.post(sha1("old")).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(store.reads.load(Ordering::Relaxed), 1);
    *store.secret.lock().unwrap() = "new,old";
    for token in ["new", "old", "new"] {
        assert_eq!(fixture.post(sha1(token)).await, Ok(StatusCode::NO_CONTENT), "{token}");
    }
    assert_eq!(store.reads.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn forged_signatures_cause_one_read_a_minute_and_not_one_each() {
    let (fixture, store) = fixture("token").await;
    for n in 0..200 {
        assert_eq!(fixture.post(sha1(&format!("forged {n}"))).await, Err("wrong-signature"));
    }
    assert_eq!(store.reads.load(Ordering::Relaxed), 2);
    assert_eq!(fixture.post(sha1("token")).await, Ok(StatusCode::NO_CONTENT));
}

#[tokio::test]
async fn what_cannot_be_a_signature_causes_no_read() {
    let (fixture, store) = fixture("token").await;
    for signature in ["", "forged", "AAAAAAAAAAAAAAAAAAAAAAAA", &"A".repeat(44), &"AAAA".repeat(1_000)] {
        let mut request = sha1("token");
        request.headers_mut().insert("x-twilio-signature", signature.parse().unwrap());
        assert_eq!(fixture.post(request).await, Err("wrong-signature"), "{signature}");
    }
    assert_eq!(store.reads.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_shared_key_signs_with_its_own_algorithm_whatever_a_header_says() {
    let (fixture, _) = fixture("token\nHMAC_SHA256:shared").await;
    assert_eq!(fixture.post(signed_by(Algorithm::HmacSha256, "shared")).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(fixture.post(sha1("token")).await, Ok(StatusCode::NO_CONTENT));
    for (algorithm, secret) in [(Algorithm::HmacSha1, "shared"), (Algorithm::HmacSha256, "token")] {
        let mut request = signed_by(algorithm, secret);
        let header = if algorithm == Algorithm::HmacSha1 { "HMAC_SHA1" } else { "HMAC_SHA256" };
        let header = format!("key=WK1,algorithm={header}").parse().unwrap();
        request.headers_mut().insert("x-twilio-webhooks-signature-settings", header);
        assert_eq!(fixture.post(request).await, Err("wrong-signature"), "{algorithm:?}");
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_used_is_no_reason_to_tell_twilio_that_its_signature_is_wrong() {
    let (fixture, _) = fixture("SHA3:key").await;
    assert_eq!(fixture.post(sha1("token")).await, Err("unavailable"));
}
