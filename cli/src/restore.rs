//! `flex-roster restore`: a deleted user comes back (rule 13).

use std::{fmt::Write as _, process::ExitCode};

use app::{
    SystemTimeAndIds,
    restore::{Restored, restore_user},
};
use domain::UserId;
use serde_json::{Value, json};
use store::Directory;

use crate::{
    Outcome,
    output::{Output, Report},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    user_id: UserId,
}

pub async fn run(args: Args, output: Output) -> Outcome {
    let store = Directory::from_env()?;
    output.report(&restore_user(&store, &SystemTimeAndIds, args.user_id, "flex-roster restore").await?);
    Ok(ExitCode::SUCCESS)
}

impl Report for Restored {
    fn text(&self) -> String {
        let Self { user, lost_teams, lost_skills } = self;
        let (teams, skills) = (user.managed.teams.len(), user.managed.assigned_skills.len());
        let mut text = format!("restored {}: {}, {}\n", user.user_id, user.managed.status, user.managed.role);
        // Writing to a string does not fail.
        let _ = writeln!(text, "teams: {teams}, skills: {skills}");
        for team in lost_teams {
            let _ = writeln!(text, "not restored, deleted or archived since: team {team}");
        }
        for skill in lost_skills {
            let _ = writeln!(text, "not restored, deleted since: skill {skill}");
        }
        if user.taskrouter.worker_sid.is_none() {
            let _ = writeln!(text, "there is no worker until their next login");
        }
        text
    }

    fn json(&self) -> Value {
        let Self { user, lost_teams, lost_skills } = self;
        json!({
            "user_id": user.user_id,
            "status": user.managed.status,
            "role": user.managed.role,
            "teams": user.managed.teams,
            "assigned_skills": user.managed.assigned_skills,
            "lost_teams": lost_teams,
            "lost_skills": lost_skills,
            "worker_sid": user.taskrouter.worker_sid,
        })
    }
}
