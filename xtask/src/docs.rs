//! Pages of docs/ that are read off lists in the code, and the check that they are up to date.

/// A page and the text it should have.
fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("docs/formats.md", intake::formats_markdown()),
        ("docs/masking.md", event::mask::masking_markdown()),
        ("docs/filter.md", query::filter_markdown()),
        ("docs/panels.md", query::panels_markdown()),
        ("docs/config.md", printed(&["config", "--markdown"])),
        ("docs/sources.md", printed(&["gateways", "--markdown"])),
    ]
}

/// Writes every page.
pub(crate) fn write() -> Vec<String> {
    let failed =
        |(path, text): (&str, String)| std::fs::write(path, text).err().map(|e| format!("{path}: {e}"));
    pages().into_iter().filter_map(failed).collect()
}

/// Pages that differ from the code.
pub(crate) fn stale() -> Vec<String> {
    pages()
        .into_iter()
        .filter(|(path, text)| std::fs::read_to_string(path).ok().as_ref() != Some(text))
        .map(|(path, _)| format!("{path}: differs from the code; run `make docs`"))
        .collect()
}

/// What the program prints; it is a binary built beside this one, so it is asked and not linked.
fn printed(arguments: &[&str]) -> String {
    let binary = std::env::current_exe().unwrap_or_default().with_file_name("gatelog");
    let run = std::process::Command::new(binary).args(arguments).output();
    run.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default()
}
