//! Queries for users (rules 6, 7 and 9), and which users match.
//!
//! A filter is one variant of [`Criterion`]. Besides this file it appears where it is parsed (`http_api`) and where its
//! entries are stored (`store`, the key of a filter entry). The stage of the synchronisation is no part of a user and has no
//! entries: it is a field of its own, as the status is.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, str::FromStr};

use super::{FoldedUser, SearchText};
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

/// What an index entry tells of its user besides the text; what it does not tell is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryFacts {
    /// Of the assigned skill that the entry is of.
    pub level: Option<Level>,
    pub role: Option<Role>,
    pub teams: Option<BTreeSet<TeamId>>,
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

    /// Whether an index entry that carries this may lead to a match. An assigned level counts whatever the teams grant
    /// (rule 15).
    fn may_match_entry(&self, facts: &EntryFacts) -> bool {
        match self {
            Self::Skill { min_level: Some(least), .. } => facts.level.is_none_or(|level| level >= *least),
            Self::Skill { .. } => true,
            Self::Team(team_id) => facts.teams.as_ref().is_none_or(|teams| teams.contains(team_id)),
            Self::Role(role) => facts.role.is_none_or(|of_user| of_user == *role),
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
        let skills = user.managed.assigned_now().into_iter().map(|(skill, level)| (Self::skill(skill), level));
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
    pub fn may_match_profile(&self, folded: &FoldedUser<'_>) -> bool {
        self.status.shows(folded.user.managed.status)
            && self.criteria.iter().all(|criterion| criterion.may_match_profile(folded.user))
            && self.text.as_ref().is_none_or(|text| folded.text().matches(text))
    }

    /// Whether all filters hold but that of the synchronisation; `teams` holds at least the user's teams.
    #[must_use]
    pub fn matches_criteria(&self, user: &User, teams: &Teams) -> bool {
        self.criteria.iter().all(|criterion| criterion.matches(user, teams))
    }

    /// Whether an index entry may lead to a match, by what it carries of the user: the [joined](super::UserText::joined) text
    /// and more.
    #[must_use]
    pub fn may_match_entry(&self, joined: &str, facts: &EntryFacts) -> bool {
        self.criteria.iter().all(|criterion| criterion.may_match_entry(facts))
            && self.text.as_ref().is_none_or(|text| text.is_in_joined(joined))
    }

    /// Whether the entries of this filter carry what all others ask. Of assigned skills an entry carries its own alone.
    #[must_use]
    pub fn is_checked_on_entries(&self, of: &Criterion) -> bool {
        self.criteria.iter().all(|other| other == of || !matches!(other, Criterion::Skill { .. }))
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
    pub fn shows(self, status: Status) -> bool {
        self == Self::All || self == Self::Only(status)
    }

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
    use crate::{TemporarySkill, Time, test_support::agent};

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
            query.may_match_profile(&FoldedUser::new(&skilled)) && query.matches_criteria(&skilled, &Teams::new())
        };
        let with_level = |level| Criterion::Skill { skill: english.clone(), min_level: Some(Level(level)) };
        assert!(matches(vec![Criterion::Role(Role::Agent), with_level(5)]));
        assert!(!matches(vec![Criterion::Role(Role::Agent), with_level(6)]));
        assert!(!matches(vec![Criterion::Role(Role::Supervisor), with_level(5)]));
    }

    fn english() -> SkillName {
        SkillName::new("English").unwrap()
    }

    fn team() -> TeamId {
        TeamId::new(uuid::Uuid::from_u128(1))
    }

    fn query(criteria: Vec<Criterion>) -> UserQuery {
        UserQuery::new(None, StatusFilter::default(), criteria)
    }

    fn english_at(least: i64) -> Criterion {
        Criterion::Skill { skill: english(), min_level: Some(Level(least)) }
    }

    #[test]
    fn rule_7_a_list_shows_users_of_the_status_that_is_asked_for_or_of_all() {
        let active = agent("ada");
        let deleted = active.with(|user| user.managed.status = Status::Deleted);
        let shown = |status| {
            let query = UserQuery::new(None, status, Vec::new());
            [&active, &deleted].map(|user| query.may_match_profile(&FoldedUser::new(user)))
        };
        assert_eq!(shown(StatusFilter::Only(Status::Active)), [true, false]);
        assert_eq!(shown(StatusFilter::Only(Status::Deleted)), [false, true]);
        assert_eq!(shown(StatusFilter::All), [true, true]);
    }

    #[test]
    fn rule_9_the_profile_alone_shows_who_is_not_in_the_team_or_has_another_role_or_text() {
        let ada = agent("Ada").with(|user| user.managed.teams = [team()].into());
        let may_match = |query: &UserQuery| query.may_match_profile(&FoldedUser::new(&ada));
        assert!(may_match(&query(vec![Criterion::Team(team())])));
        assert!(!may_match(&query(vec![Criterion::Team(TeamId::new(uuid::Uuid::nil()))])));
        assert!(!may_match(&query(vec![Criterion::Role(Role::Supervisor)])));
        assert!(may_match(&query(vec![english_at(5)])), "her teams may grant it");
        let of_text = |text| UserQuery::new(SearchText::parse(text).ok(), StatusFilter::All, Vec::new());
        assert_eq!([may_match(&of_text("ada")), may_match(&of_text("bob"))], [true, false]);
    }

    #[test]
    fn rule_24_a_filter_by_skill_does_not_find_whom_flexs_own_pages_have_taken_it_from() {
        let ada = agent("ada").with(|user| user.managed.assigned_skills = [(english(), None)].into());
        let disabled = ada.with(|user| user.taskrouter.disabled_skills = [english()].into());
        let matches = |user, criterion| query(vec![criterion]).matches_criteria(user, &Teams::new());
        assert!(matches(&ada, Criterion::skill(english())));
        assert!(!matches(&disabled, Criterion::skill(english())));
        assert!(!matches(&ada, Criterion::skill(SkillName::new("French").unwrap())));
        assert!(!matches(&ada, english_at(1)), "a skill without a level reaches none");
    }

    #[test]
    fn rule_9_an_entry_is_passed_over_only_by_what_it_tells() {
        let may_match =
            |criterion: Criterion, facts: &EntryFacts| query(vec![criterion]).may_match_entry("ada\u{1f}", facts);
        let silent = EntryFacts::default();
        let of = |level| EntryFacts { level: Some(Level(level)), ..EntryFacts::default() };
        assert_eq!([4, 5, 6].map(|level| may_match(english_at(5), &of(level))), [false, true, true]);
        assert!(may_match(Criterion::skill(english()), &of(1)));
        let supervisor = EntryFacts { role: Some(Role::Supervisor), ..EntryFacts::default() };
        assert!(may_match(Criterion::Role(Role::Supervisor), &supervisor));
        assert!(!may_match(Criterion::Role(Role::Agent), &supervisor));
        let member = EntryFacts { teams: Some([team()].into()), ..EntryFacts::default() };
        assert!(may_match(Criterion::Team(team()), &member));
        assert!(!may_match(Criterion::Team(TeamId::new(uuid::Uuid::nil())), &member));
        for criterion in [english_at(5), Criterion::Role(Role::Supervisor), Criterion::Team(team())] {
            assert!(may_match(criterion, &silent));
        }
    }

    #[test]
    fn rule_6_an_entry_leads_to_no_match_if_its_text_lacks_the_word() {
        let of_text = |text| UserQuery::new(SearchText::parse(text).ok(), StatusFilter::All, Vec::new());
        let may_match = |text| of_text(text).may_match_entry("ada\u{1f}ada@example.com", &EntryFacts::default());
        assert_eq!(["ada", "example", "bob"].map(may_match), [true, true, false]);
        let supervisor = UserQuery::new(SearchText::parse("ada").ok(), StatusFilter::All, vec![english_at(5)]);
        let low = EntryFacts { level: Some(Level(4)), ..EntryFacts::default() };
        assert!(!supervisor.may_match_entry("ada\u{1f}", &low), "a word alone is not enough");
    }

    #[test]
    fn users_are_found_by_entries_of_role_teams_and_assigned_skills_and_agents_by_none_of_their_role() {
        let ada = agent("ada").with(|user| {
            user.managed.teams = [team()].into();
            user.managed.assigned_skills = [(english(), Some(Level(5)))].into();
        });
        let found_by = |user: &User| Criterion::indexed_for(user).collect::<Vec<_>>();
        let others = [(Criterion::Team(team()), None), (Criterion::skill(english()), Some(Level(5)))];
        assert_eq!(found_by(&ada), others);
        let supervisor = ada.with(|user| user.managed.role = Role::Supervisor);
        let role = (Criterion::Role(Role::Supervisor), None);
        assert_eq!(found_by(&supervisor), [&[role][..], &others].concat());
    }

    #[test]
    fn rule_9_a_temporary_skill_finds_the_user_while_it_lasts() {
        let with = |active| {
            agent("ada").with(|user| {
                user.managed.assigned_skills = [(english(), Some(Level(5)))].into();
                let (from, until) = (Time::default(), jiff::Timestamp::from_second(60).unwrap().into());
                let skill = TemporarySkill { level: Some(Level(9)), from, until, active };
                user.managed.temporary_skills = [(english(), skill)].into();
            })
        };
        let found_by = |user: &User| Criterion::indexed_for(user).collect::<Vec<_>>();
        assert_eq!(found_by(&with(true)), [(Criterion::skill(english()), Some(Level(9)))]);
        assert_eq!(found_by(&with(false)), [(Criterion::skill(english()), Some(Level(5)))]);
        let finds = |active| query(vec![english_at(8)]).matches_criteria(&with(active), &Teams::new());
        assert!(finds(true) && !finds(false));
    }

    #[test]
    fn a_query_tells_what_it_filters_by_and_how_many_conditions_it_states() {
        let everyone = query(Vec::new());
        assert_eq!((everyone.conditions(), everyone.team(), everyone.skill()), (0, None, None));
        let criteria = vec![Criterion::Role(Role::Agent), english_at(5), Criterion::Team(team())];
        let narrow = UserQuery::new(SearchText::parse("ada").ok(), StatusFilter::All, criteria.clone());
        assert_eq!((narrow.conditions(), narrow.team(), narrow.skill()), (5, Some(team()), Some(&english())));
        let [role, english, team] = criteria.try_into().unwrap();
        assert_eq!(narrow.criteria(), [team, english, role], "in the order in which the index tries them");
        let failed = narrow.with_sync(SyncStage::Failed);
        assert_eq!((failed.conditions(), failed.sync), (6, Some(SyncStage::Failed)));
        assert_eq!(query(vec![Criterion::skill(self::english())]).conditions(), 1);
    }

    #[test]
    fn an_entry_of_a_skill_tells_of_no_other_skill() {
        let (english, french) = (Criterion::skill(english()), Criterion::skill(SkillName::new("French").unwrap()));
        let with = |other: &Criterion| query(vec![Criterion::Team(team()), english.clone(), other.clone()]);
        assert!(with(&Criterion::Role(Role::Agent)).is_checked_on_entries(&english));
        assert!(!with(&french).is_checked_on_entries(&english));
        assert!(!with(&Criterion::Role(Role::Agent)).is_checked_on_entries(&Criterion::Team(team())));
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
