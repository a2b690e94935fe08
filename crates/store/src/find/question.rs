//! What is asked for.

use domain::{
    Level, Role, SearchText, SkillName, TeamId, User, effective::held_skills, role::StatusFilter, search::UserText,
};

use crate::{cursor::fingerprint, teams::Teams};

/// A question to the directory: everything in it must hold (rule 9).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// Stands in the name or the e-mail.
    pub text: Option<SearchText>,
    /// Has one of these statuses.
    pub status: StatusFilter,
    /// Has this role.
    pub role: Option<Role>,
    /// Is in this team.
    pub team: Option<TeamId>,
    /// Has this skill, assigned or from a team, and not switched off.
    pub skill: Option<SkillName>,
    /// With at least this level.
    pub min_level: Option<Level>,
}

impl Question {
    /// Whether a profile must be looked at to know whether it is an answer.
    #[must_use]
    pub const fn has_filters(&self) -> bool {
        self.role.is_some() || self.team.is_some() || self.skill.is_some()
    }

    /// How much is asked for besides the status.
    pub(super) fn parts(&self) -> usize {
        let filters = [self.role.is_some(), self.team.is_some(), self.skill.is_some(), self.min_level.is_some()];
        usize::from(self.text.is_some()) + filters.into_iter().filter(|&is| is).count()
    }

    /// By what a cursor knows whether it belongs to this question.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let text = self.text.as_ref().map(|text| text.terms().join("\n")).unwrap_or_default();
        let (role, team) = (self.role.map(Role::name).unwrap_or_default(), self.team.map(|team| team.to_string()));
        let (skill, level) = (self.skill.as_ref().map_or("", SkillName::as_str), self.min_level.map(|l| l.to_string()));
        let (team, level) = (team.unwrap_or_default(), level.unwrap_or_default());
        fingerprint(&[&text, self.status.name(), role, &team, skill, &level])
    }

    /// All but the skills.
    pub(super) fn matches_profile(&self, user: &User) -> bool {
        let text = || UserText::new(&user.name, user.email.as_deref());
        self.status.statuses().contains(&user.status)
            && self.role.is_none_or(|role| role == user.role)
            && self.team.is_none_or(|team| user.teams.contains(&team))
            && self.text.as_ref().is_none_or(|asked| text().matches(asked))
    }

    /// The skills, which also come from teams.
    pub(super) fn matches_skills(&self, user: &User, teams: &Teams) -> bool {
        let Some(asked) = &self.skill else { return true };
        let skills = held_skills(user, teams.values());
        let has = |least: Option<Level>, level: Option<Level>| least.is_none_or(|least| level >= Some(least));
        skills.iter().any(|skill| skill.skill == *asked && !skill.disabled && has(self.min_level, skill.level))
    }
}
