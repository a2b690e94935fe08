//! Teams: read, listed in order of name, written with their audit record, deleted without members (rules 4, 21, 31).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Skill, SkillName, Team, TeamId, TeamName, User, UserId,
    audit::{Action, Subject},
    team::Teams,
};

use crate::{
    ChangeOrigin, CommitTeam, Cursor, Directory, FindTeam, ListTeams, StoreError, ViewTeams,
    cursor::fingerprint,
    dynamo::{
        deletion_lock::{DeletionLock, is_there},
        guard::Guarded,
        item::text,
        query_page::Direction,
        transaction::{Condition, Transaction},
    },
    fan_out,
    schema::{
        items::{Item, NamedTeam, TeamHolder, TeamRef, UserRef, read_all},
        keys,
    },
};

impl ViewTeams for Directory {
    async fn teams(&self, team_ids: BTreeSet<TeamId>) -> Result<Teams, StoreError> {
        let keys = team_ids.into_iter().map(keys::team).collect::<Vec<_>>();
        by_id(self.get_many(&keys).await?)
    }
}

impl FindTeam for Directory {
    async fn team_id_of_name(&self, name: &TeamName) -> Result<Option<TeamId>, StoreError> {
        let claim = self.get::<TeamRef>(&keys::team_name(name)).await?;
        Ok(claim.map(|claim| claim.team_id))
    }
}

fn by_id(items: Vec<Item>) -> Result<Teams, StoreError> {
    let teams: Vec<Team> = read_all(items)?;
    Ok(teams.into_iter().map(|team| (team.team_id, team)).collect())
}

/// For the cursors of the list of teams.
#[must_use]
pub fn teams_fingerprint(archived: Option<bool>) -> String {
    fingerprint(format!("teams {archived:?}").as_bytes())
}

/// For the cursors of a team's members.
#[must_use]
pub fn members_fingerprint(team_id: TeamId) -> String {
    fingerprint(format!("members {team_id}").as_bytes())
}

impl ListTeams for Directory {
    async fn list_teams(
        &self,
        archived: Option<bool>,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<Team>, Option<Cursor>), StoreError> {
        let (pk, prefix) = (keys::TEAM_NAMES_PK, keys::TEAM_NAME_PREFIX);
        let page = self.query_page(pk, prefix, Direction::Ascending, cursor, limit).await?;
        let teams: Vec<Team> = read_all(page.items)?;
        let wanted =
            teams.into_iter().filter(|team| archived.is_none_or(|archived| archived == team.archived)).collect();
        Ok((wanted, page.after.map(|after| Cursor::new(&teams_fingerprint(archived), None, after))))
    }

    async fn count_members(&self, team_id: TeamId) -> Result<usize, StoreError> {
        Ok(self.member_ids(team_id).await?.len())
    }

    async fn members(
        &self,
        team_id: TeamId,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<User>, Option<Cursor>), StoreError> {
        let (pk, prefix) = (keys::team_pk(team_id), keys::MEMBER_PREFIX);
        let page = self.query_page(&pk, prefix, Direction::Ascending, cursor, limit).await?;
        let members: Vec<UserRef> = read_all(page.items)?;
        let keys = members.into_iter().map(|member| keys::profile(member.user_id)).collect::<Vec<_>>();
        let users = read_all(self.get_many_consistent(&keys).await?)?;
        Ok((users, page.after.map(|after| Cursor::new(&members_fingerprint(team_id), None, after))))
    }
}

impl Directory {
    pub(crate) async fn member_ids(&self, team_id: TeamId) -> Result<BTreeSet<UserId>, StoreError> {
        let keys = self.sort_keys(&keys::team_pk(team_id), keys::MEMBER_PREFIX).await?;
        Ok(keys.iter().filter_map(|sk| keys::parse_member(sk)).collect())
    }
}

#[derive(Debug, Clone)]
pub struct TeamChange<'a> {
    /// As it was read; none for a new team.
    pub before: Option<&'a Team>,
    pub after: Team,
    pub origin: ChangeOrigin<'a>,
    pub action: Action,
    /// Skills as they were read.
    pub skills: Option<&'a BTreeMap<SkillName, Skill>>,
}

