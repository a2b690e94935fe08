//! Counting what uses skills, and how many are in teams: what a page shows is kept, and counted again by one caller at a
//! time once it is a minute old, within that caller's request.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{
    Counted, MemberCount, Skill, SkillName, Team, TeamId, UserId,
    catalog::{SkillCounts, SkillUsage},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use store::{CountsOf, KeepCounts, ListTeams, StoreError, ViewCatalog, ViewTeams};
use tokio::time::Instant;
use uuid::Uuid;

use crate::TimeAndIds;

/// How many partitions are read concurrently.
const COUNTED_CONCURRENTLY: usize = 16;

/// As many are counted before the time is looked at.
const AT_ONCE: usize = 8;

/// How long a caller counts for a page. What is left is counted by the next one.
const COUNT_FOR: Duration = Duration::from_secs(4);

/// The skills with how many use them now.
pub async fn count_skills(
    store: &(impl ViewCatalog + ViewTeams),
    skills: &[&Skill],
) -> Result<BTreeMap<SkillName, SkillCounts>, StoreError> {
    let mut members = TeamMembers::default();
    count_with(store, skills, &mut members).await
}

/// The members of the teams that were met so far; none of those that are archived. Each team's are read once.
#[derive(Default)]
struct TeamMembers {
    seen: BTreeSet<TeamId>,
    members: BTreeMap<TeamId, BTreeSet<UserId>>,
}

impl TeamMembers {
    async fn read(&mut self, store: &(impl ViewCatalog + ViewTeams), usages: &[SkillUsage]) -> Result<(), StoreError> {
        let teams = usages.iter().flat_map(|usage| usage.teams.iter().copied());
        let new = teams.filter(|team| self.seen.insert(*team)).collect::<BTreeSet<_>>();
        let granting = store.teams(new).await?.into_values().filter(Team::grants_skills).map(|team| team.team_id);
        let granting = granting.collect::<Vec<_>>();
        let members = granting.iter().map(|&team_id| store.team_members(team_id)).collect::<Vec<_>>();
        let members: Vec<_> = stream::iter(members).buffered(COUNTED_CONCURRENTLY).try_collect().await?;
        self.members.extend(granting.into_iter().zip(members));
        Ok(())
    }
}

async fn count_with(
    store: &(impl ViewCatalog + ViewTeams),
    skills: &[&Skill],
    members: &mut TeamMembers,
) -> Result<BTreeMap<SkillName, SkillCounts>, StoreError> {
    let usages = skills.iter().map(|skill| store.skill_usage(&skill.name)).collect::<Vec<_>>();
    let usages: Vec<SkillUsage> = stream::iter(usages).buffered(COUNTED_CONCURRENTLY).try_collect().await?;
    members.read(store, &usages).await?;
    let counts = usages.iter().map(|usage| SkillCounts::of(usage, &members.members));
    Ok(skills.iter().map(|skill| skill.name.clone()).zip(counts).collect())
}

/// The skills with how many use them, as it was at most a minute ago, or longer ago if no page was looked at. Missing are those that
/// were never counted, while another caller counts. What cannot be counted now keeps its count.
pub async fn skill_counts(
    store: &(impl KeepCounts + ViewCatalog + ViewTeams),
    time_and_ids: &impl TimeAndIds,
    skills: &[&Skill],
) -> Result<BTreeMap<SkillName, Counted<SkillCounts>>, StoreError> {
    let names = skills.iter().map(|skill| &skill.name).collect::<BTreeSet<_>>();
    let now = time_and_ids.now();
    let mut kept = store.skill_counts(&names).await?;
    if oldest_first(skills, now, |skill| kept.get(&skill.name).copied()).is_empty() {
        return Ok(kept);
    }
    let holder = time_and_ids.random_id();
    let Some(lease) = Lease::take(store, CountsOf::Skills, holder, now).await else { return Ok(kept) };
    let counted = async {
        // Another caller may have counted them just now.
        kept.extend(store.skill_counts(&names).await?);
        let due = oldest_first(skills, now, |skill| kept.get(&skill.name).copied());
        let (start, mut members) = (Instant::now(), TeamMembers::default());
        for skills in due.chunks(AT_ONCE).take_while(|_| start.elapsed() < COUNT_FOR) {
            let at = time_and_ids.now();
            let skills = skills.iter().map(|skill| **skill).collect::<Vec<_>>();
            let counts = count_with(store, &skills, &mut members).await?.into_iter();
            let counts = counts.map(|(skill, counts)| (skill, Counted::new(counts, at))).collect();
            store.keep_skill_counts(&counts).await?;
            kept.extend(counts);
        }
        Ok(())
    };
    lease.end(counted.await).await;
    Ok(kept)
}

