//! Choosing the condition of a query whose entries are read; the others are checked.

use std::cmp::Reverse;

use domain::{
    SearchText,
    search::{Criterion, UserQuery},
};

use super::{Order, chunk::Chunk, known_teams::KnownTeams, source::Source};
use crate::{AccessPath, Cursor, Directory, StoreError};

/// How many entries of each usable path are read to see which one ends first.
const PROBE: usize = 100;

/// The chosen access path and its entries; no path if all users are read. With it comes the first chunk, if choosing the
/// path has read it.
#[derive(Debug)]
pub(super) struct Plan {
    pub path: Option<AccessPath>,
    pub source: Source,
    pub first: Option<Chunk>,
}

impl Plan {
    fn everyone(query: &UserQuery) -> Self {
        Self { path: None, source: Source::everyone(query), first: None }
    }
}

/// The paths that a query can take. A text is a path only if the order does not matter: its entries are not in order of
/// name.
fn usable_paths(query: &UserQuery, order: Order) -> Vec<AccessPath> {
    let text = query.text.as_ref().filter(|_| order == Order::Cheapest);
    let words = text.into_iter().flat_map(SearchText::leading_terms).map(AccessPath::Word);
    let criteria = query.criteria().iter().enumerate().filter(|(_, criterion)| criterion.is_indexed());
    words.chain(criteria.map(|(index, _)| AccessPath::Criterion(index))).collect()
}

impl Directory {
    /// The users of a stage that few are in; else the path that the cursor names, the only usable one, or the one whose
    /// entries end first.
    pub(super) async fn plan(
        &self,
        query: &UserQuery,
        order: Order,
        cursor: Option<&Cursor>,
        known: &KnownTeams<'_>,
    ) -> Result<Plan, StoreError> {
        if let Some(plan) = self.plan_by_stage(query, cursor).await? {
            return Ok(plan);
        }
        let paths = usable_paths(query, order);
        match cursor {
            Some(Cursor { path: Some(path), .. }) if !paths.contains(path) => Err(StoreError::InvalidCursor),
            Some(cursor) => self.plan_without_probe(query, cursor.path, known).await,
            None if paths.len() < 2 => self.plan_without_probe(query, paths.first().copied(), known).await,
            None => self.plan_with_probes(query, paths, known).await,
        }
    }

    /// All users of a stage that few are in, in order of name: where the list of all users would go on, too. None for another
    /// stage, for more users than one request examines, and where the cursor goes on in the entries of a path.
    async fn plan_by_stage(&self, query: &UserQuery, cursor: Option<&Cursor>) -> Result<Option<Plan>, StoreError> {
        let is_by_name = cursor.is_none_or(|cursor| cursor.path.is_none());
        let Some(stage) = query.sync.filter(|_| is_by_name) else { return Ok(None) };
        let after = cursor.map(|cursor| cursor.after.as_str());
        let first = self.candidates_in_stage(stage, query, after).await?;
        Ok(first.map(|first| Plan { first: Some(first), ..Plan::everyone(query) }))
    }

    /// If the path is no longer usable, all users are read: the order is the same.
    async fn plan_without_probe(
        &self,
        query: &UserQuery,
        path: Option<AccessPath>,
        known: &KnownTeams<'_>,
    ) -> Result<Plan, StoreError> {
        let plan = match path {
            Some(path) => self.plan_for(query, path, known).await?,
            None => None,
        };
        Ok(plan.unwrap_or_else(|| Plan::everyone(query)))
    }

    async fn plan_with_probes(
        &self,
        query: &UserQuery,
        paths: Vec<AccessPath>,
        known: &KnownTeams<'_>,
    ) -> Result<Plan, StoreError> {
        let mut plans = Vec::new();
        for path in paths {
            let Some(plan) = self.plan_for(query, path, known).await? else { continue };
            let first = self.chunk(&plan.source, None, PROBE).await?;
            let (has_ended, plan) = (!first.has_more, Plan { first: Some(first), ..plan });
            if has_ended {
                return Ok(plan);
            }
            plans.push(plan);
        }
        let best = plans.into_iter().min_by_key(|plan| selectivity(query, plan));
        Ok(best.unwrap_or_else(|| Plan::everyone(query)))
    }

