//! What a first run would adopt, and what is odd about the workers. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Role,
    adoption::{AdoptionReview, SkillDefinitions},
    reconciliation::{Brake, Found},
};
use twilio::{ListMatchingQueues, TaskQueue, UNSKILLED_AGENT, Worker};

use super::{
    MAX_PAGES, ReconcileError, ReconcileStore, ReconcileTaskRouter, WorkerReconcile,
    survey::{Finding, Survey},
};
use crate::TimeAndIds;

/// What a run would do, and what an operator should know before.
#[derive(Debug)]
pub struct Preview {
    pub found: Found,
    pub planned: Planned,
    /// Why a run would stop and apply nothing.
    pub brake: Option<Brake>,
    pub review: AdoptionReview,
    /// The queues of which an agent without skills receives tasks (rule 11).
    pub open_queues: Vec<TaskQueue>,
}

/// What a run would apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Planned {
    /// Workers that the directory does not know.
    pub adopt: u64,
    /// Of these, with each role.
    pub adopt_by_role: BTreeMap<Role, u64>,
    /// Workers of whom a callback was missed.
    pub repair: u64,
    /// Workers about which only a fetch tells more.
    pub fetch: u64,
    /// Users who are compared again, one by one.
    pub wake: u64,
}

impl<S: ReconcileStore, T: ReconcileTaskRouter + ListMatchingQueues, C: TimeAndIds> WorkerReconcile<S, T, C> {
    /// Surveys, and looks at each worker. `on_progress` is told how many workers there were so far.
    pub async fn preview(&self, on_progress: impl Fn(u64)) -> Result<Preview, ReconcileError> {
        let mut review = AdoptionReview::new(self.skill_definitions().await?);
        let look = async |_: &Survey, page: &[Worker]| {
            for worker in page {
                review.add(&worker.facts());
            }
            on_progress(review.workers());
            Ok(())
        };
        let survey = self.survey(look).await?;
        let brake = survey.tally().brake();
        let (found, findings) = survey.into_findings();
        let planned = Planned::of(&findings);
        Ok(Preview { found, planned, brake, review, open_queues: self.open_queues().await? })
    }

    async fn skill_definitions(&self) -> Result<SkillDefinitions, ReconcileError> {
        let catalog = self.ingest.store.skills().await?;
        let flex = self.ingest.taskrouter.fetch_flex_configuration().await?;
        let multivalue = flex.into_iter().flat_map(|flex| flex.skills).filter(|skill| skill.multivalue);
        Ok(SkillDefinitions {
            levels: catalog.into_iter().map(|skill| (skill.name, skill.levels)).collect(),
            multivalue: multivalue.map(|skill| skill.name).collect::<BTreeSet<_>>(),
        })
    }

    async fn open_queues(&self) -> Result<Vec<TaskQueue>, ReconcileError> {
        let (mut queues, mut page) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let listed = self.ingest.taskrouter.list_matching_queues(UNSKILLED_AGENT, page.as_ref()).await?;
            queues.extend(listed.items);
            page = listed.next;
            if page.is_none() {
                return Ok(queues);
            }
        }
        Err(ReconcileError::Endless)
    }
}

impl Planned {
    fn of(findings: &[Finding]) -> Self {
        let mut planned = Self::default();
        for finding in findings {
            match finding {
                Finding::Report { report, is_new: true } => {
                    planned.adopt += 1;
                    if let Some(role) = report.attributes.as_ref().and_then(|attributes| attributes.role) {
                        *planned.adopt_by_role.entry(role).or_default() += 1;
                    }
                }
                Finding::Report { is_new: false, .. } => planned.repair += 1,
                Finding::Unclear(_) | Finding::NotListed(..) => planned.fetch += 1,
                Finding::Wake(..) => planned.wake += 1,
            }
        }
        planned
    }
}
