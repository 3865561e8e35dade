//! What a machine can check of the style: sizes, import arrows, banned words, generated pages.

use std::path::{Path, PathBuf};

/// Lines of a file before it is refused.
const FILE_LINES_MAX: usize = 600;
/// Lines of a function before it is refused.
const FUNCTION_LINES_MAX: usize = 70;
/// Files that are lists, and may be as long as their list.
const LISTS: &[&str] = &["crates/event/src/field.rs", "crates/gatelog/src/config.rs"];
/// Words that must not be left in code.
const BANNED: &[&str] = &["TODO", "FIXME", "XXX", "todo!(", "unimplemented!(", "#[ignore]"];
/// Words that no file may be named.
const BANNED_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "service", "misc"];
/// Who may import whom.
const ARROWS: &[(&str, &[&str])] = &[
    ("event", &[]),
    ("keys", &["event"]),
    ("intake", &["event"]),
    ("ledger", &["event"]),
    ("relay", &["event"]),
    ("query", &["event", "ledger", "keys"]),
    ("gatelog", &["event", "keys", "intake", "ledger", "query", "relay"]),
];
const CRATES: &[&str] = &["event", "keys", "intake", "ledger", "relay", "query", "gatelog"];

/// Everything that is not as it should be.
pub(crate) fn check() -> Vec<String> {
    let mut found = Vec::new();
    for file in sources(Path::new("crates")).into_iter().chain(sources(Path::new("trials"))) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let name = file.to_string_lossy().replace('\\', "/");
        let is_test = name.contains("/tests/") || name.contains("_tests") || name.contains("/benches/");
        check_words(&name, &text, &mut found);
        if !LISTS.contains(&name.as_str()) && !is_test {
            check_sizes(&name, &text, &mut found);
        }
        if !is_test && !text.starts_with("//!") {
            found.push(format!("{name}:1: says nothing of what it is for: open it with `//!`"));
        }
    }
    check_arrows(&mut found);
    found.extend(crate::docs::stale());
    found
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn check_words(name: &str, text: &str, found: &mut Vec<String>) {
    let stem = Path::new(name).file_stem().and_then(|s| s.to_str()).unwrap_or_default();
    if BANNED_NAMES.contains(&stem) {
        found.push(format!("{name}: `{stem}` says nothing; name the noun"));
    }
    for (at, line) in text.lines().enumerate() {
        if let Some(word) = BANNED.iter().find(|word| line.contains(**word)) {
            found.push(format!("{name}:{}: `{word}` must not stay", at + 1));
        }
    }
}

fn check_sizes(name: &str, text: &str, found: &mut Vec<String>) {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let lines = code.lines().count();
    if lines > FILE_LINES_MAX {
        found.push(format!("{name}: {lines} lines; {FILE_LINES_MAX} at most"));
    }
    let mut open: Option<(usize, usize)> = None;
    for (at, line) in code.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let rest = line.trim_start();
        let starts = [
            "fn ",
            "pub fn ",
            "pub(crate) fn ",
            "pub(super) fn ",
            "async fn ",
            "pub async fn ",
            "pub(crate) async fn ",
        ];
        if open.is_none()
            && starts.iter().any(|s| rest.starts_with(s))
            && !rest.ends_with('}')
            && !rest.ends_with(';')
        {
            open = Some((at, indent));
        } else if let Some((start, depth)) = open
            && indent == depth
            && rest.starts_with('}')
        {
            let length = at - start + 1;
            if length > FUNCTION_LINES_MAX {
                found.push(format!(
                    "{name}:{}: function of {length} lines; {FUNCTION_LINES_MAX} at most",
                    start + 1
                ));
            }
            open = None;
        }
    }
}

fn check_arrows(found: &mut Vec<String>) {
    for (name, allowed) in ARROWS {
        let path = format!("crates/{name}/Cargo.toml");
        let manifest = std::fs::read_to_string(&path).unwrap_or_default();
        let normal = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        for other in CRATES.iter().filter(|c| *c != name && !allowed.contains(c)) {
            let imports = normal
                .lines()
                .any(|l| l.starts_with(&format!("{other}.")) || l.starts_with(&format!("{other} ")));
            if imports {
                found.push(format!("{path}: {name} must not import {other}"));
            }
        }
    }
}
