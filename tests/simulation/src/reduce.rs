//! Fewer steps of a seed that fails, so that its trace can be read.

use crate::run::{Play, play};

/// The most plays that a reduction takes.
const MOST_PLAYS: usize = 150;

/// The play with as few of its steps as still fail: without its end, and then without one part of it after the other, ever
/// smaller ones. What fails then may be another violation than at first.
#[must_use]
pub fn reduced(failing: &Play) -> Play {
    let mut least = failing.clone();
    let mut plays = 0;
    let mut still_fails = |candidate: &Play| {
        plays += 1;
        plays <= MOST_PLAYS && !play(candidate.clone()).violations.is_empty()
    };
    let mut size = least.steps / 2;
    while size > 0 {
        let shorter = Play { steps: least.steps.saturating_sub(size), ..least.clone() };
        if shorter.steps > 0 && still_fails(&shorter) {
            least = shorter;
        } else {
            size /= 2;
        }
    }
    let mut size = least.steps.div_ceil(4);
    while size > 0 {
        let mut first = 0;
        while first < least.steps {
            let mut fewer = least.clone();
            fewer.without.extend(first..(first + size).min(least.steps));
            if fewer.without.len() > least.without.len() && still_fails(&fewer) {
                least = fewer;
            }
            first += size;
        }
        size /= 2;
    }
    least.without.retain(|step| *step < least.steps);
    least
}
