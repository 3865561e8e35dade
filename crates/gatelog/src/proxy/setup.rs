//! An audit proxy as the settings file says it: `[[proxy]]`. Checked as a whole before anything listens.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderName;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::resource::{KINDS, Kind};
use crate::listen::TlsFiles;
use crate::sources::check_name;

/// Audit proxies at most.
pub(crate) const PROXIES_MAX: usize = 16;
/// Rules of one proxy at most.
const RULES_MAX: usize = 64;
/// Calls of one tool and operator that follow each other within this time are one change set.
const GAP_S: u64 = 5;
/// The longest such time that can be set.
const GAP_S_MAX: u64 = 600;
/// Snapshots are this far apart at most.
const SNAPSHOT_S_MAX: u64 = 86_400;

/// One proxy.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Setup {
    name: String,
    kind: String,
    address: String,
    upstream: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reads: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_ca: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_header: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    identity_from: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lends_token: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change_set_gap_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_interval_s: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow: Vec<Rule>,
}

/// Who may what.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    role: String,
    may: May,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resources: Vec<String>,
}

/// What a rule allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum May {
    Read,
    Change,
}

/// A proxy whose settings make sense.
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) kind: &'static Kind,
    pub(crate) address: SocketAddr,
    /// Where the Admin API is: `http://kong:8001`.
    pub(crate) upstream: String,
    /// Whether changes go on when they cannot be recorded.
    pub(super) is_open: bool,
    /// Whether reads are recorded.
    pub(super) records_reads: bool,
    pub(super) tls: Option<TlsFiles>,
    /// A header that names the operator, and the addresses it is believed of.
    pub(super) identity: Option<(HeaderName, Vec<IpNet>)>,
    /// The gateway's own admin token.
    pub(super) token_file: Option<PathBuf>,
    /// Whether operators who bring none of the gateway's own tokens get that one.
    pub(super) lends_token: bool,
    pub(super) gap: Duration,
    /// How often the configuration is read and held against what is expected.
    pub(super) snapshot: Option<Duration>,
    rules: Vec<Rule>,
}

impl Setup {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What is set, checked.
    pub(crate) fn plan(&self) -> Result<Plan, String> {
        check_name(&self.name).map_err(|error| format!("name: {error}"))?;
        if self.name == "gatelog" {
            return Err("the name gatelog is that of Gatelog's own trail".to_owned());
        }
        let kind = KINDS.iter().copied().find(|kind| kind.name == self.kind);
        let address = self.address.parse().map_err(|_| {
            format!("address {:?} is not an address and a port, such as 127.0.0.1:8101", self.address)
        })?;
        let gap_s = self.change_set_gap_s.unwrap_or(GAP_S);
        if !(1..=GAP_S_MAX).contains(&gap_s) {
            return Err(format!("change_set_gap_s must be 1 to {GAP_S_MAX}"));
        }
        if self.snapshot_interval_s.is_some_and(|every_s| !(1..=SNAPSHOT_S_MAX).contains(&every_s)) {
            return Err(format!("snapshot_interval_s must be 1 to {SNAPSHOT_S_MAX}"));
        }
        let lends_token = self.lends_token.unwrap_or(false);
        if lends_token && self.token_file.is_none() {
            return Err("lends_token needs token_file".to_owned());
        }
        if self.allow.len() > RULES_MAX {
            return Err(format!("there are more than {RULES_MAX} rules"));
        }
        Ok(Plan {
            name: self.name.clone(),
            kind: kind.ok_or_else(|| format!("kind {:?} is neither kong nor apisix", self.kind))?,
            address,
            upstream: self.upstream.clone(),
            is_open: either(self.fail.as_deref(), "fail", ["closed", "open"])?,
            records_reads: !either(self.reads.as_deref(), "reads", ["metadata", "none"])?,
            tls: self.tls()?,
            identity: self.identity()?,
            token_file: self.token_file.clone(),
            lends_token,
            gap: Duration::from_secs(gap_s),
            snapshot: self.snapshot_interval_s.map(Duration::from_secs),
            rules: self.allow.clone(),
        })
    }

