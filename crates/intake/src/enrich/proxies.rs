//! The client behind proxies. A header names the client only when the proxy that sent it is trusted: anybody else
//! may write there what they like. So the logged address counts unless it is a trusted proxy's own, and then the
//! right-most address of the header that is no trusted proxy is the client.

use std::borrow::Cow;
use std::net::IpAddr;

use event::column::Column;
use event::{Batch, Row, field};
use ipnet::IpNet;

use super::geography::address;
use crate::json::{Reader, Scalar};

/// Addresses of one header looked at, from the right.
const HOPS_MAX: usize = 32;

/// Which header the proxies write. One only: what they do not write themselves, they pass on from the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// `X-Forwarded-For: client, proxy`
    #[default]
    XForwardedFor,
    /// `Forwarded: for=client, for=proxy` (RFC 7239)
    Forwarded,
    /// `X-Real-IP: client`
    XRealIp,
}

impl Header {
    /// The headers, each with its name.
    pub const ALL: [(&'static str, Header); 3] = [
        ("x-forwarded-for", Header::XForwardedFor),
        ("forwarded", Header::Forwarded),
        ("x-real-ip", Header::XRealIp),
    ];

    /// The header of that name, in any spelling.
    pub fn by_name(name: &str) -> Option<Header> {
        Header::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, header)| *header)
    }

    fn name(self) -> &'static str {
        Header::ALL.iter().find(|(_, header)| *header == self).map_or("", |(name, _)| name)
    }

    /// The address in one part of its value.
    fn hop(self, part: &str) -> Option<IpAddr> {
        if self != Header::Forwarded {
            return address(part);
        }
        let mut pairs = part.split(';').filter_map(|pair| pair.split_once('='));
        let (_, by) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
        address(by.trim().trim_matches('"'))
    }
}

/// The proxies whose word is taken.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    trusted: Vec<IpNet>,
    header: Header,
}

impl Proxies {
    /// Proxies at these networks, which write that header.
    pub fn new(trusted: Vec<IpNet>, header: Header) -> Self {
        Proxies { trusted, header }
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        self.trusted.iter().any(|net| net.contains(&ip))
    }

    /// The client behind the other end of a connection, by the headers of its request.
    pub fn client_of<'r>(&self, peer: IpAddr, header: impl Fn(&str) -> Option<&'r str>) -> IpAddr {
        let named = || header(self.header.name()).and_then(|value| self.client(value));
        if self.trusts(peer) { named().unwrap_or(peer) } else { peer }
    }

    /// Puts the client's address where a trusted proxy's stands.
    pub(super) fn find_clients(&self, batch: &mut Batch) {
        if self.trusted.is_empty() {
            return;
        }
        let Some(Column::Dict(mut column)) = batch.take_column(field::IP) else { return };
        let is_proxy: Vec<bool> =
            column.dict.texts().iter().map(|text| address(text).is_some_and(|ip| self.trusts(ip))).collect();
        if is_proxy.contains(&true) {
            for (row, id) in batch.rows().zip(&mut column.ids) {
                if is_proxy.get(*id as usize) == Some(&true)
                    && let Some(client) = self.header_of(row).and_then(|value| self.client(&value))
                {
                    *id = column.dict.number(&client.to_string());
                }
            }
        }
        batch.set_column(field::IP, Column::Dict(column));
    }

    /// The right-most address that is no proxy of ours; all of them ours, the left-most. What stands left of something
    /// that is no address is not believed.
    fn client(&self, value: &str) -> Option<IpAddr> {
        let mut client = None;
        for part in value.rsplit(',').take(HOPS_MAX) {
            let Some(ip) = self.header.hop(part) else { break };
            client = Some(ip);
            if !self.trusts(ip) {
                break;
            }
        }
        client
    }

    /// The header, among the request's or among what the log had no place for. Sent several times, it is one list.
    fn header_of<'r>(&self, row: Row<'r>) -> Option<Cow<'r, str>> {
        let mut value = None;
        if let Some(headers) = row.text(field::REQUEST_HEADERS) {
            let mut reader = Reader::new(headers);
            let _ = reader.array(|pair| {
                let mut is_it = None;
                pair.array(|part| {
                    if let Scalar::Text(text) = part.scalar()? {
                        match is_it {
                            None => is_it = Some(text.eq_ignore_ascii_case(self.header.name())),
                            Some(true) => join(&mut value, text),
                            Some(false) => {}
                        }
                    }
                    Ok(())
                })
            });
        }
        let custom = row.text(field::CUSTOM).filter(|_| value.is_none());
        if let Some(custom) = custom {
            let _ = Reader::new(custom).object(|name, reader| {
                if self.is_named(name)
                    && let Scalar::Text(text) = reader.scalar()?
                {
                    join(&mut value, text);
                }
                Ok(())
            });
        }
        value
    }

    /// `http_x_forwarded_for`, `request_X-Forwarded-For`: how logs name a header they were told to write.
    fn is_named(&self, name: &str) -> bool {
        let wanted = self.header.name();
        let start = name.len().checked_sub(wanted.len());
        let Some((before, end)) = start.and_then(|start| name.split_at_checked(start)) else { return false };
        let same = |(a, b): (u8, u8)| a.eq_ignore_ascii_case(&b) || a == b'_' && b == b'-';
        end.bytes().zip(wanted.bytes()).all(same)
            && ["", "http_", "request_", "header_", "req_"]
                .iter()
                .any(|known| before.eq_ignore_ascii_case(known))
    }
}

