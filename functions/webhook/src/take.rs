//! Taking in what was said of a worker.
//!
//! Two writes: the worker's item notes what was said, and a transaction brings the person in line with it. A crash
//! between the two is mended by the next callback, because the hash on the worker's item still differs.

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::Timestamp;
use std::time::Duration;
use uuid::Uuid;

use domain::{
    Actor, Source, Status, User, UserId,
    audit::Action,
    effective::effective_skills,
    login::{Seen, SkillAuthority, first_seen, seen_again},
    skill::Skills,
};
use store::{
    Applied, ChangeOrigin, Commit, StoreError,
    teams::team_ids,
    workers::{Observation, Observed},
};
use twilio::FetchWorker;

use crate::{
    Event,
    door::{Door, DoorError, Store},
    whose::Whose,
};

/// How long one waits for the next try where callbacks meet: each a little longer, and each another while.
fn waits() -> impl Iterator<Item = Duration> {
    let waits = ExponentialBuilder::default().with_jitter().with_max_times(8);
    let waits = waits.with_min_delay(Duration::from_millis(5)).with_max_delay(Duration::from_millis(500)).build();
    [Duration::ZERO].into_iter().chain(waits)
}

impl<S: Store, T: FetchWorker + Sync> Door<S, T> {
    /// Takes in what was said; afterwards the directory says it, too. `request_id` is what the history names.
    pub async fn take(&self, mut event: Event, source: Source, request_id: &str) -> Result<(), DoorError> {
        for fault in &event.faults {
            tracing::warn!(worker_sid = event.worker_sid, fault = %fault, "attributes are not as they should be");
        }
        for wait in waits() {
            tokio::time::sleep(wait).await;
            let observed = match self.directory.observe(observation(&event)).await {
                Err(error) if error.can_redecide() => continue,
                observed => observed?,
            };
            if observed.latest && observed.worker.applied_hash.as_deref() == Some(&event.hash) {
                return Ok(());
            }
            event.gone |= observed.worker.gone;
            match Box::pin(self.settle(&mut event, &observed, source, request_id)).await {
                Err(DoorError::Table(error)) if error.can_redecide() => tracing::debug!("something changed meanwhile"),
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Err(DoorError::Unsettled)
    }

    /// Finds out whose worker it is and writes. Whether it must be looked at again.
    async fn settle(
        &self,
        event: &mut Event,
        observed: &Observed,
        source: Source,
        request_id: &str,
    ) -> Result<bool, DoorError> {
        let (user, previous_owner) = match self.whose(event, observed).await? {
            Whose::Nobodys => (None, None),
            Whose::Theirs { user, previous_owner } => (Some(user), previous_owner),
            Whose::LookAgain => return Ok(true),
        };
        let (before, now) = (user.map(|user| *user), http_api::now());
        // The callback of a removal may say no more than the SID.
        match &before {
            Some(user) if event.identity.is_empty() => event.identity.clone_from(&user.identity),
            None if event.gone && event.said.is_none() => return Ok(false),
            None if event.identity.is_empty() => return Ok(false),
            _ => {}
        }
        let Some(after) = self.after(before.as_ref(), event, observed, now).await? else {
            tracing::info!(worker_sid = event.worker_sid, "a worker without a known role is left unmanaged");
            return Ok(false);
        };
        let releases_identity = self.releases_identity(before.as_ref(), &after).await?;
        let by = ChangeOrigin { actor: Actor::Taskrouter, source, request_id, caller: None, now };
        let new = after.assigned_skills.keys();
        let new = new.filter(|name| before.as_ref().is_none_or(|user| !user.assigned_skills.contains_key(*name)));
        let new = new.cloned().collect::<Vec<_>>();
        if !new.is_empty() {
            self.directory.import_skills(new, by).await?;
        }
        let is_linked = observed.worker.user_id.is_some();
        let latest = observed.latest.then_some((event.stamp, event.hash.as_str()));
        let commit = Commit {
            action: action(before.as_ref(), &after, event),
            // What a login says of somebody who is managed here may differ from what it should say (rule 24).
            needs_sync: before.is_some() && observed.latest && !event.gone,
            before: before.as_ref(),
            after,
            by,
            skills: None,
            applied: (latest.is_some() || !is_linked).then_some(Applied { worker_sid: &event.worker_sid, latest }),
            previous_owner,
            releases_identity,
        };
        self.directory.commit(commit).await?;
        Ok(false)
    }

    /// Whether a rename leaves a name that is still theirs.
    async fn releases_identity(&self, before: Option<&User>, after: &User) -> Result<bool, StoreError> {
        match before {
            Some(before) if before.identity.to_lowercase() != after.identity.to_lowercase() => {
                Ok(self.directory.whose_identity(&before.identity).await? == Some(before.user_id))
            }
            _ => Ok(false),
        }
    }

    async fn after(
        &self,
        before: Option<&User>,
        event: &Event,
        observed: &Observed,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        let seen = Seen {
            identity: &event.identity,
            worker_sid: &event.worker_sid,
            gone: event.gone,
            stamp: event.stamp,
            latest: observed.latest,
            said: event.said.as_ref(),
        };
        let Some(user) = before else {
            return Ok(first_seen(seen, &self.policy, UserId::new(Uuid::new_v4()), now));
        };
        Ok(Some(seen_again(user, seen, &self.policy, &self.inherited(user).await?)))
    }

    /// What the teams give, where it matters.
    async fn inherited(&self, user: &User) -> Result<Skills, StoreError> {
        if self.policy.skills == SkillAuthority::Directory {
            return Ok(Skills::new());
        }
        let teams = self.directory.teams(team_ids([user])).await?;
        let without_own = User { assigned_skills: Skills::new(), ..user.clone() };
        let effective = effective_skills(&without_own, teams.values());
        Ok(effective.into_iter().map(|skill| (skill.skill, skill.level)).collect())
    }
}

fn observation(event: &Event) -> Observation<'_> {
    Observation { worker_sid: &event.worker_sid, activity: &event.activity, stamp: event.stamp, gone: event.gone }
}

fn action(before: Option<&User>, after: &User, event: &Event) -> Action {
    match before {
        None => Action::Adopted,
        Some(before) if before.status == Status::Deleted && before.worker_sid != after.worker_sid && !event.gone => {
            Action::LoginRefused
        }
        Some(_) if event.gone => Action::WorkerRemoved,
        Some(_) => Action::Login,
    }
}
