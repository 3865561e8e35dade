//! Where objects are put: a bucket and a prefix, written as one address.

use std::collections::BTreeMap;

use relay::bucket::Bucket;

use crate::outbound::Outbound;

/// Parts of the address of a place, as docs/config.md says them.
const PARTS: [&str; 5] = ["region", "endpoint", "path_style", "credentials_file", "profile"];

/// A place in a bucket: `s3://bucket/prefix?region=eu-west-1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    bucket: String,
    /// Ends with a slash, unless it is empty.
    prefix: String,
    parts: BTreeMap<String, String>,
}

impl Place {
    /// Reads it. The error says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Place, String> {
        let wrong = || format!("{text:?} is no place such as s3://bucket/prefix?region=eu-west-1");
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let place = place.strip_prefix("s3://").ok_or_else(wrong)?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let is_plain = bucket.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        if bucket.is_empty() || !is_plain {
            return Err(wrong());
        }
        let mut parts = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !PARTS.contains(&&*name) {
                return Err(format!("{name:?} is none of {}", PARTS.join(", ")));
            }
            parts.insert(name.into_owned(), value.into_owned());
        }
        if !parts.contains_key("region") && !parts.contains_key("endpoint") {
            return Err("?region= or ?endpoint= is missing".to_owned());
        }
        if parts.get("path_style").is_some_and(|text| text.parse::<bool>().is_err()) {
            return Err("path_style is true or false".to_owned());
        }
        let prefix = match prefix.trim_end_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        Ok(Place { bucket: bucket.to_owned(), prefix, parts })
    }

    /// Without what says how to get there.
    pub(crate) fn shown(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }

    /// The key of something in it.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The bucket, with the credentials as they are now.
    pub(crate) fn bucket(&self, outbound: &Outbound) -> Result<Bucket, String> {
        let part = |name: &str| self.parts.get(name).map(String::as_str);
        let profile = part("profile").unwrap_or("default");
        let credentials = outbound.credentials(part("credentials_file"), profile)?;
        let endpoint = part("endpoint").unwrap_or_default();
        let is_path = part("path_style").and_then(|text| text.parse().ok());
        let region = part("region").unwrap_or("us-east-1");
        Bucket::new(outbound.egress.clone(), endpoint, &self.bucket, region, is_path, credentials)
            .map_err(|fault| fault.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        let place =
            Place::parse("s3://kept/proofs/of-us/?endpoint=http://127.0.0.1:9000&path_style=true").unwrap();
        assert_eq!(
            (place.shown().as_str(), place.key("a/b").as_str()),
            ("s3://kept/proofs/of-us/", "proofs/of-us/a/b")
        );
        assert_eq!(Place::parse("s3://kept?region=eu-west-1").unwrap().key("a"), "a");
        for wrong in [
            "",
            "kept/proofs",
            "s3://?region=a",
            "s3://kept",
            "s3://k@pt?region=a",
            "s3://kept?region=a&colour=red",
            "s3://kept?region=a&path_style=perhaps",
        ] {
            assert!(Place::parse(wrong).is_err(), "{wrong}");
        }
    }
}
