//! `simulate`: plays seeds, and prints what happened.
#![allow(clippy::print_stdout)]

use std::{collections::BTreeSet, io, process::ExitCode, time::Instant};

use clap::{Parser, ValueEnum as _};
use simulation::{
    campaign::{Total, play_all},
    kept,
    mutants::Mutant,
    reduce::reduced,
    run::{Play, Verdict, play},
};

#[derive(Debug, Parser)]
struct Arguments {
    /// The first seed.
    #[arg(long, env = "SEED", default_value_t = 0)]
    seed: u64,
    /// How many seeds, beginning with the first.
    #[arg(long, env = "SEEDS", default_value_t = 1)]
    seeds: u64,
    /// How many things happen in each.
    #[arg(long, env = "STEPS", default_value_t = 40)]
    steps: u64,
    /// The numbers of things that do not happen.
    #[arg(long, env = "WITHOUT", value_delimiter = ',')]
    without: Vec<u64>,
    /// Prints one line for each event.
    #[arg(long, env = "TRACE")]
    trace: Option<String>,
    #[command(flatten)]
    many: Many,
}

/// What is done with many seeds.
#[derive(Debug, clap::Args)]
struct Many {
    /// Plays with one of these deliberate bugs after the other, or of all, and fails if the seeds do not find each of them.
    #[arg(long, num_args = 0..)]
    mutants: Option<Vec<Mutant>>,
    /// Plays the seeds first that have failed once.
    #[arg(long)]
    failed_first: bool,
    /// Keeps those that fail now among them, and adds the totals to a file.
    #[arg(long)]
    keep: bool,
    /// Plays so many twice: the same has to happen.
    #[arg(long, default_value_t = 0)]
    twice: usize,
    /// Fails if a fault never happened: for so many seeds that each has to.
    #[arg(long)]
    every_fault: bool,
}

/// A third of a run's time was spent in the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> io::Result<ExitCode> {
    let arguments = Arguments::parse();
    let succeeds = match &arguments.many.mutants {
        Some(mutants) if mutants.is_empty() => find_mutants(&arguments, Mutant::value_variants()),
        Some(mutants) => find_mutants(&arguments, mutants),
        None if arguments.seeds == 1 => show(&arguments),
        None => find_violations(&arguments)?,
    };
    Ok(if succeeds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Arguments {
    fn plays(&self, mutant: Option<Mutant>) -> impl Iterator<Item = Play> {
        let without = BTreeSet::from_iter(self.without.clone());
        let prints = self.trace.as_deref().is_some_and(|trace| !matches!(trace, "" | "0" | "false"));
        let one = Play { steps: self.steps, without, prints, mutant, ..Play::default() };
        (self.seed..self.seed + self.seeds).map(move |seed| Play { seed, ..one.clone() })
    }
}

/// One seed.
fn show(arguments: &Arguments) -> bool {
    let one = arguments.plays(None).next().unwrap_or_default();
    let verdict = play(one.clone());
    print_faults(&verdict);
    if verdict.violations.is_empty() {
        return true;
    }
    print_violations(&one, &verdict);
    false
}

fn print_faults(verdict: &Verdict) {
    let Verdict { events, seconds, hash, .. } = verdict;
    println!("{events} events in {seconds} simulated seconds, with the hash {hash}; faults:");
    for (fault, count) in &verdict.hits {
        println!("{count:>8} {fault:?}");
    }
}

fn print_violations(failed: &Play, verdict: &Verdict) {
    let Play { seed, steps, without, .. } = failed;
    println!("seed {seed}, {steps} steps, {} events, {} s:", verdict.events, verdict.seconds);
    for violation in &verdict.violations {
        println!("  {violation}");
    }
    let without = without.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
    let without = if without.is_empty() { without } else { format!("WITHOUT={without} ") };
    println!("  make simulate SEED={seed} STEPS={steps} {without}TRACE=1 shows how it came to that");
}

fn find_violations(arguments: &Arguments) -> io::Result<bool> {
    let &Arguments { seed, steps, ref many, .. } = arguments;
    let began = Instant::now();
    let known = kept::failed_seeds()?;
    let mut plays = if many.failed_first { known.clone() } else { Vec::new() };
    plays.extend(arguments.plays(None));
    let total = play_all(&plays, many.twice, |_| false);
    print_total(&total, steps);
    for (failed, found) in &total.failed {
        let least = reduced(failed);
        let shorter = play(least.clone());
        // What fails only now and then cannot be made shorter.
        let (least, verdict) = if shorter.violations.is_empty() { (failed, found) } else { (&least, &shorter) };
        print_violations(least, verdict);
        let is_new = !known.iter().any(|known| known.seed == failed.seed);
        if let Some(violation) = verdict.violations.first().filter(|_| many.keep && is_new) {
            kept::keep_failed(least, violation)?;
        }
    }
    if many.keep {
        kept::keep_totals(&total, seed, steps, began.elapsed().as_secs())?;
    }
    let missing = if many.every_fault { total.missing() } else { Vec::new() };
    for missing in &missing {
        println!("never happened: {missing}");
    }
    Ok(total.failed.is_empty() && missing.is_empty())
}

fn print_total(total: &Total, steps: u64) {
    let Total { seeds, events, seconds, .. } = total;
    println!("{seeds} seeds of {steps} steps: {events} events in {} simulated hours; faults:", seconds / 3_600);
    for (fault, count) in &total.hits {
        println!("{count:>10} {fault:?}");
    }
    println!("Functions died, of so many calls:");
    for ((who, call), (reached, died)) in &total.crash_points {
        println!("{died:>10} of {reached:>10} {who}: {call}");
    }
    println!("{} seeds with violations", total.failed.len());
}

fn find_mutants(arguments: &Arguments, mutants: &[Mutant]) -> bool {
    let mut missed = 0;
    for mutant in mutants {
        let plays = arguments.plays(Some(*mutant)).collect::<Vec<_>>();
        let total = play_all(&plays, 0, |total| !total.failed.is_empty());
        let found = total.failed.first().map(|(play, verdict)| (play.seed, verdict.violations.first()));
        if let Some((seed, Some(violation))) = found {
            println!("{mutant:?}: seed {seed}: {violation}");
        } else {
            missed += 1;
            println!("{mutant:?}: not found in {} seeds", arguments.seeds);
        }
    }
    missed == 0
}
