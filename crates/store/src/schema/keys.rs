//! The table's keys. Nothing else formats one.
//!
//! | entity | pk | sk |
//! |---|---|---|
//! | user | `USER#<user_id>` | `PROFILE` |
//! | outbox | `USER#<user_id>` | `OUTBOX` |
//! | sync | `USER#<user_id>` | `SYNC` |
//! | twilio health | `TWILIO` | `HEALTH` |
//! | reconciliation | `RECONCILIATION` | `LATEST` |
//! | audit | `AUDIT#<entity>#<id>`, the entity one of `user`, `team`, `skill_set`, `skill`, `preset` | `<uuid v7>` |
//! | worker | `WORKER#<worker SID>` | `WORKER` |
//! | identity | `IDENTITY#<hash of the identity, lower case>` | `IDENTITY` |
//! | member | `TEAM#<team_id>` | `MEMBER#<user_id>` |
//! | team | `TEAM#<team_id>` | `TEAM` |
//! | fan-out | `TEAM#<team_id>` | `FANOUT` |
//! | team name | `TEAMS` | `NAME#<folded name>` U+001F `<name key>` |
//! | skill set | `SKILLS` | `SET#<folded name>` U+001F `<name key>` |
//! | skill | `SKILLS` | `SKILL#<name>` |
//! | skill name | `SKILLS` | `NAME#<name key>` |
//! | preset | `PRESETS` | `PRESET#<preset_id>` |
//! | preset name | `PRESETS` | `NAME#<folded name>` U+001F `<name key>` |
//! | holder | `HAS#<skill>` | `USER#<user_id>`, `TEAM#<team_id>` |
//! | counts of a skill, of a team | `COUNTS#SKILLS`, `COUNTS#TEAMS` | `<skill>`, `<folded name>` U+001F `<name key>` |
//! | lease of counting | `COUNTING#SKILLS`, `COUNTING#TEAMS` | `LEASE` |
//! | owners | `OWNERS` | `OWNERS` |
//! | guard of a skill, a team, a user | `GUARD#SKILL#<skill>#<guard id>#<number>`, `GUARD#TEAM#<team_id>#<number>`, `GUARD#USER#<user_id>#<guard id>#<number>` | `GUARD` |
//! | search entry | `FIND#<status>#<3 characters>` | `<rest of the text>` U+001F `<user_id>` |
//! | search entry of two Han, kana or Hangul | `FIND#<status>#<2 characters>` | U+001F `<user_id>` |
//! | filter entry | `LIST#<status>#ROLE#<role>`, `…#TEAM#<team_id>`, `…#SKILL#<skill>` | `<folded name>` U+001F `<user_id>` |
//! | job | `JOB#<id>` | `JOB` |
//! | what a bulk job has made of a user | `JOB#<id>` | `RESULT#<place in the plan>` |
//! | latest job of a user | `JOB#OF#<user id>` | `EXPORT`, `BULK` |
//! | idempotency | `ONCE#<hash of caller and key>` | `ONCE` |
//!
//! The index `by_pending` holds what is due, by when: `PENDING` / `<time>` the outboxes, `FANOUT` / `<time>` the fan-outs,
//! `BULK` / `<time>` the bulk jobs, `TEMPORARY` / `<time>` the profiles with temporary skills; and the sync items that need an operator, by since when: `FAILED` / `<time>`, `CONTESTED` / `<time>`.
//! The index `by_status` holds the profiles: `STATUS#<status>` / `<folded name>` U+001F `<user_id>`. Folding strips U+001F
//! from texts, so that keys sort as their texts do and never collide. A name key is the name without case, width and
//! invisible characters (rule 33).

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use uuid::Uuid;

use domain::{
    Identity, PresetId, PresetName, SkillName, SkillSetName, Status, TeamId, TeamName, User, UserId, WorkerSid,
    audit::Subject,
    job::JobKind,
    search::{Criterion, sort_name},
    sync_summary::SyncStage,
};

