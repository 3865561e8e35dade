//! What those see of a client's address who may not read single events: its network.

use std::net::IpAddr;

use ipnet::IpNet;

/// How many bits of an address are shown: 24 of IPv4, 48 of IPv6.
pub(crate) fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 24 } else { 48 }
}

/// The network an address is shown as; what is no address is not shown.
pub(crate) fn of(text: &str) -> String {
    let Ok(address) = text.parse::<IpAddr>() else { return String::new() };
    IpNet::new(address, bits(address)).map(|net| net.trunc().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_cut_short() {
        for (address, shown) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:1:2::3", "2001:db8:1::/48"),
            ("::1", "::/48"),
            ("unix:", ""),
            ("", ""),
        ] {
            assert_eq!(of(address), shown);
        }
    }
}
