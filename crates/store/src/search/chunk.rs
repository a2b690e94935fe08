//! Reading a source in chunks: its partitions, merged into one order.

use std::pin::Pin;

use super::{
    candidate::Candidate,
    source::{Partition, Source},
};
use crate::{Directory, StoreError};

/// As many entries as fill the 4 KB that one query costs at least.
const MIN_SHARE: usize = 20;

/// Candidates, in order of sort key.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub candidates: Vec<Candidate>,
    /// Whether the source continues.
    pub has_more: bool,
}

/// The chunks of several partitions, read concurrently. Boxed, because reading divides recursively.
pub(super) type Chunks<'a> = Pin<Box<dyn Future<Output = Result<Vec<Chunk>, StoreError>> + Send + 'a>>;

impl Directory {
    /// About `size` candidates of each status after this sort key, merged. All partitions continue after one common sort
    /// key, so what lies beyond the end of one partition's part waits for the next chunk.
    pub(super) async fn chunk(&self, source: &Source, after: Option<&str>, size: usize) -> Result<Chunk, StoreError> {
        let partitions = source.partitions.iter().map(|partition| (partition, after)).collect::<Vec<_>>();
        Ok(merged(self.chunks(source, &partitions, share(source, size)).await?))
    }

    /// About `size` candidates of each of these partitions after its sort key.
    pub(super) fn chunks<'a>(
        &'a self,
        source: &'a Source,
        partitions: &'a [(&'a Partition, Option<&'a str>)],
        size: usize,
    ) -> Chunks<'a> {
        Box::pin(async move {
            match partitions {
                [] => Ok(Vec::new()),
                [(partition, after)] => Ok(vec![self.chunk_of(source, partition, *after, size).await?]),
                several => {
                    let (some, others) = several.split_at(several.len() / 2);
                    let some = self.chunks(source, some, size);
                    let (mut chunks, others) = tokio::try_join!(some, self.chunks(source, others, size))?;
                    chunks.extend(others);
                    Ok(chunks)
                }
            }
        })
    }

    async fn chunk_of(
        &self,
        source: &Source,
        partition: &Partition,
        after: Option<&str>,
        size: usize,
    ) -> Result<Chunk, StoreError> {
        let query = self.db.query().table_name(&self.table).limit(i32::try_from(size).unwrap_or(i32::MAX));
        let response = source.query(query, partition, after).send().await.map_err(|error| StoreError::of(&error))?;
        let has_more = response.last_evaluated_key.is_some();
        let items = response.items.unwrap_or_default().into_iter();
        let candidates = items.map(|item| Candidate::from_item(&source.kind, partition.status, item));
        Ok(Chunk { candidates: candidates.collect::<Result<_, _>>()?, has_more })
    }
}

/// All candidates in one order, up to the first end of a partition's chunk that continues. A user in several partitions is
/// one candidate: up to that end every partition has been read, so none of their entries is missing.
fn merged(chunks: Vec<Chunk>) -> Chunk {
    let horizon = chunks.iter().filter(|chunk| chunk.has_more).filter_map(|chunk| chunk.candidates.last());
    let horizon = horizon.map(|last| last.sk.clone()).min();
    let candidates = chunks.into_iter().flat_map(|chunk| chunk.candidates);
    let candidates = candidates.filter(|candidate| horizon.as_ref().is_none_or(|horizon| candidate.sk <= *horizon));
    Chunk { candidates: in_order(candidates), has_more: horizon.is_some() }
}

/// In order of sort key, each user once.
pub(super) fn in_order(candidates: impl Iterator<Item = Candidate>) -> Vec<Candidate> {
    let mut candidates = candidates.collect::<Vec<_>>();
    candidates.sort_by(|a, b| a.sk.cmp(&b.sk));
    candidates.dedup_by(|later, earlier| earlier.absorb(later));
    candidates
}

/// How many items of each partition make about `size` of a status.
pub(super) fn share(source: &Source, size: usize) -> usize {
    size.div_ceil(source.partitions_per_status.max(1)).max(MIN_SHARE.min(size))
}
