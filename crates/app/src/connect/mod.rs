//! Connecting a deployment with the workspace that Flex uses: what is there, what is to be changed, changing it, and undoing it.
//!
//! Reading and changing are apart: [`Surroundings::read`] asks for no trait that writes, [`plan`](plan()) decides without
//! input or output, [`Connector`] carries out what it decided.

mod carry_out;
mod plan;
mod surroundings;
mod webhook;

pub use carry_out::{ConnectError, Connector, MissingRight};
pub use plan::{Obstacle, Step, Via, plan, plan_disconnect};
pub use surroundings::{EventStreams, SubscribedSink, Surroundings, SurroundingsError, WebhookRules};
pub use webhook::{Connection, Webhook};
