//! Queries for users (rules 6, 7 and 9), and which users match.
//!
//! A filter is one variant of [`Criterion`]. Besides this file it appears where it is parsed (`http_api`) and where its
//! entries are stored (`store`, the key of a filter entry). The stage of the synchronisation is no part of a user and has no
//! entries: it is a field of its own, as the status is.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

use super::{SearchText, UserText};
use crate::{
    Level, Refusal, Role, SkillName, Status, TeamId, User, effective::held_skills, sync_summary::SyncStage, team::Teams,
};

/// A query for users; everything in it must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserQuery {
    /// Found in the name or the e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<SearchText>,
    pub status: StatusFilter,
    /// Where the synchronisation with TaskRouter stands. The user and the teams do not show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync: Option<SyncStage>,
    /// In the order of [`Criterion`]'s variants.
    criteria: Vec<Criterion>,
}

/// A filter (rule 9). The order of the variants is the order in which the index tries them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    Team(TeamId),
    /// Assigned or inherited, and not disabled.
    Skill {
        skill: SkillName,
        min_level: Option<Level>,
    },
    Role(Role),
}

impl Criterion {
    #[must_use]
    pub const fn skill(skill: SkillName) -> Self {
        Self::Skill { skill, min_level: None }
    }

    /// Whether the profile alone shows that the user does not match.
    fn may_match_profile(&self, user: &User) -> bool {
        match self {
            Self::Team(team_id) => user.managed.teams.contains(team_id),
            Self::Role(role) => user.managed.role == *role,
            Self::Skill { .. } => true,
        }
    }

    /// Whether the user matches; `teams` holds at least the user's teams (rules 15 to 17).
    fn matches(&self, user: &User, teams: &Teams) -> bool {
        let Self::Skill { skill, min_level } = self else { return self.may_match_profile(user) };
        let reaches = |level: Option<Level>| min_level.is_none_or(|least| level >= Some(least));
        held_skills(user, teams.values())
            .iter()
            .any(|held| held.skill == *skill && !held.disabled && reaches(held.level))
    }

    /// Whether an index entry with this level may lead to a match. An assigned level counts whatever the teams grant
    /// (rule 15).
    fn may_match_level(&self, level: Option<Level>) -> bool {
        match self {
            Self::Skill { min_level: Some(least), .. } => level.is_none_or(|level| level >= *least),
            Self::Skill { .. } | Self::Team(_) | Self::Role(_) => true,
        }
    }

    /// Whether the index has entries for this filter. Agents have none: most users are agents, and reading everyone from
    /// an index that carries whole profiles costs less than reading the profile of each entry.
    #[must_use]
    pub fn is_indexed(&self) -> bool {
        *self != Self::Role(Role::Agent)
    }

    /// How many conditions it states.
    fn conditions(&self) -> usize {
        match self {
            Self::Skill { min_level: Some(_), .. } => 2,
            Self::Skill { .. } | Self::Team(_) | Self::Role(_) => 1,
        }
    }

    /// The filters that find this user by an index entry; with the level of an assigned skill.
    pub fn indexed_for(user: &User) -> impl Iterator<Item = (Self, Option<Level>)> {
        let role = [(Self::Role(user.managed.role), None)].into_iter();
        let teams = user.managed.teams.iter().map(|&team_id| (Self::Team(team_id), None));
        let skills = user.managed.assigned_skills.iter().map(|(skill, &level)| (Self::skill(skill.clone()), level));
        role.filter(|(role, _)| role.is_indexed()).chain(teams).chain(skills)
    }
}

impl UserQuery {
    #[must_use]
    pub fn new(text: Option<SearchText>, status: StatusFilter, mut criteria: Vec<Criterion>) -> Self {
        criteria.sort();
        Self { text, status, sync: None, criteria }
    }

    /// The same query, of the users in this stage only.
    #[must_use]
    pub fn with_sync(self, sync: impl Into<Option<SyncStage>>) -> Self {
        Self { sync: sync.into(), ..self }
    }

    #[must_use]
    pub fn criteria(&self) -> &[Criterion] {
        &self.criteria
    }

