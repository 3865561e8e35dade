//! What program called, told from its User-Agent header: name, version, kind, operating system, device. One pass over
//! the text finds every known sign; the lists of signs are data (agents/rules.rs). Headers are claims: this says what a
//! program calls itself, not what it is.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use event::column::Dict;
use event::{Batch, field};

use super::follow;
use rules::{RULES, SYSTEMS};

mod rules;

/// So much of a header is looked at; what tells stands at its start.
const HEADER_BYTES_MAX: usize = 1_024;
/// Longest name and version taken from a header of no known agent.
const NAME_BYTES_MAX: usize = 40;
const VERSION_BYTES_MAX: usize = 24;

/// What kind of program called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A person's browser.
    Browser,
    /// An app on a phone or tablet.
    Mobile,
    /// A library or tool that calls APIs.
    ApiClient,
    /// Crawlers, previews, scanners.
    Bot,
    /// Crawlers and agents of language models.
    Ai,
    /// Health checks and monitoring.
    Monitor,
    /// Anything else.
    Other,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Class::Browser => "browser",
            Class::Mobile => "mobile",
            Class::ApiClient => "api_client",
            Class::Bot => "bot",
            Class::Ai => "ai",
            Class::Monitor => "monitor",
            Class::Other => "other",
        }
    }
}

/// What a header says of a program; "" where it says nothing.
#[derive(Debug, PartialEq, Eq)]
struct Agent<'t> {
    name: &'t str,
    version: &'t str,
    class: Class,
    system: &'static str,
    device: &'static str,
}

/// Puts agent, version, class, system and device beside each User-Agent header.
pub(super) fn recognise(batch: &mut Batch) {
    let to = [field::AGENT, field::AGENT_VERSION, field::AGENT_CLASS, field::OS, field::DEVICE];
    follow(batch, field::USER_AGENT, to, |text, dicts: &mut [Dict; 5]| {
        let Some(agent) = agent(text) else { return [0; 5] };
        let texts = [agent.name, agent.version, agent.class.name(), agent.system, agent.device];
        let mut texts = texts.into_iter();
        dicts.each_mut().map(|dict| texts.next().map_or(0, |text| dict.number(text)))
    });
}

/// Signs of agents and of systems in one automaton, agents first.
static SIGNS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let agents = RULES.iter().map(|rule| rule.sign.trim_start_matches('^'));
    let systems = SYSTEMS.iter().map(|(sign, ..)| *sign);
    AhoCorasick::builder().ascii_case_insensitive(true).build(agents.chain(systems)).ok()
});

/// Words of programs that fetch by themselves, in headers of no known agent.
const BOT_WORDS: [&str; 8] =
    ["bot", "crawler", "spider", "crawl", "scanner", "scraper", "fetcher", "archiver"];

fn agent(header: &str) -> Option<Agent<'_>> {
    let header = header.trim();
    if matches!(header, "" | "-") {
        return None;
    }
    let header = head(header, HEADER_BYTES_MAX);
    let (rule, system) = signs(header);
    let (system, device) = system.map_or(("", ""), |(sign, system, device)| {
        (*system, if device.is_empty() { device_of(sign, header) } else { *device })
    });
    let begins = rule.is_some_and(|(rule, end)| rule.sign.trim_start_matches('^').len() == end);
    let known = rule.map(|(rule, end)| Agent {
        name: rule.name,
        version: version_of(rule, header, end),
        class: rule.class,
        system,
        device,
    });
    let agent = match known {
        // An app says its own name first, and then what it is made of.
        Some(known) if !begins && is_made_of(&known, header) => {
            let own = unknown(header, system, device);
            Agent { class: Class::Mobile, ..own }
        }
        Some(known) => known,
        None => unknown(header, system, device),
    };
    Some(match agent.class {
        Class::Bot | Class::Ai => Agent { system: "", device: "", ..agent },
        // Only a browser stands on a desk; other programs on such systems run anywhere.
        class if class != Class::Browser && agent.device == "desktop" => Agent { device: "", ..agent },
        _ => agent,
    })
}

