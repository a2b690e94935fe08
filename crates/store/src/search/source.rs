//! Where candidates are read: a list of partitions that share one order of sort keys.

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use std::collections::HashMap;

use domain::{
    Status,
    search::{Criterion, UserQuery, split_term},
};

use crate::{
    dynamo::item::text,
    schema::keys::{self, Key},
};

/// What the partitions of a source hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whole profiles, in order of name.
    Everyone,
    /// The search entries of this word, in order of the text that follows it.
    Word(String),
    /// Filter entries, in order of name.
    Filter,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partition {
    pub status: Status,
    pk: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub kind: Kind,
    pub partitions: Vec<Partition>,
    pub partitions_per_status: usize,
}

impl Source {
    pub(super) fn everyone(query: &UserQuery) -> Self {
        Self::of(query, Kind::Everyone, |status| vec![keys::by_status_pk(status)])
    }

    pub(super) fn word(query: &UserQuery, word: &str) -> Self {
        Self::of(query, Kind::Word(word.to_owned()), |status| vec![keys::search_pk(status, split_term(word).0)])
    }

    /// The users that any of the filters finds.
    pub(super) fn any_of(query: &UserQuery, filters: &[Criterion]) -> Self {
        let lists = |status| filters.iter().map(|filter| keys::filter_pk(status, filter)).collect();
        Self::of(query, Kind::Filter, lists)
    }

    fn of(query: &UserQuery, kind: Kind, of_status: impl Fn(Status) -> Vec<String>) -> Self {
        let in_status = |status| of_status(status).into_iter().map(move |pk| Partition { status, pk });
        let statuses = query.status.statuses();
        let count = statuses.len();
        let partitions = statuses.into_iter().flat_map(in_status).collect::<Vec<_>>();
        Self { kind, partitions_per_status: partitions.len() / count.max(1), partitions }
    }

    /// Whether the sort key can be one of this source.
    pub(super) fn may_contain(&self, sort_key: &str) -> bool {
        let is_within = match &self.kind {
            Kind::Everyone | Kind::Filter => true,
            Kind::Word(word) => sort_key.starts_with(split_term(word).1),
        };
        is_within && keys::parse_user(sort_key).is_some()
    }

    /// The query that reads the partition after a sort key.
    pub(super) fn query(
        &self,
        query: QueryFluentBuilder,
        partition: &Partition,
        after: Option<&str>,
    ) -> QueryFluentBuilder {
        let pk = &partition.pk;
        let query = query.expression_attribute_values(":pk", text(pk));
        let start = |after: &str| Key::new(pk, after).attributes();
        match &self.kind {
            Kind::Everyone => query
                .index_name(keys::BY_STATUS)
                .key_condition_expression(format!("{} = :pk", keys::BY_STATUS_PK))
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

/// A query of an index continues after a key of the index and of the table; the sort key determines both.
fn start_by_name(pk: &str, after: &str) -> Option<HashMap<String, AttributeValue>> {
    let mut key = keys::profile(keys::parse_user(after)?).attributes();
    key.insert(keys::BY_STATUS_PK.to_owned(), text(pk));
    key.insert(keys::BY_STATUS_SK.to_owned(), text(after));
    Some(key)
}
