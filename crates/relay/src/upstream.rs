//! One server that requests are handed on to as they came: the gateway's Admin API behind the audit proxy. Knows no
//! clock and not what the requests mean. Unlike the rest of this room it does not block: it is called inside a runtime.
//!
//! A [`Line`] is one connection at a time, opened when it is needed and opened anew when the other side has closed it.
//! A request is sent a second time only when not a byte of it had been written.

use std::error::Error as StdError;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::egress::Policy;

/// Time until a connection stands, name and handshake included.
const CONNECT: Duration = Duration::from_secs(10);
/// Time until the head of an answer is there.
const ANSWER: Duration = Duration::from_secs(120);
/// The head of an answer is at most this long, in bytes.
const HEAD_BYTES_MAX: usize = 256 << 10;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// Nothing of the request was sent.
    #[error("{host} cannot be reached: {reason}")]
    Unsent {
        /// Where to.
        host: String,
        /// Why.
        reason: String,
    },
    /// It was sent, at least in part; what became of it is not known.
    #[error("{host} did not answer: {reason}")]
    Unanswered {
        /// Where to.
        host: String,
        /// Why.
        reason: String,
    },
}

/// A server that requests are handed on to.
#[derive(Clone)]
pub struct Upstream {
    host: String,
    port: u16,
    tls: Option<TlsConnector>,
    policy: Policy,
}

impl Upstream {
    /// By its address, `http://kong:8001` without a path. With certificates in PEM those are trusted instead of the
    /// usual ones. The error says what is wrong with either.
    pub fn new(url: &str, policy: Policy, ca_pem: Option<&[u8]>) -> Result<Upstream, String> {
        let bad = || format!("{url:?} is not an address such as http://kong:8001, without a path");
        let uri: hyper::Uri = url.parse().map_err(|_| bad())?;
        let authority = uri.authority().ok_or_else(bad)?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(bad()),
        };
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if host.is_empty() || authority.as_str().contains('@') || !matches!(uri.path(), "" | "/") {
            return Err(bad());
        }
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let tls = is_tls.then(|| trusting(ca_pem)).transpose()?;
        Ok(Upstream { host, port, tls, policy })
    }

    /// A line to it, without a connection yet.
    pub fn line<B>(&self) -> Line<B> {
        Line { upstream: self.clone(), sender: None }
    }

    async fn connect<B>(&self) -> Result<SendRequest<B>, Lost>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        match timeout(CONNECT, self.open()).await {
            Ok(opened) => opened.map_err(|reason| Lost::Unsent { host: self.host.clone(), reason }),
            Err(_) => Err(Lost::Unsent { host: self.host.clone(), reason: "it took too long".to_owned() }),
        }
    }

    async fn open<B>(&self) -> Result<SendRequest<B>, String>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let stream = self.reach().await?;
        // Requests are short; waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else { return shake(TokioIo::new(stream)).await };
        let name = ServerName::try_from(self.host.clone()).map_err(told)?;
        shake(TokioIo::new(tls.connect(name, stream).await.map_err(told)?)).await
    }

    /// Connects to the first of its addresses that may be reached and answers.
    async fn reach(&self) -> Result<TcpStream, String> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await.map_err(told)?;
        let found: Vec<SocketAddr> = found.collect();
        let mut trouble = "the name has no address".to_owned();
        for address in found {
            if let Err(refused) = self.policy.check(&self.host, address.ip()) {
                trouble = refused.to_string();
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => trouble = error.to_string(),
            }
        }
        Err(trouble)
    }
}

/// One connection at a time to an [`Upstream`].
pub struct Line<B> {
    upstream: Upstream,
    sender: Option<SendRequest<B>>,
}

impl<B> Line<B>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// Sends a request whose target is a path with a query. Waits until the answer before it was read.
    pub async fn send(&mut self, mut request: Request<B>) -> Result<Response<Incoming>, Lost> {
        if let Some(mut sender) = self.sender.take()
            && timeout(CONNECT, sender.ready()).await.is_ok_and(|ready| ready.is_ok())
        {
            match self.ask(sender, request).await {
                Asked::Answered(answer) => return Ok(answer),
                Asked::Lost(lost) => return Err(lost),
                // The other side had closed it; another connection gets the request.
                Asked::Unsent(back) => request = back,
            }
        }
        let sender = self.upstream.connect().await?;
        match self.ask(sender, request).await {
            Asked::Answered(answer) => Ok(answer),
            Asked::Lost(lost) => Err(lost),
            Asked::Unsent(_) => {
                let reason = "it closes connections at once".to_owned();
                Err(Lost::Unsent { host: self.upstream.host.clone(), reason })
            }
        }
    }

    async fn ask(&mut self, mut sender: SendRequest<B>, request: Request<B>) -> Asked<B> {
        let unanswered = |reason| Lost::Unanswered { host: self.upstream.host.clone(), reason };
        match timeout(ANSWER, sender.try_send_request(request)).await {
            Ok(Ok(answer)) => {
                self.sender = Some(sender);
                Asked::Answered(answer)
            }
            Ok(Err(mut error)) => match error.take_message() {
                Some(request) => Asked::Unsent(request),
                None => Asked::Lost(unanswered(error.into_error().to_string())),
            },
            Err(_) => Asked::Lost(unanswered("it took too long".to_owned())),
        }
    }
}

/// What became of a request.
enum Asked<B> {
    Answered(Response<Incoming>),
    Lost(Lost),
    Unsent(Request<B>),
}

async fn shake<T, B>(io: T) -> Result<SendRequest<B>, String>
where
    T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let (sender, connection) = http1::Builder::new()
        .preserve_header_case(true)
        .max_buf_size(HEAD_BYTES_MAX)
        .handshake(io)
        .await
        .map_err(told)?;
    // It ends with the sender, or when the other side ends it; whoever asks next sees that.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(sender)
}

/// A client of TLS that trusts these certificates, or the usual ones.
fn trusting(ca_pem: Option<&[u8]>) -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    match ca_pem {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                roots.add(certificate.map_err(told)?).map_err(told)?;
            }
        }
    }
    if roots.is_empty() {
        return Err("there is no certificate in the file".to_owned());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(told)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_without_a_path() {
        let new = |url: &str| Upstream::new(url, Policy::default(), None);
        let known = new("http://kong:8001/").unwrap();
        assert_eq!((known.host.as_str(), known.port, known.tls.is_some()), ("kong", 8001, false));
        let known = new("https://[::1]").unwrap();
        assert_eq!((known.host.as_str(), known.port, known.tls.is_some()), ("::1", 443, true));
        for url in ["kong:8001", "http://kong:8001/base", "http://a:b@kong", "ftp://kong", ""] {
            assert!(new(url).is_err(), "{url}");
        }
        assert!(Upstream::new("https://kong", Policy::default(), Some(b"no pem")).is_err());
    }
}