impl CommitTeam for Directory {
    async fn commit_team(&self, change: TeamChange<'_>) -> Result<Team, StoreError> {
        let changes = Team::changes(change.before, Some(&change.after));
        if changes.is_empty() {
            return Ok(change.after);
        }
        let (before, origin) = (change.before, change.origin);
        let version = before.map_or(0, |before| before.version) + 1;
        let recorded = origin.recorded_after(before.map(|before| before.updated_at));
        let after = Team { version, updated_at: recorded.now.into(), ..change.after };
        let mut writes = Transaction::new(self);
        writes.put(&after, Some(Condition::version_is(before.map(|before| before.version))))?;
        claim_name(&mut writes, before, &after)?;
        write_grants(&mut writes, before, &after, change.skills, &origin)?;
        if before.is_some_and(|before| after.grants_differ(before)) {
            writes.put(&fan_out::begin(after.team_id, &origin), None)?;
        }
        writes.record(Subject::Team(after.team_id), &recorded, change.action, changes)?;
        writes.check_caller(&origin)?;
        writes.send(self).await?;
        Ok(after)
    }

    async fn delete_team(&self, team: &Team, origin: ChangeOrigin<'_>) -> Result<(), StoreError> {
        // What has members is refused without keeping others from joining.
        team.check_deletable(self.count_members(team.team_id).await?)?;
        let lock = self.lock(keys::team(team.team_id), team.version, &origin).await?;
        let deleted = self.delete_without_members(team, &lock, origin).await;
        if deleted.is_err() {
            self.release(&lock).await;
        }
        deleted
    }
}

impl Directory {
    async fn delete_without_members(
        &self,
        team: &Team,
        lock: &DeletionLock,
        origin: ChangeOrigin<'_>,
    ) -> Result<(), StoreError> {
        let closing = self.close(Guarded::Team(team.team_id), &origin).await?;
        let deleted = match team.check_deletable(self.count_members(team.team_id).await?) {
            Ok(()) => self.delete_locked_team(team, lock, origin).await,
            Err(has_members) => Err(has_members.into()),
        };
        self.open_unless_written(&[closing], &deleted).await;
        deleted
    }

    async fn delete_locked_team(
        &self,
        team: &Team,
        lock: &DeletionLock,
        origin: ChangeOrigin<'_>,
    ) -> Result<(), StoreError> {
        let mut writes = Transaction::new(self);
        writes.delete(lock.key(), Some(lock.is_held()))?;
        writes.delete(&keys::team_name(&team.name), Some(is_claimed_by(team)))?;
        for skill in team.skills.keys() {
            writes.delete(&keys::team_holder(skill, team.team_id), None)?;
        }
        let (recorded, changes) = (origin.recorded_after(Some(team.updated_at)), Team::changes(Some(team), None));
        writes.record(Subject::Team(team.team_id), &recorded, Action::Deleted, changes)?;
        writes.check_caller(&origin)?;
        writes.send(self).await
    }
}

fn is_claimed_by(team: &Team) -> Condition {
    Condition::new("team_id = :own", [(":own", text(team.team_id.to_string()))])
}

/// A name belongs to one team, and holds it as it is.
fn claim_name(writes: &mut Transaction<'_>, before: Option<&Team>, after: &Team) -> Result<(), StoreError> {
    if before.is_some_and(|before| before.name.order_key() == after.name.order_key()) {
        return writes.put(&NamedTeam(after), Some(is_claimed_by(after)));
    }
    writes.put(&NamedTeam(after), Some(Condition::absent()))?;
    match before {
        Some(before) => writes.delete(&keys::team_name(&before.name), Some(is_claimed_by(before))),
        None => Ok(()),
    }
}

/// A search by skill finds the teams that grant it through these items.
fn write_grants(
    writes: &mut Transaction<'_>,
    before: Option<&Team>,
    after: &Team,
    read: Option<&BTreeMap<SkillName, Skill>>,
    origin: &ChangeOrigin<'_>,
) -> Result<(), StoreError> {
    let none = [].into();
    let old = before.map_or(&none, |before| &before.skills);
    for skill in after.skills.keys().filter(|skill| !old.contains_key(*skill)) {
        writes.put(&TeamHolder { skill, team_id: after.team_id }, None)?;
        match read.and_then(|read| read.get(skill)) {
            Some(read) => writes.check_guard(Guarded::Skill(read), origin)?,
            None => writes.check(&keys::skill(skill), is_there(origin.now))?,
        }
    }
    for skill in old.keys().filter(|skill| !after.skills.contains_key(*skill)) {
        writes.delete(&keys::team_holder(skill, after.team_id), None)?;
    }
    Ok(())
}

/// The ids of all teams of these users.
#[must_use]
pub fn team_ids<'a>(users: impl IntoIterator<Item = &'a User>) -> BTreeSet<TeamId> {
    users.into_iter().flat_map(|user| user.managed.teams.iter().copied()).collect()
}
