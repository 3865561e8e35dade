//! docs/masking.md, written from the lists that do the work.

use std::fmt::Write;

use super::detectors::DETECTORS;
use super::names::{FRAGMENTS, GUESSABLE, HARMLESS_ENDINGS, HEADERS, PARAMETERS, PATH_SEGMENTS};
use super::rules::BODY_BYTES_MAX;

const TOP: &str = "\
<!-- Written by event::mask::masking_markdown; change the lists in crates/event/src/mask and run its test. -->
# Masking

Secrets are masked before an event is written anywhere: to the log, a table, an export, a forward, a screen. It is on
and cannot be switched off. The original is kept nowhere, not even of records that were refused.

| what | becomes |
|---|---|
| a secret | `hmac:` and 12 hexadecimal digits of its HMAC-SHA-256 under the tenant's key |
| a secret that could be guessed (a password, a PIN) | `***` |
| a payment card number | `****` and its last four digits |
| a credential in a header | its scheme stays: `Bearer hmac:…`, `Basic hmac:…` |
| cookies | their names stay: `sid=hmac:…; theme=hmac:…` |
| the user and password in an address | `https://***@host/…` |
| what arrives masked (`***`, `REDACTED`, `hmac:…`) | stays |

Equal secrets have equal tags, so calls made with one key can still be found together, and nobody can turn a tag back.
`gatelog mask probe` reads a value you know and prints its tag, to look for a leaked one.
";

/// The text of docs/masking.md.
pub fn masking_markdown() -> String {
    let mut out = TOP.to_owned();
    let names = |out: &mut String, title: &str, text: &str, list: &[&str]| {
        let list: Vec<String> = list.iter().map(|name| format!("`{name}`")).collect();
        let _ = write!(out, "\n## {title}\n{text}\n\n{}\n", list.join(", "));
    };
    names(
        &mut out,
        "Headers",
        "Of requests and responses, client side and native side, in any case.",
        HEADERS,
    );
    names(
        &mut out,
        "Parameters",
        "In queries, fragments, form bodies and JSON, at any depth, percent signs read. `key` and `code` in JSON and \
         in messages keep plain words and numbers up to three digits.",
        PARAMETERS,
    );
    names(
        &mut out,
        "Parts of names",
        "Any name that contains one of these, dashes and underscores left out.",
        FRAGMENTS,
    );
    names(
        &mut out,
        "…except names that end in",
        "They speak about a secret and hold none.",
        HARMLESS_ENDINGS,
    );
    names(
        &mut out,
        "Guessable",
        "These become `***`: their values are so few that a tag could be guessed.",
        GUESSABLE,
    );
    names(
        &mut out,
        "Path segments",
        "After one of these, or after any of the names above, a path segment of 32 or more letters and digits is a \
         secret. Ids of requests and traces have fields of their own and stay.",
        PATH_SEGMENTS,
    );
    out.push_str("\n## Known by their looks\nIn every text: path, agent, referer, messages, custom fields, bodies.\n\n");
    out.push_str("| name | what it finds | looks like |\n|---|---|---|\n");
    for d in DETECTORS {
        let example: String = d.example.chars().take(24).collect();
        let _ = writeln!(out, "| `{}` | {} | `{example}…` |", d.name, d.doc);
    }
    let _ = write!(
        out,
        "\n## Bodies\nRequest and response bodies are dropped. Where they are switched on, for all routes or for some, \
         at most {} KiB of each are kept, masked as JSON, as a form or as text.\n\n\
         ## Not masked\nMethod, status, route, consumer, client, user agent, ids of keys, and the client's address, \
         which security needs; a tenant can have the address cut to its network or replaced by a tag.\n\n\
         ## Changes\nNew rules hold for new events. What is stored stays as it is.\n",
        BODY_BYTES_MAX >> 10
    );
    out
}