/// Whether a library is named in the header of an app on a phone: `ExampleBank/7.3 CFNetwork/1494`.
fn is_made_of(library: &Agent<'_>, header: &str) -> bool {
    let on_phone = library.class == Class::Mobile
        || library.class == Class::ApiClient && matches!(library.device, "phone" | "tablet");
    on_phone && !claims_to_be_a_browser(header)
}

fn claims_to_be_a_browser(header: &str) -> bool {
    header.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("mozilla/"))
}

/// The agent with where its sign ends, and the system.
type Signed =
    (Option<(&'static rules::Rule, usize)>, Option<&'static (&'static str, &'static str, &'static str)>);

/// The agent and the system that count, of all whose sign is in the header.
fn signs(header: &str) -> Signed {
    let (mut agent, mut system) = (None::<(usize, usize)>, usize::MAX);
    let Some(signs) = &*SIGNS else { return (None, None) };
    for found in signs.find_overlapping_iter(header) {
        let number = found.pattern().as_usize();
        match RULES.get(number) {
            Some(rule) => {
                let is_place = !rule.sign.starts_with('^') || found.start() == 0;
                if is_place && agent.is_none_or(|(best, _)| number < best) {
                    agent = Some((number, found.end()));
                }
            }
            None => system = system.min(number - RULES.len()),
        }
    }
    let agent = agent.and_then(|(number, end)| Some((RULES.get(number)?, end)));
    (agent, SYSTEMS.get(system))
}

/// Phone or tablet, where the system runs on both: a phone says "Mobile".
fn device_of(sign: &str, header: &str) -> &'static str {
    match sign {
        "tizen" if has(header, " tv") => "tv",
        "android" | "harmonyos" | "tizen" if has(header, "mobile") => "phone",
        "android" | "harmonyos" | "tizen" if has(header, "tablet") || has(header, "mozilla") => "tablet",
        "android" => "phone",
        "linux" if has(header, "mozilla") => "desktop",
        _ => "",
    }
}

fn version_of<'t>(rule: &rules::Rule, header: &'t str, end: usize) -> &'t str {
    if rule.version.is_empty() {
        return version(header.get(end..).unwrap_or(""));
    }
    find(header, rule.version).map_or("", |at| version(header.get(at + rule.version.len()..).unwrap_or("")))
}

/// The version at the start of a text: digits and dots, after a slash, a blank or a `v`.
fn version(text: &str) -> &str {
    let text = text.trim_start_matches(['/', ' ', '(']);
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let end = text.bytes().take(VERSION_BYTES_MAX).take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    text.get(..end).unwrap_or("").trim_matches('.')
}

/// What a program calls itself that is on no list: `mobile-app/3.1 (…)`.
fn unknown<'t>(header: &'t str, system: &'static str, device: &'static str) -> Agent<'t> {
    let is_bot = BOT_WORDS.iter().any(|word| has(header, word));
    // Bots that claim to be a browser say their name in brackets: `Mozilla/5.0 (compatible; Name/1.0; …)`.
    let inside = header.split_once("compatible;").map(|(_, inside)| inside.trim_start());
    let claims = claims_to_be_a_browser(header);
    let own = if claims { inside.unwrap_or("") } else { header };
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.! +".contains(c);
    let end = own.find(|c| !is_name(c)).unwrap_or(own.len());
    let (name, rest) = own.split_at_checked(end).unwrap_or((own, ""));
    let version = version(rest);
    let name = head(name.trim(), NAME_BYTES_MAX).trim();
    let class = match device {
        _ if is_bot => Class::Bot,
        "phone" | "tablet" | "tv" | "watch" | "console" if !claims => Class::Mobile,
        _ if claims && !system.is_empty() => Class::Browser,
        _ => Class::Other,
    };
    Agent { name, version, class, system, device }
}

fn head(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

fn has(text: &str, word: &str) -> bool {
    find(text, word).is_some()
}

/// Where a lower-case word stands in a text, whatever its case.
fn find(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len()).position(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
#[path = "agents_tests.rs"]
mod tests;
