//! What has to hold once the world is quiet.

mod bulk;
mod histories;
mod items;
mod moments;
mod searches;
mod temporary;
mod workers;

use std::sync::PoisonError;

use store::SurveyDirectory as _;

use crate::{logs::Logs, workload::MARK, world::World};

/// What marks names, e-mail addresses and tokens.
const PERSONAL: [&str; 3] = [MARK, "@example.com", "eyJhbGciOi"];

impl World {
    /// Looks at everything, and notes each violation.
    pub async fn check(&self, logs: &Logs) {
        let users = self.directory.all_users().await.unwrap_or_else(|error| panic!("{error}"));
        self.trace_histories(&users).await;
        self.check_entries().await;
        self.check_derived(&users).await;
        self.check_searches(&users).await;
        self.check_workers(&users).await;
        for user in &users {
            self.check_history(user).await;
        }
        self.check_team_histories().await;
        self.check_acknowledged().await;
        self.check_bulk(&users).await;
        self.check_temporary_skills(&users).await;
        self.check_moments();
        let is_personal = |line: &&str| PERSONAL.into_iter().any(|mark| line.contains(mark));
        if let Some(line) = logs.text().lines().find(is_personal) {
            self.violated(format!("rule 32: a log line has a name, an address or a token: {line}"));
        }
        for violation in self.taskrouter.violations() {
            self.violations.lock().unwrap_or_else(PoisonError::into_inner).push(violation);
        }
    }
}
