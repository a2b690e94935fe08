//! Asking before something is changed.
#![allow(clippy::print_stderr, reason = "the question goes to the operator, not into the report")]

use std::io::{IsTerminal as _, stdin};

#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Confirmation {
    /// Does not ask. Without it, `yes` has to be typed; anything else, or no input, changes nothing.
    #[arg(long, visible_alias = "confirm")]
    yes: bool,
}

impl Confirmation {
    /// Whether it may be done: confirmed beforehand, or now. `what` is what is to be done.
    pub fn given(self, what: &str) -> bool {
        if self.yes {
            return true;
        }
        eprintln!("\nTo {what}, type yes:");
        let mut answer = String::new();
        let is_yes = stdin().read_line(&mut answer).is_ok() && answer.trim() == "yes";
        if !is_yes {
            let hint = if stdin().is_terminal() { "" } else { " A script confirms with --yes." };
            eprintln!("Nothing was changed.{hint}");
        }
        is_yes
    }
}
