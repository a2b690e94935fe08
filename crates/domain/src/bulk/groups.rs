//! What is alike in a plan: how many users each change is for, and each reason for a refusal.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::{Part, PlannedUser};

/// Limits memory while a plan is made: the first kinds of changes, and of reasons, that are counted separately.
const MOST_KINDS: usize = 5_000;

/// Limits the size of the job, which is written every second while it is at work, and read before each user.
const MOST_GROUPS: usize = 20;

/// The changes and reasons of a plan that are for more than one user, the most frequent first. They name no user.
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
    /// Without what differs from user to user though the outcome is the same.
    fn alike(&self) -> Self {
        match self.clone() {
            Self::Added { .. } => Self::Added { identity: None },
            Self::Role { before, after, .. } => Self::Role { before, after, granted: false },
            Self::TemporarySkill { skill, after, .. } => Self::TemporarySkill { skill, before: None, after },
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

    /// The kinds that have come most often, and more than once; and how much has come beside them.
    fn most_frequent(self) -> (Vec<(K, u64)>, u64) {
        let mut kinds = self.kinds.into_iter().collect::<Vec<_>>();
        kinds.sort_by_key(|(_, count)| Reverse(*count));
        let repeated = kinds.iter().take_while(|(_, count)| *count > 1).count();
        let rare = kinds.split_off(MOST_GROUPS.min(repeated));
        let others = self.others + rare.into_iter().map(|(_, count)| count).sum::<u64>();
        (kinds, others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Level, Role, SkillName,
        bulk::{Assigned, BulkRefusal, Decision, RefusedBecause, Temporary},
        test_support::user_with_role,
    };

    fn level(skill: &str, before: usize) -> Part {
        let assigned = |level: usize| {
            let level = Some(Level(i64::try_from(level).unwrap()));
            Some(Assigned { level, disabled: false })
        };
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
        for line in lines {
            grouping.add(line);
        }
        grouping.finish()
    }

    #[test]
    fn each_change_of_several_users_is_counted_with_the_most_frequent_first() {
        let (five, six, french) = (level("English", 5), level("English", 6), level("French", 5));
        let lines = [vec![five.clone()], vec![six.clone(), french], vec![six.clone(), five.clone()], vec![six.clone()]];
        let lines = lines.map(|parts| changed(&parts));
        let Groups { changes, other_changes, .. } = groups(&lines);
        let of = changes.into_iter().map(|group| (group.change, group.users)).collect::<Vec<_>>();
        assert_eq!((of, other_changes), (vec![(six, 3), (five, 2)], 1));
    }

    #[test]
    fn reasons_are_counted_by_code_and_column_and_repeat_nothing_of_a_row() {
        let lines = [
            refused("row-status", "There is no status \"gone\".", Some("status")),
            refused("row-status", "There is no status \"left\".", Some("status")),
            refused("row-status", "There is no status \"away\".", None),
            refused("unknown-user", "There is no user \"ada\".", None),
        ];
        let group = RefusalGroup { code: "row-status".into(), column: Some("status".into()), users: 2 };
        assert_eq!(groups(&lines), Groups { refusals: [group].into(), other_refusals: 2, ..Groups::default() });
    }

    #[test]
    fn who_is_added_who_gave_a_role_and_what_a_temporary_skill_replaces_make_no_difference() {
        let identity = user_with_role("ada", Role::Agent).identity;
        let role = |granted| Part::Role { before: Role::Agent, after: Role::Supervisor, granted };
        let french = |before| Part::TemporarySkill { skill: SkillName::new("French").unwrap(), before, after: None };
        let time = crate::Time::default();
        let lines = [
            Part::Added { identity: Some(identity) },
            Part::Added { identity: None },
            role(true),
            role(false),
            french(Some(Temporary { level: None, from: time, until: time })),
            french(Some(Temporary { level: Some(Level(1)), from: time, until: time })),
        ];
        let expected = [Part::Added { identity: None }, role(false), french(None)];
        let expected = expected.map(|change| ChangeGroup { change, users: 2 });
        assert_eq!(groups(&lines.map(|part| changed(&[part]))).changes, expected);
    }

    #[test]
    fn what_is_rare_is_counted_together() {
        let twice = (0..=MOST_GROUPS).flat_map(|before| [level("French", before), level("French", before)]);
        let rare = (0..MOST_KINDS).map(|before| level("English", before));
        let lines = twice.chain(rare).map(|part| changed(&[part])).collect::<Vec<_>>();
        let Groups { changes, other_changes, other_refusals, .. } = groups(&lines);
        assert_eq!(changes.len(), MOST_GROUPS);
        assert!(changes.iter().all(|group| group.users == 2));
        let shown = changes.iter().map(|group| group.users).sum::<u64>();
        assert_eq!((shown + other_changes, other_refusals), (lines.len() as u64, 0));
    }

    #[test]
    fn a_kind_that_comes_after_too_many_others_is_not_counted_by_itself() {
        let rare = (0..MOST_KINDS).map(|before| level("English", before));
        let parts = rare.chain([level("French", 1), level("French", 1), level("English", 1)]);
        let lines = parts.map(|part| changed(&[part])).collect::<Vec<_>>();
        let Groups { changes, other_changes, .. } = groups(&lines);
        assert_eq!(changes, [ChangeGroup { change: level("English", 1), users: 2 }]);
        assert_eq!(other_changes, lines.len() as u64 - 2);
    }
}