/// The index of profiles by status, in order of name, and its key attributes.
pub const BY_STATUS: &str = "by_status";
pub(crate) const BY_STATUS_PK: &str = "by_status_pk";
pub(crate) const BY_STATUS_SK: &str = "by_status_sk";

/// The index of outboxes, fan-outs, bulk jobs and temporary skills by when they are due, and of failed and contested sync items by since when; its key
/// attributes are `by_pending_pk` and `due_at`.
pub const BY_PENDING: &str = "by_pending";
pub(crate) const BY_PENDING_PK: &str = "by_pending_pk";
pub(crate) const BY_PENDING_SK: &str = "due_at";

/// The outboxes' partition of [`BY_PENDING`].
pub(crate) const PENDING: &str = "PENDING";

/// The fan-outs' partition of [`BY_PENDING`].
pub(crate) const FAN_OUTS: &str = "FANOUT";

/// The bulk jobs' partition of [`BY_PENDING`].
pub(crate) const BULK_JOBS: &str = "BULK";

/// The partition of [`BY_PENDING`] with the profiles of users who have temporary skills, by the next turn.
pub(crate) const TEMPORARY_SKILLS: &str = "TEMPORARY";

/// The partition of [`BY_PENDING`] that leads to the users in this stage; none for those who are synced, the many.
#[must_use]
pub(crate) const fn stage_pk(stage: SyncStage) -> Option<&'static str> {
    match stage {
        SyncStage::Synced => None,
        SyncStage::Pending => Some(PENDING),
        SyncStage::Failed => Some("FAILED"),
        SyncStage::Contested => Some("CONTESTED"),
    }
}

/// Between a text and the user id.
const END_OF_TEXT: char = '\u{1f}';

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// As DynamoDB takes it.
    #[must_use]
    pub fn attributes(&self) -> HashMap<String, AttributeValue> {
        let text = |text: &String| AttributeValue::S(text.clone());
        [("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))].into()
    }

    /// The key of an item; none of what is not one.
    pub(crate) fn of(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let text = |name| item.get(name)?.as_s().ok().cloned();
        Some(Self { pk: text("pk")?, sk: text("sk")? })
    }
}

const USER_PREFIX: &str = "USER#";

fn user_pk(user_id: UserId) -> String {
    format!("{USER_PREFIX}{user_id}")
}

/// The user of a partition key of the table.
#[must_use]
pub fn parse_user_pk(partition_key: &str) -> Option<UserId> {
    partition_key.strip_prefix(USER_PREFIX)?.parse().ok()
}

#[must_use]
pub fn profile(user_id: UserId) -> Key {
    Key::new(user_pk(user_id), "PROFILE")
}

#[must_use]
pub fn outbox(user_id: UserId) -> Key {
    Key::new(user_pk(user_id), "OUTBOX")
}

#[must_use]
pub fn sync(user_id: UserId) -> Key {
    Key::new(user_pk(user_id), "SYNC")
}

#[must_use]
pub fn twilio_health() -> Key {
    Key::new("TWILIO", "HEALTH")
}

/// The latest reconciliation.
#[must_use]
pub fn reconciliation() -> Key {
    Key::new("RECONCILIATION", "LATEST")
}

/// The history of one user, team, skill set, skill or preset. It outlives them.
#[must_use]
pub fn audit_pk(subject: Subject<'_>) -> String {
    match subject {
        Subject::User(user_id) => format!("AUDIT#user#{user_id}"),
        Subject::Team(team_id) => format!("AUDIT#team#{team_id}"),
        Subject::SkillSet(name) => format!("AUDIT#skill_set#{name}"),
        Subject::Skill(name) => format!("AUDIT#skill#{name}"),
        Subject::Preset(preset_id) => format!("AUDIT#preset#{preset_id}"),
    }
}

#[must_use]
pub fn audit(subject: Subject<'_>, record_id: Uuid) -> Key {
    Key::new(audit_pk(subject), record_id.to_string())
}

const WORKER_PREFIX: &str = "WORKER#";

#[must_use]
pub fn worker(worker_sid: &WorkerSid) -> Key {
    Key::new(format!("{WORKER_PREFIX}{worker_sid}"), "WORKER")
}

/// The worker of a partition key.
#[must_use]
pub fn parse_worker_pk(pk: &str) -> Option<WorkerSid> {
    pk.strip_prefix(WORKER_PREFIX).map(WorkerSid::new)
}

/// Of the identity only a hash is kept, so that the claim of a user whose personal data is erased still recognizes a later
/// login (rule 13).
#[must_use]
pub fn identity(identity: &Identity) -> Key {
    let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(identity.lookup_key()));
    Key::new(format!("IDENTITY#{hash}"), "IDENTITY")
}

