//! Histories, newest first (rule 31).

use domain::{Record, SkillName, TeamId, UserId};

use crate::{Cursor, Directory, StoreError, items, keys, profiles::text};

/// What a history is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A user.
    User(UserId),
    /// A team.
    Team(TeamId),
    /// A skill set.
    SkillSet(&'a str),
    /// A skill.
    Skill(&'a SkillName),
}

impl Subject<'_> {
    /// What a cursor of this history answers; no two subjects have the same.
    #[must_use]
    pub fn question(&self) -> String {
        match self {
            Self::User(user_id) => keys::user(*user_id),
            Self::Team(team_id) => keys::of_team(*team_id),
            Self::SkillSet(name) => keys::history_of_skill_set(name),
            Self::Skill(name) => keys::history_of_skill(name),
        }
    }
}

/// Reads histories.
pub trait ViewHistory {
    /// Records of this subject, newest first, and where the next page goes on.
    fn history(
        &self,
        of: Subject<'_>,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<Record>, Option<Cursor>), StoreError>> + Send;
}

impl ViewHistory for Directory {
    async fn history(
        &self,
        of: Subject<'_>,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<Record>, Option<Cursor>), StoreError> {
        let pk = of.question();
        if cursor.as_ref().is_some_and(|cursor| !cursor.after.starts_with(keys::AUDIT)) {
            return Err(StoreError::Cursor);
        }
        let start = cursor.map(|cursor| keys::Key { pk: pk.clone(), sk: cursor.after }.attributes());
        let query = self.db.query().table_name(&self.table).consistent_read(true).scan_index_forward(false);
        let query = query
            .key_condition_expression("pk = :pk AND begins_with(sk, :audit)")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":audit", text(keys::AUDIT))
            .set_exclusive_start_key(start)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let answer = query.send().await.map_err(|error| StoreError::of(&error))?;
        let last = answer.last_evaluated_key.and_then(|mut key| key.remove("sk"));
        let after = last.and_then(|sk| sk.as_s().ok().cloned());
        let next = after.map(|after| Cursor::new(&of.question(), None, after));
        let records = answer.items.unwrap_or_default().into_iter().map(items::read).collect::<Result<_, _>>()?;
        Ok((records, next))
    }
}
