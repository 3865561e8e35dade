//! The one client. Knows where it may go, how long it may take and how much it may bring; not what is fetched.
//!
//! A name is resolved once, the addresses are checked, and the connection goes to a checked address: a name that
//! answers differently the second time gains nothing. Redirects are not followed.

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ipnet::IpNet;
use ureq::http::Uri;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, config::Config};

/// Time until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);
/// Time a page may take, all in all.
const PAGE: Duration = Duration::from_secs(60);
/// Time a stream may be silent.
const STREAM_SILENCE: Duration = Duration::from_secs(30);
/// Time a stream may take, all in all.
const STREAM: Duration = Duration::from_secs(15 * 60);
/// Of an error's own words so many characters are kept.
const WORDS_MAX: usize = 200;
/// Largest answer that is looked at for an error's words, in bytes.
const WORDS_BYTES_MAX: u64 = 16 << 10;

/// Why something was not fetched. Never holds a header, a query or any other secret.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Not an address we understand.
    #[error("{0:?} is not an address such as https://host:port")]
    BadUrl(String),
    /// The settings do not allow it.
    #[error("{0}")]
    Refused(Refused),
    /// No answer.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// Where to.
        host: String,
        /// Why.
        reason: String,
    },
    /// An answer that is no success.
    #[error("{host} answered {status}{words}")]
    Status {
        /// Who.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What it said, led in by a colon; empty when it said nothing that can be shown.
        words: String,
    },
    /// More than was asked for.
    #[error("{host} answered with more than {bytes_max} bytes")]
    TooLarge {
        /// Who.
        host: String,
        /// The bound.
        bytes_max: usize,
    },
    /// An answer that is not what it should be.
    #[error("{host} answered with {reason}")]
    Odd {
        /// Who.
        host: String,
        /// What is odd.
        reason: String,
    },
}

impl Fault {
    /// The status of the answer, when there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Fault::Status { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// A host or address that the settings do not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host}{at} must not be reached: {why}", at = .address.map(|a| format!(" ({a})")).unwrap_or_default())]
pub struct Refused {
    host: String,
    address: Option<IpAddr>,
    why: &'static str,
}

/// Where connections may go.
///
/// Without entries anywhere, except to addresses nothing of value for us lives at: link-local ones (the metadata of
/// cloud machines), multicast, unspecified. With entries only to what they name. An address of the kinds above needs a
/// network that covers it in either case; a name is not enough, because who answers for the name chooses the address.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    hosts: Vec<String>,
    nets: Vec<IpNet>,
}

impl Policy {
    /// Reads `kong.internal, *.example.com, 10.0.0.0/8, 192.0.2.7`.
    pub fn parse(text: &str) -> Result<Policy, String> {
        let mut policy = Policy::default();
        for entry in text.split([',', ' ']).filter(|entry| !entry.is_empty()) {
            match (entry.parse::<IpNet>(), entry.parse::<IpAddr>()) {
                (Ok(net), _) => policy.nets.push(net),
                (_, Ok(address)) => policy.nets.push(address.into()),
                _ if entry.contains(['/', ':', '@']) => {
                    return Err(format!("{entry:?} is neither a host name nor a network such as 10.0.0.0/8"));
                }
                _ => policy.hosts.push(entry.to_ascii_lowercase()),
            }
        }
        Ok(policy)
    }

    fn is_open(&self) -> bool {
        self.hosts.is_empty() && self.nets.is_empty()
    }

    fn names(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.hosts.iter().any(|entry| match entry.strip_prefix('*') {
            Some(end) => host.ends_with(end),
            None => host == *entry,
        })
    }

    /// Whether this address, which the host has, may be connected to.
    pub(crate) fn check(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        let refuse = |why| Err(Refused { host: host.to_owned(), address: Some(address), why });
        let plain = unwrapped(address);
        if self.nets.iter().any(|net| net.contains(&plain)) {
            return Ok(());
        }
        if is_special(plain) {
            return refuse(
                "the address is link-local, a cloud's metadata or of no single machine; egress_allow does not list its network",
            );
        }
        if self.is_open() || self.names(host) { Ok(()) } else { refuse("egress_allow does not list it") }
    }

    /// What can be said when a proxy resolves the name.
    fn check_name(&self, host: &str) -> Result<(), Refused> {
        if let Ok(address) = host.trim_matches(['[', ']']).parse() {
            return self.check(host, address);
        }
        if self.is_open() || self.names(host) {
            return Ok(());
        }
        Err(Refused { host: host.to_owned(), address: None, why: "egress_allow does not list it" })
    }
}

/// The IPv4 address that is meant by an IPv6 one (`::ffff:a.b.c.d`, `::a.b.c.d`, NAT64, 6to4).
fn unwrapped(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => v4(g, h),
        [0, 0, 0, 0, 0, 0] if v6 != Ipv6Addr::LOCALHOST && v6 != Ipv6Addr::UNSPECIFIED => v4(g, h),
        [0x2002, ..] => v4(b, c),
        _ => address,
    }
}

