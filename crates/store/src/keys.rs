//! What a key looks like: nobody else formats one.
//!
//! | entity | pk | sk |
//! |---|---|---|
//! | user | `USER#<user_id>` | `PROFILE` |
//! | outbox | `USER#<user_id>` | `OUTBOX` |
//! | audit | `USER#<user_id>` | `AUDIT#<uuid v7>` |
//! | worker | `WORKER#<worker SID>` | `WORKER` |
//! | identity | `IDENTITY#<identity, lower case>` | `IDENTITY` |
//! | member | `TEAM#<team_id>` | `MEMBER#<user_id>` |
//! | team | `TEAM#<team_id>` | `TEAM` |
//! | audit of a team | `TEAM#<team_id>` | `AUDIT#<uuid v7>` |
//! | team name | `TEAMS` | `NAME#<folded name>` |
//! | skill set, skill | `SKILLS` | `SET#<name>`, `SKILL#<name>` |
//! | audit of a skill set, a skill | `SET#<name>`, `SKILL#<name>` | `AUDIT#<uuid v7>` |
//! | holder | `HAS#<skill>` | `USER#<user_id>`, `TEAM#<team_id>` |
//! | owners | `OWNERS` | `OWNERS` |
//! | search entry | `FIND#<status>#<3 characters>` | `<what follows>` U+001F `<user_id>` |
//! | filter entry | `LIST#<status>#ROLE#<role>`, `…#TEAM#<team_id>`, `…#SKILL#<skill>` | `<folded name>` U+001F `<user_id>` |
//! | job | `JOB#<id>` | `JOB` |
//! | idempotency | `ONCE#<hash of caller and key>` | `ONCE` |
//!
//! The index `by_status`: `STATUS#<status>` / `<folded name>` U+001F `<user_id>`, on profiles.
//! U+001F is stripped from text by folding, so that the order is that of the text and keys never collide.

use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

use domain::{Role, SkillName, Status, TeamId, User, UserId, search::sort_name};

/// The index of profiles by status, in order of name.
pub const BY_STATUS: &str = "by_status";

