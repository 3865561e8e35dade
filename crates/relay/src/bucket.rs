//! A bucket of S3 or of what speaks like it: lists what is there, reads, puts and removes objects.

use event::Timestamp;
use roxmltree::{Document, Node};

use crate::egress::{Body, Egress, Fault, Stream};
use crate::sigv4::{Act, Credentials, Request, Signed};

/// Objects of a page of a list; S3 gives no more.
pub const LIST_MAX: usize = 1_000;
/// Largest page of a list, in bytes.
const LIST_BYTES_MAX: usize = 8 << 20;

/// A bucket.
pub struct Bucket {
    egress: Egress,
    origin: String,
    /// `/bucket`, or nothing where the bucket is part of the host.
    root: String,
    region: String,
    credentials: Option<Credentials>,
}

/// An object, as a list names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// When it was written.
    pub modified: Timestamp,
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Objects, by key.
    pub objects: Vec<Object>,
    /// What the keys beyond the next slash have in common, when asked for.
    pub folders: Vec<String>,
    /// Asks for the next page.
    pub next: Option<String>,
}

/// What is to be listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask<'a> {
    /// Keys that begin so.
    pub prefix: &'a str,
    /// Only keys beyond this one.
    pub after: Option<&'a str>,
    /// Folds what is beyond the next slash into folders.
    pub folded: bool,
    /// The next page of the same question.
    pub next: Option<&'a str>,
}

impl Bucket {
    /// With an endpoint the bucket is part of the path, as servers of one's own want it; without one it is part of the
    /// host of AWS. `is_path` says otherwise.
    pub fn new(
        egress: Egress,
        endpoint: &str,
        name: &str,
        region: &str,
        is_path: Option<bool>,
        credentials: Option<Credentials>,
    ) -> Result<Bucket, Fault> {
        let usual = format!("https://s3.{region}.amazonaws.com");
        let origin = if endpoint.is_empty() { usual.as_str() } else { endpoint.trim_end_matches('/') };
        let (scheme, host) = origin.split_once("://").ok_or_else(|| Fault::BadUrl(origin.to_owned()))?;
        // A host is no place for a bucket with dots: no certificate would fit.
        let is_path = is_path.unwrap_or(!endpoint.is_empty()) || name.contains('.');
        let (origin, root) = match is_path {
            true => (origin.to_owned(), format!("/{name}")),
            false => (format!("{scheme}://{name}.{host}"), String::new()),
        };
        Ok(Bucket { egress, origin, root, region: region.to_owned(), credentials })
    }

    fn signed(&self, act: &Act<'_>, path: &str, query: &[(&str, &str)], now: Timestamp) -> Signed {
        let request = Request { origin: &self.origin, path, query, region: &self.region, service: "s3" };
        match &self.credentials {
            Some(credentials) => request.signed(act, credentials, now),
            None => request.unsigned(),
        }
    }

    /// One page of at most [`LIST_MAX`] keys.
    pub fn list(&self, ask: Ask<'_>, now: Timestamp) -> Result<Listing, Fault> {
        let mut query = vec![("list-type", "2"), ("encoding-type", "url"), ("prefix", ask.prefix)];
        query.extend(ask.folded.then_some(("delimiter", "/")));
        query.extend(ask.after.map(|after| ("start-after", after)));
        query.extend(ask.next.map(|next| ("continuation-token", next)));
        let path = format!("{}/", self.root);
        let signed = self.signed(&Act::GET, &path, &query, now);
        let page = self.egress.page(&signed.url, &signed.headers(), LIST_BYTES_MAX)?;
        let odd = |reason: String| Fault::Odd { host: self.origin.clone(), reason };
        let text = std::str::from_utf8(&page).map_err(|_| odd("a list that is no text".to_owned()))?;
        listing(text).map_err(odd)
    }

    /// An object, to be read bit by bit; more than `bytes_max` bytes are an error of the reader.
    pub fn open(&self, key: &str, bytes_max: u64, now: Timestamp) -> Result<Stream, Fault> {
        let signed = self.signed(&Act::GET, &self.path(key), &[], now);
        self.egress.stream(&signed.url, &signed.headers(), bytes_max)
    }

    /// Puts an object, whole or not at all. `sha256` is that of its bytes, in hex.
    pub fn put(&self, key: &str, body: Body<'_>, sha256: &str, now: Timestamp) -> Result<(), Fault> {
        let signed = self.signed(&Act { method: "PUT", sha256 }, &self.path(key), &[], now);
        self.egress.put(&signed.url, &signed.headers(), body)
    }

    /// Puts an object where there is none; whether there was none. One that is there stays as it is.
    pub fn put_new(&self, key: &str, body: Body<'_>, sha256: &str, now: Timestamp) -> Result<bool, Fault> {
        let signed = self.signed(&Act { method: "PUT", sha256 }, &self.path(key), &[], now);
        let headers = [signed.headers(), vec![("if-none-match", "*")]].concat();
        match self.egress.put(&signed.url, &headers, body) {
            Err(fault) if fault.status() == Some(412) => Ok(false),
            done => done.map(|()| true),
        }
    }

