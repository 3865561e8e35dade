//! A change of a rule, as one proposes it, and the directory with it: in every version of what it is made to, as if it had
//! always been so.

use serde::Deserialize;

use crate::directory::{Directory, Fault, Period, Rules, Window, network, window};
use crate::explain::Kind;

/// Addresses or windows of one change.
const LIST_MAX: usize = 1_000;

/// A proposed change.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    /// What is done.
    pub kind: What,
    /// The group that is allowed, denied, given or taken.
    pub group: Option<String>,
    /// The consumer: who gets or loses the group, or whose own rules change.
    pub consumer: Option<String>,
    /// The route whose rules change, by name or id.
    pub route: Option<String>,
    /// The service whose rules change.
    pub service: Option<String>,
    /// The API whose rules change.
    pub api: Option<String>,
    /// The environment whose rules change.
    pub environment: Option<String>,
    /// Addresses and networks.
    pub addresses: Vec<String>,
    /// The windows, instead of those there are.
    pub windows: Vec<Window>,
    /// Calls of each consumer.
    pub limit: Option<u64>,
    /// In how long.
    pub period: Option<Period>,
}

/// What is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A group is allowed.
    #[default]
    AllowGroup,
    /// A group is denied.
    DenyGroup,
    /// A consumer leaves a group.
    RemoveGroup,
    /// A consumer joins a group.
    AddGroup,
    /// Addresses are allowed.
    AllowAddress,
    /// Addresses are denied.
    DenyAddress,
    /// It is open in these windows only.
    TimeWindow,
    /// So many calls of each consumer in a short time.
    RateLimit,
    /// So many calls of each consumer in a day or longer.
    Quota,
}

impl What {
    /// The kind of rule that changes.
    pub(super) fn of_rule(self) -> Kind {
        match self {
            What::AllowGroup | What::DenyGroup | What::RemoveGroup | What::AddGroup => Kind::Groups,
            What::AllowAddress | What::DenyAddress => Kind::Addresses,
            What::TimeWindow => Kind::Window,
            What::RateLimit => Kind::RateLimit,
            What::Quota => Kind::Quota,
        }
    }

    /// Whether it lets more calls pass where there is a list already.
    pub(super) fn widens(self) -> bool {
        matches!(self, What::AllowGroup | What::AllowAddress)
    }

    /// Whether it is a limit: such changes depend on the order of calls, not on rules.
    pub fn is_limit(self) -> bool {
        matches!(self, What::RateLimit | What::Quota)
    }
}

impl Change {
    /// The consumer whose groups change.
    pub(super) fn member(&self) -> Option<&str> {
        matches!(self.kind, What::AddGroup | What::RemoveGroup).then_some(self.consumer.as_deref()).flatten()
    }

    /// What it is made to: the kind of entity and its name or id.
    pub fn target(&self) -> Option<(&'static str, &str)> {
        let all = [
            ("route", &self.route),
            ("service", &self.service),
            ("api", &self.api),
            ("environment", &self.environment),
            ("consumer", &self.consumer),
        ];
        all.into_iter().find_map(|(kind, name)| Some((kind, name.as_deref()?)))
    }

