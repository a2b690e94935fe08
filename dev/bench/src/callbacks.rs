//! What TaskRouter posts.

use serde_json::{Value, json};

/// A callback about a worker, as the form that TaskRouter posts.
#[derive(Debug, Clone)]
pub struct Callback {
    /// The account.
    pub account_sid: String,
    /// The workspace.
    pub workspace_sid: String,
    /// `worker.attributes.update` and so on.
    pub event_type: &'static str,
    /// Seconds since 1970, and the worker's version.
    pub moment: u64,
    /// The worker.
    pub worker_sid: String,
    /// The friendly name.
    pub identity: String,
    /// The attributes.
    pub attributes: Value,
    /// The activity's name.
    pub activity: String,
}

impl Callback {
    /// The fields of the form.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AccountSid", self.account_sid.clone()),
            ("WorkspaceSid", self.workspace_sid.clone()),
            ("EventType", self.event_type.to_owned()),
            ("Sid", format!("EV{:032x}", self.moment)),
            ("TimestampMs", (self.moment * 1_000).to_string()),
            ("WorkerSid", self.worker_sid.clone()),
            ("WorkerName", self.identity.clone()),
            ("WorkerAttributes", self.attributes.to_string()),
            ("WorkerActivitySid", "WA00000000000000000000000000000000".to_owned()),
            ("WorkerActivityName", self.activity.clone()),
            ("WorkerVersion", self.moment.to_string()),
        ]
    }

    /// The form.
    #[must_use]
    pub fn form(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.fields()).finish()
    }
}

/// What Flex writes into the attributes of an agent at a login.
#[must_use]
pub fn attributes(full_name: &str, email: &str) -> Value {
    json!({
        "contact_uri": format!("client:{}", email.replace('@', "_40").replace('.', "_2E")),
        "image_url": "https://www.gravatar.com/avatar/3b4dc5a8fb4a39108c9145a1a2601fff?d=mp",
        "full_name": full_name,
        "email": email,
        "roles": ["agent"],
    })
}
