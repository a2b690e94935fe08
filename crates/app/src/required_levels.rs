//! Whether the skills that need a level have one (rule 16).

use domain::{Skill, User, required_levels};
use store::{ReadSet, ReadSnapshot, Snapshot};

use crate::ChangeError;

/// Refuses a change that would leave a user a skill without the level that it needs. `read` is what it was decided on; what is
/// missing of teams and skills is read only where a skill may need a level. The teams read here are no condition of the
/// transaction: a team may lose its level at any time.
pub(crate) async fn check(
    store: &impl ReadSnapshot,
    before: Option<&User>,
    after: &User,
    read: &Snapshot,
) -> Result<(), ChangeError> {
    let at_risk = required_levels::at_risk(before, after);
    let may_need_level = |skill: Option<&Skill>| skill.is_none_or(|skill| skill.required_levels().is_some());
    if !at_risk.iter().any(|name| may_need_level(read.skills.get(name))) {
        return Ok(());
    }
    let users = before.into_iter().chain([after]);
    let teams = users.flat_map(|user| &user.managed.teams).filter(|id| !read.teams.contains_key(id));
    let skills = at_risk.into_iter().filter(|name| !read.skills.contains_key(name));
    let read_set = ReadSet { teams: teams.copied().collect(), skills: skills.collect(), ..ReadSet::default() };
    let Snapshot { mut teams, mut skills, .. } = if read_set.teams.is_empty() && read_set.skills.is_empty() {
        Snapshot::default()
    } else {
        store.snapshot(&read_set).await?
    };
    teams.extend(read.teams.clone());
    skills.extend(read.skills.clone());
    Ok(required_levels::check(before, after, &teams, &skills)?)
}