#[must_use]
pub fn team_pk(team_id: TeamId) -> String {
    format!("TEAM#{team_id}")
}

#[must_use]
pub fn team(team_id: TeamId) -> Key {
    Key::new(team_pk(team_id), "TEAM")
}

/// A change of the team that has not reached all members.
#[must_use]
pub fn fan_out(team_id: TeamId) -> Key {
    Key::new(team_pk(team_id), "FANOUT")
}

pub const MEMBER_PREFIX: &str = "MEMBER#";

#[must_use]
pub fn member(team_id: TeamId, user_id: UserId) -> Key {
    Key::new(team_pk(team_id), format!("{MEMBER_PREFIX}{user_id}"))
}

/// The user of a member's sort key.
#[must_use]
pub fn parse_member(sort_key: &str) -> Option<UserId> {
    sort_key.strip_prefix(MEMBER_PREFIX)?.parse().ok()
}

pub const TEAM_NAMES_PK: &str = "TEAMS";
pub const TEAM_NAME_PREFIX: &str = "NAME#";

#[must_use]
pub fn team_name(name: &TeamName) -> Key {
    Key::new(TEAM_NAMES_PK, format!("{TEAM_NAME_PREFIX}{}", name.order_key()))
}

pub const CATALOG_PK: &str = "SKILLS";
pub const SKILL_PREFIX: &str = "SKILL#";
pub const SKILL_SET_PREFIX: &str = "SET#";

#[must_use]
pub fn skill(name: &SkillName) -> Key {
    Key::new(CATALOG_PK, format!("{SKILL_PREFIX}{name}"))
}

/// The names of the skills that differ only in case, width or invisible characters.
#[must_use]
pub fn skill_name(name: &SkillName) -> Key {
    Key::new(CATALOG_PK, format!("NAME#{}", name.name_key()))
}

/// One key for all spellings of the name, in order of name.
#[must_use]
pub fn skill_set(name: &SkillSetName) -> Key {
    Key::new(CATALOG_PK, format!("{SKILL_SET_PREFIX}{}", name.order_key()))
}

pub const PRESETS_PK: &str = "PRESETS";
pub const PRESET_NAME_PREFIX: &str = "NAME#";

#[must_use]
pub fn preset(preset_id: PresetId) -> Key {
    Key::new(PRESETS_PK, format!("PRESET#{preset_id}"))
}

#[must_use]
pub fn preset_name(name: &PresetName) -> Key {
    Key::new(PRESETS_PK, format!("{PRESET_NAME_PREFIX}{}", name.order_key()))
}

/// The users and teams that hold a skill.
#[must_use]
pub fn skill_holders_pk(skill: &SkillName) -> String {
    format!("HAS#{skill}")
}

const USER_HOLDER_PREFIX: &str = "USER#";
pub const TEAM_HOLDER_PREFIX: &str = "TEAM#";

/// A user to whom the skill is assigned, or is for a time.
#[must_use]
pub fn user_holder(skill: &SkillName, user_id: UserId) -> Key {
    Key::new(skill_holders_pk(skill), format!("{USER_HOLDER_PREFIX}{user_id}"))
}

