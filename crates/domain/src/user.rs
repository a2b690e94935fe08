//! A person as the directory holds them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;

use crate::{
    Change, Role, SkillName, Status, TeamId, UserId,
    audit::{Fields, differences},
    skill::Skills,
};

/// The moment of a callback: time stamp, then the worker's version. Of two callbacks the greater is the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReportVersion {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// The worker's version.
    pub version: u64,
}

/// Where the fields that the directory owns come from (rule 23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// Nothing readable has been seen of this person yet.
    Pending,
    /// Taken from the callback of this moment; an earlier one that arrives late is the truer source (rule 28).
    Adopted(ReportVersion),
    /// Somebody has decided here since; logins change them no more (rule 24).
    Managed,
}

/// A person as the directory holds them: what we say, not what TaskRouter says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Who it is, for good.
    pub user_id: UserId,
    /// The worker's friendly name, as TaskRouter gives it.
    pub identity: String,
    /// Full name; the identity where no login has said one. The identity provider's.
    pub name: String,
    /// E-mail; the identity provider's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Address of a picture; the identity provider's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The moment of the login that said the three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<ReportVersion>,
    /// The role.
    pub role: Role,
    /// Whether somebody here, or the deployment, gave the role. If not, a token caps it (rule 25).
    #[serde(default)]
    pub role_granted: bool,
    /// The least role that a login has stated, against which a lowering is told from drift (rule 24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_role: Option<Role>,
    /// The moment of the latest login when the role was given here: what was said before is older than that decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_decided_after: Option<ReportVersion>,
    /// The status.
    pub status: Status,
    /// Whether somebody who is not an agent receives tasks (rule 11).
    pub act_as_agent: bool,
    /// The teams.
    pub teams: BTreeSet<TeamId>,
    /// The skills given to this person directly.
    pub assigned_skills: Skills,
    /// Skills that Flex's own pages have switched off (rule 24).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub disabled_skills: BTreeSet<SkillName>,
    /// With `SKILL_AUTHORITY=shared`: the routing skills that TaskRouter last said.
    #[serde(default, skip_serializing_if = "Skills::is_empty")]
    pub reported_skills: Skills,
    /// The worker, while there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker_sid: Option<String>,
    /// Where the directory's fields come from.
    pub provenance: Provenance,
    /// Counts the changes.
    pub version: u64,
    /// When the directory first heard of this person.
    pub created_at: Timestamp,
    /// When something last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// Whether tasks are routed to this person: agents always, others when they act as agent (rule 11),
    /// nobody who is not active (rule 12).
    #[must_use]
    pub fn receives_tasks(&self) -> bool {
        self.status == Status::Active && (self.role == Role::Agent || self.act_as_agent)
    }

    /// What differs between two states of a person, field by field, as the history shows it (rule 31).
    /// Without a state before, everything that is there.
    #[must_use]
    pub fn changes(before: Option<&Self>, after: &Self) -> Vec<Change> {
        differences(before.map(Self::recorded_fields), Some(after.recorded_fields()))
    }

    fn recorded_fields(&self) -> Fields {
        vec![
            ("identity", json!(self.identity)),
            ("name", json!(self.name)),
            ("email", json!(self.email)),
            ("picture", json!(self.picture)),
            ("role", json!(self.role)),
            ("status", json!(self.status)),
            ("act_as_agent", json!(self.act_as_agent)),
            ("teams", json!(self.teams)),
            ("assigned_skills", json!(self.assigned_skills)),
            ("disabled_skills", json!(self.disabled_skills)),
            ("worker_sid", json!(self.worker_sid)),
        ]
    }

    /// Whether TaskRouter should see something else than before: role, status, routing (rules 12 and 26).
    #[must_use]
    pub fn routing_differs(&self, before: &Self) -> bool {
        (self.role, self.status, self.act_as_agent, &self.teams, &self.assigned_skills)
            != (before.role, before.status, before.act_as_agent, &before.teams, &before.assigned_skills)
    }
}
