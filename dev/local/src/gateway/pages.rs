//! What is served next to the API here and elsewhere in production: health and console.

use std::path::{Component, Path, PathBuf};

use axum::http::header;
use axum::response::{IntoResponse, Response};

#[derive(Debug)]
pub(super) struct Pages {
    console: PathBuf,
}

impl Pages {
    pub fn of(root: &Path) -> Self {
        Self { console: root.join("console") }
    }

    /// The page at this path, `None` if there is none.
    pub async fn get(&self, path: &str) -> Option<Response> {
        match path {
            "/healthz" => Some(page("application/json", "{\"status\":\"ok\"}".into())),
            "/" => file(&self.console.join("index.html")).await,
            other => file(&self.console.join(inside(other)?)).await,
        }
    }
}

/// The path as one that cannot lead out of the directory.
fn inside(path: &str) -> Option<&Path> {
    let path = Path::new(path.strip_prefix('/')?);
    let is_inside = path.components().all(|c| matches!(c, Component::Normal(_)));
    is_inside.then_some(path)
}

async fn file(path: &Path) -> Option<Response> {
    let content = tokio::fs::read(path).await.ok()?;
    Some(page(content_type(path), content))
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn page(content_type: &'static str, content: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, content_type)], content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_lead_out_of_the_console() {
        assert_eq!(inside("/app.js"), Some(Path::new("app.js")));
        assert_eq!(inside("/../Cargo.toml"), None);
        assert_eq!(inside("/a/../../Cargo.toml"), None);
        assert_eq!(inside("//etc/passwd"), None);
    }
}
