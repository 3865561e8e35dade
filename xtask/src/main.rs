//! The repository's own chores: `xtask tidy` checks what a machine can check of STYLE.md, `make docs`
//! writes the pages that are read off the lists in the code.

mod docs;
mod tidy;

use std::process::ExitCode;

fn main() -> ExitCode {
    let found = match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy::check(),
        Some("docs") => docs::write(),
        _ => vec!["usage: xtask tidy | docs".to_owned()],
    };
    for line in &found {
        eprintln!("{line}");
    }
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
