//! Where people are looked for: a list of partitions, which share one order of sort keys.

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use std::collections::HashMap;

use domain::{Status, search::split_term};

use super::question::Question;
use crate::{
    keys::{self, Filter, Key},
    profiles::text,
};

/// What stands in the partitions of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Everybody, in order of name, with whole profiles.
    Everybody,
    /// The search entries of this word, in order of what follows it.
    Word(String),
    /// Filter entries, in order of name.
    Filter,
}

/// One of the partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partition {
    pub status: Status,
    pk: String,
}

/// Where people are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub kind: Kind,
    pub partitions: Vec<Partition>,
    /// How many of the partitions are of one status.
    pub in_each_status: usize,
}

impl Source {
    pub(super) fn everybody(question: &Question) -> Self {
        Self::of(question, Kind::Everybody, |status| vec![keys::by_status(status)])
    }

    pub(super) fn word(question: &Question, word: &str) -> Self {
        Self::of(question, Kind::Word(word.to_owned()), |status| vec![keys::find(status, split_term(word).0)])
    }

    /// Whom any of these filters finds.
    pub(super) fn any_of(question: &Question, filters: &[Filter<'_>]) -> Self {
        let lists = |status| filters.iter().map(|&filter| keys::list(status, filter)).collect();
        Self::of(question, Kind::Filter, lists)
    }

    fn of(question: &Question, kind: Kind, of_status: impl Fn(Status) -> Vec<String>) -> Self {
        let in_status = |status| of_status(status).into_iter().map(move |pk| Partition { status, pk });
        let statuses = question.status.statuses();
        let count = statuses.len();
        let partitions = statuses.into_iter().flat_map(in_status).collect::<Vec<_>>();
        Self { kind, in_each_status: partitions.len() / count.max(1), partitions }
    }

    /// Whether a sort key can stand here.
    pub(super) fn has_place(&self, after: &str) -> bool {
        let is_within = match &self.kind {
            Kind::Everybody | Kind::Filter => true,
            Kind::Word(word) => after.starts_with(split_term(word).1),
        };
        is_within && keys::user_of(after).is_some()
    }

    /// The query that reads this partition after a sort key.
    pub(super) fn query(
        &self,
        query: QueryFluentBuilder,
        partition: &Partition,
        after: Option<&str>,
    ) -> QueryFluentBuilder {
        let pk = &partition.pk;
        let query = query.expression_attribute_values(":pk", text(pk));
        let start = |after: &str| Key { pk: pk.clone(), sk: after.to_owned() }.attributes();
        match &self.kind {
            Kind::Everybody => query
                .index_name(keys::BY_STATUS)
                .key_condition_expression("by_status_pk = :pk")
                .set_exclusive_start_key(after.and_then(|after| start_by_name(pk, after))),
            Kind::Word(word) if !split_term(word).1.is_empty() => query
                .key_condition_expression("pk = :pk AND begins_with(sk, :rest)")
                .expression_attribute_values(":rest", text(split_term(word).1))
                .set_exclusive_start_key(after.map(start)),
            Kind::Word(_) | Kind::Filter => {
                query.key_condition_expression("pk = :pk").set_exclusive_start_key(after.map(start))
            }
        }
    }
}

/// An index is gone on with after a key of the index and of the table, which the sort key tells.
fn start_by_name(pk: &str, after: &str) -> Option<HashMap<String, AttributeValue>> {
    let mut key = keys::profile(keys::user_of(after)?).attributes();
    key.insert("by_status_pk".to_owned(), text(pk));
    key.insert("by_status_sk".to_owned(), text(after));
    Some(key)
}
