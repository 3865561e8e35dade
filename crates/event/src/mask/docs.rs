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

const OWN: &str = "\
## Rules of your own
On top of all that, which no rule takes away. Whoever may `settings:write` and sees all events sets them while the server runs: on the page **Masking**, with
`gatelog masks`, or with `POST /api/v1/masks`.

| finds | `what` | `of` |
|---|---|---|
| a field, also in the header it comes from; of `ip` the headers that name the client's address (`X-Forwarded-For`, `Forwarded`, `X-Real-IP`, …) | `field` | a name of docs/filter.md |
| a header, of requests and responses, client side and native side, in any case | `header` | its name |
| a parameter: of the query, and of queries in the Referer, the native address, and headers | `query` | its name |
| a member of JSON, at any depth: of custom fields, lists of calls, bodies | `member` | its name |
| what a regular expression finds in any text; time grows with the text only | `pattern` | the expression, at most 512 bytes |

| it becomes | `how` |
|---|---|
| nothing: it goes, with its name | `remove` |
| another text, `***` without `with` | `replace` |
| `hmac:…`, the keyed hash; equal values stay equal | `hash` |
| its network, /24 of IPv4 and /48 of IPv6; of a text, the addresses in it; what holds none becomes `***` | `truncate` |

With `gateway`, `environment` or `source` a rule is for the events of that one only; with `off` it waits. Rules act one after the other, on what the defaults
have left: none can bring a secret past them. No rule touches `source`, `format`, `gateway`, `environment`, `method`, `outcome`, `reason` and numbers: they say which rules
hold, who may see an event, and what became of it. What was made of an address before it is masked (country, network) stays.

```sh
gatelog masks --json | jq .rules > rules.json
cat > rules.json <<'END'
[{\"name\": \"addresses\", \"what\": \"field\", \"of\": \"ip\", \"how\": \"truncate\", \"environment\": \"prod\"},
 {\"name\": \"staff numbers\", \"what\": \"pattern\", \"of\": \"EMP-[0-9]{6}\", \"how\": \"hash\"}]
END
gatelog masks --rules rules.json --try record.json      # what would be kept of a record, and by what; nothing is kept
gatelog masks --rules rules.json --apply --note \"ticket 4711\"
gatelog masks --versions                                # which held since when, who said so, what changed
gatelog masks --restore 3
```

- **From the moment of the answer** every delivery that comes is masked with the new rules, before it is in the log. What came before stays as it is.
- **Each change is a version**, with its time, who made it and why; the newest 200 are kept. So `received` of an event tells which version masked it. It is in the
  [operator trail](audit.md) as well, before and after. With `version` in a change, one that somebody else made meanwhile is not overwritten (409).
- **Records that were not understood** have what patterns find taken out of their excerpts. With a rule for a field or a name, which nobody could find in them, their
  excerpts are left out.
- The operator trail has the defaults only: whoever changes rules could else hide what they do.
- At most 100 rules, 48 KiB of JSON together.

| request | permission | |
|---|---|---|
| `GET /masks`, `POST /masks {rules,version,note}` | settings:write | the rules that hold; all of them anew |
| `GET /masks/versions`, `GET /masks/versions/{id}`, `POST /masks/versions/{id}/restore` | settings:write | earlier versions |
| `POST /masks/try {record,format,source,rules}` | settings:write | what would be kept of a record, where it is masked and by what, and which rules did something |
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
         {OWN}\n\
         ## Not masked\nMethod, status, route, consumer, client, user agent, ids of keys, and the client's address, \
         which security needs, unless a rule of your own says otherwise.\n\n\
         ## Changes\nNew rules hold for new events. What is stored stays as it is.\n",
        BODY_BYTES_MAX >> 10
    );
    out
}
