//! A seed decides everything, and nothing that is decided here is lost. `make test` plays 2,000 seeds, optimised; these few are
//! for `cargo test`.

use simulation::run::{Play, play};

#[test]
fn the_same_seed_gives_the_same_events_one_by_one() {
    for seed in 0..2 {
        let once = || play(Play { seed, steps: 25, ..Play::default() });
        let (first, second) = (once(), once());
        assert_eq!(first, second, "seed {seed}");
        assert!(first.events > 50, "seed {seed} has {} events", first.events);
    }
}

#[test]
fn other_seeds_give_other_events() {
    let hash = |seed| play(Play { seed, steps: 5, ..Play::default() }).hash;
    assert_ne!(hash(1), hash(2));
}

#[test]
fn every_rule_survives_the_first_seeds() {
    for seed in 0..3 {
        let verdict = play(Play { seed, steps: 30, ..Play::default() });
        assert_eq!(verdict.violations, Vec::<String>::new(), "make simulate SEED={seed} STEPS=30 TRACE=1");
    }
}
