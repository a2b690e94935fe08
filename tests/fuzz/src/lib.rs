//! What must hold for any input, as functions that a fuzzer and the tests call.
//!
//! Each module has a `check`, which takes any bytes, plays them against the product and panics where the product and an
//! independent reading of the same bytes disagree. It answers whether the product took the input for good, so that a corpus
//! can be seen to reach both sides. `make fuzz` lets libFuzzer look for such bytes; `tests/corpora.rs` replays what it has
//! found so far, without it.
//!
//! Inputs are text where that is possible, so that a person can write one: lines for the small arguments, then the rest.

#![expect(clippy::missing_panics_doc, clippy::must_use_candidate, reason = "a check panics, and is called for that")]

pub mod attributes;
pub mod callback;
pub mod cloud_events;
pub mod csv_cells;
pub mod cursor;
pub mod form;
pub mod if_match;
pub mod json;
pub mod search_folding;
pub mod signature;

/// A check of any input: whether the product took it for good.
pub type Check = fn(&[u8]) -> bool;

/// The targets, by the names of their binaries and of their folders in `corpus/`.
pub const TARGETS: [(&str, Check); 8] = [
    ("signature", signature::check),
    ("callback", callback::check),
    ("cloud_events", cloud_events::check),
    ("attributes", attributes::check),
    ("cursor", cursor::check),
    ("if_match", if_match::check),
    ("csv_cells", csv_cells::check),
    ("search_folding", search_folding::check),
];

/// The first lines of an input, without their line feeds, and what follows them. None if there are fewer.
fn lines<const N: usize>(mut input: &[u8]) -> Option<([&[u8]; N], &[u8])> {
    let mut lines = [&input[..0]; N];
    for line in &mut lines {
        let end = input.iter().position(|byte| *byte == b'\n')?;
        (*line, input) = (&input[..end], &input[end + 1..]);
    }
    Some((lines, input))
}

/// The same for text. None if it is not UTF-8.
fn text_lines<const N: usize>(input: &[u8]) -> Option<([&str; N], &str)> {
    let (lines, rest) = lines::<N>(input)?;
    let mut texts = [""; N];
    for (text, line) in texts.iter_mut().zip(lines) {
        *text = str::from_utf8(line).ok()?;
    }
    Some((texts, str::from_utf8(rest).ok()?))
}