fn join<'a>(value: &mut Option<Cow<'a, str>>, more: Cow<'a, str>) {
    match value {
        Some(value) => {
            let value = value.to_mut();
            value.push(',');
            value.push_str(&more);
        }
        None => *value = Some(more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::Event;

    fn proxies(header: Header) -> Proxies {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"].map(|net| net.parse().unwrap());
        Proxies::new(trusted.to_vec(), header)
    }

    /// The client of a record with that address and those headers or custom fields.
    fn client(header: Header, ip: &str, fields: &[(event::FieldId, &str)]) -> String {
        let mut batch = Batch::new();
        let mut event = Event::new();
        event.int(field::TIME, 1);
        event.text(field::IP, ip);
        fields.iter().for_each(|(field, text)| event.text(*field, *text));
        batch.push(&event);
        batch.finish();
        proxies(header).find_clients(&mut batch);
        batch.row(0).text(field::IP).unwrap().to_owned()
    }

    #[test]
    fn a_trusted_proxy_names_the_client_and_nobody_else_does() {
        let cases = [
            // The logged address, what the header says, the client.
            ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
            ("10.0.0.1:4711", "198.51.100.7:80, 10.1.1.1", "198.51.100.7"),
            // What the client wrote itself stands left of what the first proxy of ours saw.
            ("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.2.0.1", "198.51.100.7"),
            ("10.0.0.1", "10.3.0.1, 10.2.0.1", "10.3.0.1"),
            ("2001:db8::1", "2a00::5", "2a00::5"),
            ("10.0.0.1", "[2a00::5]:443", "2a00::5"),
            ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
            // No address: nothing left of it is believed.
            ("10.0.0.1", "1.1.1.1, unknown", "10.0.0.1"),
            ("10.0.0.1", "1.1.1.1, unknown, 10.2.0.1", "10.2.0.1"),
            ("10.0.0.1", "", "10.0.0.1"),
            // Not trusted: the header may say what it likes.
            ("198.51.100.7", "1.1.1.1", "198.51.100.7"),
            ("11.0.0.1", "1.1.1.1, 10.0.0.1", "11.0.0.1"),
        ];
        for (ip, value, want) in cases {
            let pairs = event::json::pairs([("host", "h"), ("X-Forwarded-For", value)]);
            let got = client(Header::XForwardedFor, ip, &[(field::REQUEST_HEADERS, &pairs)]);
            assert_eq!(got, want, "{ip} {value}");
        }
    }

    #[test]
    fn the_header_is_found_where_logs_put_it_and_only_the_one_that_is_set_counts() {
        use Header::{Forwarded, XForwardedFor, XRealIp};
        let pairs = |name, value| event::json::pairs([(name, value)]);
        let twice =
            event::json::pairs([("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2, 10.0.0.2")]);
        let headers = |text: &str| vec![(field::REQUEST_HEADERS, text.to_owned())];
        let custom = |text: &str| vec![(field::CUSTOM, text.to_owned())];
        let cases = [
            (XForwardedFor, headers(&twice), "2.2.2.2"),
            (
                XForwardedFor,
                custom(r#"{"a":{"x-forwarded-for":"9.9.9.9"},"http_x_forwarded_for":"3.3.3.3"}"#),
                "3.3.3.3",
            ),
            (XForwardedFor, custom(r#"{"request_X-Forwarded-For":"3.3.3.3"}"#), "3.3.3.3"),
            (XForwardedFor, custom(r#"{"not_x-forwarded-for":"3.3.3.3"}"#), "10.0.0.1"),
            (XForwardedFor, headers(&pairs("x-real-ip", "3.3.3.3")), "10.0.0.1"),
            (XRealIp, headers(&pairs("X-Real-IP", "3.3.3.3")), "3.3.3.3"),
            (XRealIp, headers(&pairs("x-forwarded-for", "3.3.3.3")), "10.0.0.1"),
            (
                Forwarded,
                headers(&pairs("Forwarded", "for=1.1.1.1, proto=https;For=\"[2a00::5]:80\", for=10.9.9.9")),
                "2a00::5",
            ),
            (Forwarded, headers(&pairs("Forwarded", "for=1.1.1.1, for=_hidden")), "10.0.0.1"),
            (Forwarded, headers("[[\"forwarded\""), "10.0.0.1"),
        ];
        for (header, fields, want) in cases {
            let fields: Vec<_> = fields.iter().map(|(field, text)| (*field, text.as_str())).collect();
            assert_eq!(client(header, "10.0.0.1", &fields), want, "{header:?} {fields:?}");
        }
    }
}
