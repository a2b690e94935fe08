//! The documents stay short enough to be read before the first change.

use std::fs;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn the_readme_has_fewer_than_150_lines_and_the_architecture_less_than_12_kilobytes() {
    let read = |page| fs::read_to_string(format!("{ROOT}/{page}")).unwrap();
    let (lines, bytes) = (read("README.md").lines().count(), read("ARCHITECTURE.md").len());
    assert!(lines < 150, "README.md has {lines} lines: move what is not needed to start to a page below docs/");
    assert!(bytes < 12_000, "ARCHITECTURE.md has {bytes} bytes: move reasons to docs/decisions/");
}
