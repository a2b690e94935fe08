//! The console, as a static host would serve it: `/` and `/console/{file}`, and whom one can be here.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{HeaderValue, Method, Response, header};
use axum::response::IntoResponse;

use super::Refusal;

/// Of the page, which talks to these origins only: that of the API, and that of the bucket, to which it sends files to be imported.
/// Pictures of users come from anywhere by https. Only Lit makes HTML of text.
#[must_use]
pub fn content_security_policy(api: &str, bucket: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; connect-src {api} {bucket}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types lit-html"
    )
}

#[derive(Debug)]
pub(crate) struct Console {
    /// With `index.html` and `dist/`.
    folder: PathBuf,
    /// Of the simulator, which knows who is logged in.
    logins: String,
    content_security_policy: String,
}

impl Console {
    /// `s3` is where the bucket's files are sent to.
    pub fn new(folder: PathBuf, simulator: &str, s3: &str) -> Self {
        let content_security_policy = content_security_policy("'self'", s3);
        Self { folder, logins: format!("{simulator}/sim/logins"), content_security_policy }
    }

    /// The response to a request that is for the console; `None` for any other.
    pub async fn respond(&self, method: &Method, path: &str) -> Option<Response<Body>> {
        if *method != Method::GET && *method != Method::HEAD {
            return None;
        }
        if path == "/" {
            return Some(self.file(&self.folder.join("index.html")).await);
        }
        match path.strip_prefix("/console/")? {
            "logins" => Some(self.logins().await),
            name if is_file_name(name) => Some(self.file(&self.folder.join("dist").join(name)).await),
            _ => None,
        }
    }

    async fn file(&self, path: &Path) -> Response<Body> {
        let (Some(content_type), Ok(content)) = (content_type(path), tokio::fs::read(path).await) else {
            return Refusal::NotFound.into_response();
        };
        let headers = [
            (header::CONTENT_TYPE, content_type),
            (header::CONTENT_SECURITY_POLICY, self.content_security_policy.as_str()),
            (header::CACHE_CONTROL, "no-cache"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (headers, content).into_response()
    }

    async fn logins(&self) -> Response<Body> {
        let listed = async { reqwest::get(&self.logins).await?.error_for_status()?.bytes().await };
        let Ok(listed) = listed.await else { return Refusal::ServiceUnavailable.into_response() };
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        (headers.map(|(name, value)| (name, HeaderValue::from_static(value))), listed).into_response()
    }
}

/// A name that leads to no other folder.
fn is_file_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn content_type(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "map" => Some("application/json"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_console_is_in_its_folder() {
        assert!(is_file_name("console.js"));
        for other in ["", "../index.html", "..", ".env", "a/b.js", "a\\b.js", "%2e%2e"] {
            assert!(!is_file_name(other), "{other}");
        }
    }
}
