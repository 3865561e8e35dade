//! Syslog over TLS: with certificates made here, renewed while the server runs, and asked of senders.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod listening;
mod server;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use listening::{Listening, captured, total_becomes, wait_for};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// An authority of certificates.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Authority { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate for `localhost`, and its key.
    fn signs(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (certificate.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    fn write(&self, dir: &Path) -> Vec<u8> {
        let (certificate, key) = self.signs();
        std::fs::write(dir.join("key.pem"), key).unwrap();
        std::fs::write(dir.join("tls.pem"), &certificate).unwrap();
        CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap().to_vec()
    }
}

/// A sender that trusts an authority, and shows a certificate if it has one.
fn connect(
    address: &str,
    trusts: &Authority,
    shows: Option<(String, String)>,
) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(trusts.pem.as_bytes()).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match shows {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => builder
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
            )
            .unwrap(),
    };
    let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    StreamOwned::new(connection, TcpStream::connect(address).unwrap())
}

/// The certificate that the server shows.
fn shown(address: &str, trusts: &Authority) -> Vec<u8> {
    let mut stream = connect(address, trusts, None);
    stream.flush().unwrap();
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).unwrap();
    }
    stream.conn.peer_certificates().unwrap()[0].to_vec()
}

fn tls(dir: &Path) -> String {
    format!(
        "certificate = \"{}\"\nkey = \"{}\"\n",
        dir.join("tls.pem").display(),
        dir.join("key.pem").display()
    )
}

#[test]
fn captured_syslog_over_tls_and_certificates_renewed_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let first = authority.write(dir.path());
    let server = Listening::on(&[("syslog_tls", "edge", &tls(dir.path()))]);
    let mut stream = connect(server.address(0), &authority, None);
    let log = captured("haproxy/rfc5424.log");
    let (head, tail) = log.split_at(log.len() / 2 + 7);
    stream.write_all(head).unwrap();
    assert_eq!(shown(server.address(0), &authority), first);

    // Broken files change nothing; good ones count for the next connection, and the open one goes on.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    std::fs::write(dir.path().join("tls.pem"), "broken").unwrap();
    wait_for(|| {
        assert_eq!(shown(server.address(0), &authority), first);
        server.log().contains("cannot be used")
    });
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let second = authority.write(dir.path());
    wait_for(|| shown(server.address(0), &authority) == second);
    stream.write_all(tail).unwrap();
    stream.conn.send_close_notify();
    stream.flush().unwrap();
    total_becomes(&server, "source:edge", 1_200);
    // Someone who speaks no TLS gets nothing in and costs nobody else anything.
    let mut plain = TcpStream::connect(server.address(0)).unwrap();
    plain.write_all(server::lines(0..3).as_bytes()).unwrap();
    let _ = plain.read(&mut [0; 100]);
    server.number_becomes("failed", 1);
    assert_eq!(server.total(""), 1_200);
}

#[test]
fn senders_show_a_certificate_where_one_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let (authority, stranger) = (Authority::new(), Authority::new());
    authority.write(dir.path());
    let ca = dir.path().join("ca.pem");
    std::fs::write(&ca, &authority.pem).unwrap();
    let more = format!("{}client_ca = \"{}\"\nallow = []\n", tls(dir.path()), ca.display());
    let server = Listening::on(&[("syslog_tls", "edge", &more)]);
    for (n, shows) in [None, Some(stranger.signs()), Some(authority.signs())].into_iter().enumerate() {
        let is_good = n == 2;
        let mut stream = connect(server.address(0), &authority, shows);
        let sent = stream.write_all(server::lines(0..3).as_bytes()).and_then(|()| stream.flush());
        assert!(!is_good || sent.is_ok());
        if !is_good {
            // In TLS 1.3 a client hears of it with its first read.
            assert!(!matches!(stream.read(&mut [0; 10]), Ok(1..)));
        }
    }
    total_becomes(&server, "", 3);
    server.number_becomes("failed", 2);
}
