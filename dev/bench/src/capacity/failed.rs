//! Listing the few whose decisions TaskRouter refuses.

use app::{SystemTimeAndIds, TimeAndIds as _};
use domain::{
    UserId,
    sync_state::{FailureReason, SyncState},
};
use store::{CarryToTaskRouter as _, ChangeOrigin, ContestedSkills, OutboxStep, RequestSync as _, SyncStep};
use uuid::Uuid;

use super::{CapacityBench, ComparedPage};
use crate::Fallible;

/// They fill a page.
const FAILED: usize = 25;

/// Not those whom the other figures are about; a small directory has them as well.
const AFTER: usize = 100;

/// The most that the page may cost.
const MOST_READ_UNITS: f64 = 60.0;
const MOST_CALLS: usize = 4;

impl CapacityBench<'_> {
    /// The cost of the page, to be compared between sizes.
    pub(super) async fn list_failed(&self) -> Fallible<ComparedPage> {
        for user in self.fixture.sample.active_agents().skip(AFTER).take(FAILED) {
            self.fail(user.user_id).await?;
        }
        let page = self.compared_page("list, with sync=failed", vec![("sync", "failed".to_owned())]).await?;
        let (what, cost) = (page.query, &page.cost);
        self.report.cost(what, cost);
        let is_cheap = cost.read_units <= MOST_READ_UNITS && cost.calls <= MOST_CALLS;
        self.report.limit(is_cheap, format!("{what}: {} read units in {} calls", cost.read_units, cost.calls));
        Ok(page)
    }

    /// What a final refusal leaves.
    async fn fail(&self, user_id: UserId) -> Fallible<()> {
        let origin = ChangeOrigin::operator("bench", SystemTimeAndIds.now(), Uuid::now_v7());
        self.directory.request_sync(user_id, ContestedSkills::Leave, origin).await?;
        let after = SyncState::default().failed(FailureReason::Refused, origin.now);
        let (token, outbox) = (origin.change_id, OutboxStep::Clear);
        Ok(self.directory.sync_step(SyncStep { user_id, token, before: None, after, outbox, written: None }).await?)
    }
}
