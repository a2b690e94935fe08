//! Takes the viewer's files in. npm has put them there; the versions are those of `package-lock.json`.

use std::{env, fs, path::Path};

/// In the project's directory, as it is when this runs: it may have been moved since this was compiled.
const VIEWER: &str = "../../node_modules/swagger-ui-dist";

fn main() {
    let package = env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    for file in ["swagger-ui-bundle.js", "swagger-ui.css"] {
        let from = Path::new(&package).join(VIEWER).join(file);
        println!("cargo::rerun-if-changed={}", from.display());
        if fs::copy(&from, Path::new(&out).join(file)).is_err() {
            println!(
                "cargo::error=the viewer that /docs serves is not installed: run `npm ci --ignore-scripts` in the project's directory"
            );
            return;
        }
    }
}
