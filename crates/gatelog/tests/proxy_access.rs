//! Who may call through an audit proxy, and how they say who they are: nothing goes on for whoever may not.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod admin;
mod proxied;
mod server;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use admin::{Admin, KEY, send};
use proxied::{Proxied, status};
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

#[test]
fn nothing_goes_on_for_whoever_may_not() {
    let rules = "allow = [{ role = \"editor\", may = \"change\", resources = [\"route\", \"service\"] }, { role = \"viewer\", may = \"read\" }]";
    let proxied = Proxied::new(Admin::kong(), "kong", rules);
    let (editor, viewer) = (
        proxied.server.token(&["--role", "editor", "--name", "ed"]),
        proxied.server.token(&["--role", "viewer", "--name", "vi"]),
    );
    let ingest = proxied.server.token(&["--ingest", "edge-logs"]);
    let service = r#"{"name":"a","host":"h"}"#;
    let by = |headers: &[(&str, &str)], method: &str, path: &str, body: &str| {
        status(&send(&proxied.address, method, path, headers, body))
    };

    for headers in [
        &[][..],
        &[("Kong-Admin-Token", "its-own")],
        &[("X-Gatelog-Token", "gl_ap_wrong")],
        &[("Authorization", "Bearer gl_ap_wrong")],
        &[("X-Gatelog-Token", &*ingest)],
        &[("X-Forwarded-User", "ada")],
    ] {
        assert_eq!(by(headers, "POST", "/services", service), 401, "{headers:?}");
        assert_eq!(by(headers, "GET", "/services", ""), 401, "{headers:?}");
    }
    let viewer = [("Authorization", format!("Bearer {viewer}"))];
    let viewer: Vec<(&str, &str)> = viewer.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(by(&viewer, "POST", "/services", service), 403);
    assert_eq!(by(&viewer, "DELETE", "/services/a", ""), 403);
    assert!(proxied.admin.state.lock().unwrap().seen.is_empty(), "something went on");
    assert_eq!(proxied.number("refused"), 14);

    assert_eq!(by(&viewer, "GET", "/services", ""), 200);
    let editor = [("X-Gatelog-Token", &*editor)];
    assert_eq!(by(&editor, "POST", "/services", service), 201);
    assert_eq!(by(&editor, "POST", "/consumers", r#"{"username":"x"}"#), 403);
    // Another form of the path is no way around.
    assert_eq!(by(&editor, "POST", "/services/../consumers", r#"{"username":"x"}"#), 403);
    assert_eq!(by(&editor, "GET", "/consumers", ""), 403);
    let lines: Vec<String> =
        proxied.admin.state.lock().unwrap().seen.iter().map(|seen| seen.line.clone()).collect();
    assert_eq!(lines, ["GET /services HTTP/1.1", "POST /services HTTP/1.1"]);
    for seen in &proxied.admin.state.lock().unwrap().seen {
        assert!(!format!("{seen:?}").contains("gl_"), "a token of ours went on: {seen:?}");
    }

    let denied = proxied.trail("outcome=denied");
    let told: Vec<String> =
        denied.iter().map(|e| format!("{} {} {}", e["operator"], e["code"], e["status"])).collect();
    assert_eq!(
        told,
        [
            r#""vi" "KONG-SERVICE-CREATE" "403""#,
            r#""vi" "KONG-SERVICE-DELETE" "403""#,
            r#""ed" "KONG-CONSUMER-CREATE" "403""#,
            r#""ed" "KONG-OTHER-UPDATE" "403""#,
            r#""ed" "KONG-CONSUMER-READ" "403""#,
        ]
    );
    assert_eq!(proxied.trail("event=KONG-SERVICE-READ")[0]["operator"], "vi");
}

#[test]
fn the_gateways_own_token_is_lent_and_headers_of_the_trusted_are_believed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("admin-key");
    std::fs::write(&file, format!("{KEY}\n")).unwrap();
    let more = format!(
        "token_file = \"{}\"\nlends_token = true\nidentity_header = \"X-Forwarded-User\"\nidentity_from = [\"127.0.0.0/8\"]\n\
         allow = [{{ role = \"admin\", may = \"change\" }}, {{ role = \"*\", may = \"read\" }}]",
        file.display()
    );
    let proxied = Proxied::on(dir.path(), Admin::apisix(), "apisix", &more, &[]);
    let by = |name: &str, value: &str, method: &str| {
        let body = if method == "GET" { "" } else { r#"{"uri":"/a"}"# };
        status(&send(&proxied.address, method, "/apisix/admin/routes/1", &[(name, value)], body))
    };
    let token = proxied.server.token(&["--role", "admin", "--name", "pipeline"]);
    // ADC knows one place for a token.
    assert_eq!(by("X-API-KEY", &token, "PUT"), 201);
    assert_eq!(by("X-Forwarded-User", "Ada", "GET"), 200);
    assert_eq!(by("X-Forwarded-User", "Ada", "PUT"), 403);
    proxied.server.person("ada", "admin");
    assert_eq!(by("X-Forwarded-User", "Ada", "PUT"), 200);
    let told: Vec<String> = proxied
        .changes("")
        .iter()
        .map(|e| format!("{} {} {}", e["operator"], e["operator_kind"], e["outcome"]))
        .collect();
    assert_eq!(
        told,
        [r#""pipeline" "machine" "success""#, r#""Ada" "machine" "denied""#, r#""ada" "person" "success""#]
    );
    assert!(
        proxied.admin.state.lock().unwrap().seen.iter().all(|seen| !format!("{seen:?}").contains(&token))
    );
}

#[test]
fn a_client_certificate_says_who_calls() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let signed = |name: &str| {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        (params.signed_by(&key, &issuer).unwrap().pem(), key.serialize_pem())
    };
    let (certificate, key) = signed("gatelog");
    for (name, text) in [("ca.pem", &authority), ("tls.pem", &certificate), ("key.pem", &key)] {
        std::fs::write(path(name), text).unwrap();
    }
    let more = format!(
        "certificate = \"{}\"\nkey = \"{}\"\nclient_ca = \"{}\"\nallow = [{{ role = \"*\", may = \"change\" }}]",
        path("tls.pem"),
        path("key.pem"),
        path("ca.pem")
    );
    let proxied = Proxied::on(dir.path(), Admin::kong(), "kong", &more, &[]);
    let call = |shows: Option<(String, String)>| {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
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
        let mut stream = StreamOwned::new(connection, TcpStream::connect(&proxied.address).unwrap());
        let body = r#"{"username":"x"}"#;
        let head = format!(
            "POST /consumers HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        String::from_utf8_lossy(&reply).into_owned()
    };
    assert_eq!(call(None), "");
    assert!(proxied.admin.state.lock().unwrap().seen.is_empty());
    assert_eq!(status(&call(Some(signed("deploy-robot")))), 201);
    let event = proxied.only("");
    assert_eq!(
        (&event["operator"], &event["code"]),
        (&json!("deploy-robot"), &json!("KONG-CONSUMER-CREATE"))
    );
}
