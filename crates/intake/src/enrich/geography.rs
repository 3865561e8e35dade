//! Where an address is, from files in the MaxMind DB format. Both record shapes are read: MaxMind's nested one
//! (`country.iso_code`) and the flat one of others (`country_code`).

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use event::column::Dict;
use event::{Batch, field};
use foldhash::HashMap;
use maxminddb::{LookupResult, PathElement, Reader};

use super::follow;

/// Bytes of a file, owned or part of the program.
type Bytes = Cow<'static, [u8]>;
/// Numbers of country, network and city in the dictionaries of a batch.
type Place = [u32; 3];

/// Where records have the code of the country, in the order of trust.
const COUNTRY: [&[&str]; 4] =
    [&["country", "iso_code"], &["country_code"], &["country"], &["registered_country", "iso_code"]];
const CITY: [&[&str]; 2] = [&["city", "names", "en"], &["city"]];
const SYSTEM_NUMBER: [&str; 2] = ["autonomous_system_number", "as_number"];
const SYSTEM_NAME: [&[&str]; 3] = [&["autonomous_system_organization"], &["as_organization"], &["as_name"]];

/// Why a file is no geography.
#[derive(Debug, thiserror::Error)]
#[error("not a file in the MaxMind DB format: {0}")]
pub struct GeographyError(#[from] maxminddb::MaxMindDbError);

/// The files, the first that knows an address counts.
#[derive(Default)]
pub struct Geography {
    files: Vec<Reader<Bytes>>,
}

impl Geography {
    /// Knows only which addresses are of no country.
    pub fn new() -> Self {
        Geography::default()
    }

    /// Adds a file; it is asked where the ones before say nothing. Held in memory as it is.
    pub fn add(&mut self, file: impl Into<Bytes>) -> Result<(), GeographyError> {
        self.files.push(Reader::from_source(file.into())?);
        Ok(())
    }

    /// How many files there are.
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// Puts country, network and city beside each client's address.
    pub(super) fn locate(&self, batch: &mut Batch) {
        let mut known: Vec<HashMap<usize, Place>> = vec![HashMap::default(); self.files.len()];
        let to = [field::COUNTRY, field::ASN, field::CITY];
        follow(batch, field::IP, to, |text, dicts| {
            let Some(ip) = address(text) else { return Place::default() };
            if let Some(label) = label(ip) {
                let [country, ..] = dicts;
                return [country.number(label), 0, 0];
            }
            let mut place = Place::default();
            for (file, known) in self.files.iter().zip(&mut known) {
                let Some(found) = find(file, ip, known, dicts) else { continue };
                place.iter_mut().zip(found).filter(|(mine, _)| **mine == 0).for_each(|(mine, n)| *mine = n);
            }
            place
        });
    }
}

/// What a file says of an address. Many addresses share a record, which is read once a batch.
fn find(
    file: &Reader<Bytes>,
    ip: IpAddr,
    known: &mut HashMap<usize, Place>,
    dicts: &mut [Dict; 3],
) -> Option<Place> {
    // A file of IPv4 networks refuses IPv6 addresses; that is no answer, not a fault.
    let found = file.lookup(ip).ok()?;
    let offset = found.offset()?;
    Some(*known.entry(offset).or_insert_with(|| read(&found, dicts)))
}

fn read(record: &LookupResult<'_, Bytes>, [country, network, city]: &mut [Dict; 3]) -> Place {
    let code = text(record, &COUNTRY).unwrap_or("");
    let number =
        SYSTEM_NUMBER.iter().find_map(|name| number(record, name)).map(|number| format!("AS{number}"));
    let number = number.as_deref().or_else(|| text(record, &[&["asn"]]));
    let name = text(record, &SYSTEM_NAME);
    let system = [number, name].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let town = text(record, &CITY).unwrap_or("");
    [country.number(code), network.number(&system), city.number(town)]
}

/// The first of these places of a record that holds a text.
fn text<'r>(record: &LookupResult<'r, Bytes>, places: &[&[&str]]) -> Option<&'r str> {
    places.iter().find_map(|place| {
        let path: Vec<PathElement<'_>> = place.iter().map(|name| PathElement::Key(name)).collect();
        record.decode_path(&path).ok().flatten().filter(|text: &&str| !text.is_empty())
    })
}

/// A number of a record, however many bits its writer gave it.
fn number(record: &LookupResult<'_, Bytes>, name: &str) -> Option<u64> {
    let path = [PathElement::Key(name)];
    let usual = record.decode_path::<u32>(&path).ok().flatten().map(u64::from);
    let small = || record.decode_path::<u16>(&path).ok().flatten().map(u64::from);
    usual.or_else(small).or_else(|| record.decode_path(&path).ok().flatten())
}

/// An address as gateways write it: bare, with a port, in brackets, an IPv4 one in IPv6 clothes.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => match text.split_once(':') {
            Some((ip, port)) if !port.contains(':') => ip,
            _ => text,
        },
    };
    Some(bare.parse::<IpAddr>().ok()?.to_canonical())
}