/// The teams with their members counted, likewise.
pub async fn member_counts(
    store: &(impl KeepCounts + ListTeams),
    time_and_ids: &impl TimeAndIds,
    teams: &[Team],
) -> Result<BTreeMap<TeamId, Counted<MemberCount>>, StoreError> {
    let now = time_and_ids.now();
    let mut kept = store.member_counts(teams).await?;
    if oldest_first(teams, now, |team| kept.get(&team.team_id).copied()).is_empty() {
        return Ok(kept);
    }
    let holder = time_and_ids.random_id();
    let Some(lease) = Lease::take(store, CountsOf::Teams, holder, now).await else { return Ok(kept) };
    let counted = async {
        kept.extend(store.member_counts(teams).await?);
        let due = oldest_first(teams, now, |team| kept.get(&team.team_id).copied());
        let start = Instant::now();
        for teams in due.chunks(AT_ONCE).take_while(|_| start.elapsed() < COUNT_FOR) {
            let at = time_and_ids.now();
            let members = teams.iter().map(|team| store.count_members(team.team_id)).collect::<Vec<_>>();
            let members: Vec<usize> = stream::iter(members).buffered(COUNTED_CONCURRENTLY).try_collect().await?;
            let counts = members.into_iter().map(|members| Counted::new(MemberCount { members }, at));
            let counts = teams.iter().copied().zip(counts).collect::<Vec<_>>();
            store.keep_member_counts(&counts).await?;
            kept.extend(counts.into_iter().map(|(team, counted)| (team.team_id, counted)));
        }
        Ok(())
    };
    lease.end(counted.await).await;
    Ok(kept)
}

/// Those that are to be counted, the one first that was never counted, or longest ago.
fn oldest_first<T, C>(all: &[T], now: Timestamp, kept: impl Fn(&T) -> Option<Counted<C>>) -> Vec<&T> {
    let due = all.iter().map(|one| (kept(one), one));
    let due = due.filter(|(kept, _)| kept.as_ref().is_none_or(|kept| kept.is_due(now)));
    let mut due = due.map(|(kept, one)| (kept.map(|kept| kept.counted_at), one)).collect::<Vec<_>>();
    due.sort_by_key(|(counted_at, _)| *counted_at);
    due.into_iter().map(|(_, one)| one).collect()
}

/// The right to count, for one caller at a time. Of one that dies it ends by itself.
struct Lease<'a, S> {
    store: &'a S,
    of: CountsOf,
    holder: Uuid,
}

impl<'a, S: KeepCounts> Lease<'a, S> {
    /// None while another caller counts.
    async fn take(store: &'a S, of: CountsOf, holder: Uuid, now: Timestamp) -> Option<Self> {
        match store.lease_counting(of, holder, now).await {
            Ok(is_taken) => is_taken.then_some(Self { store, of, holder }),
            Err(error) => {
                tracing::warn!(%error, "failed to begin counting; the counts stay as they are");
                None
            }
        }
    }

    /// A page is not refused because counting fails.
    async fn end(self, counted: Result<(), StoreError>) {
        if let Err(error) = counted {
            tracing::warn!(%error, "failed to count; the next caller counts");
        }
        if let Err(error) = self.store.release_counting(self.of, self.holder).await {
            tracing::warn!(%error, "failed to end the lease of counting; it expires");
        }
    }
}
