//! What `connect` has found and done.

use std::fmt::Write as _;

use app::{
    connect::{Connection, Obstacle, Step, Surroundings, Via, Webhook},
    reconcile::Preview,
    skill_activity::ActivityError,
};
use domain::adoption::{MAX_WORKERS, Oddity};
use serde_json::{Value, json};
use twilio::{Activity, RateLimit};

use super::{
    left::{left, not_checked},
    rules::AppliedRule,
};
use crate::{
    activity::ActivityReport,
    output::{Report, listed, named, shown, table, whole},
    reconcile::ReconcileReport,
};

pub struct ConnectReport {
    pub webhook: Webhook,
    pub via: Via,
    pub surroundings: Surroundings,
    pub preview: Preview,
    pub activity: Result<ActivityReport, ActivityError>,
    pub rate_limits: Vec<RateLimit>,
    pub plan: Result<Vec<Step>, Obstacle>,
    pub done: Option<Done>,
}

pub struct Done {
    pub steps: Vec<Step>,
    pub adoption: ReconcileReport,
}

impl Report for ConnectReport {
    fn text(&self) -> String {
        let mut text = table(&["what there is", "which"], &self.facts());
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n{}", self.preview.text().trim_end());
        if let Ok(activity) = &self.activity {
            let _ = writeln!(text, "\n{}", activity.text().trim_end());
        }
        for not_checked in not_checked(self) {
            let _ = writeln!(
                text,
                "\nnot checked: {}: {}. Look at {}.",
                not_checked.what, not_checked.why, not_checked.look_at
            );
        }
        if let Ok(steps) = &self.plan {
            text += &planned(steps, &self.preview);
        }
        text
    }

    fn last_text(&self) -> String {
        let Some(Done { steps, adoption }) = &self.done else { return String::new() };
        let (done, left) = (listed(texts(steps)), listed(left(self)));
        format!("\nDone:\n{done}- adopted the workers:\n\n{}\nLeft:\n{left}", adoption.text())
    }

    fn json(&self) -> Value {
        let Surroundings { workspace, flex, offline, event_streams, .. } = &self.surroundings;
        let (steps, obstacle) = match &self.plan {
            Ok(steps) => (texts(steps), None),
            Err(obstacle) => (Vec::new(), Some(obstacle.to_string())),
        };
        json!({
            "workspace_sid": workspace.sid,
            "flex": flex.as_ref().map(|flex| json!({
                "workspace_sid": flex.workspace_sid,
                "offline_activity": offline.as_ref().map(activity),
                "skills": flex.skills.iter().map(|skill| json!({"name": skill.name, "multivalue": skill.multivalue,
                    "minimum": skill.minimum, "maximum": skill.maximum})).collect::<Vec<_>>(),
                "worker_attributes": flex.worker_attributes.as_deref().map(parsed),
                "worker_channels": flex.worker_channels.as_deref().map(parsed),
            })),
            "default_activity": {"sid": workspace.default_activity_sid, "name": workspace.default_activity_name},
            "callback_url": workspace.event_callback_url,
            "events_filter": workspace.events_filter,
            "via": match self.via {
                Via::Callback => "callback",
                Via::EventStreams => "event_streams",
            },
            "connection": connection_name(&self.webhook.connection(&self.surroundings)),
            "event_streams": event_streams.as_ref().ok().map(|streams| streams.sinks.iter().map(|sink| json!({
                "sink_sid": sink.sid, "status": sink.status, "destination": sink.destination,
                "types": streams.subscriptions_to(&sink.sid).flat_map(|found| &found.types).collect::<Vec<_>>(),
            })).collect::<Vec<_>>()),
            "webhook_rule": self.applied_rule().map(|applied| applied.json()),
            "rate_limits": self.rate_limits.iter().map(|stated| json!({
                "method": stated.method, "limit": stated.limit, "remaining": stated.remaining})).collect::<Vec<_>>(),
            "adoption": self.preview.json(),
            "skill_changes": self.activity.as_ref().ok().map(Report::json),
            "not_checked": not_checked(self).iter().map(|found| json!({
                "what": found.what, "why": found.why, "look_at": found.look_at})).collect::<Vec<_>>(),
            "planned": steps,
            "obstacle": obstacle,
            "done": self.done.as_ref().map(|done| texts(&done.steps)),
            "adopted": self.done.as_ref().map(|done| done.adoption.json()),
            "left": left(self),
        })
    }
}

