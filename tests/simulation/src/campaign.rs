//! Many seeds: what came of all of them.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::{
    chaos::{CrashPoint, Fault},
    run::{Play, Verdict, play},
    world::FUNCTIONS,
};

/// A call that was made so often, and at which no function ever died, was missed by chance no more.
const OFTEN: u64 = 4_000;

/// A function that made fewer calls may have been missed by chance, as those that only read.
const SELDOM: u64 = 1_000;

/// What came of many seeds.
#[derive(Debug, Default)]
pub struct Total {
    pub seeds: u64,
    pub events: u64,
    /// The simulated time.
    pub seconds: u64,
    /// What was played, and the verdict, where something does not hold.
    pub failed: Vec<(Play, Verdict)>,
    pub hits: BTreeMap<Fault, u64>,
    pub crash_points: BTreeMap<CrashPoint, (u64, u64)>,
}

impl Total {
    fn add(&mut self, play: Play, verdict: Verdict) {
        self.seeds += 1;
        self.events += verdict.events as u64;
        self.seconds += verdict.seconds;
        for (fault, count) in &verdict.hits {
            *self.hits.entry(*fault).or_default() += count;
        }
        for (point, (reached, died)) in &verdict.crash_points {
            let total = self.crash_points.entry(*point).or_default();
            *total = (total.0 + reached, total.1 + died);
        }
        if !verdict.violations.is_empty() {
            self.failed.push((play, verdict));
        }
    }

    /// Faults that never happened, functions that never died although they made many calls, and calls at which none has.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let is_missed = |who: &str| {
            let of_function = self.crash_points.iter().filter(|((other, _), _)| *other == who);
            let (reached, died) = of_function.fold((0, 0), |sum, (_, (reached, died))| (sum.0 + reached, sum.1 + died));
            reached == 0 || reached >= SELDOM && died == 0
        };
        let functions = FUNCTIONS.into_iter().filter(|who| is_missed(who)).map(|who| format!("a crash of {who}"));
        let faults = Fault::all().filter(|fault| !self.hits.contains_key(fault)).map(|fault| format!("{fault:?}"));
        let points = self.crash_points.iter().filter(|(_, (reached, died))| *reached > OFTEN && *died == 0);
        faults.chain(functions).chain(points.map(|((who, call), _)| format!("a crash of {who} at {call}"))).collect()
    }
}

/// Plays them side by side, in their order, until `has_enough`; the first `twice` of them twice, which has to come out the same.
pub fn play_all(plays: &[Play], twice: usize, has_enough: impl Fn(&Total) -> bool + Sync) -> Total {
    let (next, total) = (AtomicUsize::new(0), Mutex::new(Total::default()));
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let lock = || total.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(current) = plays.get(number) else { return };
            if has_enough(&lock()) {
                return;
            }
            let mut verdict = play(current.clone());
            if number < twice && play(current.clone()) != verdict {
                verdict.violations.push("the same seed gives other events".to_owned());
            }
            lock().add(current.clone(), verdict);
        }
    };
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let mut total = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    total.failed.sort_by_key(|(play, _)| play.seed);
    total
}