/// Addresses no gateway's admin API lives at.
fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let metadata = [[100, 100, 100, 200], [168, 63, 129, 16], [192, 0, 0, 192]];
            v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.octets().first() == Some(&0)
                || metadata.contains(&v4.octets())
        }
        IpAddr::V6(v6) => {
            v6.is_unicast_link_local()
                || v6.is_multicast()
                || v6.is_unspecified()
                || v6.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254]
        }
    }
}

/// Resolves a name and gives out only addresses that may be connected to.
#[derive(Debug)]
struct Checked {
    policy: Policy,
    /// The proxy's own name, which the settings allow by naming it.
    proxy: Option<String>,
    inner: DefaultResolver,
}

impl Resolver for Checked {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default();
        if self.proxy.as_deref() == Some(host) {
            return Ok(found);
        }
        let mut allowed = self.empty();
        let mut refused = None;
        for address in found.iter() {
            match self.policy.check(host, address.ip()) {
                Ok(()) => allowed.push(*address),
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            Some(refused) if allowed.is_empty() => Err(ureq::Error::Other(Box::new(refused))),
            _ => Ok(allowed),
        }
    }
}

/// The client. Cheap to clone; holds a few connections open.
#[derive(Clone)]
pub struct Egress {
    agent: Agent,
    policy: Policy,
    has_proxy: bool,
}

/// What an answer brings that is read bit by bit.
pub struct Stream {
    /// How long it says it is, in bytes.
    pub bytes: Option<u64>,
    /// What it brings.
    pub body: Box<dyn Read + Send>,
}

/// What is sent, bit by bit.
pub struct Body<'a> {
    /// Where it comes from.
    pub from: &'a mut dyn Read,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its media type.
    pub kind: &'a str,
}

