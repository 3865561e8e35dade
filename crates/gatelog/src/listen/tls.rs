//! TLS for the server and its listeners: certificates read from files, and read again when the files change, so that renewing one needs
//! no restart. TLS 1.2 and 1.3.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, anyhow};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

use super::setup::TlsFiles;
use crate::log;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Certificates in use.
pub(crate) struct Tls {
    files: TlsFiles,
    /// What is spoken inside, best first, as ALPN names it.
    protocols: &'static [&'static [u8]],
    current: Mutex<Current>,
}

struct Current {
    config: Arc<ServerConfig>,
    stamps: Vec<Option<SystemTime>>,
    looked: Instant,
}

impl Tls {
    /// Reads the files.
    pub(crate) fn open(files: &TlsFiles, protocols: &'static [&'static [u8]]) -> anyhow::Result<Tls> {
        let stamps = stamps(files);
        let current = Current { config: read(files, protocols)?, stamps, looked: Instant::now() };
        Ok(Tls { files: files.clone(), protocols, current: Mutex::new(current) })
    }

    /// Shakes hands with the certificates of now.
    pub(crate) async fn accept<S>(&self, stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        TlsAcceptor::from(self.config()).accept(stream).await
    }

    fn config(&self) -> Arc<ServerConfig> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.looked.elapsed() >= LOOK {
            current.looked = Instant::now();
            let stamps = stamps(&self.files);
            if stamps != current.stamps {
                current.stamps = stamps;
                match read(&self.files, self.protocols) {
                    Ok(config) => {
                        current.config = config;
                        log::info(
                            "certificates were read again",
                            &[("file", &self.files.certificate.display())],
                        );
                    }
                    Err(error) => log::error(
                        "the new certificates cannot be used; those of before stay in use",
                        &[("error", &format!("{error:#}"))],
                    ),
                }
            }
        }
        Arc::clone(&current.config)
    }
}

fn stamps(files: &TlsFiles) -> Vec<Option<SystemTime>> {
    let all = [Some(&files.certificate), Some(&files.key), files.client_ca.as_ref()];
    let changed = |path: &std::path::PathBuf| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    all.into_iter().flatten().map(changed).collect()
}

fn read(files: &TlsFiles, protocols: &[&[u8]]) -> anyhow::Result<Arc<ServerConfig>> {
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| anyhow!("{}: {error}", files.key.display()))?;
    let provider = Arc::new(ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path)? {
                roots.add(certificate).with_context(|| path.display().to_string())?;
            }
            builder.with_client_cert_verifier(
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?,
            )
        }
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .with_context(|| format!("{} and {}", files.certificate.display(), files.key.display()))?;
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let wrong = |error| anyhow!("{}: {error}", path.display());
    let all: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(wrong)?.collect::<Result<_, _>>().map_err(wrong)?;
    if all.is_empty() { Err(anyhow!("{}: holds no certificate", path.display())) } else { Ok(all) }
}
