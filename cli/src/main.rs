//! `flex-roster`, the operator's command: what an operator with access to AWS can do, and no API offers.
//!
//! Needs `TABLE_NAME`, `AWS_REGION` and AWS credentials in the environment.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is what prints")]

use std::process::ExitCode;

use app::{
    SystemTimeAndIds,
    restore::{Restored, restore_user},
};
use clap::{Parser, Subcommand};
use domain::UserId;
use store::Directory;

/// The operator's command of flex-roster.
#[derive(Debug, Parser)]
#[command(name = "flex-roster")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Restores a deleted user, with those of their teams and skills that still exist.
    Restore { user_id: UserId },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Command::Restore { user_id } = Cli::parse().command;
    match restore(user_id).await {
        Ok(restored) => {
            print(&restored);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn restore(user_id: UserId) -> Result<Restored, Box<dyn std::error::Error>> {
    let store = Directory::from_env()?;
    Ok(restore_user(&store, &SystemTimeAndIds, user_id, "flex-roster restore").await?)
}

fn print(restored: &Restored) {
    let Restored { user, lost_teams, lost_skills } = restored;
    println!("restored {}: {}, {}", user.user_id, user.managed.status, user.managed.role);
    println!("teams: {}, skills: {}", user.managed.teams.len(), user.managed.assigned_skills.len());
    for team in lost_teams {
        println!("not restored, deleted or archived since: team {team}");
    }
    for skill in lost_skills {
        println!("not restored, deleted since: skill {skill}");
    }
    if user.taskrouter.worker_sid.is_none() {
        println!("there is no worker until their next login");
    }
}
