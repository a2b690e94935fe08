//! `operate restore <user_id>`: needs `TABLE_NAME`, `AWS_REGION` and credentials in the environment.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is what prints")]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cli::{Restored, restore};
use domain::UserId;
use http_api::aws;

/// What an operator with AWS access does, and no API offers.
#[derive(Debug, Parser)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Brings back somebody who was deleted, with those of their teams and skills that are there still.
    Restore {
        /// Who.
        user_id: UserId,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Task::Restore { user_id } = Command::parse().task;
    match run(user_id).await {
        Ok(restored) => {
            tell(&restored);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(user_id: UserId) -> Result<Restored, Box<dyn std::error::Error>> {
    Ok(restore(&aws::directory()?, user_id, http_api::now()).await?)
}

fn tell(restored: &Restored) {
    let Restored { user, teams_lost, skills_lost } = restored;
    println!("restored {}: {}, {}", user.user_id, user.status, user.role);
    println!("teams: {}, skills: {}", user.teams.len(), user.assigned_skills.len());
    for team in teams_lost {
        println!("not restored, deleted or archived since: team {team}");
    }
    for skill in skills_lost {
        println!("not restored, deleted since: skill {skill}");
    }
    if user.worker_sid.is_none() {
        println!("there is no worker until their next login");
    }
}
