//! A listener as the settings file says it: `[[listeners]]`. Checked as a whole, so that none is open to everyone by
//! an oversight.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use intake::Format;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{PROTOCOLS, Protocol};
use crate::reading::no_such_format;
use crate::sources::check_name;

/// Listeners at most.
pub(crate) const LISTENERS_MAX: usize = 64;

/// One listener.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Setup {
    protocol: String,
    address: String,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_ca: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_key_file: Option<PathBuf>,
}

/// A listener whose settings make sense.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) protocol: &'static Protocol,
    pub(crate) address: SocketAddr,
    /// Where what comes is counted; empty when only a token can say.
    pub(crate) source: String,
    pub(crate) format: Option<&'static dyn Format>,
    /// Who may send; empty when something else says who may.
    pub(crate) allow: Vec<IpNet>,
    pub(crate) tls: Option<TlsFiles>,
    pub(crate) shared_key_file: Option<PathBuf>,
}

/// Where certificates are read from.
#[derive(Clone, Debug)]
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    /// Clients show a certificate of this authority.
    pub(crate) client_ca: Option<PathBuf>,
}

impl Setup {
    /// What is set, checked.
    pub(crate) fn plan(&self) -> Result<Plan, String> {
        let protocol = protocol(&self.protocol)?;
        let address = self.address.parse().map_err(|_| {
            format!("address {:?} is not an address and a port, such as 0.0.0.0:5514", self.address)
        })?;
        let format = match self.format.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => Some(intake::by_name(name).ok_or_else(|| no_such_format(name))?),
            None => None,
        };
        let allow = self.allow.iter().map(|text| network(text)).collect::<Result<Vec<_>, _>>()?;
        let plan = Plan {
            protocol,
            address,
            source: self.source.clone(),
            format,
            allow,
            tls: self.tls()?,
            shared_key_file: self.shared_key_file.clone(),
        };
        plan.check()?;
        Ok(plan)
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
}

impl Plan {
    fn check(&self) -> Result<(), String> {
        let Protocol { name, has_shared_key, takes_tokens, needs_tls, .. } = *self.protocol;
        if self.protocol.is_udp() && self.tls.is_some() {
            return Err(format!("{name} knows no TLS"));
        }
        if needs_tls && self.tls.is_none() {
            return Err(format!("{name} needs certificate and key"));
        }
        if self.shared_key_file.is_some() && !has_shared_key {
            return Err(format!("{name} knows no shared key"));
        }
        if !self.source.is_empty() || !takes_tokens {
            check_name(&self.source).map_err(|error| error.to_string())?;
        }
        let shows_certificate = self.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some());
        let says_who = !self.allow.is_empty() || shows_certificate || self.shared_key_file.is_some();
        let only_tokens = takes_tokens && self.source.is_empty();
        if !says_who && !only_tokens {
            return Err("nobody is named who may send: set allow = [\"10.0.0.0/8\"], or client_ca".to_owned());
        }
        Ok(())
    }

    /// Whether an address is on the list; without a list every one is.
    pub(crate) fn allows(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.allow.is_empty() || self.allow.iter().any(|network| network.contains(&peer))
    }
}

fn protocol(name: &str) -> Result<&'static Protocol, String> {
    PROTOCOLS.iter().find(|protocol| protocol.name == name).ok_or_else(|| {
        let names: Vec<&str> = PROTOCOLS.iter().map(|protocol| protocol.name).collect();
        format!("there is no protocol {name:?}; there are {}", names.join(", "))
    })
}

/// `10.0.0.0/8`, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    let one = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse()
        .ok()
        .or_else(one)
        .ok_or_else(|| format!("allow: {text:?} is neither an address nor a network"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(toml: &str) -> Result<Plan, String> {
        let setup: Setup = toml::from_str(toml).map_err(|error| error.to_string())?;
        setup.plan()
    }

    #[test]
    fn nobody_is_let_in_by_an_oversight() {
        let base = "protocol = \"syslog_tcp\"\naddress = \"0.0.0.0:5514\"\nsource = \"edge\"\n";
        assert!(plan(base).err().unwrap().contains("nobody is named"));
        assert!(plan(&format!("{base}certificate = \"c\"\nkey = \"k\"")).is_err());
        assert!(plan(&format!("{base}certificate = \"c\"\nkey = \"k\"\nclient_ca = \"a\"")).is_ok());
        let plan = plan(&format!("{base}allow = [\"10.0.0.0/8\", \"::1\", \"192.0.2.7\"]")).unwrap();
        for (peer, allowed) in [
            ("10.2.3.4", true),
            ("::ffff:10.2.3.4", true),
            ("::1", true),
            ("192.0.2.8", false),
            ("::2", false),
        ] {
            assert_eq!(plan.allows(peer.parse().unwrap()), allowed, "{peer}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let base = "address = \"127.0.0.1:5514\"\nsource = \"edge\"\nallow = [\"::1\"]\n";
        for (more, error) in [
            ("protocol = \"syslog\"", "there is no protocol \"syslog\"; there are syslog_udp, "),
            ("protocol = \"syslog_tls\"", "syslog_tls needs certificate and key"),
            ("protocol = \"syslog_udp\"\ncertificate = \"c\"\nkey = \"k\"", "syslog_udp knows no TLS"),
            ("protocol = \"syslog_udp\"\nformat = \"kogn\"", "there is no format \"kogn\""),
            ("protocol = \"syslog_tcp\"\ncertificate = \"c\"", "certificate and key belong together"),
            ("protocol = \"syslog_tcp\"\nshared_key_file = \"k\"", "syslog_tcp knows no shared key"),
            ("protocol = \"syslog_tcp\"\nport = 1", "unknown field `port`"),
        ] {
            let found = plan(&format!("{base}{more}")).err().unwrap();
            assert!(found.contains(error), "{found}");
        }
        assert!(
            plan("protocol = \"syslog_udp\"\naddress = \":514\"\nsource = \"a\"\nallow = [\"::1\"]").is_err()
        );
        let nets =
            "protocol = \"syslog_udp\"\naddress = \"[::]:514\"\nsource = \"a\"\nallow = [\"10.0.0.0/33\"]";
        assert!(plan(nets).err().unwrap().contains("neither an address nor a network"));
    }
}
