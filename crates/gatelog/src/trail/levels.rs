//! How much is kept of what is done to this program, by the kind of thing and the verb: nothing, that it was done, also what
//! was asked, also what it was and is. What changes something, sign-ins, and who may what are always kept, at least that
//! they were done: without them the trail would prove nothing.

use std::str::FromStr;

use serde::Serialize;

use super::actions::{ACTIONS, API_READ, Action, Verb};

/// Rules of the settings at most.
const RULES_MAX: usize = 100;

/// How much is kept. Each has all of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// Nothing.
    None,
    /// Who, what, when, from where, and how it ended.
    Metadata,
    /// Also parameters and body.
    Request,
    /// Also what it was and what it is.
    Response,
}

const LEVELS: [(&str, Level); 4] = [
    ("none", Level::None),
    ("metadata", Level::Metadata),
    ("request", Level::Request),
    ("response", Level::Response),
];

/// `resource:verb=level`; `*` stands for any.
#[derive(Clone, Debug)]
struct Rule {
    /// As the settings have it.
    text: String,
    resource: String,
    verb: String,
    level: Level,
}

/// The rules of the settings; the first that fits counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Levels(Vec<Rule>);

impl Levels {
    /// Reads the rules and says what is wrong with them.
    pub(crate) fn parse(texts: &[String]) -> Result<Levels, String> {
        if texts.len() > RULES_MAX {
            return Err(format!("more than {RULES_MAX} rules"));
        }
        texts.iter().map(|text| text.parse()).collect::<Result<_, _>>().map(Levels)
    }

    /// How much is kept of an act.
    pub(crate) fn of(&self, action: &Action) -> Level {
        self.rule(action)
            .map_or(usual(action), |rule| rule.level)
            .max(least(action.resource_type, action.verb.text()))
    }

    /// How much is kept of each kind of thing and verb there is, by their names.
    pub(crate) fn all(&self) -> Vec<Kept> {
        let mut all: Vec<Kept> = Vec::new();
        for action in ACTIONS {
            let (resource_type, verb) = (action.resource_type, action.verb.text());
            if let Some(known) =
                all.iter_mut().find(|one| (one.resource_type, one.verb) == (resource_type, verb))
            {
                known.events.push(action.event);
                continue;
            }
            all.push(Kept {
                resource_type,
                verb,
                level: self.of(action),
                usual: usual(action),
                least: least(resource_type, verb),
                rule: self.rule(action).map(|rule| rule.text.clone()),
                events: vec![action.event],
            });
        }
        all.sort_by_key(|one| (one.resource_type, one.verb));
        all
    }

    fn rule(&self, action: &Action) -> Option<&Rule> {
        let fits =
            |rule: &&Rule| is(&rule.resource, action.resource_type) && is(&rule.verb, action.verb.text());
        self.0.iter().find(fits)
    }
}

/// How much is kept of one kind of act, and why.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Kept {
    pub(crate) resource_type: &'static str,
    pub(crate) verb: &'static str,
    pub(crate) level: Level,
    /// What it would be without a rule.
    pub(crate) usual: Level,
    /// Less than this cannot be set.
    pub(crate) least: Level,
    /// The rule of the settings that fits; none by default.
    pub(crate) rule: Option<String>,
    /// What falls under it, in words.
    pub(crate) events: Vec<&'static str>,
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Rule, String> {
        let parts = text.split_once('=').and_then(|(what, level)| Some((what.split_once(':')?, level)));
        let ((resource, verb), level) =
            parts.ok_or_else(|| format!("{text:?} is not as `source:update=request`"))?;
        let (resource, verb, level) = (resource.trim(), verb.trim(), level.trim());
        let level = LEVELS.iter().find(|(name, _)| *name == level).map(|(_, level)| *level);
        let level =
            level.ok_or_else(|| format!("{text:?}: a level is none, metadata, request or response"))?;
        if verb != "*" && !VERBS.iter().any(|known| known.text() == verb) {
            let names: Vec<&str> = VERBS.iter().map(|known| known.text()).collect();
            return Err(format!("{text:?}: a verb is * or one of {}", names.join(", ")));
        }
        if level < least(resource, verb) {
            return Err(format!("{text:?}: that this was done is always recorded; the least is metadata"));
        }
        let text = text.trim().to_owned();
        Ok(Rule { text, resource: resource.to_owned(), verb: verb.to_owned(), level })
    }
}

