//! How often those may try who show no credential: each try is an event of the operator trail, and whoever may fill the
//! trail may stop all that has to be recorded. Waits after wrong passwords are in [`crate::attempts`].

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use event::Timestamp;
use event::time::{MINUTE, SECOND};

use crate::http::error::Problem;

/// Tries of one address, or of one IPv6 network of 64 bits, within a minute.
const OF_ONE_MAX: u32 = 60;
/// Tries of all together within a minute; so many addresses are remembered at most.
const OF_ALL_MAX: u32 = 300;

/// The tries of this minute.
#[derive(Default)]
pub(crate) struct Strangers(Mutex<Tries>);

#[derive(Default)]
struct Tries {
    minute: i64,
    of_all: u32,
    of_one: HashMap<Option<IpAddr>, u32>,
}

impl Strangers {
    /// Lets a try through, or says when the next may be made.
    pub(crate) fn admit(&self, address: Option<IpAddr>, now: Timestamp) -> Result<(), Problem> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.0.div_euclid(MINUTE);
        if tries.minute != minute {
            *tries = Tries { minute, ..Tries::default() };
        }
        let known = address.map(network);
        let is_open = tries.of_all < OF_ALL_MAX && tries.of_one.get(&known).is_none_or(|n| *n < OF_ONE_MAX);
        if !is_open {
            let left = MINUTE - now.0.rem_euclid(MINUTE);
            let too_often =
                Problem::new(StatusCode::TOO_MANY_REQUESTS, "too many tries without a credential");
            return Err(too_often
                .retry_after_s(u32::try_from(left / SECOND).unwrap_or(0) + 1)
                .remedy("wait a minute; calls with a token or a session go on"));
        }
        tries.of_all += 1;
        *tries.of_one.entry(known).or_default() += 1;
        Ok(())
    }
}

/// Who has an IPv6 address has all of its network.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => Ipv6Addr::from_bits(long.to_bits() & (u128::MAX << 64)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_minute_of_one_and_of_all() {
        let strangers = Strangers::default();
        let at = |seconds: i64| Timestamp(1_795_298_280_000_000 + seconds * SECOND);
        let tries = |address: &str, seconds| strangers.admit(address.parse().ok(), at(seconds)).is_ok();
        assert_eq!((0..100).filter(|_| tries("192.0.2.1", 1)).count() as u32, OF_ONE_MAX);
        // Another one is not kept out by the first; all of one IPv6 network count as one.
        let of_network = (0..100).filter(|n| tries(&format!("2001:db8::{n:x}"), 2)).count();
        assert_eq!(of_network as u32, OF_ONE_MAX);
        let rest = (0..1_000).filter(|n| tries(&format!("10.0.{}.{}", n / 250, n % 250), 3)).count();
        assert_eq!(rest as u32, OF_ALL_MAX - 2 * OF_ONE_MAX);
        assert!(strangers.0.lock().unwrap().of_one.len() <= OF_ALL_MAX as usize);
        assert!(!tries("192.0.2.1", 59) && tries("192.0.2.1", 60));
        // A clock that goes back lets nobody wait for it.
        assert!(tries("192.0.2.1", -3_600));
    }
}
