//! Files that are kept: seeds that have failed once, which are played first, and what was played in all.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::PathBuf,
};

use crate::{campaign::Total, run::Play};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Seeds that have failed, each with its steps and those that were left out: `SEED STEPS [STEP,STEP…] # what it was`.
pub fn failed_seeds() -> io::Result<Vec<Play>> {
    let text = fs::read_to_string(path("failed_seeds.txt"))?;
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(read_play).collect()
}

fn read_play(line: &str) -> io::Result<Play> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, format!("not SEED STEPS [STEP,STEP…]: {line}"));
    let mut words = line.split_whitespace();
    let mut number = || words.next()?.parse().ok();
    let (seed, steps) = number().zip(number()).ok_or_else(wrong)?;
    let without = words.next().map_or(Ok(BTreeSet::new()), |steps| {
        steps.split(',').map(|step| step.parse().map_err(|_| wrong())).collect()
    })?;
    Ok(Play { seed, steps, without, ..Play::default() })
}

/// Adds a seed that has failed, with what did not hold.
pub fn keep_failed(play: &Play, violation: &str) -> io::Result<()> {
    let without = play.without.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
    append("failed_seeds.txt", &format!("{} {} {without} # {violation}", play.seed, play.steps))
}

/// Adds the totals of a soak: seeds, steps of each, events, simulated hours, faults, crashes, seeds that failed, seconds.
pub fn keep_totals(total: &Total, first: u64, steps: u64, seconds: u64) -> io::Result<()> {
    let faults = total.hits.values().sum::<u64>();
    let crashes = total.crash_points.values().map(|(_, died)| died).sum::<u64>();
    let (hours, failed) = (total.seconds / 3_600, total.failed.len());
    let day = jiff::Timestamp::now().strftime("%F");
    let (seeds, events) = (total.seeds, total.events);
    append("soak.csv", &format!("{day},{first},{seeds},{steps},{events},{hours},{faults},{crashes},{failed},{seconds}"))
}

fn append(name: &str, line: &str) -> io::Result<()> {
    writeln!(OpenOptions::new().append(true).open(path(name))?, "{}", line.trim_end())
}
