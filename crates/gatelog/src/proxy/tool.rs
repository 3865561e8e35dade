//! Which program a change was made with, told by its agent and by what its calls look like. Knows no gateway's resources.

use super::resource::Kind;

/// A kind of program.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tool {
    /// As events name it.
    pub(super) name: &'static str,
    /// What events call its source.
    pub(super) source: &'static str,
}

impl Tool {
    /// Whether it brings a gateway to a described state, so that all its calls are one change.
    pub(super) fn is_declarative(&self) -> bool {
        self.source == "declarative"
    }
}

const fn tool(name: &'static str, source: &'static str) -> Tool {
    Tool { name, source }
}

static DECK: Tool = tool("deck", "declarative");
static ADC: Tool = tool("adc", "declarative");
static OTHER: Tool = tool("other", "api");

/// Parts of agents, in lower case, and whose they are. The first that is found counts.
static AGENTS: &[(&str, Tool)] = &[
    ("deck/", tool("deck", "declarative")),
    ("go-kong", tool("deck", "declarative")),
    ("adc/", tool("adc", "declarative")),
    ("ingress-controller", tool("ingress-controller", "declarative")),
    ("terraform", tool("terraform", "declarative")),
    ("opentofu", tool("terraform", "declarative")),
    ("ansible", tool("ansible", "declarative")),
    ("mozilla", tool("dashboard", "dashboard")),
    ("curl", tool("curl", "api")),
    ("httpie", tool("httpie", "api")),
    ("postman", tool("postman", "api")),
    ("insomnia", tool("insomnia", "api")),
    ("wget", tool("wget", "api")),
];

/// The program behind a call. decK's library calls itself what Go calls every client, ADC what axios does: of a gateway's
/// Admin API it is they. Only ADC names a group of gateways in each call.
pub(super) fn of(kind: &Kind, agent: &str, query: &str) -> &'static Tool {
    let agent = agent.to_lowercase();
    if let Some((_, tool)) = AGENTS.iter().find(|(part, _)| agent.contains(part)) {
        return tool;
    }
    let is_kong = kind.name == "kong";
    match () {
        () if query.contains("gateway_group_id=") => &ADC,
        () if is_kong && agent.starts_with("go-http-client") => &DECK,
        () if !is_kong && agent.starts_with("axios") => &ADC,
        () => &OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::super::resource::{APISIX, KONG};
    use super::*;

    #[test]
    fn agents_and_patterns() {
        for (kind, agent, query, name) in [
            (&KONG, "decK/1.40.3", "", "deck"),
            (&KONG, "Go-http-client/1.1", "", "deck"),
            (&APISIX, "Go-http-client/1.1", "", "other"),
            (&APISIX, "axios/1.7.9", "", "adc"),
            (&APISIX, "node", "gateway_group_id=default", "adc"),
            (&KONG, "axios/1.7.9", "", "other"),
            (&KONG, "curl/8.5.0", "", "curl"),
            (&APISIX, "Mozilla/5.0 (X11)", "", "dashboard"),
            (&KONG, "", "", "other"),
        ] {
            assert_eq!(of(kind, agent, query).name, name, "{agent}");
        }
        assert!(DECK.is_declarative() && !OTHER.is_declarative());
    }
}
