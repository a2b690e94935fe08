//! Callbacks of TaskRouter.

use serde_json::{Value, json};

/// A callback about a worker, as the form that TaskRouter posts.
#[derive(Debug, Clone)]
pub struct Callback {
    pub account_sid: String,
    pub workspace_sid: String,
    /// `worker.attributes.update` and so on.
    pub event_type: &'static str,
    /// Seconds since 1970, and the worker's version.
    pub moment: u64,
    pub worker_sid: String,
    pub identity: String,
    pub attributes: Value,
    pub activity: String,
}

impl Callback {
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

    pub fn form(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.fields()).finish()
    }
}

/// The attributes that Flex writes at the login of an agent.
pub fn attributes(full_name: &str, email: &str) -> Value {
    json!({
        "contact_uri": format!("client:{}", email.replace('@', "_40").replace('.', "_2E")),
        "image_url": "https://www.gravatar.com/avatar/3b4dc5a8fb4a39108c9145a1a2601fff?d=mp",
        "full_name": full_name,
        "email": email,
        "roles": ["agent"],
    })
}
