//! The server speaks TLS itself: with certificates made here, renewed while it runs; in clear only where nobody listens.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use server::{ADMIN, Server};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Writes a certificate for `localhost` and its key; the certificate.
fn write(dir: &Path, issuer: &Issuer<'static, KeyPair>) -> Vec<u8> {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let pem = params.signed_by(&key, issuer).unwrap().pem();
    std::fs::write(dir.join("key.pem"), key.serialize_pem()).unwrap();
    std::fs::write(dir.join("tls.pem"), &pem).unwrap();
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
}

fn connect(address: &str, roots: &RootCertStore) -> StreamOwned<ClientConnection, TcpStream> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    StreamOwned::new(connection, stream)
}

/// The answer to a request, and the certificate it came with.
fn ask(address: &str, roots: &RootCertStore, request: &str) -> (String, Vec<u8>) {
    let mut stream = connect(address, roots);
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = Vec::new();
    // Without a farewell the end of the connection is an error; the answer is there.
    let _ = stream.read_to_end(&mut text);
    let shown = stream.conn.peer_certificates().unwrap()[0].to_vec();
    (String::from_utf8_lossy(&text).into_owned(), shown)
}

#[test]
fn https_with_certificates_renewed_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut roots = RootCertStore::empty();
    roots.add(params.self_signed(&key).unwrap().der().clone()).unwrap();
    let issuer = Issuer::new(params, key);
    let first = write(dir.path(), &issuer);
    let path = |name: &str| dir.path().join(name).display().to_string();
    let server = Server::with(&[
        ("GATELOG_TLS_CERTIFICATE_FILE", &path("tls.pem")),
        ("GATELOG_TLS_KEY_FILE", &path("key.pem")),
    ]);
    let body = format!("{{\"token\":\"{ADMIN}\"}}");
    let request = format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (answer, shown) = ask(&server.address, &roots, &request);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(shown, first);
    let cookie = answer.lines().find(|line| line.starts_with("set-cookie: ")).unwrap();
    for part in ["__Host-gl=", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(answer.contains("strict-transport-security"));
    // In clear nothing is answered, and a client that does not shake hands keeps nobody out.
    let mut clear = TcpStream::connect(&server.address).unwrap();
    clear.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    clear.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut text = Vec::new();
    let _ = clear.read_to_end(&mut text);
    assert!(!text.starts_with(b"HTTP"));

    std::thread::sleep(Duration::from_millis(1_100));
    let second = write(dir.path(), &issuer);
    let probe = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while ask(&server.address, &roots, probe).1 != second {
        assert!(std::time::Instant::now() < until, "the new certificate is not shown: {}", server.log());
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn in_clear_only_on_loopback_unless_it_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |settings: &[(&str, &str)]| {
        let mut command = Command::new(server::BINARY);
        command.args(["serve", "--listen", "0.0.0.0:0", "--data"]).arg(dir.path()).env_clear();
        let output = command.envs(settings.iter().copied()).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(refused(&[]).contains("--insecure-http"));
    assert!(refused(&[("GATELOG_TLS_KEY_FILE", "key.pem")]).contains("belong together"));
    let missing = [("GATELOG_TLS_CERTIFICATE_FILE", "/none.pem"), ("GATELOG_TLS_KEY_FILE", "/none.pem")];
    assert!(refused(&missing).contains("/none.pem"));
}
