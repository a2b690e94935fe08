//! Which faults happen, and how often each has.

use std::{
    collections::BTreeMap,
    ops::{Deref, RangeInclusive},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fastrand::Rng;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// DynamoDB asks for fewer requests.
    DynamoThrottled,
    /// Another transaction is at one of the items.
    DynamoConflict,
    DynamoUnavailable,
    /// The call is carried out, and its answer lost.
    DynamoAnswerLost,
    /// The call is not carried out, and never answered.
    DynamoSilent,
    /// The call is carried out long after the function has given it up.
    DynamoLate,
    /// Part of a batch is left to the caller.
    DynamoUnprocessed,
    /// A read without strong consistency answers what was true a while ago.
    DynamoStale,
    TwilioThrottled,
    TwilioUnavailable,
    /// The request is carried out, and its answer lost.
    TwilioAnswerLost,
    TwilioSilent,
    /// Another tool changes the worker between the function's reading and its writing (Twilio answers 412).
    TwilioMeddled,
    S3Unavailable,
    S3AnswerLost,
    S3Silent,
    CallbackDropped,
    CallbackRepeated,
    CallbackLate,
    StreamRepeated,
    StreamLate,
    /// A record of one shard comes before an older one of the other.
    StreamOutOfOrder,
    /// Lambda hands an asynchronous event to two instances at once.
    InvokedTwice,
    /// A function dies between two of its calls.
    Crash,
    /// A function takes longer than Lambda lets it.
    TimedOut,
    /// A function stands still until what it has leased is another's.
    LeaseExpired,
    /// A function's clock is not the others'.
    ClockSkewed,
}

impl Fault {
    /// Those that are drawn, each with how often it happens where it can: once in so many times.
    const DRAWN: [(Self, u32); 24] = [
        (Self::DynamoThrottled, 60),
        (Self::DynamoConflict, 25),
        (Self::DynamoUnavailable, 100),
        (Self::DynamoAnswerLost, 60),
        (Self::DynamoSilent, 200),
        (Self::DynamoLate, 200),
        (Self::DynamoUnprocessed, 10),
        (Self::DynamoStale, 4),
        (Self::TwilioThrottled, 20),
        (Self::TwilioUnavailable, 30),
        (Self::TwilioAnswerLost, 15),
        (Self::TwilioSilent, 60),
        (Self::TwilioMeddled, 10),
        (Self::S3Unavailable, 12),
        (Self::S3AnswerLost, 12),
        (Self::S3Silent, 40),
        (Self::CallbackDropped, 5),
        (Self::CallbackRepeated, 6),
        (Self::CallbackLate, 5),
        (Self::StreamRepeated, 8),
        (Self::StreamLate, 8),
        (Self::InvokedTwice, 6),
        (Self::Crash, 8),
        (Self::LeaseExpired, 150),
    ];

    /// Those that follow from others, or from how the world begins.
    const OBSERVED: [Self; 3] = [Self::StreamOutOfOrder, Self::TimedOut, Self::ClockSkewed];

    pub fn all() -> impl Iterator<Item = Self> {
        Self::DRAWN.into_iter().map(|(fault, _)| fault).chain(Self::OBSERVED)
    }

    fn once_in(self) -> u32 {
        Self::DRAWN.into_iter().find(|(fault, _)| *fault == self).map_or(u32::MAX, |(_, once_in)| once_in)
    }
}

/// Numbers that follow from a seed. Clones share them.
#[derive(Debug, Clone)]
pub struct Dice(Arc<Mutex<Rng>>);

impl Dice {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Rng::with_seed(seed))))
    }

    fn with<T>(&self, roll: impl FnOnce(&mut Rng) -> T) -> T {
        roll(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A number in this range.
    #[must_use]
    pub fn number(&self, range: RangeInclusive<u64>) -> u64 {
        self.with(|rng| rng.u64(range))
    }

    #[must_use]
    pub fn millis(&self, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.number(range))
    }

    /// Whether one of so many is drawn.
    #[must_use]
    pub fn once_in(&self, many: u32) -> bool {
        self.with(|rng| rng.u32(0..many)) == 0
    }

    /// One of these; none of none.
    #[must_use]
    pub fn one_of<'a, T>(&self, items: &'a [T]) -> Option<&'a T> {
        let last = u64::try_from(items.len()).ok()?.checked_sub(1)?;
        items.get(usize::try_from(self.number(0..=last)).ok()?)
    }

    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.with(|rng| rng.fill(&mut bytes));
        bytes
    }
}

/// A call that a function makes: the function and the operation.
pub type CrashPoint = (&'static str, &'static str);

/// The seed's decisions. Clones share them.
#[derive(Debug, Clone)]
pub struct Chaos {
    dice: Dice,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// Otherwise everything works.
    faults: bool,
    hits: BTreeMap<Fault, u64>,
    /// How often a function has made the call, and died at it.
    crash_points: BTreeMap<CrashPoint, (u64, u64)>,
}

impl Deref for Chaos {
    type Target = Dice;

    fn deref(&self) -> &Dice {
        &self.dice
    }
}

impl Chaos {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let state = State { faults: true, hits: BTreeMap::new(), crash_points: BTreeMap::new() };
        Self { dice: Dice::new(seed), state: Arc::new(Mutex::new(state)) }
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut State) -> T) -> T {
        use_it(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether this fault happens now; then it counts as hit.
    #[must_use]
    pub fn strikes(&self, fault: Fault) -> bool {
        let strikes = self.may_strike(fault);
        if strikes {
            self.observed(fault);
        }
        strikes
    }

    /// Whether it is drawn now; it counts once it is [observed](Self::observed) that something came of it.
    #[must_use]
    pub fn may_strike(&self, fault: Fault) -> bool {
        self.with(|state| state.faults) && self.once_in(fault.once_in())
    }

    pub fn observed(&self, fault: Fault) {
        self.with(|state| *state.hits.entry(fault).or_default() += 1);
    }

    /// From now on everything works.
    pub fn calm_down(&self) {
        self.with(|state| state.faults = false);
    }

    pub(crate) fn reached(&self, who: &'static str, call: &'static str) {
        // In a quiet world no function dies.
        self.with(|state| state.crash_points.entry((who, call)).or_default().0 += u64::from(state.faults));
    }

    pub(crate) fn died_at(&self, who: &'static str, call: &'static str) {
        self.with(|state| state.crash_points.entry((who, call)).or_default().1 += 1);
    }

    #[must_use]
    pub fn hits(&self) -> BTreeMap<Fault, u64> {
        self.with(|state| state.hits.clone())
    }

    /// How often each was reached, and how often a function died there.
    #[must_use]
    pub fn crash_points(&self) -> BTreeMap<CrashPoint, (u64, u64)> {
        self.with(|state| state.crash_points.clone())
    }
}
