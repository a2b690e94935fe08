//! Whether a user's skills fit into the worker's attributes, which have a limit (rule 27).

use domain::{Refusal, User, routing::decided, skill::Skills, team::Teams};
use serde::Serialize;
use store::{ReadSet, ReadSnapshot, Snapshot, WorkerItem};
use twilio::{MAX_ATTRIBUTE_CHARS, other_chars, owned_chars};

use crate::ChangeError;

/// The characters of a worker's attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AttributeBudget {
    /// Those that the attributes have once the user is carried over. May be more than the limit: then nothing is written.
    pub used: usize,
    /// Those that TaskRouter takes.
    pub limit: usize,
}

impl AttributeBudget {
    /// `teams` holds at least the user's teams. None if the attributes are unknown.
    #[must_use]
    pub fn of(user: &User, teams: &Teams, worker: Option<&WorkerItem>) -> Option<Self> {
        let others = worker?.other_chars?;
        Some(Self { used: others + owned_chars(&decided(user, teams)), limit: MAX_ATTRIBUTE_CHARS })
    }
}

/// Refuses a change that would make the attributes longer than TaskRouter takes. `read` is what it was decided on. What is
/// missing of teams and worker is read only for a change that may give the worker more skills.
pub(crate) async fn check(
    store: &impl ReadSnapshot,
    before: Option<&User>,
    after: &User,
    read: &Snapshot,
) -> Result<(), ChangeError> {
    if !may_add_skills(before, after) {
        return Ok(());
    }
    let mut teams = read.teams.clone();
    let worker = read_missing(store, after, &mut teams, true).await?;
    if decide(None, after, &teams, worker.as_ref()).is_ok() {
        return Ok(());
    }
    if let Some(before) = before {
        read_missing(store, before, &mut teams, false).await?;
    }
    Ok(decide(before, after, &teams, worker.as_ref())?)
}

/// Likewise, with everything read: `teams` holds at least the user's teams of before and after.
pub(crate) fn decide(
    before: Option<&User>,
    after: &User,
    teams: &Teams,
    worker: Option<&WorkerItem>,
) -> Result<(), Refusal> {
    let others = worker.and_then(|worker| worker.other_chars).unwrap_or_else(least_other_chars);
    let chars = |user: &User| others + most_owned_chars(&as_if_active(user), teams);
    let used = chars(after);
    // A user whose attributes are too long already may still exchange skills for shorter ones.
    if used <= MAX_ATTRIBUTE_CHARS || before.is_some_and(|before| used <= chars(before)) {
        return Ok(());
    }
    Err(Refusal::AttributesTooLong { chars: used, most: MAX_ATTRIBUTE_CHARS })
}

/// Reads those of the user's teams that are missing, and the worker if it is wanted; makes no call if there is nothing to read.
async fn read_missing(
    store: &impl ReadSnapshot,
    user: &User,
    teams: &mut Teams,
    with_worker: bool,
) -> Result<Option<WorkerItem>, ChangeError> {
    let missing = user.managed.teams.iter().filter(|id| !teams.contains_key(id)).copied().collect();
    let worker = user.taskrouter.worker_sid.clone().filter(|_| with_worker);
    let read_set = ReadSet { teams: missing, worker, ..ReadSet::default() };
    if read_set.teams.is_empty() && read_set.worker.is_none() {
        return Ok(None);
    }
    let snapshot = store.snapshot(&read_set).await?;
    teams.extend(snapshot.teams);
    Ok(snapshot.worker)
}

/// Whether the worker may have more skills after the change.
pub(crate) fn may_add_skills(before: Option<&User>, after: &User) -> bool {
    let Some(before) = before else { return true };
    let is_routed = |user: &User| as_if_active(user).receives_tasks();
    let none = Skills::new();
    let old = if is_routed(before) { &before.managed.assigned_skills } else { &none };
    let is_new = |(name, level): (_, _)| old.get(name) != Some(level);
    let level = |user: &User, name| user.managed.temporary_skills.get(name).map(|temporary| temporary.level);
    let mut temporary = after.managed.temporary_skills.keys();
    is_routed(after)
        && (!is_routed(before)
            || after.managed.assigned_skills.iter().any(is_new)
            || temporary.any(|name| level(after, name) != level(before, name))
            || !after.managed.teams.is_subset(&before.managed.teams)
            || after.taskrouter.disabled_skills != before.taskrouter.disabled_skills)
}

/// The characters of what the directory writes, whichever of the temporary skills have started (rule 36).
fn most_owned_chars(user: &User, teams: &Teams) -> usize {
    let chars = |user: &User| owned_chars(&decided(user, teams));
    let mut most = user.clone();
    for name in user.managed.temporary_skills.keys() {
        let with = |active| {
            most.with(|user| {
                if let Some(temporary) = user.managed.temporary_skills.get_mut(name) {
                    temporary.active = active;
                }
            })
        };
        let (started, ended) = (with(true), with(false));
        most = if chars(&started) > chars(&ended) { started } else { ended };
    }
    chars(&most)
}

/// Skills that fit now are to fit when the user is reactivated, which restores them (rule 12).
fn as_if_active(user: &User) -> User {
    user.with(|user| user.managed.status = domain::Status::Active)
}

/// Of a worker that has nothing but what the directory writes.
fn least_other_chars() -> usize {
    other_chars("{}").unwrap_or_default()
}