/// A team that grants the skill.
#[must_use]
pub fn team_holder(skill: &SkillName, team_id: TeamId) -> Key {
    Key::new(skill_holders_pk(skill), format!("{TEAM_HOLDER_PREFIX}{team_id}"))
}

/// The user of a holder's sort key; none for a team's.
#[must_use]
pub fn parse_user_holder(sort_key: &str) -> Option<UserId> {
    sort_key.strip_prefix(USER_HOLDER_PREFIX)?.parse().ok()
}

/// The team of a holder's sort key; none for a user's.
#[must_use]
pub fn parse_team_holder(sort_key: &str) -> Option<TeamId> {
    sort_key.strip_prefix(TEAM_HOLDER_PREFIX)?.parse().ok()
}

/// The guards of each skill, team and user: as many transactions that rely on the same one can be under way at a time without
/// meeting.
pub const GUARDS: u8 = 64;

fn guard(pk: String) -> Key {
    Key::new(pk, "GUARD")
}

/// One of the guards that changes check which begin to use the skill, of this creation of the name.
#[must_use]
pub fn skill_guard(skill: &SkillName, guard_id: Uuid, number: u8) -> Key {
    guard(format!("GUARD#SKILL#{skill}#{guard_id}#{number}"))
}

/// One of the guards that changes check which add a member to the team.
#[must_use]
pub fn team_guard(team_id: TeamId, number: u8) -> Key {
    guard(format!("GUARD#TEAM#{team_id}#{number}"))
}

/// One of the guards that the user's own changes check, with the permissions of this guard id.
#[must_use]
pub fn user_guard(user_id: UserId, guard_id: Uuid, number: u8) -> Key {
    guard(format!("GUARD#USER#{user_id}#{guard_id}#{number}"))
}

/// The kept counts of the skills, by name.
pub const SKILL_COUNTS_PK: &str = "COUNTS#SKILLS";

/// The kept counts of the teams, in order of name.
pub const TEAM_COUNTS_PK: &str = "COUNTS#TEAMS";

/// The lease of the caller who counts skills.
#[must_use]
pub fn counting_skills() -> Key {
    Key::new("COUNTING#SKILLS", "LEASE")
}

/// The lease of the caller who counts teams.
#[must_use]
pub fn counting_teams() -> Key {
    Key::new("COUNTING#TEAMS", "LEASE")
}

/// The set of active account owners.
#[must_use]
pub fn owners() -> Key {
    Key::new("OWNERS", "OWNERS")
}

const JOB_PREFIX: &str = "JOB#";

#[must_use]
pub fn job(job_id: Uuid) -> Key {
    Key::new(format!("{JOB_PREFIX}{job_id}"), "JOB")
}

/// The job of a partition key.
#[must_use]
pub fn parse_job_pk(pk: &str) -> Option<Uuid> {
    pk.strip_prefix(JOB_PREFIX)?.parse().ok()
}

pub const RESULT_PREFIX: &str = "RESULT#";

/// What a bulk job has made of the user at this place of its plan.
#[must_use]
pub fn bulk_result(job_id: Uuid, place: u64) -> Key {
    Key::new(job(job_id).pk, format!("{RESULT_PREFIX}{place:010}"))
}

/// The latest job of this kind that a user has asked for.
#[must_use]
pub fn latest_job(requested_by: UserId, kind: &JobKind) -> Key {
    Key::new(format!("JOB#OF#{requested_by}"), kind.name().to_uppercase())
}

#[must_use]
pub fn idempotency(key_hash: &str) -> Key {
    Key::new(format!("ONCE#{key_hash}"), "ONCE")
}

/// The search entries of this status whose text begins with these characters.
#[must_use]
pub fn search_pk(status: Status, head: &str) -> String {
    format!("FIND#{status}#{head}")
}

#[must_use]
pub fn search_entry(status: Status, head: &str, rest: &str, user_id: UserId) -> Key {
    Key::new(search_pk(status, head), format!("{}{user_id}", exact_text(rest)))
}

