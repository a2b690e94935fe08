//! What is odd about the workers of a workspace that is about to be adopted. Changes nothing: adopted is everybody as
//! they are (rule 23), but some of it an operator should know or correct before.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Serialize;

use crate::{Attributes, Level, LevelRange, Skill, SkillName, WorkerSid, reconciliation::Sample};

/// More workers Flex supports in no workspace.
pub const MAX_WORKERS: u64 = 15_000;

/// From so many of the 4,096 characters on, a few more skills may not fit (rule 27).
const NEAR_LIMIT_CHARS: usize = 3_800;

/// What is looked at of one worker. Printed without identity and attributes (rule 32).
#[derive(Clone, PartialEq, Eq)]
pub struct WorkerFacts {
    pub worker_sid: WorkerSid,
    /// The friendly name, as received.
    pub identity: String,
    /// None if the list leaves them out, or they are no JSON object.
    pub attributes: Option<Attributes>,
    /// All of them, not only the three that the directory knows.
    pub roles: BTreeSet<String>,
    /// The characters of the attributes.
    pub chars: usize,
    pub has_team_sid: bool,
    /// Whether `contact_uri`, by which calls reach the worker, is the one that Flex makes of the friendly name. None if the
    /// worker has none.
    pub contact_uri_fits: Option<bool>,
}

/// What catalog and Flex say of skills.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkillDefinitions {
    /// The catalog's; none for a skill without levels.
    pub levels: BTreeMap<SkillName, Option<LevelRange>>,
    /// Those that need a level in Flex (rule 16).
    pub multivalue: BTreeSet<SkillName>,
}

/// Printed in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Oddity {
    UnknownAttributes,
    SameEmail,
    ConsoleSupport,
    NoRole,
    UnknownRole,
    FlexRole,
    LevelOutOfRange,
    LevelMissing,
    HyphenInSkillName,
    AttributesNearLimit,
    ForeignContactUri,
    TeamSid,
}

/// A worker of whom something is odd. Printed without identity and reason (rule 32).
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct OddWorker {
    pub worker_sid: WorkerSid,
    pub identity: String,
    /// Which role, skill or other worker it is about.
    pub reason: String,
}

/// What the workers of a workspace have shown so far. Keeps of each worker its e-mail address, and nothing else.
#[derive(Debug, Clone, Default)]
pub struct AdoptionReview {
    definitions: SkillDefinitions,
    workers: u64,
    /// The first worker with each address.
    emails: BTreeMap<String, WorkerSid>,
    odd: BTreeMap<Oddity, Sample<OddWorker>>,
    new_skills: BTreeSet<SkillName>,
}

impl AdoptionReview {
    #[must_use]
    pub fn new(definitions: SkillDefinitions) -> Self {
        Self { definitions, ..Self::default() }
    }

    pub fn add(&mut self, worker: &WorkerFacts) {
        self.workers += 1;
        let Some(attributes) = &worker.attributes else {
            self.found(worker, Oddity::UnknownAttributes, "not listed, or no JSON object".to_owned());
            return;
        };
        self.add_email(worker, attributes);
        self.add_roles(worker);
        self.add_skills(worker, attributes);
        if worker.chars >= NEAR_LIMIT_CHARS {
            self.found(worker, Oddity::AttributesNearLimit, format!("{} characters", worker.chars));
        }
        if worker.contact_uri_fits == Some(false) {
            self.found(worker, Oddity::ForeignContactUri, "contact_uri".to_owned());
        }
        if worker.has_team_sid {
            self.found(worker, Oddity::TeamSid, "team_sid".to_owned());
        }
    }

    #[must_use]
    pub const fn workers(&self) -> u64 {
        self.workers
    }

    /// What is odd, by what it is.
    #[must_use]
    pub const fn odd(&self) -> &BTreeMap<Oddity, Sample<OddWorker>> {
        &self.odd
    }

    /// The workers' skills that the catalog lacks.
    #[must_use]
    pub const fn new_skills(&self) -> &BTreeSet<SkillName> {
        &self.new_skills
    }

    fn found(&mut self, worker: &WorkerFacts, oddity: Oddity, reason: String) {
        let (worker_sid, identity) = (worker.worker_sid.clone(), worker.identity.clone());
        self.odd.entry(oddity).or_default().add(OddWorker { worker_sid, identity, reason });
    }

    fn add_email(&mut self, worker: &WorkerFacts, attributes: &Attributes) {
        let Some(email) = attributes.idp.email.as_ref().map(crate::EmailAddress::comparable) else { return };
        if email.is_empty() {
            return;
        }
        match self.emails.get(&email) {
            Some(first) => {
                let reason = format!("as {first}");
                self.found(worker, Oddity::SameEmail, reason);
            }
            None => drop(self.emails.insert(email, worker.worker_sid.clone())),
        }
    }