/// Between text and user id.
const END_OF_TEXT: char = '\u{1f}';

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// As DynamoDB takes it.
    #[must_use]
    pub fn attributes(&self) -> HashMap<String, AttributeValue> {
        let text = |text: &String| AttributeValue::S(text.clone());
        [("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))].into()
    }
}

/// All that is known of a user has this partition key.
#[must_use]
pub fn user(user_id: UserId) -> String {
    format!("USER#{user_id}")
}

/// A user's profile.
#[must_use]
pub fn profile(user_id: UserId) -> Key {
    Key::new(user(user_id), "PROFILE")
}

/// A user's outbox.
#[must_use]
pub fn outbox(user_id: UserId) -> Key {
    Key::new(user(user_id), "OUTBOX")
}

/// What every audit record's sort key starts with.
pub const AUDIT: &str = "AUDIT#";

/// One audit record of what has this partition key.
#[must_use]
pub fn audit(pk: String, record_id: uuid::Uuid) -> Key {
    Key::new(pk, format!("{AUDIT}{record_id}"))
}

/// Where the records of a skill are; they outlive it.
#[must_use]
pub fn history_of_skill(name: &SkillName) -> String {
    format!("{SKILL}{name}")
}

/// Where the records of a skill set are; they outlive it.
#[must_use]
pub fn history_of_skill_set(name: &str) -> String {
    format!("{SKILL_SET}{name}")
}

/// What TaskRouter last said of a worker.
#[must_use]
pub fn worker(worker_sid: &str) -> Key {
    Key::new(format!("WORKER#{worker_sid}"), "WORKER")
}

/// Whose an identity is, without regard to case.
#[must_use]
pub fn identity(identity: &str) -> Key {
    Key::new(format!("IDENTITY#{}", identity.to_lowercase()), "IDENTITY")
}

/// All that is known of a team has this partition key.
#[must_use]
pub fn of_team(team_id: TeamId) -> String {
    format!("TEAM#{team_id}")
}

/// A team.
#[must_use]
pub fn team(team_id: TeamId) -> Key {
    Key::new(of_team(team_id), "TEAM")
}

/// What every membership's sort key starts with.
pub const MEMBER: &str = "MEMBER#";

/// Somebody's membership in a team.
#[must_use]
pub fn member(team_id: TeamId, user_id: UserId) -> Key {
    Key::new(of_team(team_id), format!("{MEMBER}{user_id}"))
}

/// Whose membership it is; none where the sort key is of something else.
#[must_use]
pub fn member_of(sort_key: &str) -> Option<UserId> {
    sort_key.strip_prefix(MEMBER)?.parse().ok()
}

/// Where the names of all teams are, and what their sort keys start with.
pub const TEAM_NAMES: (&str, &str) = ("TEAMS", "NAME#");

/// Whose a team's name is.
#[must_use]
pub fn team_name(folded: &str) -> Key {
    Key::new(TEAM_NAMES.0, format!("{}{folded}", TEAM_NAMES.1))
}

/// The catalog's partition key.
pub const SKILLS: &str = "SKILLS";

/// What every skill's sort key starts with.
pub const SKILL: &str = "SKILL#";

/// What every skill set's sort key starts with.
pub const SKILL_SET: &str = "SET#";

/// A skill of the catalog.
#[must_use]
pub fn skill(name: &SkillName) -> Key {
    Key::new(SKILLS, format!("{SKILL}{name}"))
}

/// A skill set of the catalog.
#[must_use]
pub fn skill_set(name: &str) -> Key {
    Key::new(SKILLS, format!("{SKILL_SET}{name}"))
}

/// Where those are who have a skill.
#[must_use]
pub fn of_skill(skill: &SkillName) -> String {
    format!("HAS#{skill}")
}

/// That somebody has a skill assigned.
#[must_use]
pub fn holder(skill: &SkillName, user_id: UserId) -> Key {
    Key::new(of_skill(skill), format!("{HOLDER_USER}{user_id}"))
}

/// What the sort key of everybody who has a skill assigned starts with.
const HOLDER_USER: &str = "USER#";

/// Who it is that has a skill assigned; none where the sort key is that of a team.
#[must_use]
pub fn holder_of(sort_key: &str) -> Option<UserId> {
    sort_key.strip_prefix(HOLDER_USER)?.parse().ok()
}

/// What the sort key of every team that gives a skill starts with.
pub const HOLDER_TEAM: &str = "TEAM#";

/// That a team gives a skill, which its members inherit.
#[must_use]
pub fn holder_team(skill: &SkillName, team_id: TeamId) -> Key {
    Key::new(of_skill(skill), format!("{HOLDER_TEAM}{team_id}"))
}

/// Which team it is that gives a skill; none where the sort key is that of a person.
#[must_use]
pub fn team_of(sort_key: &str) -> Option<TeamId> {
    sort_key.strip_prefix(HOLDER_TEAM)?.parse().ok()
}

/// The ids of the active account owners.
#[must_use]
pub fn owners() -> Key {
    Key::new("OWNERS", "OWNERS")
}

/// A job.
#[must_use]
pub fn job(job_id: uuid::Uuid) -> Key {
    Key::new(format!("JOB#{job_id}"), "JOB")
}

/// The answer to a request that came with a key.
#[must_use]
pub fn once(key_hash: &str) -> Key {
    Key::new(format!("ONCE#{key_hash}"), "ONCE")
}

/// Where search entries of this status and these first three characters are.
#[must_use]
pub fn find(status: Status, head: &str) -> String {
    format!("FIND#{status}#{head}")
}

/// A search entry: the text from one position on, and whose it is.
#[must_use]
pub fn search_entry(status: Status, head: &str, rest: &str, user_id: UserId) -> Key {
    Key::new(find(status, head), format!("{rest}{END_OF_TEXT}{user_id}"))
}

/// What the sort key of an entry starts with when nothing follows this text.
#[must_use]
pub fn whole_text(rest: &str) -> String {
    format!("{rest}{END_OF_TEXT}")
}

/// What a list can be narrowed to (rule 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter<'a> {
    /// Who has this role.
    Role(Role),
    /// Who is in this team.
    Team(TeamId),
    /// To whom this skill is assigned.
    Skill(&'a SkillName),
}

/// Where the filter entries of this status and filter are, in order of name.
#[must_use]
pub fn list(status: Status, filter: Filter<'_>) -> String {
    match filter {
        Filter::Role(role) => format!("LIST#{status}#ROLE#{role}"),
        Filter::Team(team_id) => format!("LIST#{status}#TEAM#{team_id}"),
        Filter::Skill(skill) => format!("LIST#{status}#SKILL#{skill}"),
    }
}

/// A filter entry: that this user is one of those.
#[must_use]
pub fn filter_entry(filter: Filter<'_>, user: &User) -> Key {
    Key::new(list(user.status, filter), by_name(user))
}

/// Where the profiles of this status are in the index.
#[must_use]
pub fn by_status(status: Status) -> String {
    format!("STATUS#{status}")
}

/// Where a profile is in the index, in order of name (rule 8).
#[must_use]
pub fn by_name(user: &User) -> String {
    format!("{}{END_OF_TEXT}{}", sort_name(&user.name), user.user_id)
}

/// Whose a sort key is that ends in a user id; none where it does not.
#[must_use]
pub fn user_of(sort_key: &str) -> Option<UserId> {
    sort_key.rsplit_once(END_OF_TEXT)?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::people;

    #[test]
    fn identities_are_one_without_regard_to_case() {
        assert_eq!(identity("Ada@Example.com"), identity("ada@example.COM"));
    }

    #[test]
    fn rule_8_the_list_is_in_order_of_name_also_where_one_name_starts_another() {
        let mut names =
            ["Ann", "Ann Bell", "Anna", "ann"].map(|name| User { name: name.into(), ..people::agent(name) });
        names.sort_by_key(by_name);
        assert_eq!(names.map(|user| user.name.to_lowercase()), ["ann", "ann", "ann bell", "anna"]);
    }

    #[test]
    fn a_skill_that_is_called_like_another_filter_has_a_list_of_its_own() {
        let (ada, team_id) = (people::agent("ada"), TeamId::new(uuid::Uuid::from_u128(7)));
        let odd = ["agent".to_owned(), "ROLE#agent".to_owned(), team_id.to_string(), "abc".to_owned()];
        let odd = odd.map(|name| SkillName::adopted(&name).unwrap());
        let filters = odd.iter().map(Filter::Skill).chain([Filter::Role(Role::Agent), Filter::Team(team_id)]);
        let lists = filters.map(|filter| filter_entry(filter, &ada).pk).chain([find(ada.status, "abc")]);
        assert_eq!(lists.collect::<std::collections::BTreeSet<_>>().len(), 7);
    }

    #[test]
    fn a_sort_key_says_which_team_has_a_skill() {
        let (skill, team_id) = (SkillName::new("English").unwrap(), TeamId::new(uuid::Uuid::from_u128(7)));
        assert_eq!(team_of(&holder_team(&skill, team_id).sk), Some(team_id));
        assert_eq!(team_of(&holder(&skill, people::agent("ada").user_id).sk), None);
    }

    #[test]
    fn a_sort_key_says_whose_it_is() {
        let ada = people::agent("ada");
        assert_eq!(user_of(&by_name(&ada)), Some(ada.user_id));
        assert_eq!(user_of("ada"), None);
    }
}