    /// None for a skill that too many teams grant, and for a path that the query does not have.
    async fn plan_for(
        &self,
        query: &UserQuery,
        path: AccessPath,
        known: &KnownTeams<'_>,
    ) -> Result<Option<Plan>, StoreError> {
        let source = match path {
            AccessPath::Word(index) => match query.text.as_ref().and_then(|text| text.terms().get(index)) {
                Some(word) => Source::word(query, word),
                None => return Ok(None),
            },
            AccessPath::Criterion(index) => match query.criteria().get(index) {
                Some(Criterion::Skill { skill, min_level }) => {
                    let Some(teams) = self.teams_granting(skill, *min_level, known).await? else { return Ok(None) };
                    let inherited = teams.into_iter().map(Criterion::Team);
                    Source::any_of(query, &inherited.chain([Criterion::skill(skill.clone())]).collect::<Vec<_>>())
                }
                Some(criterion) => Source::any_of(query, std::slice::from_ref(criterion)),
                None => return Ok(None),
            },
        };
        Ok(Some(Plan { path: Some(path), source, first: None }))
    }
}

/// The least is the best of the plans whose entries continue. A filter before a word: the text is checked on a filter's
/// entries without reading a profile, but filters are not checked on a word's. Of filters one on whose entries all others are
/// checked, and then the one whose first entries reach farthest in the order of names, since its entries are the sparsest; of
/// words the longest.
fn selectivity(query: &UserQuery, plan: &Plan) -> (bool, bool, Reverse<String>, Reverse<usize>) {
    let last = plan.first.as_ref().and_then(|first| first.candidates.last());
    let reach = last.map(|last| last.sk.clone()).unwrap_or_default();
    match (plan.path, &query.text) {
        (Some(AccessPath::Word(index)), Some(text)) => {
            let length = text.terms().get(index).map_or(0, |word| word.chars().count());
            (true, true, Reverse(String::new()), Reverse(length))
        }
        (Some(AccessPath::Criterion(index)), _) => {
            let criterion = query.criteria().get(index);
            let is_checked = criterion.is_some_and(|criterion| query.is_checked_on_entries(criterion));
            (false, !is_checked, Reverse(reach), Reverse(0))
        }
        _ => (false, true, Reverse(reach), Reverse(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Role;

    fn query(text: Option<&str>, role: Role) -> UserQuery {
        let text = text.map(|text| SearchText::parse(text).unwrap());
        UserQuery::new(text, domain::search::StatusFilter::default(), vec![Criterion::Role(role)])
    }

    #[test]
    fn rule_8_in_order_of_name_no_word_leads_but_a_filter_does() {
        let query = query(Some("ada"), Role::Supervisor);
        assert_eq!(usable_paths(&query, Order::Cheapest), [AccessPath::Word(0), AccessPath::Criterion(0)]);
        assert_eq!(usable_paths(&query, Order::ByName), [AccessPath::Criterion(0)]);
    }

    #[test]
    fn of_many_words_the_four_longest_lead() {
        let query = query(Some("one three four5 sevens two eleven12"), Role::Agent);
        assert_eq!(usable_paths(&query, Order::Cheapest), [1, 2, 3, 5].map(AccessPath::Word));
    }

    #[test]
    fn agents_are_found_among_everybody() {
        assert_eq!(usable_paths(&query(None, Role::Agent), Order::Cheapest), []);
        assert_eq!(usable_paths(&query(Some("ada"), Role::Agent), Order::Cheapest), [AccessPath::Word(0)]);
    }
}
