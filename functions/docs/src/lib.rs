//! `GET /openapi.yaml`, `GET /docs` and `GET /docs/{file}`: the contract, and a page to read and try it.
//!
//! The page loads nothing from other origins, and its content security policy forbids it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use lambda_http::{Body, Request, RequestExt, Response};
use sha2::{Digest, Sha256};

use http_api::{
    HttpResult, Problem,
    request::{route, unknown_route},
};

/// The page's own origin and nothing else. The viewer's style sheet embeds its icons as `data:`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Revalidated each time; 304 while it is unchanged.
const REVALIDATED: &str = "no-cache";
/// The viewer's files change only with a release.
const CACHED: &str = "public, max-age=3600";

#[derive(Debug)]
struct File {
    content_type: &'static str,
    cache_control: &'static str,
    text: &'static str,
    etag: String,
}

impl File {
    fn new(content_type: &'static str, cache_control: &'static str, text: &'static str) -> Self {
        let hash = BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..12]);
        Self { content_type, cache_control, text, etag: format!("\"{hash}\"") }
    }

    /// The file, or 304 if the caller has it already.
    fn respond(&self, request: &Request) -> HttpResult {
        let known = self.is_known_to(request);
        let response = Response::builder()
            .status(if known { 304 } else { 200 })
            .header("etag", &self.etag)
            .header("cache-control", self.cache_control)
            .header("content-security-policy", CONTENT_SECURITY_POLICY)
            .header("x-content-type-options", "nosniff")
            .header("referrer-policy", "no-referrer")
            .header("content-type", self.content_type);
        let body = if known { Body::Empty } else { Body::from(self.text) };
        response.body(body).map_err(|error| Problem::internal(&error))
    }

    fn is_known_to(&self, request: &Request) -> bool {
        let tags = request.headers().get("if-none-match").and_then(|tags| tags.to_str().ok()).unwrap_or_default();
        tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.etag)
    }
}

#[derive(Debug)]
pub struct StaticFiles {
    contract: File,
    page: File,
    files: [(&'static str, File); 3],
}

impl Default for StaticFiles {
    fn default() -> Self {
        Self::new()
    }
}

impl StaticFiles {
    /// The contract and the viewer of this build.
    #[must_use]
    pub fn new() -> Self {
        let script = |text| File::new("text/javascript; charset=utf-8", CACHED, text);
        let style = |text| File::new("text/css; charset=utf-8", CACHED, text);
        let viewer = script(include_str!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js")));
        Self {
            contract: File::new("application/yaml", REVALIDATED, include_str!("../../../infra/openapi.yaml")),
            page: File::new("text/html; charset=utf-8", REVALIDATED, include_str!("page/docs.html")),
            files: [
                ("start.js", script(include_str!("page/start.js"))),
                ("swagger-ui-bundle.js", viewer),
                ("swagger-ui.css", style(include_str!(concat!(env!("OUT_DIR"), "/swagger-ui.css")))),
            ],
        }
    }

    pub fn handle(&self, request: &Request) -> HttpResult {
        match route(request) {
            "GET /openapi.yaml" => self.contract.respond(request),
            "GET /docs" => self.page.respond(request),
            "GET /docs/{file}" => self.file(request)?.respond(request),
            other => Err(unknown_route(other)),
        }
    }

    fn file(&self, request: &Request) -> Result<&File, Problem> {
        let parameters = request.path_parameters();
        let name = parameters.first("file").unwrap_or_default();
        let found = self.files.iter().find(|(known, _)| *known == name).map(|(_, file)| file);
        found.ok_or_else(|| Problem::new(404, "unknown-file", "The page has no such file."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_asks_for_nothing_but_what_is_served_here() {
        let files = StaticFiles::new();
        let referenced = files.page.text.split('"').filter_map(|text| text.strip_prefix("docs/"));
        let served = files.files.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        let mut referenced = referenced.collect::<Vec<_>>();
        referenced.sort_unstable();
        assert_eq!(referenced, served);
        assert!(!files.page.text.contains("//"), "nothing from elsewhere");
        assert!(!files.page.text.contains("<script>"), "the policy lets no script run that stands in the page");
    }
}