impl ConnectReport {
    fn facts(&self) -> Vec<Vec<String>> {
        let Surroundings { workspace, flex, offline, .. } = &self.surroundings;
        let unknown = || "none".to_owned();
        let flex_says = |says: &dyn Fn(&twilio::FlexConfiguration) -> String| flex.as_ref().map_or_else(unknown, says);
        let used = flex.as_ref().map(|flex| flex.workspace_sid.as_deref() == Some(&workspace.sid));
        let default = [&workspace.default_activity_name, &workspace.default_activity_sid];
        let default = default.map(|text| text.as_deref().unwrap_or("unknown"));
        let filter = if workspace.events_filter.is_empty() {
            "all events".to_owned()
        } else {
            workspace.events_filter.join(", ")
        };
        let roles = self.preview.review.odd().iter().find(|(oddity, _)| **oddity == Oddity::FlexRole);
        let queues = self.preview.open_queues.iter().map(|queue| &queue.name);
        let facts = [
            (
                "workspace",
                match used {
                    None => format!("{}; there is no Flex", workspace.sid),
                    Some(true) => format!("{}, which Flex uses", workspace.sid),
                    Some(false) => format!(
                        "{}; Flex uses {}",
                        workspace.sid,
                        flex_says(&|flex| flex.workspace_sid.clone().unwrap_or_default())
                    ),
                },
            ),
            ("default activity", format!("{} ({})", shown(default[0]), default[1])),
            ("offline activity of Flex", offline.as_ref().map_or_else(unknown, described)),
            (
                "skills of Flex",
                flex_says(&|flex| {
                    format!(
                        "{}: {}",
                        flex.skills.len(),
                        named(flex.skills.iter().map(|skill| &skill.name), flex.skills.len() as u64)
                    )
                }),
            ),
            (
                "attributes of new workers",
                flex_says(&|flex| flex.worker_attributes.as_deref().map_or_else(unknown, whole)),
            ),
            ("channels of new workers", flex_says(&|flex| flex.worker_channels.as_deref().map_or_else(unknown, whole))),
            (
                "callback URL",
                workspace
                    .event_callback_url
                    .as_deref()
                    .map_or_else(unknown, |url| format!("{}, {}", whole(url), self.system_at(url))),
            ),
            ("event filter", whole(&filter)),
            ("Event Streams", self.streams()),
            ("webhook rule", self.rule()),
            ("rate limits", self.limits()),
            ("workers", format!("{} of at most {MAX_WORKERS}", self.preview.found.workers)),
            ("workers with roles of Flex alone", roles.map_or(0, |(_, sample)| sample.count).to_string()),
            (
                "queues that match everybody",
                format!("{}: {}", queues.len(), named(queues.clone(), queues.len() as u64)),
            ),
        ];
        facts.map(|(what, is)| vec![what.to_owned(), is.trim_end_matches([':', ' ']).to_owned()]).into()
    }

    fn system_at(&self, url: &str) -> &'static str {
        if self.webhook.is_at(url) { "this deployment's" } else { "another system's" }
    }

    fn streams(&self) -> String {
        let Ok(streams) = &self.surroundings.event_streams else { return "not checked".to_owned() };
        let ours = streams.sinks_to(self.webhook.url()).count();
        format!(
            "{} sinks ({ours} to this deployment), {} subscriptions",
            streams.sinks.len(),
            streams.subscriptions.len()
        )
    }

    /// The rule of Twilio's webhook configuration that applies to this deployment; none if none does, or none could be read.
    pub fn applied_rule(&self) -> Option<AppliedRule<'_>> {
        AppliedRule::of(self.surroundings.webhook_rules.as_ref().ok()?, &self.webhook)
    }

    fn rule(&self) -> String {
        match (self.applied_rule(), &self.surroundings.webhook_rules) {
            (Some(applied), _) => applied.text(),
            (None, Ok(_)) => "none: the auth token signs, and the callback URL's retries count".to_owned(),
            (None, Err(_)) => "not checked".to_owned(),
        }
    }

    fn limits(&self) -> String {
        let stated =
            |stated: &RateLimit| format!("{}: {} a second, {} left", stated.method, stated.limit, stated.remaining);
        let limits = self.rate_limits.iter().map(stated).collect::<Vec<_>>();
        if limits.is_empty() { "not stated in any answer".to_owned() } else { limits.join("; ") }
    }
}

fn planned(steps: &[Step], preview: &Preview) -> String {
    let adopt = preview.planned.adopt;
    if steps.is_empty() && preview.planned == app::reconcile::Planned::default() {
        return "\nConnected: nothing is to be changed.\n".to_owned();
    }
    let steps = texts(steps).into_iter().chain([format!("adopt {adopt} workers, and compare the others")]);
    format!("\nTo be done:\n{}", listed(steps))
}

fn texts(steps: &[Step]) -> Vec<String> {
    steps.iter().map(ToString::to_string).collect()
}

fn described(found: &Activity) -> String {
    let available = match found.available {
        Some(false) => "workers in it are unavailable",
        Some(true) => "workers in it are available: it cannot mean offline",
        None => "availability unknown",
    };
    format!("{} ({}), {available}", shown(&found.name), found.sid)
}

fn activity(found: &Activity) -> Value {
    json!({"sid": found.sid, "name": found.name, "available": found.available})
}

fn connection_name(connection: &Connection) -> &'static str {
    match connection {
        Connection::None => "none",
        Connection::Callback => "callback",
        Connection::EventStreams => "event_streams",
        Connection::Both => "both",
    }
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|_| Value::String(json.to_owned()))
}
