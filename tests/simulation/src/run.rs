//! One seed, from its beginning to the verdict.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
    thread,
    time::Duration,
};

use store::SurveyDirectory as _;
use tokio::{runtime, task::LocalSet, time::sleep};

use crate::{
    chaos::{CrashPoint, Fault},
    logs::Logs,
    mutants::Mutant,
    workload::Workload,
    world::World,
};

/// How many minutes a quiet world may take until nothing is left to do.
const QUIET_MINUTES: u64 = 90;

/// What is played.
#[derive(Debug, Clone, Default)]
pub struct Play {
    pub seed: u64,
    /// How many things happen.
    pub steps: u64,
    /// Those of them, from 0 on, that do not.
    pub without: BTreeSet<u64>,
    /// Prints each event.
    pub prints: bool,
    /// A bug that is to be found.
    pub mutant: Option<Mutant>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Of all events, in their order.
    pub hash: String,
    pub events: usize,
    /// The simulated time, in seconds.
    pub seconds: u64,
    pub hits: BTreeMap<Fault, u64>,
    /// How often each was reached, and how often a function died there.
    pub crash_points: BTreeMap<CrashPoint, (u64, u64)>,
    /// What does not hold.
    pub violations: Vec<String>,
}

/// Without optimization, the futures of a function and of the SDK's calls are many and large.
const STACK: usize = 64 * 1024 * 1024;

/// Plays a seed, on a thread of its own.
#[must_use]
pub fn play(play: Play) -> Verdict {
    let played = thread::Builder::new().stack_size(STACK).spawn(move || {
        // The jitter of retries, also of those in libraries, follows from the seed.
        fastrand::seed(play.seed);
        let runtime = runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap_or_else(|error| panic!("{error}")).block_on(LocalSet::new().run_until(run(play)))
    });
    let ended = played.unwrap_or_else(|error| panic!("{error}")).join();
    ended.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
        let violations = vec![format!("something panics: {}", said.unwrap_or_default())];
        Verdict { violations, ..Verdict::default() }
    })
}

async fn run(Play { seed, steps, without, prints, mutant }: Play) -> Verdict {
    let logs = Logs::default();
    let guard = logs.collect();
    let world = World::new(seed, prints, mutant);
    world.start();
    let mut workload = Workload::new(seed);
    workload.begin(&world).await;
    for number in (0..steps).filter(|number| !without.contains(number)) {
        workload.step(&world, number).await;
    }
    world.chaos.calm_down();
    world.trace.line("world", "quiet");
    world.taskrouter.end_reservations();
    let settled = settle(&world).await;
    if !settled {
        world.violated(format!("traffic does not die out within {QUIET_MINUTES} minutes"));
    }
    world.check(&logs).await;
    drop(guard);
    let violations = world.violations.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Verdict {
        hash: world.trace.hash(),
        events: world.trace.len(),
        seconds: world.clock.elapsed_ms() / 1_000,
        hits: world.chaos.hits(),
        crash_points: world.chaos.crash_points(),
        violations,
    }
}

/// Waits until nothing is left to do: whether that comes to pass.
async fn settle(world: &World) -> bool {
    let mut calm = 0;
    for _ in 0..QUIET_MINUTES {
        let writes = world.taskrouter.writes();
        sleep(Duration::from_mins(1)).await;
        let pending = world.directory.pending_users().await.is_ok_and(|users| users.is_empty());
        let is_calm = pending && world.is_idle() && writes == world.taskrouter.writes();
        calm = if is_calm { calm + 1 } else { 0 };
        match calm {
            1 => world.check_written().await,
            // By now the leases of those that have died are over. The second looks at what the first has done.
            4 | 5 => _ = world.run_reconcile().await,
            8.. => return true,
            _ => {}
        }
    }
    false
}