/// The beginning of the sort key of an entry whose text ends here.
#[must_use]
pub fn exact_text(rest: &str) -> String {
    format!("{rest}{END_OF_TEXT}")
}

/// The filter entries of this status and filter, in order of name. A minimum level has no entries of its own.
#[must_use]
pub fn filter_pk(status: Status, criterion: &Criterion) -> String {
    match criterion {
        Criterion::Role(role) => format!("LIST#{status}#ROLE#{role}"),
        Criterion::Team(team_id) => format!("LIST#{status}#TEAM#{team_id}"),
        Criterion::Skill { skill, min_level: _ } => format!("LIST#{status}#SKILL#{skill}"),
    }
}

#[must_use]
pub fn filter_entry(criterion: &Criterion, user: &User) -> Key {
    Key::new(filter_pk(user.managed.status, criterion), by_name(user))
}

/// The partition of `by_status` with the profiles of this status.
#[must_use]
pub fn by_status_pk(status: Status) -> String {
    format!("STATUS#{status}")
}

/// The sort key in `by_status` and of filter entries: in order of name (rule 8).
#[must_use]
pub fn by_name(user: &User) -> String {
    format!("{}{END_OF_TEXT}{}", sort_name(user.name()), user.user_id)
}

/// The user of a sort key that ends in a user id.
#[must_use]
pub fn parse_user(sort_key: &str) -> Option<UserId> {
    sort_key.rsplit_once(END_OF_TEXT)?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Role, test_support};

    #[test]
    fn rule_8_the_list_is_in_order_of_name_also_where_one_name_starts_another() {
        let mut names = ["Ann", "Ann Bell", "Anna", "ann"].map(test_support::agent);
        names.sort_by_key(by_name);
        assert_eq!(names.map(|user| user.name().to_lowercase()), ["ann", "ann", "ann bell", "anna"]);
    }

    #[test]
    fn a_skill_that_is_called_like_another_filter_has_a_list_of_its_own() {
        let (ada, team_id) = (test_support::agent("ada"), TeamId::new(Uuid::from_u128(7)));
        let odd = ["agent".to_owned(), "ROLE#agent".to_owned(), team_id.to_string(), "abc".to_owned()];
        let odd = odd.map(|name| Criterion::skill(SkillName::adopted(&name).unwrap()));
        let criteria = odd.into_iter().chain([Criterion::Role(Role::Agent), Criterion::Team(team_id)]);
        let lists = criteria.map(|criterion| filter_entry(&criterion, &ada).pk);
        let lists = lists.chain([search_pk(ada.managed.status, "abc")]);
        assert_eq!(lists.collect::<std::collections::BTreeSet<_>>().len(), 7);
    }

    #[test]
    fn a_sort_key_says_which_team_has_a_skill() {
        let (skill, team_id) = (SkillName::new("English").unwrap(), TeamId::new(Uuid::from_u128(7)));
        assert_eq!(parse_team_holder(&team_holder(&skill, team_id).sk), Some(team_id));
        assert_eq!(parse_team_holder(&user_holder(&skill, test_support::agent("ada").user_id).sk), None);
    }

    #[test]
    fn rule_22_identities_that_differ_only_in_case_have_one_key() {
        let [one, other]: [Identity; 2] = ["Ada@Example.com", "ada@example.COM"].map(test_support::stored);
        assert_eq!(identity(&one), identity(&other));
        assert!(!identity(&one).pk.to_lowercase().contains("ada"));
    }

    #[test]
    fn a_key_says_whose_it_is() {
        let ada = test_support::agent("ada");
        assert_eq!(parse_user_pk(&sync(ada.user_id).pk), Some(ada.user_id));
        assert_eq!(parse_user_pk(&twilio_health().pk), None);
        assert_eq!(parse_user(&by_name(&ada)), Some(ada.user_id));
        assert_eq!(parse_user("ada"), None);
    }
}
