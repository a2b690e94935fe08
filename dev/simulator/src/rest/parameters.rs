//! The parameters of requests. What an operation does not take is refused, never ignored: a filter that is passed over
//! would list everybody.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::refusal::Refusal;

const PAGING: [&str; 3] = ["PageSize", "Page", "PageToken"];

/// What an operation takes.
pub(super) struct Takes {
    /// The parameters that are implemented.
    pub(super) names: &'static [&'static str],
    /// Further ones of Twilio's document, which are refused as not simulated.
    pub(super) not_simulated: &'static [&'static str],
    /// Whether it is a list, and takes the parameters of pages.
    pub(super) paged: bool,
}

/// The parameters of one request, each at most once.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

/// For operations without query parameters.
pub(super) struct NoQuery;

impl Takes {
    /// A list with these filters.
    pub(super) const fn list(names: &'static [&'static str], not_simulated: &'static [&'static str]) -> Self {
        Self { names, not_simulated, paged: true }
    }

    /// Reads a query.
    pub(super) fn query(&self, query: Option<&str>) -> Result<Parameters, Refusal> {
        self.read(query.unwrap_or_default().as_bytes())
    }

    /// Reads a query, or a form.
    pub(super) fn read(&self, encoded: &[u8]) -> Result<Parameters, Refusal> {
        let given: Vec<(String, String)> = form_urlencoded::parse(encoded).into_owned().collect();
        for (index, (name, _)) in given.iter().enumerate() {
            self.check(name)?;
            if given[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(Refusal::bad(format!("{name} is given more than once")));
            }
        }
        Ok(Parameters(given))
    }

    fn check(&self, name: &str) -> Result<(), Refusal> {
        let paging: &[&str] = if self.paged { &PAGING } else { &[] };
        if self.names.contains(&name) || paging.contains(&name) {
            return Ok(());
        }
        let names = [self.names, paging].concat().join(", ");
        let names = if names.is_empty() { "no parameters".to_owned() } else { names };
        let name: String = name.chars().take(64).collect();
        Err(Refusal::bad(if self.not_simulated.contains(&&*name) {
            format!("{name} is not simulated; this request takes {names}")
        } else {
            format!("{name} is not a parameter of this request, which takes {names}")
        }))
    }
}

impl Parameters {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// All but the parameters of pages: each page's URL repeats them.
    pub(super) fn filters(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter().filter(|(name, _)| !PAGING.contains(&&**name))
    }

    /// A boolean of a form: `true` or `false`; `false` if it is not given.
    pub(super) fn boolean(&self, name: &str) -> Result<bool, Refusal> {
        match self.get(name).map(str::to_lowercase).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Refusal::bad(format!("{name} must be true or false"))),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Takes { names: &[], not_simulated: &[], paged: false }.query(parts.uri.query()).map(|_| Self)
    }
}

/// A filter that means *true* as `true`, `1` or `yes`, and *false* as anything else, as Twilio documents it.
pub(super) fn is_true(value: &str) -> bool {
    ["true", "1", "yes"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
}