fn is(wanted: &str, name: &str) -> bool {
    wanted == "*" || wanted == name
}

const VERBS: [Verb; 8] = [
    Verb::Create,
    Verb::Update,
    Verb::Delete,
    Verb::Read,
    Verb::Export,
    Verb::SignIn,
    Verb::SignOut,
    Verb::Run,
];

/// Things whose events say who may what, and what is read of the trail itself.
const ALWAYS: [&str; 7] = ["session", "user", "role", "token", "route", "trail", "server"];

/// What cannot be switched off. A rule for anything leaves that as it is.
fn least(resource: &str, verb: &str) -> Level {
    let is_kept =
        ["create", "update", "delete", "sign_in", "sign_out"].contains(&verb) || ALWAYS.contains(&resource);
    if is_kept { Level::Metadata } else { Level::None }
}

/// Without a rule: of changes everything, of looks at events and of exports what was asked, of other reads that they were.
fn usual(action: &Action) -> Level {
    match action.verb {
        // Totals and lists, which pages ask for again and again.
        _ if action.resource_type == API_READ.resource_type => Level::Metadata,
        Verb::Read | Verb::Export => Level::Request,
        _ => Level::Response,
    }
}

#[cfg(test)]
mod tests {
    use super::super::actions::{EVENTS_READ, ROLE_SET, SIGN_IN, SOURCE_UPDATE, TRAIL_READ, WHAT_IF_RUN};
    use super::*;

    fn levels(rules: &[&str]) -> Result<Levels, String> {
        Levels::parse(&rules.iter().map(|rule| (*rule).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        let levels = levels(&["events:read=none", "source:*=metadata", "*:run=request"]).unwrap();
        assert_eq!(levels.of(EVENTS_READ), Level::None);
        assert_eq!(levels.of(SOURCE_UPDATE), Level::Metadata);
        assert_eq!(levels.of(WHAT_IF_RUN), Level::Request);
        assert_eq!(levels.of(ROLE_SET), Level::Response);
        assert_eq!(Levels::default().of(EVENTS_READ), Level::Request);
        assert_eq!(Levels::default().of(API_READ), Level::Metadata);
        assert_eq!(super::Levels::parse(&["api:read=none".to_owned()]).unwrap().of(API_READ), Level::None);
    }

    #[test]
    fn each_kind_of_act_is_told_once_with_its_rule() {
        let all = levels(&["source:*=metadata", " *:create=request "]).unwrap().all();
        let acts: usize = all.iter().map(|one| one.events.len()).sum();
        assert_eq!(acts, ACTIONS.len());
        let told = |resource: &str, verb: &str| {
            let one: Vec<&Kept> =
                all.iter().filter(|one| (one.resource_type, one.verb) == (resource, verb)).collect();
            assert_eq!(one.len(), 1, "{resource}:{verb}");
            (one[0].level, one[0].usual, one[0].least, one[0].rule.clone())
        };
        let rule = |text: &str| Some(text.to_owned());
        use Level::{Metadata, None as Nothing, Request, Response};
        assert_eq!(told("source", "create"), (Metadata, Response, Metadata, rule("source:*=metadata")));
        assert_eq!(told("view", "create"), (Request, Response, Metadata, rule("*:create=request")));
        assert_eq!(told("events", "read"), (Request, Request, Nothing, None));
        assert_eq!(told("api", "read"), (Metadata, Metadata, Nothing, None));
    }

    #[test]
    fn what_proves_something_cannot_be_switched_off() {
        let nothing = levels(&["*:*=none"]).unwrap();
        for action in ACTIONS {
            let changes = !matches!(action.verb, Verb::Read | Verb::Export | Verb::Run);
            assert!(!changes || nothing.of(action) == Level::Metadata, "{}", action.code);
        }
        assert_eq!([TRAIL_READ, SIGN_IN, ROLE_SET].map(|action| nothing.of(action)), [Level::Metadata; 3]);
        assert_eq!(nothing.of(EVENTS_READ), Level::None);
        for rule in
            ["source:update=none", "*:delete=none", "role:read=none", "session:*=none", "trail:read=none"]
        {
            assert!(levels(&[rule]).unwrap_err().contains("always recorded"), "{rule}");
        }
        for rule in ["source", "source:update", "source:ponder=none", "source:update=much"] {
            assert!(levels(&[rule]).is_err(), "{rule}");
        }
    }
}