impl Egress {
    /// With a policy, a proxy (`http://user:password@host:port`, also `socks5h://`), and the certificates in PEM that are
    /// trusted instead of the usual ones. The error says what is wrong with them.
    pub fn new(policy: Policy, proxy: Option<&str>, ca_pem: Option<&[u8]>) -> Result<Egress, String> {
        let proxy = match proxy.filter(|text| !text.is_empty()) {
            Some(text) => Some(
                ureq::Proxy::new(text).map_err(|_| "the proxy is no address such as http://proxy:3128")?,
            ),
            None => None,
        };
        let mut tls = TlsConfig::builder();
        if let Some(pem) = ca_pem {
            let certificates: Vec<_> = parse_pem(pem)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if certificates.is_empty() {
                return Err("there is no certificate in the file".to_owned());
            }
            tls = tls.root_certs(RootCerts::from(certificates));
        }
        let proxy_host = proxy.as_ref().map(|proxy| proxy.host().to_owned());
        let has_proxy = proxy.is_some();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(proxy)
            .tls_config(tls.build())
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(PAGE))
            .user_agent(concat!("gatelog/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver =
            Checked { policy: policy.clone(), proxy: proxy_host, inner: DefaultResolver::default() };
        Ok(Egress {
            agent: Agent::with_parts(config, DefaultConnector::default(), resolver),
            policy,
            has_proxy,
        })
    }

    /// Gets a page of at most `bytes_max` bytes.
    pub fn page(&self, url: &str, headers: &[(&str, &str)], bytes_max: usize) -> Result<Vec<u8>, Fault> {
        let host = self.allowed(url)?;
        let mut response = self.call(url, &host, headers, false)?;
        read(&mut response, &host, bytes_max)
    }

    /// Gets JSON of at most `bytes_max` bytes.
    pub fn json(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        bytes_max: usize,
    ) -> Result<serde_json::Value, Fault> {
        let page = self.page(url, headers, bytes_max)?;
        parsed(&host_of(url)?, &page)
    }

    /// Gets something of any length, to be read bit by bit. Reading more than `bytes_max` bytes is an error of the reader.
    pub fn stream(&self, url: &str, headers: &[(&str, &str)], bytes_max: u64) -> Result<Stream, Fault> {
        let host = self.allowed(url)?;
        let response = self.call(url, &host, headers, true)?;
        let bytes = response.body().content_length();
        let body = response.into_body().into_with_config().limit(bytes_max.saturating_add(1)).reader();
        Ok(Stream { bytes, body: Box::new(body) })
    }

    /// Sends a form and gets JSON of at most `bytes_max` bytes.
    pub fn form(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
        bytes_max: usize,
    ) -> Result<serde_json::Value, Fault> {
        let host = self.allowed(url)?;
        let mut request = self.agent.post(url).config().timeout_global(Some(PAGE)).build();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send_form(fields.iter().copied()).map_err(|error| broken(&host, error))?;
        let mut answer = successful(&host, answer, &[headers, fields].concat())?;
        let page = read(&mut answer, &host, bytes_max)?;
        parsed(&host, &page)
    }

    /// Sends bytes to an address. What it answers is not looked at, but for whether it took them.
    pub fn post(&self, url: &str, headers: &[(&str, &str)], body: Body<'_>) -> Result<(), Fault> {
        self.send(self.agent.post(url), url, headers, body)
    }

    /// Puts bytes at an address.
    pub fn put(&self, url: &str, headers: &[(&str, &str)], body: Body<'_>) -> Result<(), Fault> {
        self.send(self.agent.put(url), url, headers, body)
    }

    /// Removes what is at an address.
    pub fn delete(&self, url: &str, headers: &[(&str, &str)]) -> Result<(), Fault> {
        let host = self.allowed(url)?;
        let mut request = self.agent.delete(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.config().timeout_global(Some(PAGE)).build().call();
        successful(&host, answer.map_err(|error| broken(&host, error))?, headers).map(drop)
    }

    fn send(
        &self,
        mut request: ureq::RequestBuilder<ureq::typestate::WithBody>,
        url: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> Result<(), Fault> {
        let host = self.allowed(url)?;
        let length = body.bytes.to_string();
        for (name, value) in headers.iter().chain(&[("content-type", body.kind), ("content-length", &length)])
        {
            request = request.header(*name, *value);
        }
        let request = request.config().timeout_send_body(Some(STREAM)).build();
        let answer = request.send(ureq::SendBody::from_reader(body.from));
        successful(&host, answer.map_err(|error| broken(&host, error))?, headers).map(drop)
    }

    /// The host of an address, when it may be asked.
    fn allowed(&self, url: &str) -> Result<String, Fault> {
        let host = host_of(url)?;
        if self.has_proxy {
            self.policy.check_name(&host).map_err(Fault::Refused)?;
        }
        Ok(host)
    }

    fn call(
        &self,
        url: &str,
        host: &str,
        headers: &[(&str, &str)],
        is_long: bool,
    ) -> Result<ureq::http::Response<ureq::Body>, Fault> {
        let mut request = self.agent.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let config = request.config();
        let request = match is_long {
            true => config.timeout_per_read(Some(STREAM_SILENCE)).timeout_recv_body(Some(STREAM)).build(),
            false => config.timeout_global(Some(PAGE)).build(),
        };
        let response = request.call().map_err(|error| broken(host, error))?;
        successful(host, response, headers)
    }
}

/// An answer, when it is a success. `sent` is what its words may not repeat.
fn successful(
    host: &str,
    mut response: ureq::http::Response<ureq::Body>,
    sent: &[(&str, &str)],
) -> Result<ureq::http::Response<ureq::Body>, Fault> {
    let status = response.status().as_u16();
    if response.status().is_success() {
        return Ok(response);
    }
    let body = response.body_mut().with_config().limit(WORDS_BYTES_MAX).read_to_vec().unwrap_or_default();
    let words = words(&body, sent).map(|words| format!(": {words}")).unwrap_or_default();
    Err(Fault::Status { host: host.to_owned(), status, words })
}

fn read(
    response: &mut ureq::http::Response<ureq::Body>,
    host: &str,
    bytes_max: usize,
) -> Result<Vec<u8>, Fault> {
    // The bound of the library is the first length it refuses.
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    response.body_mut().with_config().limit(limit).read_to_vec().map_err(|error| match error {
        ureq::Error::BodyExceedsLimit(_) => Fault::TooLarge { host: host.to_owned(), bytes_max },
        other => broken(host, other),
    })
}

fn parsed(host: &str, page: &[u8]) -> Result<serde_json::Value, Fault> {
    serde_json::from_slice(page)
        .map_err(|error| Fault::Odd { host: host.to_owned(), reason: format!("no JSON: {error}") })
}

/// The host of an address that may be fetched.
fn host_of(url: &str) -> Result<String, Fault> {
    // Neither a password nor a query is repeated.
    let bad = || {
        let plain = url.split('?').next().unwrap_or_default();
        Fault::BadUrl(plain.rsplit('@').next().unwrap_or_default().to_owned())
    };
    let uri: Uri = url.parse().map_err(|_| bad())?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let authority = uri.authority().ok_or_else(bad)?;
    if !known || authority.as_str().contains('@') || authority.host().is_empty() {
        return Err(bad());
    }
    Ok(authority.host().to_owned())
}

fn broken(host: &str, error: ureq::Error) -> Fault {
    match error {
        ureq::Error::Other(other) => match other.downcast::<Refused>() {
            Ok(refused) => Fault::Refused(*refused),
            Err(other) => Fault::Unreachable { host: host.to_owned(), reason: other.to_string() },
        },
        other => Fault::Unreachable { host: host.to_owned(), reason: other.to_string() },
    }
}

/// What an error says of itself: the `message` of a JSON answer, the `Code` of an XML one. Nothing when it repeats what we
/// sent: that may be a secret.
fn words(body: &[u8], headers: &[(&str, &str)]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let said = match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) => ["message", "error_msg", "Message", "error_description", "error"]
            .iter()
            .find_map(|name| Some(json.get(name)?.as_str()?.to_owned()))?,
        Err(_) => text.split("<Code>").nth(1)?.split("</Code>").next()?.to_owned(),
    };
    let repeats = headers.iter().any(|(_, value)| value.len() >= 4 && said.contains(value));
    let is_plain = !said.is_empty() && !repeats;
    is_plain.then(|| said.chars().filter(|c| !c.is_control()).take(WORDS_MAX).collect())
}

#[cfg(test)]
#[path = "egress_tests.rs"]
mod tests;
