//! Pages of lists, as in Twilio's API: `{<key>: […], meta: {…}}`.

use axum::Json;
use form_urlencoded::Serializer;
use serde_json::{Value, json};

use super::parameters::Parameters;
use crate::refusal::Refusal;

const DEFAULT_SIZE: usize = 50;
const LARGEST_SIZE: usize = 1000;
const SID_LENGTH: usize = 34;

/// A list: its URL, its key in the response, its parameters.
pub(super) struct List<'a> {
    pub(super) url: String,
    pub(super) key: &'a str,
    pub(super) parameters: &'a Parameters,
}

/// Where a page starts: after an item (`PA`) or before one (`PB`), by SID.
enum Start<'a> {
    First,
    After(&'a str),
    Before(&'a str),
}

impl List<'_> {
    /// The requested page. `items` are in the list's order, each with its SID; `resource` is called for the items of
    /// the page only. A page may start at an item that was deleted, since SIDs are in ascending or descending order.
    pub(super) fn page<T>(&self, items: &[(&str, T)], resource: impl Fn(&T) -> Value) -> Result<Json<Value>, Refusal> {
        let size = self.size()?;
        let number = self.number()?;
        let from = match self.start()? {
            Start::First => 0,
            Start::After(sid) => position(items, sid).end,
            Start::Before(sid) => position(items, sid).start.saturating_sub(size),
        };
        let page = &items[from..items.len().min(from + size)];
        let next = (from + size < items.len()).then(|| page.last()).flatten().map(|(sid, _)| format!("PA{sid}"));
        let previous = (from > 0).then(|| page.first()).flatten().map(|(sid, _)| format!("PB{sid}"));
        let resources: Vec<Value> = page.iter().map(|(_, item)| resource(item)).collect();
        Ok(Json(json!({ self.key: resources, "meta": self.meta(size, number, next.as_deref(), previous.as_deref()) })))
    }

    fn meta(&self, size: usize, number: usize, next: Option<&str>, previous: Option<&str>) -> Value {
        let token = self.parameters.get("PageToken");
        json!({
            "page": number,
            "page_size": size,
            "first_page_url": self.address(size, 0, None),
            "previous_page_url": previous.map(|token| self.address(size, number.saturating_sub(1), Some(token))),
            "url": self.address(size, number, token),
            "next_page_url": next.map(|token| self.address(size, number.saturating_add(1), Some(token))),
            "key": self.key,
        })
    }

    fn address(&self, size: usize, number: usize, token: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.parameters.filters());
        query.append_pair("PageSize", &size.to_string()).append_pair("Page", &number.to_string());
        query.extend_pairs(token.map(|token| ("PageToken", token)));
        format!("{}?{}", self.url, query.finish())
    }

    fn size(&self) -> Result<usize, Refusal> {
        let Some(text) = self.parameters.get("PageSize") else { return Ok(DEFAULT_SIZE) };
        let size = text.parse().ok().filter(|size| *size >= 1);
        size.map(|size: usize| size.min(LARGEST_SIZE))
            .ok_or_else(|| Refusal::bad(format!("PageSize must be from 1 to {LARGEST_SIZE}")))
    }

    /// The page number, for the client only; the token alone selects the page.
    fn number(&self) -> Result<usize, Refusal> {
        let Some(text) = self.parameters.get("Page") else { return Ok(0) };
        text.parse().map_err(|_| Refusal::bad("Page must be a whole number from 0"))
    }

    fn start(&self) -> Result<Start<'_>, Refusal> {
        let Some(token) = self.parameters.get("PageToken") else { return Ok(Start::First) };
        let sid = token.get(2..).filter(|sid| sid.len() == SID_LENGTH);
        match (token.get(..2), sid) {
            (Some("PA"), Some(sid)) => Ok(Start::After(sid)),
            (Some("PB"), Some(sid)) => Ok(Start::Before(sid)),
            _ => Err(Refusal::bad("PageToken is not one of this list; take it from next_page_url")),
        }
    }
}

/// The range of the item, or the empty range where it would be.
fn position<T>(items: &[(&str, T)], sid: &str) -> std::ops::Range<usize> {
    let descending = items.first().zip(items.last()).is_some_and(|(first, last)| first.0 > last.0);
    let before = |other: &str| if descending { other > sid } else { other < sid };
    let start = items.partition_point(|(other, _)| before(other));
    let found = items.get(start).is_some_and(|(other, _)| *other == sid);
    start..start + usize::from(found)
}
