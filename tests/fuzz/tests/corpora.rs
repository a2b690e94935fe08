//! Replays what fuzzing has found so far, without a fuzzer.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
};

use fuzz::TARGETS;

/// The most bytes of one corpus, so that the repository stays small.
const MAX_BYTES: usize = 200_000;

#[test]
fn every_signature_is_judged_as_twilio_describes_it() {
    replay("signature");
}

#[test]
fn rule_34_every_callback_says_what_its_form_says() {
    replay("callback");
}

#[test]
fn rule_34_every_event_says_what_its_json_says() {
    replay("cloud_events");
}

#[test]
fn rule_26_all_attributes_are_read_and_written_without_a_change_to_what_is_not_owned() {
    replay("attributes");
}

#[test]
fn rule_8_every_cursor_goes_on_in_its_own_list_alone() {
    replay("cursor");
}

#[test]
fn every_if_match_is_read_as_rfc_9110_defines_it() {
    replay("if_match");
}

#[test]
fn rule_30_no_cell_begins_a_formula_and_each_is_read_back() {
    replay("csv_cells");
}

#[test]
fn rule_6_spellings_that_a_search_ignores_fold_alike() {
    replay("search_folding");
}

/// Plays the corpus of this target, in which inputs must be on both sides: taken and refused.
fn replay(target: &str) {
    let (_, check) = TARGETS.into_iter().find(|(name, _)| *name == target).unwrap();
    let corpus = folder("corpus").join(target);
    let (mut bytes, mut taken, mut others) = (0, 0, 0);
    for name in names(&corpus) {
        let input = fs::read(corpus.join(&name)).unwrap();
        bytes += input.len();
        let held = catch_unwind(|| check(&input));
        let is_taken = held.unwrap_or_else(|_| panic!("{target}/{name} breaks the check"));
        *(if is_taken { &mut taken } else { &mut others }) += 1;
    }
    assert!(taken >= 10 && others >= 10, "{target}: {taken} inputs are taken, {others} are not");
    assert!(bytes < MAX_BYTES, "the corpus of {target} has {bytes} bytes");
}

#[test]
fn every_target_has_a_binary_and_a_corpus_and_there_are_no_others() {
    let mut targets = TARGETS.map(|(target, _)| target).to_vec();
    targets.sort_unstable();
    assert_eq!(names(&folder("corpus")), targets);
    assert_eq!(names(&folder("fuzz_targets")), targets.iter().map(|target| format!("{target}.rs")).collect::<Vec<_>>());
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>();
    names.sort();
    names
}
