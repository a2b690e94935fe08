//! Teams: read, listed in order of name, written with their record, deleted while nobody is in them (rules 4, 21, 31).

use std::collections::{BTreeMap, BTreeSet};

use domain::{Refusal, Skill, SkillName, Team, TeamId, User, UserId, audit::Action, search::fold};

use crate::{
    ChangeOrigin, Cursor, Directory, StoreError,
    deletion_lock::{DeletionLock, is_assignable},
    items::{self, TeamName},
    keys,
    profiles::text,
    transaction::{Condition, Transaction},
};

/// Teams by id.
pub type Teams = BTreeMap<TeamId, Team>;

/// Reads teams.
pub trait ViewTeams {
    /// These teams, as far as they exist.
    fn teams(&self, team_ids: BTreeSet<TeamId>) -> impl Future<Output = Result<Teams, StoreError>> + Send;
    /// Whose a team's name is, without regard to case and accents.
    fn whose_team_name(&self, name: &str) -> impl Future<Output = Result<Option<TeamId>, StoreError>> + Send;
}

impl ViewTeams for Directory {
    async fn teams(&self, team_ids: BTreeSet<TeamId>) -> Result<Teams, StoreError> {
        let keys = team_ids.into_iter().map(keys::team).collect::<Vec<_>>();
        let teams = self.get_many(&keys).await?.into_iter().map(items::read::<Team>);
        teams.map(|team| team.map(|team| (team.team_id, team))).collect()
    }

    async fn whose_team_name(&self, name: &str) -> Result<Option<TeamId>, StoreError> {
        let item = self.get(&keys::team_name(&fold(name))).await?;
        Ok(item.map(items::read::<TeamName>).transpose()?.map(|name| name.team_id))
    }
}

/// Lists teams and who is in them.
pub trait ListTeams {
    /// A page of teams in order of name, and where the next one goes on; of one kind only, if `archived` says which. A
    /// page may then be short and still have a next one.
    fn list_teams(
        &self,
        archived: Option<bool>,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<Team>, Option<Cursor>), StoreError>> + Send;
    /// How many people are in a team, whatever their status.
    fn count_members(&self, team_id: TeamId) -> impl Future<Output = Result<usize, StoreError>> + Send;
    /// A page of the people in a team, as of now and in no order.
    fn members(
        &self,
        team_id: TeamId,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<User>, Option<Cursor>), StoreError>> + Send;
}

/// What a cursor of the list of teams answers.
#[must_use]
pub fn list_question(archived: Option<bool>) -> String {
    format!("teams {archived:?}")
}

impl ListTeams for Directory {
    async fn list_teams(
        &self,
        archived: Option<bool>,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<Team>, Option<Cursor>), StoreError> {
        let (pk, starts) = keys::TEAM_NAMES;
        let page = self.query_page(pk, starts, cursor, limit).await?;
        let names = page.items.into_iter().map(items::read::<TeamName>).collect::<Result<Vec<_>, _>>()?;
        // A renaming that is seen half done shows a team under both of its names.
        let ids = names.iter().map(|name| name.team_id).collect::<BTreeSet<_>>();
        let keys = ids.into_iter().map(keys::team).collect::<Vec<_>>();
        let teams = self.get_many_now(&keys).await?.into_iter().map(items::read::<Team>);
        let mut teams = teams.map(|team| team.map(|team| (team.team_id, team))).collect::<Result<Teams, _>>()?;
        let teams = names.iter().filter_map(|name| teams.remove(&name.team_id));
        let teams = teams.filter(|team| archived.is_none_or(|archived| archived == team.archived)).collect();
        Ok((teams, page.after.map(|after| Cursor::new(&list_question(archived), None, after))))
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
        let page = self.query_page(&keys::of_team(team_id), keys::MEMBER, cursor, limit).await?;
        let ids = page.items.into_iter().map(items::read::<items::Identity>);
        let keys = ids.map(|id| id.map(|id| keys::profile(id.user_id))).collect::<Result<Vec<_>, _>>()?;
        let users = self.get_many_now(&keys).await?.into_iter().map(items::read).collect::<Result<_, _>>()?;
        Ok((users, page.after.map(|after| Cursor::new(&team_id.to_string(), None, after))))
    }
}

impl Directory {
    /// Who is in a team, as of now.
    pub(crate) async fn member_ids(&self, team_id: TeamId) -> Result<BTreeSet<UserId>, StoreError> {
        let keys = self.sort_keys(&keys::of_team(team_id), Some(keys::MEMBER)).await?;
        Ok(keys.iter().filter_map(|sk| keys::member_of(sk)).collect())
    }
}

/// A change to a team.
#[derive(Debug, Clone)]
pub struct TeamChange<'a> {
    /// As it was read; none for a new one.
    pub before: Option<&'a Team>,
    /// As it is to be.
    pub after: Team,
    /// Who does it, from where and when.
    pub by: ChangeOrigin<'a>,
    /// What is done.
    pub action: Action,
    /// Skills on whose range the change was decided: they must still be as they were read (rule 19).
    pub skills: Option<&'a BTreeMap<SkillName, Skill>>,
}

