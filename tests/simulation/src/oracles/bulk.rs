//! Bulk jobs: none is left at work, each user is changed once and as the plan has shown, and what is said of them is so.

use std::collections::BTreeMap;

use domain::{
    Source, User, UserId,
    bulk::{AppliedUser, Outcome, Part, Plan, PlannedUser},
    job::{Job, JobState},
};
use store::ReadBulkResults as _;

use crate::world::World;

impl World {
    pub(super) async fn check_bulk(&self, users: &[User]) {
        for job in self.bulk_jobs().await {
            if matches!(job.state, JobState::Queued | JobState::Running) {
                self.violated(format!("the bulk job {} is still {:?}", job.job_id, job.state));
            }
            self.check_job(&job, users).await;
        }
    }

    async fn check_job(&self, job: &Job, users: &[User]) {
        let results = self.results(job).await;
        let plan = job.bulk().and_then(|bulk| bulk.plan.as_ref());
        let planned = plan.map(|plan| self.planned(plan)).unwrap_or_default();
        if job.state == JobState::Done && (results.len() != planned.len() || job.done != results.len() as u64) {
            let (said, of) = (results.len(), planned.len());
            self.violated(format!(
                "the bulk job {} is done with {said} of {of} users, and says {}",
                job.job_id, job.done
            ));
        }
        for (result, (user_id, line)) in results.iter().zip(&planned) {
            // A result does not name the identity of who was added.
            let is_added = |part: &Part| matches!(part, Part::Added { identity: None }) && line.adds.is_some();
            let is_planned = |part: &Part| line.changes.contains(part) || is_added(part);
            if result.user_id != *user_id || !result.changes.iter().all(is_planned) {
                self.violated(format!(
                    "the bulk job {} has made of {user_id} what its plan does not show: {result:?}",
                    job.job_id
                ));
            }
        }
        let mut unsaid = 0;
        for user in users {
            let records = self.records(user).await;
            let made = records.iter().filter(|record| record.request_id == job.job_id.to_string());
            let made = made.inspect(|record| {
                if record.source != Source::Bulk {
                    self.violated(format!("rule 31: a record of a bulk job says {:?}", record.source));
                }
            });
            let made = made.count();
            let said =
                results.iter().filter(|result| result.user_id == user.user_id && result.outcome == Outcome::Changed);
            let said = said.count();
            if made > 1 || said > made {
                self.violated(format!(
                    "rule 31: {} is recorded {made} times by the bulk job {}, which says {said}",
                    user.user_id, job.job_id
                ));
            }
            unsaid += made - said.min(made);
        }
        // Its runner died before it could say so, and none has followed it.
        let has_ended_early = matches!(job.state, JobState::Cancelled | JobState::Failed);
        if unsaid > usize::from(has_ended_early) {
            self.violated(format!("the bulk job {} has changed {unsaid} users and does not say so", job.job_id));
        }
    }

    async fn results(&self, job: &Job) -> Vec<AppliedUser> {
        let (mut results, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.directory.bulk_results(job.job_id, cursor, 100).await;
            let (page, next) = page.unwrap_or_else(|error| panic!("{error}"));
            results.extend(page);
            cursor = next;
            if cursor.is_none() {
                return results;
            }
        }
    }

    /// The users whom the plan changes, in its order. None is in it twice.
    fn planned(&self, plan: &Plan) -> Vec<(UserId, PlannedUser)> {
        let file = self.object(&app::bulk::plan_lines(&plan.files, Outcome::Changed));
        let lines = file.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let lines =
            lines.map(|line| serde_json::from_slice::<PlannedUser>(line).unwrap_or_else(|error| panic!("{error}")));
        let lines = lines.filter_map(|line| Some((line.user_id?, line))).collect::<Vec<_>>();
        if lines.iter().cloned().collect::<BTreeMap<_, _>>().len() != lines.len() {
            self.violated("a plan has a user twice".to_owned());
        }
        lines
    }
}
