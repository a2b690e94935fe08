//! Exports: what each has to contain (rule 29).

use std::{collections::BTreeMap, sync::PoisonError, time::Duration};

use domain::{User, job::JobState};
use store::{StoreJobs as _, SurveyDirectory as _};
use uuid::Uuid;
use write_export::Pace;

use super::{TIMEOUT, World};

/// Small, so that the few users of a simulation fill several parts and pages, in bytes.
pub(super) const PART_SIZE: usize = 700;

/// A read of the index may be so old.
const STALE_MS: u64 = 2_500;

/// What there was when an export was asked for.
#[derive(Debug)]
pub(super) struct Begun {
    /// Those whose entries followed their profiles by then.
    users: Vec<User>,
}

impl World {
    pub(super) async fn note_export(&self, job_id: Uuid) {
        let users = self.directory.all_users().await.unwrap_or_default();
        let now = self.clock.elapsed_ms();
        let indexed = self.indexed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_indexed = |user: &User| {
            indexed
                .get(&user.user_id)
                .is_some_and(|(revision, since)| *revision == user.revision && since + STALE_MS < now)
        };
        let begun = Begun { users: users.into_iter().filter(is_indexed).collect() };
        self.exports.lock().unwrap_or_else(PoisonError::into_inner).insert(job_id, begun);
    }

    /// Whether nothing is left to be tried.
    pub(super) async fn write_export(&self, job_id: Uuid) -> bool {
        let function = self.function("write-export");
        let pace = Pace { lease: Duration::from_secs(20), page: 3, checkpoint: Duration::from_millis(20) };
        let invocation = write_export::Invocation { job_id };
        let written = write_export::handle(&function.directory, &function.bucket, &function.clock, pace, invocation);
        let ended = self.invoke("write-export", TIMEOUT, written).await;
        self.check_export(job_id).await;
        ended.is_some_and(|ended| ended.is_ok())
    }

    /// A finished export has each user once who has not changed meanwhile, and none twice.
    async fn check_export(&self, job_id: Uuid) {
        let job = self.directory.job(job_id).await.unwrap_or_default();
        let Some(job) = job.filter(|job| job.state == JobState::Done) else { return };
        let Some(begun) = self.exports.lock().unwrap_or_else(PoisonError::into_inner).remove(&job_id) else { return };
        let file = job.kind.file().and_then(|key| self.objects.get(key)).unwrap_or_default();
        let text = String::from_utf8_lossy(&file).into_owned();
        let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let mut listed = BTreeMap::<String, u64>::new();
        for row in rows.records() {
            match row {
                Ok(row) => *listed.entry(row[0].to_owned()).or_default() += 1,
                Err(error) => self.violated(format!("rule 29: the file of an export cannot be read: {error}")),
            }
        }
        self.trace.line("write-export", format_args!("{job_id} has {} rows", listed.len()));
        if job.done != listed.values().sum::<u64>() {
            self.violated(format!("rule 29: an export says {} rows and has {listed:?}", job.done));
        }
        for (user_id, _) in listed.iter().filter(|(_, times)| **times > 1) {
            self.violated(format!("rule 29: {user_id} is twice in the export {job_id}"));
        }
        for user in begun.users.into_iter().filter(User::is_active) {
            if !listed.contains_key(&user.user_id.to_string()) && self.kept_name_and_status(&user).await {
                self.violated(format!("rule 29: {} is not in the export {job_id}", user.user_id));
            }
        }
    }

    /// Whether neither has changed since the user was in this state.
    async fn kept_name_and_status(&self, user: &User) -> bool {
        let records = self.records(user).await;
        let since = records.iter().take_while(|record| record.at > user.updated_at);
        !since.flat_map(|record| &record.changes).any(|change| matches!(change.field.as_str(), "name" | "status"))
    }
}
