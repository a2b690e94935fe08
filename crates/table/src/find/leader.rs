//! Which of several words leads a search; the others are then checked.

use domain::SearchText;

use super::{
    Directory,
    chunk::{Chunk, Source},
    question::Question,
};
use crate::TableError;

/// How many entries are asked for of each word to see which one ends first.
const PROBE: usize = 100;

impl Directory {
    /// The word that leads: the only one, the one that led so far, or else that whose entries end first, or
    /// the longest. With it comes its first chunk, where it was read to find out.
    pub(super) async fn leader(
        &self,
        text: &SearchText,
        question: &Question,
        so_far: Option<usize>,
    ) -> Result<(Source, Option<usize>, Option<Chunk>), TableError> {
        let word = |i: usize| Source::Word(text.terms()[i].clone());
        let able = text.leaders().collect::<Vec<_>>();
        let so_far = so_far.filter(|i| able.contains(i)).or((able.len() == 1).then(|| able[0]));
        if let Some(leader) = so_far {
            return Ok((word(leader), Some(leader), None));
        }
        let mut probes = Vec::new();
        for leader in able {
            let chunk = self.chunk(&word(leader), question, None, PROBE).await?;
            let rank = (chunk.more, if chunk.more { 0 } else { chunk.candidates.len() });
            let longest_first = usize::MAX - text.terms()[leader].chars().count();
            let ended = !chunk.more;
            probes.push(((rank, longest_first), leader, chunk));
            if ended {
                break;
            }
        }
        let best = probes.into_iter().min_by_key(|(rank, ..)| *rank);
        let (_, leader, chunk) = best.expect("a search text has a word that can lead");
        Ok((word(leader), Some(leader), Some(chunk)))
    }
}