/// Writes teams.
pub trait CommitTeam {
    /// Writes the change and gives the team as written. [`StoreError::Conflict`] when the team, its name, a skill of it or
    /// the caller is no longer what the change was based on.
    fn commit_team(&self, change: TeamChange<'_>) -> impl Future<Output = Result<Team, StoreError>> + Send;
    /// Deletes a team in which nobody is (rule 21); says how many are, if somebody is.
    fn delete_team(
        &self,
        team: &Team,
        by: ChangeOrigin<'_>,
    ) -> impl Future<Output = Result<Result<(), Refusal>, StoreError>> + Send;
}

impl CommitTeam for Directory {
    async fn commit_team(&self, change: TeamChange<'_>) -> Result<Team, StoreError> {
        let changes = Team::changes(change.before, Some(&change.after));
        if changes.is_empty() {
            return Ok(change.after);
        }
        let (before, by) = (change.before, change.by);
        let version = before.map_or(0, |before| before.version) + 1;
        let after = Team { version, updated_at: by.now, ..change.after };
        let mut writes = Transaction::new(self);
        writes.put(items::team(&after)?, Some(Condition::version_is(before.map(|before| before.version))))?;
        claim_name(&mut writes, before, &after)?;
        hand_down(&mut writes, before, &after, change.skills, &by)?;
        writes.record(keys::of_team(after.team_id), &by, change.action, changes)?;
        writes.caller(&by)?;
        writes.send(self).await?;
        Ok(after)
    }

    async fn delete_team(&self, team: &Team, by: ChangeOrigin<'_>) -> Result<Result<(), Refusal>, StoreError> {
        let closed = self.close(keys::team(team.team_id), team.version, by.now).await?;
        let deleted = self.delete_empty(team, &closed, by).await;
        if !matches!(deleted, Ok(Ok(()))) {
            self.open(&closed).await;
        }
        deleted
    }
}

impl Directory {
    async fn delete_empty(
        &self,
        team: &Team,
        closed: &DeletionLock,
        by: ChangeOrigin<'_>,
    ) -> Result<Result<(), Refusal>, StoreError> {
        if let Err(refusal) = team.may_be_deleted(self.count_members(team.team_id).await?) {
            return Ok(Err(refusal));
        }
        let mut writes = Transaction::new(self);
        writes.delete(closed.key(), Some(closed.still()))?;
        writes.delete(&keys::team_name(&fold(&team.name)), Some(is_mine(team)))?;
        for skill in team.skills.keys() {
            writes.delete(&keys::holder_team(skill, team.team_id), None)?;
        }
        writes.record(keys::of_team(team.team_id), &by, Action::Deleted, Team::changes(Some(team), None))?;
        writes.caller(&by)?;
        writes.send(self).await.map(Ok)
    }
}

fn is_mine(team: &Team) -> Condition {
    Condition::new("team_id = :mine", [(":mine", text(team.team_id.to_string()))])
}

/// A name is one team's.
fn claim_name(writes: &mut Transaction<'_>, before: Option<&Team>, after: &Team) -> Result<(), StoreError> {
    let key = keys::team_name(&fold(&after.name));
    let item = items::item(&key, "team_name", &TeamName { team_id: after.team_id })?;
    let Some(before) = before else { return writes.put(item, Some(Condition::absent())) };
    let was = keys::team_name(&fold(&before.name));
    if was == key {
        return Ok(());
    }
    writes.put(item, Some(Condition::absent()))?;
    writes.delete(&was, Some(is_mine(before)))
}

/// Who looks for a skill finds the teams that give it.
fn hand_down(
    writes: &mut Transaction<'_>,
    before: Option<&Team>,
    after: &Team,
    read: Option<&BTreeMap<SkillName, Skill>>,
    by: &ChangeOrigin<'_>,
) -> Result<(), StoreError> {
    let none = [].into();
    let had = before.map_or(&none, |before| &before.skills);
    for (skill, _) in after.skills.iter().filter(|(skill, level)| had.get(*skill) != Some(*level)) {
        let key = keys::holder_team(skill, after.team_id);
        writes.put(items::item(&key, "holder", &TeamName { team_id: after.team_id })?, None)?;
        writes.check(&keys::skill(skill), is_assignable(read.and_then(|read| read.get(skill)), by.now))?;
    }
    for skill in had.keys().filter(|skill| !after.skills.contains_key(*skill)) {
        writes.delete(&keys::holder_team(skill, after.team_id), None)?;
    }
    Ok(())
}

/// The ids of all the teams of these people.
#[must_use]
pub fn team_ids<'a>(users: impl IntoIterator<Item = &'a User>) -> BTreeSet<TeamId> {
    users.into_iter().flat_map(|user| user.teams.iter().copied()).collect()
}
