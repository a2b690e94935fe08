//! `flex-roster activity`: who has changed skills in TaskRouter, so that an administrator can choose `SKILL_AUTHORITY` (rule
//! 24) before the directory writes.

use std::{cmp::Reverse, fmt::Write as _, process::ExitCode};

use app::{SystemTimeAndIds, TimeAndIds as _, skill_activity::skill_activity};
use domain::skill_activity::{AuthorActivity, EventAuthor, SkillActivity};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    Outcome,
    output::{self, Output, Report, shown},
    workspace,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How far back, at most 30: what is older Twilio no longer states.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u8).range(1..=30))]
    days: u8,
}

pub async fn run(args: Args, output: Output) -> Outcome {
    let client = workspace::client().await?;
    let since = SystemTimeAndIds.now() - SignedDuration::from_hours(24 * i64::from(args.days));
    let activity = skill_activity(&client, since, |events| output::progress(&format!("events: {events}"))).await;
    output::end_progress();
    output.report(&ActivityReport { since, activity: activity? });
    Ok(ExitCode::SUCCESS)
}

pub struct ActivityReport {
    pub since: Timestamp,
    pub activity: SkillActivity,
}

impl ActivityReport {
    /// Who has changed most comes first.
    fn authors(&self) -> Vec<(&EventAuthor, &AuthorActivity)> {
        let mut authors = self.activity.by_author.iter().collect::<Vec<_>>();
        authors.sort_by_key(|(_, done)| Reverse(done.skill_changes));
        authors
    }
}

impl Report for ActivityReport {
    fn text(&self) -> String {
        let unknown = |text: &Option<String>| text.as_deref().map_or_else(|| "unknown".to_owned(), shown);
        let row = |(author, done): (&EventAuthor, &AuthorActivity)| {
            let (changes, workers) = (done.skill_changes.to_string(), done.workers.len().to_string());
            vec![unknown(&author.actor_sid), unknown(&author.source), changes, workers]
        };
        let rows = self.authors().into_iter().map(row).collect::<Vec<_>>();
        let mut text = output::table(&["actor", "source", "changes of skills", "workers"], &rows);
        let SkillActivity { other_changes, undecided, .. } = self.activity;
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "\nSince {:.0}. {other_changes} changes of attributes left the skills as they were. Of {undecided} nothing can be \
             said: an event states the attributes after the change only, and of these there is none before.",
            self.since
        );
        text
    }

    fn json(&self) -> Value {
        let author = |(author, done): (&EventAuthor, &AuthorActivity)| {
            json!({
                "actor_sid": author.actor_sid,
                "source": author.source,
                "skill_changes": done.skill_changes,
                "workers": done.workers.len(),
            })
        };
        json!({
            "since": self.since,
            "authors": self.authors().into_iter().map(author).collect::<Vec<_>>(),
            "other_changes": self.activity.other_changes,
            "undecided": self.activity.undecided,
        })
    }
}
