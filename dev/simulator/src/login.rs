//! What Flex does at a login by single sign-on.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::activity::{AVAILABLE_ACTIVITY_SID, OFFLINE_ACTIVITY_SID};
use crate::attributes;
use crate::event::Event;
use crate::refusal::Refusal;
use crate::token::{Token, escaped};
use crate::worker::Worker;
use crate::workspace::{Change, Workspace};

const IMAGE_URL: &str = "https://www.gravatar.com/avatar/3b4dc5a8fb4a39108c9145a1a2601fff?d=mp";

/// The claims of the identity provider.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claims {
    identity: String,
    full_name: String,
    email: String,
    roles: Vec<String>,
    #[serde(default)]
    attributes: Map<String, Value>,
}

/// The result of a login.
pub(crate) struct LoggedIn {
    pub(crate) worker_sid: String,
    pub(crate) token: String,
    pub(crate) events: Vec<Event>,
}

/// Creates the worker, or overwrites its attributes with the claims. An offline worker then becomes available; any
/// other keeps its activity.
pub(crate) fn log_in(workspace: &mut Workspace, claims: &Claims, now: Timestamp) -> Result<LoggedIn, Refusal> {
    let (worker, mut events) = match workspace.find_by_name(&claims.identity).cloned() {
        Some(worker) => overwrite(workspace, &worker, claims, now)?,
        None => create(workspace, claims, now)?,
    };
    if worker.activity_sid == OFFLINE_ACTIVITY_SID {
        let activity_sid = Some(AVAILABLE_ACTIVITY_SID.to_owned());
        let available = Change { activity_sid, ..Change::default() };
        events.extend(workspace.update(&worker.sid, available, now)?.1);
    }
    let token = Token::issue(&worker.sid, &claims.identity, &claims.roles, now);
    workspace.keep_token(&token);
    Ok(LoggedIn { worker_sid: worker.sid, token: token.value, events })
}

fn create(workspace: &mut Workspace, claims: &Claims, now: Timestamp) -> Result<(Worker, Vec<Event>), Refusal> {
    let mut attributes = Map::new();
    attributes.insert("contact_uri".to_owned(), json!(format!("client:{}", escaped(&claims.identity))));
    attributes.insert("image_url".to_owned(), json!(IMAGE_URL));
    claims.overwrite(&mut attributes);
    let change = Change {
        friendly_name: Some(claims.identity.clone()),
        attributes: Some(Value::Object(attributes).to_string()),
        ..Change::default()
    };
    let (worker, event) = workspace.create(change, now)?;
    Ok((worker, vec![event]))
}

fn overwrite(
    workspace: &mut Workspace,
    worker: &Worker,
    claims: &Claims,
    now: Timestamp,
) -> Result<(Worker, Vec<Event>), Refusal> {
    let mut attributes = attributes::parse(&worker.attributes)?;
    claims.overwrite(&mut attributes);
    let attributes = Some(Value::Object(attributes).to_string());
    workspace.update(&worker.sid, Change { attributes, ..Change::default() }, now)
}

impl Claims {
    /// Each claim replaces the whole value of its key; other keys stay.
    fn overwrite(&self, attributes: &mut Map<String, Value>) {
        attributes.insert("full_name".to_owned(), json!(self.full_name));
        attributes.insert("email".to_owned(), json!(self.email));
        attributes.insert("roles".to_owned(), json!(self.roles));
        attributes.extend(self.attributes.clone());
    }
}
