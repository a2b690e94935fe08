//! A user as the directory holds them. The fields are grouped by the side that owns them (rule 24).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

use crate::{
    Change, EmailAddress, Identity, ReportRef, Role, SkillName, Status, TeamId, TemporarySkills, Time, UserId,
    WorkerSid,
    audit::{Fields, differences},
    skill::Skills,
    text,
};

/// The desired state of one user. Stored flat: the groups are not visible in the item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Never changes.
    pub user_id: UserId,
    /// As TaskRouter spells it.
    pub identity: Identity,
    #[serde(flatten)]
    pub idp: IdpProfile,
    #[serde(flatten)]
    pub managed: Managed,
    #[serde(flatten)]
    pub taskrouter: TaskRouterState,
    /// Counts the changes that the API shows of the user's own record; the entity tag of the API.
    pub version: u64,
    /// Counts the writes, bookkeeping included: what every write is conditional on.
    pub revision: u64,
    pub created_at: Time,
    /// Moves with each recorded change.
    pub updated_at: Time,
    /// When an operator erased the personal data of a deleted user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Time>,
    /// Another one with each change of the role or status of an active user who is not an agent, and whenever one leads a team
    /// no more: what they do with the permissions of before is not written from then on (rule 5).
    #[serde(default, skip_serializing_if = "Uuid::is_nil")]
    pub guard_id: Uuid,
    /// The latest bulk job that has changed the user: its next runner does not change them again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bulk_mark: Option<Uuid>,
}

/// Owned by the identity provider: the latest login decides.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IdpProfile {
    #[serde(rename = "name", default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// URL of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

/// Owned by the directory: edits decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Managed {
    pub role: Role,
    /// Whether an edit here, or the deployment, gave the role. If not, the token caps it (rule 25).
    #[serde(default)]
    pub role_granted: bool,
    /// What logins have stated: the least role until one is given here, then the last one, which distinguishes a role that
    /// was lowered since from drift (rule 24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_role: Option<Role>,
    pub status: Status,
    /// Whether a user who is not an agent receives tasks (rule 11).
    pub act_as_agent: bool,
    pub teams: BTreeSet<TeamId>,
    /// Those of the teams that the user leads (rule 2): none for an agent.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub leads: BTreeSet<TeamId>,
    pub assigned_skills: Skills,
    /// In effect instead of the assigned ones while they last (rule 36).
    #[serde(default, skip_serializing_if = "TemporarySkills::is_empty")]
    pub temporary_skills: TemporarySkills,
    pub provenance: Provenance,
}

/// Reported by TaskRouter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaskRouterState {
    /// None while the user has no worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker_sid: Option<WorkerSid>,
    /// Skills that Flex's own pages have disabled (rule 24).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub disabled_skills: BTreeSet<SkillName>,
    /// The report from which the identity provider's fields were taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<ReportRef>,
}

/// Where the directory's fields come from (rule 23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// No readable report has been seen yet.
    Pending,
    /// Adopted from this report; an earlier one that arrives late replaces it (rule 28).
    Adopted(ReportRef),
    /// Decided here since; logins no longer change them (rule 24).
    Managed,
}

impl IdpProfile {
    /// What a login states, as it is shown and compared: without invisible characters; what then shows nothing is none
    /// (rule 33).
    #[must_use]
    pub fn shown(&self) -> Self {
        let shown = |text: &Option<String>| text.as_deref().and_then(text::shown);
        let email = self.email.as_ref().and_then(EmailAddress::shown);
        Self { full_name: shown(&self.full_name), email, picture: shown(&self.picture) }
    }
}

impl Managed {
    /// Leading ends with the membership, and when the user becomes an agent.
    pub(crate) fn end_leads(&mut self) {
        let Self { role, teams, leads, .. } = self;
        leads.retain(|team| *role != Role::Agent && teams.contains(team));
    }
}

