//! Reads Twilio's answers.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822};
use reqwest::header::{DATE, ETAG, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Response, StatusCode};

use crate::raw_json::Raw;
use crate::{NextPage, Page, TokenAnswer, TwilioError, Worker, resources};

/// An answer whose status is none of 408, 429 and 5xx.
pub(super) struct Answer {
    status: StatusCode,
    version: Option<u64>,
    body: String,
}

impl Answer {
    /// Takes in the whole answer, within the request's time.
    pub(super) async fn read(response: Response) -> Result<Self, TwilioError> {
        let status = response.status();
        let retry_after = retry_after(response.headers());
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(TwilioError::Throttled { retry_after });
        }
        if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
            return Err(TwilioError::Unavailable { status: status.as_u16(), retry_after });
        }
        let version = version(response.headers());
        let body = response.bytes().await.map_err(TwilioError::sending)?;
        Ok(Self { status, version, body: String::from_utf8_lossy(&body).into_owned() })
    }

    pub(super) fn worker(&self) -> Result<Worker, TwilioError> {
        let worker = self.one("worker", Worker::read)?;
        Ok(Worker { version: self.version, ..worker })
    }

    /// One resource.
    pub(super) fn one<T>(&self, what: &'static str, read: fn(&str) -> Option<T>) -> Result<T, TwilioError> {
        self.success()?;
        read(&self.body).ok_or(TwilioError::Malformed(what))
    }

    /// A list, whose items are the field `key`. An item that cannot be read does not cost the others (rule 34).
    pub(super) fn page<T>(
        &self,
        what: &'static str,
        key: &str,
        read: fn(&str) -> Option<T>,
    ) -> Result<Page<T>, TwilioError> {
        let next = |url: &str| NextPage::of(url).filter(|next| !next.query().is_empty());
        self.list(what, key, read, ("next_page_url", next))
    }

    /// A list of which the next page is not named by its address but by a token.
    pub(super) fn token_page<T>(
        &self,
        what: &'static str,
        key: &str,
        read: fn(&str) -> Option<T>,
    ) -> Result<Page<T>, TwilioError> {
        let next = |token: &str| Some(NextPage::with_token(token));
        self.list(what, key, read, ("nextToken", next))
    }

    fn list<T>(
        &self,
        what: &'static str,
        key: &str,
        read: fn(&str) -> Option<T>,
        (next_key, next): (&str, impl FnOnce(&str) -> Option<NextPage>),
    ) -> Result<Page<T>, TwilioError> {
        self.success()?;
        let malformed = || TwilioError::Malformed(what);
        let fields = resources::object(&self.body).ok_or_else(malformed)?;
        let listed = fields.get(key).and_then(Raw::array).ok_or_else(malformed)?;
        let meta = fields.get("meta").and_then(Raw::object).ok_or_else(malformed)?;
        let named = meta.get(next_key).filter(|next| !next.is_null());
        let next =
            named.map(|named| named.text().and_then(|text| next(text.exact()?)).ok_or_else(malformed)).transpose()?;
        let items = listed.iter().filter_map(|item| read(item.get())).collect::<Vec<_>>();
        let unreadable = listed.len() - items.len();
        Ok(Page { items, unreadable, next })
    }

    /// The verdict is in the body alone, as for Twilio's own library; a body without one (wrong
    /// credentials) is no verdict about the token.
    pub(super) fn token(&self) -> Result<Option<TokenAnswer>, TwilioError> {
        let Some(valid) = self.verdict() else {
            return Err(self.success().err().unwrap_or(TwilioError::Malformed("token answer")));
        };
        let holder = TokenAnswer::read(&self.body).filter(|_| valid);
        if valid && holder.is_none() {
            tracing::warn!("rejected a valid token, because it names no worker");
        }
        Ok(holder)
    }

    fn verdict(&self) -> Option<bool> {
        resources::object(&self.body)?.get("valid")?.bool()
    }

    /// Whether other credentials may do better: 401, unless it is the verdict about a token.
    pub(super) fn rejects_credentials(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED && self.verdict().is_none()
    }

    pub(super) fn success(&self) -> Result<(), TwilioError> {
        let (status, code) = (self.status, error_code(&self.body));
        match status {
            _ if status.is_success() => Ok(()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(TwilioError::Unauthorized { status: status.as_u16(), code })
            }
            StatusCode::NOT_FOUND => Err(TwilioError::NotFound { code }),
            StatusCode::CONFLICT => Err(TwilioError::Conflict { code }),
            StatusCode::PRECONDITION_FAILED => Err(TwilioError::PreconditionFailed),
            _ => Err(TwilioError::Refused { status: status.as_u16(), code }),
        }
    }
}

/// Of `{code, message, more_info, status}`, or of `{type, title, status, detail, code}`, whose `type` ends with the code.
fn error_code(body: &str) -> Option<i64> {
    let fields = resources::object(body)?;
    let code = fields.get("code").and_then(|code| match code.text() {
        Some(text) => text.exact()?.parse().ok(),
        None => code.get().parse().ok(),
    });
    code.or_else(|| resources::text(&fields, "type")?.rsplit('/').next()?.parse().ok())
}

/// `"3"`, or weakly `W/"3"`.
fn version(headers: &HeaderMap) -> Option<u64> {
    header(headers, &ETAG)?.trim_start_matches("W/").trim_matches('"').parse().ok()
}

/// Seconds, or a time, which is compared with the server's own clock if the answer states it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = header(headers, &RETRY_AFTER)?.trim();
    let seconds = text.parse().ok().map(Duration::from_secs);
    seconds.or_else(|| {
        let now = header(headers, &DATE).and_then(time).unwrap_or_else(Timestamp::now);
        Some(Duration::try_from(time(text)?.duration_since(now)).unwrap_or_default())
    })
}

fn time(text: &str) -> Option<Timestamp> {
    rfc2822::parse(text).ok().map(|time| time.timestamp())
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(retry_after_value: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Thu, 26 Nov 2026 10:00:00 GMT".parse().unwrap());
        headers.insert(RETRY_AFTER, retry_after_value.parse().unwrap());
        retry_after(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn twilio_may_ask_to_wait_for_seconds_or_until_a_time() {
        assert_eq!(wait("3"), Some(3));
        assert_eq!(wait("Thu, 26 Nov 2026 10:00:07 GMT"), Some(7));
        assert_eq!(wait("Thu, 26 Nov 2026 09:00:00 GMT"), Some(0));
        assert_eq!((wait("soon"), wait("-1")), (None, None));
    }

    #[test]
    fn a_code_is_found_in_both_shapes_of_twilios_errors() {
        for (body, code) in [
            (r#"{"code": 20404, "message": "\ud800", "more_info": "…", "status": 404}"#, Some(20404)),
            (r#"{"type": "https://www.twilio.com/docs/api/errors/20001", "status": 400}"#, Some(20001)),
            (r#"{"type": "…", "title": "…", "status": 400, "detail": "…", "code": "20001"}"#, Some(20001)),
            (r#"{"code": 20001, "type": "https://www.twilio.com/docs/api/errors/1"}"#, Some(20001)),
            ("<html>", None),
            ("{}", None),
        ] {
            assert_eq!(error_code(body), code, "{body}");
        }
    }
}