    /// Removes an object; one that is not there is fine.
    pub fn remove(&self, key: &str, now: Timestamp) -> Result<(), Fault> {
        let signed = self.signed(&Act::DELETE, &self.path(key), &[], now);
        match self.egress.delete(&signed.url, &signed.headers()) {
            Err(fault) if fault.status() == Some(404) => Ok(()),
            done => done,
        }
    }

    fn path(&self, key: &str) -> String {
        format!("{}/{key}", self.root)
    }
}

/// Reads the answer of `ListObjectsV2`.
fn listing(xml: &str) -> Result<Listing, String> {
    let document = Document::parse(xml).map_err(|error| format!("a list that is no XML: {error}"))?;
    let root = document.root_element();
    if root.tag_name().name() != "ListBucketResult" {
        return Err(format!("<{}> instead of a list", root.tag_name().name()));
    }
    let is_encoded = child(root, "EncodingType") == Some("url");
    let name = |text: &str| if is_encoded { decoded(text) } else { text.to_owned() };
    let mut out = Listing::default();
    for node in root.children().filter(Node::is_element) {
        match node.tag_name().name() {
            "Contents" => {
                let of = |name: &str| child(node, name).ok_or_else(|| format!("an object without {name}"));
                let modified = of("LastModified")?;
                out.objects.push(Object {
                    key: name(of("Key")?),
                    bytes: child(node, "Size").and_then(|size| size.parse().ok()).unwrap_or(0),
                    modified: Timestamp::parse(modified).ok_or_else(|| format!("{modified:?} as a time"))?,
                });
            }
            "CommonPrefixes" => out.folders.extend(child(node, "Prefix").map(name)),
            _ => {}
        }
    }
    if child(root, "IsTruncated") == Some("true") {
        out.next =
            Some(child(root, "NextContinuationToken").ok_or("a list that goes on nowhere")?.to_owned());
    }
    Ok(out)
}

fn child<'x>(node: Node<'x, '_>, name: &str) -> Option<&'x str> {
    node.children().find(|child| child.tag_name().name() == name)?.text()
}

/// Undoes percent-encoding; a plus is a space, as S3 writes it.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let code = text.get(at..at + 2).and_then(|code| u8::from_str_radix(code, 16).ok());
                out.push(code.unwrap_or(b'%'));
                at += if code.is_some() { 2 } else { 0 };
            }
            other => out.push(*other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::egress::Policy;

    #[test]
    fn a_list_is_read() {
        let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>a/</Prefix>
<NextContinuationToken>1ueGcx/==</NextContinuationToken><KeyCount>2</KeyCount><IsTruncated>true</IsTruncated>
<EncodingType>url</EncodingType>
<Contents><Key>a/year%3D2026/x+y%2Bz%C3%BC.gz</Key><LastModified>2026-11-21T10:30:45.000Z</LastModified><ETag>"e"</ETag><Size>17</Size></Contents>
<CommonPrefixes><Prefix>a/b%20c/</Prefix></CommonPrefixes></ListBucketResult>"#;
        let listing = listing(xml).unwrap();
        assert_eq!(listing.objects[0].key, "a/year=2026/x y+zü.gz");
        assert_eq!(listing.objects[0].bytes, 17);
        assert_eq!(listing.objects[0].modified, Timestamp::parse("2026-11-21T10:30:45Z").unwrap());
        assert_eq!(listing.folders, ["a/b c/"]);
        assert_eq!(listing.next.as_deref(), Some("1ueGcx/=="));
        assert!(super::listing("<Error><Code>x</Code></Error>").is_err());
        assert!(super::listing("{}").is_err());
        // Entities could grow without bound; a list has none.
        assert!(
            super::listing("<!DOCTYPE a [<!ENTITY b 'c'>]><ListBucketResult>&b;</ListBucketResult>").is_err()
        );
    }

    #[test]
    fn where_the_bucket_stands() {
        let url = |endpoint: &str, name: &str, is_path| {
            let egress = Egress::new(Policy::default(), None, None).unwrap();
            let bucket = Bucket::new(egress, endpoint, name, "eu-west-1", is_path, None).unwrap();
            bucket.signed(&Act::GET, &bucket.path("k"), &[], Timestamp(0)).url
        };
        assert_eq!(url("", "logs", None), "https://logs.s3.eu-west-1.amazonaws.com/k");
        assert_eq!(url("", "my.logs", None), "https://s3.eu-west-1.amazonaws.com/my.logs/k");
        assert_eq!(url("http://127.0.0.1:9000/", "logs", None), "http://127.0.0.1:9000/logs/k");
        assert_eq!(url("http://minio:9000", "logs", Some(false)), "http://logs.minio:9000/k");
    }
}