impl User {
    /// An active agent of whom nothing but the identity is known.
    #[must_use]
    pub fn new(user_id: UserId, identity: Identity, now: Timestamp) -> Self {
        Self {
            user_id,
            identity,
            idp: IdpProfile::default(),
            managed: Managed {
                role: Role::Agent,
                role_granted: false,
                login_role: None,
                status: Status::Active,
                act_as_agent: false,
                teams: BTreeSet::new(),
                leads: BTreeSet::new(),
                assigned_skills: Skills::new(),
                temporary_skills: TemporarySkills::new(),
                provenance: Provenance::Pending,
            },
            taskrouter: TaskRouterState::default(),
            version: 0,
            revision: 0,
            created_at: now.into(),
            updated_at: now.into(),
            erased_at: None,
            guard_id: Uuid::nil(),
            bulk_mark: None,
        }
    }

    /// A copy with some fields changed.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut user = self.clone();
        change(&mut user);
        user
    }

    /// The full name, or the identity while no login has stated one.
    #[must_use]
    pub fn name(&self) -> &str {
        self.idp.full_name.as_deref().unwrap_or(self.identity.as_str())
    }

    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.idp.email.as_ref().map(EmailAddress::as_str)
    }

    #[must_use]
    pub fn is_active(&self) -> bool {
        self.managed.status == Status::Active
    }

    /// Of these one stays (rule 3).
    #[must_use]
    pub fn is_active_owner(&self) -> bool {
        self.is_active() && self.managed.role == Role::AccountOwner
    }

    /// Whether tasks are routed to this user: agents always, others when they act as agent (rule 11), only active users
    /// (rule 12).
    #[must_use]
    pub fn receives_tasks(&self) -> bool {
        self.is_active() && (self.managed.role == Role::Agent || self.managed.act_as_agent)
    }

    /// The differences between two states, field by field, as the history shows them (rule 31). Without a state before,
    /// every field that is set.
    #[must_use]
    pub fn changes(before: Option<&Self>, after: &Self) -> Vec<Change> {
        differences(before.map(Self::recorded_fields), Some(after.recorded_fields()))
    }

    fn recorded_fields(&self) -> Fields {
        let Self { identity, idp, managed, taskrouter, .. } = self;
        vec![
            ("identity", json!(identity)),
            ("name", json!(self.name())),
            ("email", json!(idp.email)),
            ("picture", json!(idp.picture)),
            ("role", json!(managed.role)),
            ("status", json!(managed.status)),
            ("act_as_agent", json!(managed.act_as_agent)),
            ("teams", json!(managed.teams)),
            ("leads", json!(managed.leads)),
            ("assigned_skills", json!(managed.assigned_skills)),
            ("temporary_skills", json!(managed.temporary_skills)),
            ("disabled_skills", json!(taskrouter.disabled_skills)),
            ("worker_sid", json!(taskrouter.worker_sid)),
        ]
    }

    /// Whether a write is needed. A new spelling of the identity is one, although identities compare without case.
    #[must_use]
    pub fn differs_from(&self, before: &Self) -> bool {
        self != before || self.identity.as_str() != before.identity.as_str()
    }

    /// Whether what the user is doing now, with the permissions of before, must not be written any more (rule 5). Agents
    /// change nothing.
    #[must_use]
    pub fn revokes_permissions_of(&self, before: &Self) -> bool {
        let permissions = |user: &Self| (user.managed.status, user.managed.role, user.managed.role_granted);
        let is_fewer = permissions(self) != permissions(before) || !before.managed.leads.is_subset(&self.managed.leads);
        before.is_active() && before.managed.role != Role::Agent && is_fewer
    }

    /// Whether TaskRouter should hold something else than before: role, status, routing (rules 12, 24 and 26).
    #[must_use]
    pub fn routing_differs(&self, before: &Self) -> bool {
        let routed = |user: &Self| {
            let (managed, skills) = (user.managed.clone(), user.managed.assigned_now());
            (managed.role, managed.status, managed.act_as_agent, managed.teams, skills)
        };
        routed(self) != routed(before) || self.taskrouter.disabled_skills != before.taskrouter.disabled_skills
    }
}

#[cfg(test)]
mod tests;
