//! The one door through which TaskRouter's word comes in, from a callback or from asking. What goes through it is in
//! `take.rs`; whose worker it is, in `whose.rs`.

use thiserror::Error;

use domain::{SkillName, login::Policy};
use store::{
    ChangeOrigin, CommitUser, Directory, StoreError, ViewUser,
    teams::ViewTeams,
    workers::{Observation, Observed},
};
use twilio::TwilioError;

/// What the door does to the table.
pub trait Store: ViewUser + CommitUser + ViewTeams + Sync {
    /// Notes what was said of a worker.
    fn observe(&self, seen: Observation<'_>) -> impl Future<Output = Result<Observed, StoreError>> + Send;
    /// Adds skills that the catalog does not know.
    fn import_skills(
        &self,
        names: Vec<SkillName>,
        by: ChangeOrigin<'_>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl Store for Directory {
    async fn observe(&self, seen: Observation<'_>) -> Result<Observed, StoreError> {
        Self::observe(self, seen).await
    }

    async fn import_skills(&self, names: Vec<SkillName>, by: ChangeOrigin<'_>) -> Result<(), StoreError> {
        Self::import_skills(self, names.iter(), by).await
    }
}

/// The door.
#[derive(Debug, Clone)]
pub struct Door<S, T> {
    /// The table.
    pub directory: S,
    /// TaskRouter, asked where a callback alone does not tell who somebody is.
    pub twilio: T,
    /// What the deployment has decided.
    pub policy: Policy,
}

/// Why something could not be taken in.
#[derive(Debug, Error)]
pub enum DoorError {
    /// The table.
    #[error(transparent)]
    Table(#[from] StoreError),
    /// TaskRouter.
    #[error(transparent)]
    Twilio(#[from] TwilioError),
    /// Everything kept changing, or TaskRouter says two things at once.
    #[error("a callback cannot be brought together with what TaskRouter says now")]
    Unsettled,
}
