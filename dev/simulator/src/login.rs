//! What Flex does at a login by single sign-on.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::activity::{AVAILABLE_ACTIVITY_SID, OFFLINE_ACTIVITY_SID};
use crate::actor::Origin;
use crate::attributes::{self, Members};
use crate::event::Event;
use crate::refusal::Refusal;
use crate::reservation::Status;
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
    /// Further attributes, as an object; raw, so that they arrive as they are written.
    #[serde(default)]
    attributes: Option<Box<RawValue>>,
}

/// The result of a login.
pub(crate) struct LoggedIn {
    pub(crate) worker_sid: String,
    pub(crate) token: String,
    pub(crate) events: Vec<Event>,
}

/// Creates the worker, or overwrites its attributes with the claims. An offline worker then becomes available, unless
/// it has pending reservations; any other keeps its activity.
pub(crate) fn log_in(workspace: &mut Workspace, claims: &Claims, origin: &Origin) -> Result<LoggedIn, Refusal> {
    let (worker, mut events) = match workspace.find_by_name(&claims.identity).cloned() {
        Some(worker) => overwrite(workspace, &worker, claims, origin)?,
        None => create(workspace, claims, origin)?,
    };
    let pending = workspace.reservations_of(&worker.sid).any(|reservation| reservation.status == Status::Pending);
    if worker.activity_sid == OFFLINE_ACTIVITY_SID && !pending {
        let activity_sid = Some(AVAILABLE_ACTIVITY_SID.to_owned());
        let available = Change { activity_sid, ..Change::default() };
        events.extend(workspace.update(&worker.sid, available, origin)?.1);
    }
    let token = Token::issue(&worker.sid, &claims.identity, &claims.roles, origin.at);
    workspace.keep_token(&token);
    Ok(LoggedIn { worker_sid: worker.sid, token: token.value, events })
}

fn create(workspace: &mut Workspace, claims: &Claims, origin: &Origin) -> Result<(Worker, Vec<Event>), Refusal> {
    let own = json!({ "contact_uri": format!("client:{}", escaped(&claims.identity)), "image_url": IMAGE_URL });
    let change = Change {
        friendly_name: Some(claims.identity.clone()),
        attributes: Some(claims.overwrite(&own.to_string())?),
        ..Change::default()
    };
    let (worker, event) = workspace.create(change, origin)?;
    Ok((worker, vec![event]))
}

fn overwrite(
    workspace: &mut Workspace,
    worker: &Worker,
    claims: &Claims,
    origin: &Origin,
) -> Result<(Worker, Vec<Event>), Refusal> {
    let attributes = Some(claims.overwrite(&worker.attributes)?);
    workspace.update(&worker.sid, Change { attributes, ..Change::default() }, origin)
}

impl Claims {
    /// Each claim replaces the whole value of its key; all else stays as it is written.
    fn overwrite(&self, attributes: &str) -> Result<String, Refusal> {
        let named = [("full_name", json!(self.full_name)), ("email", json!(self.email)), ("roles", json!(self.roles))];
        let set = |text: String, (key, value): &(&str, Value)| attributes::set(&text, key, &value.to_string());
        let mut attributes = named.iter().fold(attributes.to_owned(), set);
        for (key, value) in self.further()?.iter() {
            let key = key.ok_or_else(|| Refusal::bad("attributes: a key has half a surrogate pair"))?;
            attributes = attributes::set(&attributes, &key, value);
        }
        Ok(attributes)
    }

    fn further(&self) -> Result<Members<'_>, Refusal> {
        let text = self.attributes.as_ref().map_or("{}", |attributes| attributes.get());
        Members::of(text).ok_or_else(|| Refusal::bad("attributes must be an object"))
    }
}