/// What kind of address it is, when it is of no country.
fn label(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => label_v4(ip),
        IpAddr::V6(ip) => label_v6(ip),
    }
}

fn label_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let [a, b, ..] = ip.octets();
    Some(match ip {
        _ if ip.is_loopback() => "loopback",
        _ if ip.is_private() => "private",
        _ if ip.is_link_local() => "link_local",
        _ if a == 100 && b & 0xc0 == 64 => "cgnat",
        _ if ip.is_documentation() => "documentation",
        _ if ip.is_multicast() => "multicast",
        _ if a == 0 || a >= 240 || a == 198 && b & 0xfe == 18 => "reserved",
        _ => return None,
    })
}

fn label_v6(ip: Ipv6Addr) -> Option<&'static str> {
    Some(match ip.segments() {
        _ if ip.is_loopback() => "loopback",
        _ if ip.is_unique_local() => "private",
        _ if ip.is_unicast_link_local() => "link_local",
        [0x2001, 0xdb8, ..] => "documentation",
        [a, ..] if a & 0xfff0 == 0x3ff0 => "documentation",
        _ if ip.is_multicast() => "multicast",
        _ if ip.is_unspecified() => "reserved",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::Event;

    fn file(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/tests/geography/{name}.mmdb", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    /// Country, network and city of an address, by these files.
    fn place(files: &[&str], ip: &str) -> [String; 3] {
        let mut geography = Geography::new();
        files.iter().for_each(|name| geography.add(file(name)).unwrap());
        let mut batch = Batch::new();
        let mut event = Event::new();
        event.int(field::TIME, 1);
        event.text(field::IP, ip);
        batch.push(&event);
        batch.finish();
        geography.locate(&mut batch);
        [field::COUNTRY, field::ASN, field::CITY].map(|f| batch.row(0).text(f).unwrap_or("").to_owned())
    }

    #[test]
    fn both_record_shapes_are_read_and_the_first_file_that_knows_counts() {
        assert_eq!(place(&["flat"], "1.2.3.4"), ["AA", "", ""]);
        assert_eq!(place(&["nested"], "1.2.3.4:443"), ["BB", "", "Town"]);
        assert_eq!(place(&["nested"], "1.3.0.1"), ["BC", "", ""]);
        assert_eq!(place(&["flat-city", "flat"], "1.2.3.4"), ["CC", "", "Village"]);
        assert_eq!(place(&["flat-city", "flat"], "1.2.9.9"), ["AA", "", ""]);
        assert_eq!(place(&["asn", "flat", "nested"], "1.2.3.4"), ["AA", "AS64500 Example Net", "Town"]);
        assert_eq!(place(&["asn"], "1.3.3.4"), ["", "AS64501 Other", ""]);
        // A file of IPv4 only knows nothing of IPv6 addresses; a mapped address is an IPv4 one.
        assert_eq!(place(&["flat-city", "flat"], "[2a00::1]:443"), ["AC", "", ""]);
        assert_eq!(place(&["flat"], "::ffff:1.2.3.4"), ["AA", "", ""]);
        assert_eq!(place(&["flat"], "9.9.9.9"), ["", "", ""]);
    }

    #[test]
    fn addresses_of_no_country_have_labels_whatever_a_file_says() {
        let cases = [
            ("127.0.0.1", "loopback"),
            ("::1", "loopback"),
            ("10.1.2.3", "private"),
            ("172.31.0.1", "private"),
            ("192.168.0.1:80", "private"),
            ("fd00::1", "private"),
            ("169.254.1.1", "link_local"),
            ("fe80::1", "link_local"),
            ("100.64.0.1", "cgnat"),
            ("100.127.255.254", "cgnat"),
            ("192.0.2.1", "documentation"),
            ("203.0.113.7", "documentation"),
            ("2001:db8::7", "documentation"),
            ("224.0.0.1", "multicast"),
            ("0.0.0.0", "reserved"),
            ("198.18.0.1", "reserved"),
            ("255.255.255.255", "reserved"),
            ("100.128.0.1", ""),
            ("172.32.0.1", ""),
            ("not an address", ""),
            ("unix:", ""),
            ("", ""),
        ];
        for (ip, label) in cases {
            assert_eq!(place(&["flat"], ip)[0], label, "{ip}");
        }
    }

    #[test]
    fn a_damaged_file_is_refused_or_gives_less_and_never_more_than_that() {
        assert!(Geography::new().add(b"no such thing".to_vec()).is_err());
        let whole = file("nested");
        for at in 0..whole.len() {
            for change in [0x00, 0xff, whole[at] ^ 0x40] {
                let mut damaged = whole.clone();
                damaged[at] = change;
                let mut geography = Geography::new();
                if geography.add(damaged).is_ok() {
                    let mut batch = Batch::new();
                    let mut event = Event::new();
                    event.text(field::IP, "1.2.3.4");
                    batch.push(&event);
                    batch.finish();
                    geography.locate(&mut batch);
                }
            }
        }
    }
}