    fn tls(&self) -> Result<Option<TlsFiles>, String> {
        match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => Ok(Some(TlsFiles {
                certificate: certificate.clone(),
                key: key.clone(),
                client_ca: self.client_ca.clone(),
            })),
            (None, None) if self.client_ca.is_none() => Ok(None),
            _ => Err("certificate and key belong together, and client_ca needs both".into()),
        }
    }

    fn identity(&self) -> Result<Option<(HeaderName, Vec<IpNet>)>, String> {
        let network = |text: &String| {
            let one = || text.parse::<IpAddr>().ok().map(IpNet::from);
            let parsed = text.parse().ok().or_else(one);
            parsed.ok_or_else(|| format!("identity_from: {text:?} is neither an address nor a network"))
        };
        let from = self.identity_from.iter().map(network).collect::<Result<Vec<_>, _>>()?;
        match &self.identity_header {
            None if from.is_empty() => Ok(None),
            Some(name) if !from.is_empty() => {
                let name =
                    name.parse().map_err(|_| format!("identity_header: {name:?} is no name of a header"))?;
                Ok(Some((name, from)))
            }
            _ => Err("identity_header and identity_from belong together".to_owned()),
        }
    }
}

/// False for the first word, which is the default, true for the second.
fn either(text: Option<&str>, name: &str, [no, yes]: [&str; 2]) -> Result<bool, String> {
    match text {
        Some(text) if text == yes => Ok(true),
        Some(text) if text != no => Err(format!("{name} {text:?} is neither {no} nor {yes}")),
        _ => Ok(false),
    }
}

impl Plan {
    /// Whether someone of that role may. Without rules admins may everything and others nothing; of the rules one is
    /// enough, and a rule for `*` is for everyone who is known.
    pub(super) fn allows(&self, role: &str, wanted: May, resource_type: &str) -> bool {
        if self.rules.is_empty() {
            return ["admin", "super_admin"].contains(&role);
        }
        self.rules.iter().any(|rule| {
            let is_of = rule.role == "*" || rule.role == role;
            let is_on = rule.resources.is_empty() || rule.resources.iter().any(|one| one == resource_type);
            is_of && is_on && (rule.may == May::Change || wanted == May::Read)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(more: &str) -> Result<Plan, String> {
        let text = format!(
            "name = \"edge\"\nkind = \"kong\"\naddress = \"127.0.0.1:0\"\nupstream = \"http://k:8001\"\n{more}"
        );
        toml::from_str::<Setup>(&text).map_err(|error| error.to_string())?.plan()
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        assert!(plan("").is_ok_and(|plan| !plan.is_open && plan.records_reads));
        let other = plan("fail = \"open\"\nreads = \"none\"");
        assert!(other.is_ok_and(|plan| plan.is_open && !plan.records_reads));
        for (more, told) in [
            ("fail = \"ajar\"", "neither closed nor open"),
            ("client_ca = \"ca.pem\"", "client_ca needs both"),
            ("identity_header = \"x-user\"", "belong together"),
            ("identity_header = \"a b\"\nidentity_from = [\"::1\"]", "no name of a header"),
            ("identity_header = \"x-user\"\nidentity_from = [\"localhost\"]", "neither an address nor"),
            ("lends_token = true", "needs token_file"),
            ("change_set_gap_s = 0", "must be 1 to"),
            ("snapshot_interval_s = 0", "must be 1 to"),
            ("colour = \"red\"", "unknown field"),
            ("[[allow]]\nrole = \"viewer\"\nmay = \"look\"", "unknown variant"),
        ] {
            let error = plan(more).err().unwrap();
            assert!(error.contains(told), "{more}: {error}");
        }
    }

    #[test]
    fn without_rules_only_admins_and_with_rules_only_those() {
        let closed = plan("").unwrap();
        assert!(closed.allows("admin", May::Change, "route") && !closed.allows("viewer", May::Read, "route"));
        let rules = plan(
            "allow = [{ role = \"viewer\", may = \"read\" }, { role = \"team\", may = \"change\", resources = [\"route\"] }]",
        )
        .unwrap();
        assert!(
            rules.allows("viewer", May::Read, "consumer") && !rules.allows("viewer", May::Change, "route")
        );
        assert!(rules.allows("team", May::Change, "route") && !rules.allows("team", May::Read, "consumer"));
        assert!(!rules.allows("admin", May::Read, "route"));
        assert!(plan("allow = [{ role = \"*\", may = \"read\" }]").unwrap().allows("", May::Read, "route"));
    }
}