    fn add_roles(&mut self, worker: &WorkerFacts) {
        let is_managed = |role: &str| matches!(role, "admin" | "supervisor" | "agent");
        let is_support = |role: &str| role == "support";
        let is_of_flex = |role: &str| role.starts_with("wfo.");
        let roles = worker.roles.iter().map(String::as_str).collect::<Vec<_>>();
        let those = |is: &dyn Fn(&str) -> bool| roles.iter().copied().filter(|role| is(role)).collect::<Vec<_>>();
        if roles == ["support"] {
            self.found(worker, Oddity::ConsoleSupport, "support".to_owned());
        } else if !roles.iter().any(|role| is_managed(role)) {
            let reason = if roles.is_empty() { "no roles".to_owned() } else { roles.join(", ") };
            self.found(worker, Oddity::NoRole, reason);
        }
        let of_flex = those(&is_of_flex);
        let unknown = those(&|role| !is_managed(role) && !is_support(role) && !is_of_flex(role));
        for (oddity, roles) in [(Oddity::UnknownRole, unknown), (Oddity::FlexRole, of_flex)] {
            if !roles.is_empty() {
                self.found(worker, oddity, roles.join(", "));
            }
        }
    }

    fn add_skills(&mut self, worker: &WorkerFacts, attributes: &Attributes) {
        let skills = || attributes.skills.iter().chain(&attributes.disabled);
        let hyphens = named(skills().filter(|(name, _)| name.as_str().contains('-')));
        let outside = named(skills().filter(|(name, level)| !self.takes(name, **level)));
        let missing = named(skills().filter(|(name, level)| level.is_none() && self.needs_level(name)));
        self.new_skills.extend(
            skills().map(|(name, _)| name).filter(|name| !self.definitions.levels.contains_key(*name)).cloned(),
        );
        for (oddity, skills) in
            [(Oddity::HyphenInSkillName, hyphens), (Oddity::LevelOutOfRange, outside), (Oddity::LevelMissing, missing)]
        {
            if !skills.is_empty() {
                self.found(worker, oddity, skills);
            }
        }
    }

    /// Whether the level is within the skill's range; of a skill that the catalog lacks, within the one it will get. What a
    /// skill without levels has is no matter (rule 24).
    fn takes(&self, name: &SkillName, level: Option<Level>) -> bool {
        let (Some(level), Some(range)) = (level, self.range(name)) else { return true };
        (range.min..=range.max).contains(&level)
    }

    fn range(&self, name: &SkillName) -> Option<LevelRange> {
        let known = self.definitions.levels.get(name).copied();
        known.unwrap_or_else(|| Skill::imported(name.clone()).levels)
    }

    fn needs_level(&self, name: &SkillName) -> bool {
        self.definitions.multivalue.contains(name)
    }
}

/// `English:7, French`
fn named<'a>(skills: impl Iterator<Item = (&'a SkillName, &'a Option<Level>)>) -> String {
    let named = skills.map(|(name, level)| level.map_or_else(|| name.to_string(), |level| format!("{name}:{level}")));
    named.collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Oddity {
    /// What it is, and what comes of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownAttributes => "attributes unknown: each of these workers is fetched",
            Self::SameEmail => "same e-mail address as another worker: two users, never merged",
            Self::ConsoleSupport => "Support users of the Console: unmanaged, no access",
            Self::NoRole => "none of admin, supervisor, agent: unmanaged, no access",
            Self::UnknownRole => "roles that neither Flex nor the directory knows: kept, no permissions here",
            Self::FlexRole => "roles of Flex Insights (wfo.…): kept until the user is made an agent here",
            Self::LevelOutOfRange => "levels outside of the skill's range: kept until edited",
            Self::LevelMissing => "multivalue skills without a level: Flex's own panel cannot save these users",
            Self::HyphenInSkillName => "hyphens in skill names, which TaskRouter's expressions cannot name",
            Self::AttributesNearLimit => "attributes of 3,800 characters or more, of 4,096",
            Self::ForeignContactUri => "contact_uri does not fit the name: calls may not reach the user",
            Self::TeamSid => "members of a team in Flex (team_sid): never touched, not a team here",
        })
    }
}

impl fmt::Debug for WorkerFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerFacts").field("worker_sid", &self.worker_sid).finish_non_exhaustive()
    }
}

impl fmt::Debug for OddWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OddWorker").field("worker_sid", &self.worker_sid).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