    /// The team that it filters by.
    #[must_use]
    pub fn team(&self) -> Option<TeamId> {
        self.criteria.iter().find_map(|criterion| if let Criterion::Team(id) = criterion { Some(*id) } else { None })
    }

    /// The skill that it filters by.
    #[must_use]
    pub fn skill(&self) -> Option<&SkillName> {
        self.criteria.iter().find_map(|c| if let Criterion::Skill { skill, .. } = c { Some(skill) } else { None })
    }

    /// How many conditions are stated besides the status.
    #[must_use]
    pub fn conditions(&self) -> usize {
        let fields = usize::from(self.text.is_some()) + usize::from(self.sync.is_some());
        fields + self.criteria.iter().map(Criterion::conditions).sum::<usize>()
    }

    /// Whether the user matches as far as the profile shows. [`Self::matches_criteria`] checks the rest.
    #[must_use]
    pub fn may_match_profile(&self, user: &User) -> bool {
        let matches_text = |text| UserText::of(user).matches(text);
        self.status.statuses().contains(&user.managed.status)
            && self.criteria.iter().all(|criterion| criterion.may_match_profile(user))
            && self.text.as_ref().is_none_or(matches_text)
    }

    /// Whether all filters hold but that of the synchronisation; `teams` holds at least the user's teams.
    #[must_use]
    pub fn matches_criteria(&self, user: &User, teams: &Teams) -> bool {
        self.criteria.iter().all(|criterion| criterion.matches(user, teams))
    }

    /// Whether an index entry may lead to a match, by the text of the user and the level that it carries.
    #[must_use]
    pub fn may_match_entry(&self, text: &UserText, level: Option<Level>) -> bool {
        self.criteria.iter().all(|criterion| criterion.may_match_level(level))
            && self.text.as_ref().is_none_or(|searched| text.matches(searched))
    }
}

/// The statuses that a list shows; active users by default (rule 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusFilter {
    Only(Status),
    All,
}

impl Default for StatusFilter {
    fn default() -> Self {
        Self::Only(Status::Active)
    }
}

impl StatusFilter {
    #[must_use]
    pub fn statuses(self) -> Vec<Status> {
        match self {
            Self::Only(status) => vec![status],
            Self::All => Status::ALL.to_vec(),
        }
    }
}

impl FromStr for StatusFilter {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let one = Status::ALL.into_iter().find(|status| status.name() == text).map(Self::Only);
        one.or((text == "all").then_some(Self::All)).ok_or_else(|| Refusal::UnknownStatus(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::agent;

    #[test]
    fn rule_7_a_list_shows_active_people_unless_told_otherwise() {
        assert_eq!(StatusFilter::default().statuses(), [Status::Active]);
        assert_eq!("all".parse::<StatusFilter>().unwrap().statuses(), Status::ALL);
        assert!("retired".parse::<StatusFilter>().unwrap_err().to_string().contains("retired"));
    }

    #[test]
    fn rule_9_filters_are_combined_with_and() {
        let english = SkillName::new("English").unwrap();
        let skilled = agent("ada").with(|user| {
            user.managed.assigned_skills = [(english.clone(), Some(Level(5)))].into();
        });
        let matches = |criteria: Vec<Criterion>| {
            let query = UserQuery::new(None, StatusFilter::default(), criteria);
            query.may_match_profile(&skilled) && query.matches_criteria(&skilled, &Teams::new())
        };
        let with_level = |level| Criterion::Skill { skill: english.clone(), min_level: Some(Level(level)) };
        assert!(matches(vec![Criterion::Role(Role::Agent), with_level(5)]));
        assert!(!matches(vec![Criterion::Role(Role::Agent), with_level(6)]));
        assert!(!matches(vec![Criterion::Role(Role::Supervisor), with_level(5)]));
    }

    #[test]
    fn a_query_keeps_its_meaning_when_it_is_stored() {
        let text = Some(SearchText::parse("Ada Love").unwrap());
        let query = UserQuery::new(text, StatusFilter::All, vec![Criterion::Role(Role::Supervisor)]);
        let query = query.with_sync(SyncStage::Failed);
        let stored = serde_json::to_string(&query).unwrap();
        assert_eq!(serde_json::from_str::<UserQuery>(&stored).unwrap(), query);
    }
}