    /// Whether it says all that its kind needs.
    pub(super) fn check(&self) -> Result<(), Fault> {
        let needs = |has: bool, name: &str, why: &str| match has {
            true => Ok(()),
            false => Err(Fault::new(name, why)),
        };
        let targets = [&self.route, &self.service, &self.api, &self.environment];
        let count = targets.iter().filter(|name| name.is_some()).count();
        match self.kind {
            What::AddGroup | What::RemoveGroup => {
                needs(self.consumer.is_some(), "consumer", "is missing")?;
                needs(count == 0, "route", "has no place here: who is in a group holds everywhere")?;
            }
            What::RateLimit | What::Quota => {
                needs(self.limit.is_some_and(|limit| limit > 0), "limit", "is missing, or 0")?;
                needs(self.period.is_some(), "period", "is missing")?;
            }
            _ => {
                let one = count == 1 || count == 0 && self.consumer.is_some();
                needs(one, "route", "name one of route, service, api, environment or consumer")?;
            }
        }
        match self.kind {
            What::AllowGroup | What::DenyGroup | What::AddGroup | What::RemoveGroup => {
                needs(self.group.as_ref().is_some_and(|group| !group.is_empty()), "group", "is missing")
            }
            What::AllowAddress | What::DenyAddress => {
                needs((1..=LIST_MAX).contains(&self.addresses.len()), "addresses", "1 to 1000 are wanted")?;
                let bad = self.addresses.iter().find(|text| network(text).is_none());
                let why = bad
                    .map(|text| format!("{text:?} is neither an address nor a network such as 10.0.0.0/8"));
                why.map_or(Ok(()), |why| Err(Fault::new("addresses", why)))
            }
            What::TimeWindow => {
                needs((1..=LIST_MAX).contains(&self.windows.len()), "windows", "1 to 1000 are wanted")?;
                let all = self.windows.iter().try_for_each(|given| window(given).map(drop));
                all.map_err(|why| Fault::new("windows", why))
            }
            What::RateLimit | What::Quota => Ok(()),
        }
    }

    /// The directory with the change, and whether it knows what the change is made to.
    pub(super) fn apply(&self, directory: &Directory) -> (Directory, bool) {
        match (self.member(), self.target()) {
            (Some(_), _) => (directory.clone(), true),
            _ if self.kind.is_limit() => (directory.clone(), true),
            (None, Some((kind, name))) => {
                let says = |rules: &Rules| self.kind.of_rule().says(rules);
                directory.with_rules(kind, name, says, |own, far| self.changed(own, far))
            }
            (None, None) => (directory.clone(), false),
        }
    }

    /// The rules of what it is made to. Where that has none of the kind, those of farther off that held there are widened.
    fn changed(&self, own: &Rules, far: &Rules) -> Rules {
        let mut rules = own.clone();
        match self.kind.of_rule() {
            Kind::Groups if !Kind::Groups.says(own) => {
                rules.allow_groups.clone_from(&far.allow_groups);
                rules.deny_groups.clone_from(&far.deny_groups);
            }
            Kind::Addresses if !Kind::Addresses.says(own) => {
                rules.allow_ips.clone_from(&far.allow_ips);
                rules.deny_ips.clone_from(&far.deny_ips);
            }
            _ => {}
        }
        let group: Vec<String> = self.group.iter().cloned().collect();
        match self.kind {
            What::AllowGroup => {
                move_to(
                    &mut rules.allow_groups,
                    &mut rules.deny_groups,
                    &group,
                    Kind::Groups.says(far) || Kind::Groups.says(own),
                );
            }
            What::DenyGroup => add(&mut rules.deny_groups, &group),
            What::AllowAddress => {
                let has = Kind::Addresses.says(far) || Kind::Addresses.says(own);
                move_to(&mut rules.allow_ips, &mut rules.deny_ips, &self.addresses, has);
            }
            What::DenyAddress => add(&mut rules.deny_ips, &self.addresses),
            What::TimeWindow => rules.windows.clone_from(&self.windows),
            _ => {}
        }
        rules
    }
}

fn add(list: &mut Vec<String>, more: &[String]) {
    for text in more {
        if !list.contains(text) {
            list.push(text.clone());
        }
    }
}

/// Takes texts from the list that denies and puts them on the list that allows: not where there is only a list that
/// denies, as a list that allows would then shut everyone else out.
fn move_to(allow: &mut Vec<String>, deny: &mut Vec<String>, texts: &[String], has_rule: bool) {
    deny.retain(|text| !texts.contains(text));
    if !allow.is_empty() || !has_rule {
        add(allow, texts);
    }
}
