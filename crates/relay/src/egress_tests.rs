use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use super::*;

/// Answers every request with the same bytes and tells which heads came.
fn server(answer: &'static [u8]) -> (u16, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let _ = tell.send(head.join("\n"));
            stream.write_all(answer).unwrap();
        }
    });
    (port, told)
}

fn egress(allow: &str) -> Egress {
    Egress::new(Policy::parse(allow).unwrap(), None, None).unwrap()
}

#[test]
fn what_may_be_reached() {
    let cases = [
        ("", "kong", "10.0.0.7", true),
        ("", "kong", "127.0.0.1", true),
        ("", "kong", "169.254.169.254", false),
        ("", "kong", "::ffff:169.254.169.254", false),
        ("", "kong", "::169.254.169.254", false),
        ("", "kong", "64:ff9b::a9fe:a9fe", false),
        ("", "kong", "2002:a9fe:a9fe::1", false),
        ("", "kong", "fe80::1", false),
        ("", "kong", "fd00:ec2::254", false),
        ("", "kong", "0.0.0.0", false),
        ("", "kong", "::", false),
        ("", "kong", "::1", true),
        ("", "kong", "224.0.0.1", false),
        ("", "kong", "100.100.100.200", false),
        ("kong", "kong", "10.0.0.7", true),
        ("kong", "KONG.", "10.0.0.7", true),
        ("kong", "other", "10.0.0.7", false),
        // A listed name gives no right to the metadata service.
        ("kong", "kong", "169.254.169.254", false),
        ("169.254.0.0/16", "kong", "169.254.169.254", true),
        ("10.0.0.0/8", "kong", "10.1.2.3", true),
        ("10.0.0.0/8", "kong", "::ffff:10.1.2.3", true),
        ("10.0.0.0/8", "kong", "192.0.2.1", false),
        ("*.example.com", "s3.example.com", "192.0.2.1", true),
        ("*.example.com", "badexample.com", "192.0.2.1", false),
        ("192.0.2.7", "kong", "192.0.2.7", true),
    ];
    for (allow, host, address, wanted) in cases {
        let got = Policy::parse(allow).unwrap().check(host, address.parse().unwrap());
        assert_eq!(got.is_ok(), wanted, "{allow:?} {host} {address}: {got:?}");
    }
    assert!(Policy::parse("http://kong").is_err());
    assert!(Policy::parse("10.0.0.0/99").is_err());
}

#[test]
fn the_address_is_checked_that_is_connected_to() {
    let (port, told) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    let url = format!("http://localhost:{port}/");
    // The name is not listed, and none of the networks has its address.
    let refused = egress("10.0.0.0/8, elsewhere").page(&url, &[], 10).unwrap_err();
    assert!(matches!(refused, Fault::Refused(_)), "{refused}");
    assert!(refused.to_string().contains("localhost"), "{refused}");
    assert!(told.try_recv().is_err(), "nothing may be sent");
    assert_eq!(egress("127.0.0.0/8, ::1").page(&url, &[], 10).unwrap(), b"ok");
}

#[test]
fn redirects_are_an_answer_and_secrets_are_not_repeated() {
    let (port, told) = server(
        b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
    let fault = egress("").page(&format!("http://127.0.0.1:{port}/a?token=s3cret"), &[], 10).unwrap_err();
    assert_eq!(fault.to_string(), "127.0.0.1 answered 302");
    assert!(told.recv().unwrap().starts_with("GET /a?token=s3cret"));
    assert!(told.try_recv().is_err());

    let (port, _) = server(
        b"HTTP/1.1 401 No\r\nContent-Length: 28\r\nConnection: close\r\n\r\n{\"message\":\"no: s3cretkey\"} ",
    );
    let url = format!("http://127.0.0.1:{port}/");
    let with = |value| egress("").page(&url, &[("Kong-Admin-Token", value)], 10).unwrap_err().to_string();
    assert_eq!(with("s3cretkey"), "127.0.0.1 answered 401");
    assert_eq!(with("otherkey"), "127.0.0.1 answered 401: no: s3cretkey");
    let fault = egress("").page("http://user:s3cret@127.0.0.1/", &[], 10).unwrap_err().to_string();
    assert!(!fault.contains("s3cret"), "{fault}");
}

#[test]
fn what_is_larger_than_asked_for_is_refused() {
    let (port, _) = server(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n0123456789");
    let url = format!("http://127.0.0.1:{port}/");
    assert_eq!(egress("").page(&url, &[], 10).unwrap().len(), 10);
    let fault = egress("").page(&url, &[], 9).unwrap_err();
    assert_eq!(fault.to_string(), "127.0.0.1 answered with more than 9 bytes");
    let mut out = Vec::new();
    assert!(egress("").stream(&url, &[], 9).unwrap().body.read_to_end(&mut out).is_err());
}

#[test]
fn with_a_proxy_names_are_checked_before_it_is_asked() {
    let (port, told) = server(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let proxy = format!("http://127.0.0.1:{port}");
    let by = |allow: &str, url: &str| {
        let egress = Egress::new(Policy::parse(allow).unwrap(), Some(&proxy), None).unwrap();
        egress.page(url, &[], 10).unwrap_err()
    };
    assert!(matches!(by("", "http://169.254.169.254/latest"), Fault::Refused(_)));
    assert!(matches!(by("kong", "http://other/"), Fault::Refused(_)));
    assert!(told.try_recv().is_err());
    assert!(!matches!(by("kong", "http://kong/services"), Fault::Refused(_)));
    assert!(told.recv().unwrap().contains("kong"));
}
