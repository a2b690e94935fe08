//! Kept counts: what uses a skill, and how many are in a team, each with the time at which it was counted. What they are
//! counted from decides: a deletion counts that (rule 21).

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use domain::{Counted, MemberCount, SkillName, Team, TeamId, catalog::SkillCounts};

use crate::{
    Directory, KeepCounts, StoreError,
    dynamo::item::{number, text},
    schema::{
        items::{self, Item},
        keys::{self, Key},
    },
};

/// When DynamoDB deletes a count that no page has shown since.
const KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Longer than a function counts.
const LEASE_SECONDS: i64 = 30;

/// Every count writes this item's `entity`.
const COUNT: &str = "count";

/// What is counted by one caller at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountsOf {
    Skills,
    Teams,
}

impl CountsOf {
    const fn pk(self) -> &'static str {
        match self {
            Self::Skills => keys::SKILL_COUNTS_PK,
            Self::Teams => keys::TEAM_COUNTS_PK,
        }
    }

    fn lease(self) -> Key {
        match self {
            Self::Skills => keys::counting_skills(),
            Self::Teams => keys::counting_teams(),
        }
    }
}

/// A team's count stands under its name, so that one query reads those of a page.
#[derive(Serialize, Deserialize)]
struct TeamCount {
    team_id: TeamId,
    #[serde(flatten)]
    counted: Counted<MemberCount>,
}

impl KeepCounts for Directory {
    async fn skill_counts(
        &self,
        skills: &BTreeSet<&SkillName>,
    ) -> Result<BTreeMap<SkillName, Counted<SkillCounts>>, StoreError> {
        let key = |skill: &&SkillName| skill.to_string();
        let range = skills.first().map(key).zip(skills.last().map(key));
        let kept = self.kept_counts::<Counted<SkillCounts>>(CountsOf::Skills, range).await?;
        let mut kept = kept.into_iter().collect::<BTreeMap<_, _>>();
        let wanted = skills.iter().filter_map(|skill| Some(((*skill).clone(), kept.remove(skill.as_str())?)));
        Ok(wanted.collect())
    }

    async fn member_counts(&self, teams: &[Team]) -> Result<BTreeMap<TeamId, Counted<MemberCount>>, StoreError> {
        let names = teams.iter().map(|team| team.name.order_key()).collect::<BTreeSet<_>>();
        let range = names.first().cloned().zip(names.last().cloned());
        let kept = self.kept_counts::<TeamCount>(CountsOf::Teams, range).await?;
        Ok(kept.into_iter().map(|(_, TeamCount { team_id, counted })| (team_id, counted)).collect())
    }

    async fn keep_skill_counts(&self, counts: &BTreeMap<SkillName, Counted<SkillCounts>>) -> Result<(), StoreError> {
        let items =
            counts.iter().map(|(skill, counted)| item(CountsOf::Skills, skill.as_str(), counted, *counted.counted_at));
        self.keep(items.collect::<Result<_, _>>()?).await
    }

    async fn keep_member_counts(&self, counts: &[(&Team, Counted<MemberCount>)]) -> Result<(), StoreError> {
        let items = counts.iter().map(|&(team, counted)| {
            let count = TeamCount { team_id: team.team_id, counted };
            item(CountsOf::Teams, &team.name.order_key(), &count, *counted.counted_at)
        });
        self.keep(items.collect::<Result<_, _>>()?).await
    }

    async fn lease_counting(&self, of: CountsOf, holder: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let update = self.db.update_item().table_name(&self.table).set_key(Some(of.lease().attributes()));
        let update = update
            .update_expression("SET entity = :entity, leased_by = :holder, leased_until = :until")
            .condition_expression("attribute_not_exists(leased_until) OR leased_until < :now OR leased_by = :holder")
            .expression_attribute_values(":entity", text("counting"))
            .expression_attribute_values(":holder", text(holder.to_string()))
            .expression_attribute_values(":until", number(now.as_second() + LEASE_SECONDS))
            .expression_attribute_values(":now", number(now.as_second()));
        match update.send().await.map_err(|error| StoreError::of(&error)) {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn release_counting(&self, of: CountsOf, holder: Uuid) -> Result<(), StoreError> {
        let update = self.db.update_item().table_name(&self.table).set_key(Some(of.lease().attributes()));
        let update = update
            .update_expression("REMOVE leased_by, leased_until")
            .condition_expression("leased_by = :holder")
            .expression_attribute_values(":holder", text(holder.to_string()));
        match update.send().await.map_err(|error| StoreError::of(&error)) {
            // Another caller has taken over.
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn item(of: CountsOf, sk: &str, count: &impl Serialize, at: Timestamp) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(count)?;
    item.extend(Key::new(of.pk(), sk).attributes());
    item.insert("entity".to_owned(), text(COUNT));
    item.insert("expires_at".to_owned(), number(at.as_second() + KEPT_SECONDS));
    Ok(item)
}

impl Directory {
    /// Those from the first to the last of these sort keys, with their sort keys; read with eventual consistency.
    async fn kept_counts<T: DeserializeOwned>(
        &self,
        of: CountsOf,
        range: Option<(String, String)>,
    ) -> Result<Vec<(String, T)>, StoreError> {
        let Some((first, last)) = range else { return Ok(Vec::new()) };
        let (mut kept, mut start) = (Vec::new(), None);
        loop {
            let query = self.db.query().table_name(&self.table).set_exclusive_start_key(start);
            let query = query
                .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
                .expression_attribute_values(":pk", text(of.pk()))
                .expression_attribute_values(":first", text(&first))
                .expression_attribute_values(":last", text(&last));
            let page = query.send().await.map_err(|error| StoreError::of(&error))?;
            for item in page.items.unwrap_or_default() {
                let sk = item.get("sk").and_then(|sk| sk.as_s().ok()).cloned().unwrap_or_default();
                kept.push((sk, items::read(item)?));
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(kept);
            }
        }
    }

    async fn keep(&self, items: Vec<Item>) -> Result<(), StoreError> {
        let put =
            |item| Ok(WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(item)).build()?).build());
        self.write_many(items.into_iter().map(put).collect::<Result<_, StoreError>>()?).await
    }
}
