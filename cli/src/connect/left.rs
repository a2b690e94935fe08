//! What an operator still has to look at or decide, which the command cannot.

use domain::skill_activity::{AuthorActivity, EventAuthor};

use super::{report::ConnectReport, rules::AppliedRule};

/// Something that is not read, why, and where to look.
pub struct NotChecked {
    pub what: &'static str,
    pub why: String,
    pub look_at: &'static str,
}

pub fn not_checked(report: &ConnectReport) -> Vec<NotChecked> {
    let streams = report.surroundings.event_streams.as_ref().err().map(|error| NotChecked {
        what: "Event Streams",
        why: error.to_string(),
        look_at: "the Console, Event Streams: sinks and subscriptions; or an API key that may read them",
    });
    let activity = report.activity.as_ref().err().map(|error| NotChecked {
        what: "changes of skills",
        why: error.to_string(),
        look_at: "flex-roster activity",
    });
    let rules = report.surroundings.webhook_rules.as_ref().err().map(|error| NotChecked {
        what: "webhook rules (which key signs, whose retries count)",
        why: error.to_string(),
        look_at: "GET https://webhooks.twilio.com/v1/Webhooks/Rules \
                  (https://www.twilio.com/docs/usage/webhooks/webhook-rules). If a rule matches the webhook's URL, the retries \
                  of its setting count and not those of the callback URL, and if the setting signs with a shared key, this \
                  deployment needs that key",
    });
    [rules, streams, activity].into_iter().flatten().collect()
}

/// What is to be done or decided after connecting.
pub fn left(report: &ConnectReport) -> Vec<String> {
    let mut left = Vec::new();
    if report.surroundings.flex.is_none() {
        left.push("There is no Flex in this account: the workspace's default activity stands for offline.".to_owned());
    } else if report.surroundings.offline.as_ref().is_none_or(|offline| offline.available != Some(false)) {
        left.push(
            "Flex's configuration names no unavailable activity as offline (taskrouter_offline_activity_sid): the \
             workspace's default activity stands for it, if workers in it are unavailable."
                .to_owned(),
        );
    }
    if !report.preview.open_queues.is_empty() {
        left.push(format!(
            "{} queues match users without skills: ending Act as Agent does not keep their tasks away.",
            report.preview.open_queues.len()
        ));
    }
    left.extend(report.applied_rule().iter().flat_map(AppliedRule::left));
    left.push(authorities(report));
    left.push(
        "Look at drift and differences for a while, then deploy with SyncMode=write: until then nothing is written to \
         TaskRouter."
            .to_owned(),
    );
    left
}

/// The choice of authorities, with what the events say about it (rule 24).
fn authorities(report: &ConnectReport) -> String {
    let by = |source: &str| {
        let of = |(author, _): &(&EventAuthor, &AuthorActivity)| author.source.as_deref() == Some(source);
        let authors = report.activity.as_ref().map(|report| &report.activity.by_author);
        let changes = authors.into_iter().flatten().filter(of).map(|(_, done)| done.skill_changes);
        changes.sum::<u64>()
    };
    let (web, twilio) = (by("web"), by("twilio"));
    let skills = match (web, twilio) {
        (0, 0) => {
            "no page of Flex and no login has changed skills lately, so that SkillAuthority=directory fits".to_owned()
        }
        (0, _) => format!("logins have overwritten skills {twilio} times: change the identity provider's claims first"),
        (_, _) => {
            format!("skills were changed {web} times on Flex's pages: SkillAuthority=shared, if that is to go on")
        }
    };
    format!("Choose who decides, and deploy: RoleAuthority (directory, or idp if roles follow the login); {skills}.")
}
