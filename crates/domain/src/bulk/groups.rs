//! What is alike in a plan: how many users each change is for, and each reason for a refusal.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::{Part, PlannedUser};

/// So many kinds of changes are told apart while a plan is made; it is made within bounded memory.
const MOST_KINDS: usize = 5_000;

/// So many groups of changes, and so many of reasons, are shown: they are stored with the job, which is written often.
const MOST_GROUPS: usize = 20;

/// The most frequent changes and reasons of a plan, the most frequent first. They name no user.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Groups {
    pub changes: Vec<ChangeGroup>,
    pub refusals: Vec<RefusalGroup>,
    /// Changes that are in no group.
    pub other_changes: u64,
    /// Refused users who are in no group.
    pub other_refusals: u64,
}

/// How many users the same change is for. A user with several changes is in several groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeGroup {
    pub change: Part,
    pub users: u64,
}

/// How many users are refused for the same reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalGroup {
    /// The code of the refusal.
    pub code: String,
    /// Of an import, the column that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub users: u64,
}

/// Counts what is alike, line by line.
#[derive(Debug, Default)]
pub struct Grouping {
    changes: Counted<Part>,
    refusals: Counted<(String, Option<String>)>,
}

impl Grouping {
    pub fn add(&mut self, line: &PlannedUser) {
        for part in &line.changes {
            self.changes.add(part.alike());
        }
        if let Some(refusal) = &line.refusal {
            self.refusals.add((refusal.code.clone(), refusal.column.clone()));
        }
    }

    #[must_use]
    pub fn finish(self) -> Groups {
        let (changes, other_changes) = self.changes.most_frequent();
        let (refusals, other_refusals) = self.refusals.most_frequent();
        Groups {
            changes: changes.into_iter().map(|(change, users)| ChangeGroup { change, users }).collect(),
            refusals: refusals
                .into_iter()
                .map(|((code, column), users)| RefusalGroup { code, column, users })
                .collect(),
            other_changes,
            other_refusals,
        }
    }
}

impl Part {
    /// Without what differs from user to user though the change is the same.
    fn alike(&self) -> Self {
        match self.clone() {
            Self::Added { .. } => Self::Added { identity: None },
            Self::Role { before, after, .. } => Self::Role { before, after, granted: false },
            part => part,
        }
    }
}

/// How often each kind has come.
#[derive(Debug)]
struct Counted<K> {
    kinds: BTreeMap<K, u64>,
    others: u64,
}

impl<K> Default for Counted<K> {
    fn default() -> Self {
        Self { kinds: BTreeMap::new(), others: 0 }
    }
}

impl<K: Ord> Counted<K> {
    fn add(&mut self, kind: K) {
        if let Some(count) = self.kinds.get_mut(&kind) {
            *count += 1;
        } else if self.kinds.len() < MOST_KINDS {
            self.kinds.insert(kind, 1);
        } else {
            self.others += 1;
        }
    }

    /// The kinds that have come most often, and how much has come beside them.
    fn most_frequent(self) -> (Vec<(K, u64)>, u64) {
        let mut kinds = self.kinds.into_iter().collect::<Vec<_>>();
        kinds.sort_by_key(|(_, count)| Reverse(*count));
        let rare = kinds.split_off(MOST_GROUPS.min(kinds.len()));
        let others = self.others + rare.into_iter().map(|(_, count)| count).sum::<u64>();
        (kinds, others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Level, Role, SkillName,
        bulk::{Assigned, BulkRefusal, Decision, RefusedBecause},
        test_support::user_with_role,
    };

    fn level(skill: &str, before: i64) -> Part {
        let assigned = |level| Some(Assigned { level: Some(Level(level)), disabled: false });
        Part::Skill { skill: SkillName::new(skill).unwrap(), before: assigned(before), after: assigned(80) }
    }

    fn changed(parts: &[Part]) -> PlannedUser {
        PlannedUser::new(None, None, Decision::Change(parts.to_vec()))
    }

    fn refused(code: &str, detail: &str, column: Option<&str>) -> PlannedUser {
        let line = PlannedUser::new(None, None, Decision::Refused(BulkRefusal::ChangedSincePlan.into()));
        let column = column.map(str::to_owned);
        PlannedUser { refusal: Some(RefusedBecause { code: code.into(), detail: detail.into(), column }), ..line }
    }

    fn groups(lines: &[PlannedUser]) -> Groups {
        let mut grouping = Grouping::default();
        lines.iter().for_each(|line| grouping.add(line));
        grouping.finish()
    }

    #[test]
    fn each_change_is_counted_with_the_most_frequent_first() {
        let (five, six, french) = (level("English", 5), level("English", 6), level("French", 5));
        let lines = [&[five.clone()][..], &[six.clone(), french.clone()], &[six.clone()], &[]].map(changed);
        let of = groups(&lines).changes.into_iter().map(|group| (group.change, group.users)).collect::<Vec<_>>();
        assert_eq!(of, [(six, 2), (five, 1), (french, 1)]);
    }

    #[test]
    fn reasons_are_counted_by_code_and_column_and_repeat_nothing_of_a_row() {
        let lines = [
            refused("row-status", "There is no status \"gone\".", Some("status")),
            refused("row-status", "There is no status \"left\".", Some("status")),
            refused("unknown-user", "There is no user \"ada\".", None),
        ];
        let group = |code: &str, column: Option<&str>, users| RefusalGroup {
            code: code.into(),
            column: column.map(str::to_owned),
            users,
        };
        let expected = [group("row-status", Some("status"), 2), group("unknown-user", None, 1)];
        assert_eq!(groups(&lines), Groups { refusals: expected.into(), ..Groups::default() });
    }

    #[test]
    fn who_is_added_and_who_gave_a_role_make_no_difference() {
        let identity = user_with_role("ada", Role::Agent).identity;
        let role = |granted| Part::Role { before: Role::Agent, after: Role::Supervisor, granted };
        let lines = [
            changed(&[Part::Added { identity: Some(identity) }]),
            changed(&[Part::Added { identity: None }]),
            changed(&[role(true)]),
            changed(&[role(false)]),
        ];
        let expected = [Part::Added { identity: None }, role(false)].map(|change| ChangeGroup { change, users: 2 });
        assert_eq!(groups(&lines).changes, expected);
    }

    #[test]
    fn what_is_rare_is_counted_together() {
        let rare = (0..MOST_KINDS as i64 + 3).map(|before| changed(&[level("English", before)]));
        let often = std::iter::repeat_n(changed(&[level("French", 1)]), 2);
        let lines = often.chain(rare).collect::<Vec<_>>();
        let Groups { changes, other_changes, other_refusals, .. } = groups(&lines);
        assert_eq!((changes.len(), changes[0].users), (MOST_GROUPS, 2));
        let shown = changes.iter().map(|group| group.users).sum::<u64>();
        assert_eq!((shown + other_changes, other_refusals), (lines.len() as u64, 0));
    }
}
