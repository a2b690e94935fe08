//! Who made a change, as the Events list shows it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::place::Place;

/// The API key that is valid beside the account's auth token.
pub const API_KEY_SID: &str = "SK00000000000000000000000000000000";
/// The secret of the API key.
pub const API_KEY_SECRET: &str = "local-api-secret";
/// The user of Flex whose browser saves the skills panel, unless the request names another.
pub const FLEX_USER_SID: &str = "US00000000000000000000000000000000";

/// The origin of a change: who makes it, and when.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) actor: Actor,
    pub(crate) at: Timestamp,
}

/// The credentials, user or system that makes a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Actor {
    /// REST with the account's auth token.
    Account,
    /// REST with the API key.
    ApiKey,
    /// A user in Flex's own pages, by SID.
    User(String),
    /// Twilio itself: logins, and reservations.
    Workspace,
}

impl Actor {
    pub(crate) fn now(self) -> Origin {
        Origin { actor: self, at: Timestamp::now() }
    }

    pub(crate) fn sid<'a>(&'a self, place: &'a Place) -> &'a str {
        match self {
            Self::Account => &place.account_sid,
            Self::ApiKey => API_KEY_SID,
            Self::User(sid) => sid,
            Self::Workspace => &place.workspace_sid,
        }
    }

    /// `actor_type` in the Events list.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::ApiKey => "api_key",
            Self::User(_) => "user",
            Self::Workspace => "workspace",
        }
    }

    /// `source` in the Events list.
    pub(crate) fn source(&self) -> &'static str {
        match self {
            Self::Account | Self::ApiKey => "api",
            Self::User(_) => "web",
            Self::Workspace => "twilio",
        }
    }

    /// The URL of the actor's resource; only the workspace has one here.
    pub(crate) fn url(&self, place: &Place) -> Value {
        if *self == Self::Workspace { json!(place.workspace_url()) } else { Value::Null }
    }
}
