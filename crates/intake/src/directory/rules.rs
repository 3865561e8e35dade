//! Rules in the form in which they are asked: networks as numbers, windows as minutes of a day in a zone. Knows no
//! entity.

use std::net::IpAddr;

use event::Timestamp;
use ipnet::IpNet;
use jiff::tz::TimeZone;

use super::model::{Day, Window};

/// An address (`10.0.0.1`) or a network (`10.0.0.0/8`).
pub(crate) fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// An address as logs write it: also mapped into IPv6, in brackets.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// A window, ready to be asked.
pub(crate) struct Open {
    /// One bit for each day it begins on, Monday the lowest.
    days: u8,
    /// Minutes of the day.
    from: u32,
    to: u32,
    zone: TimeZone,
}

/// Reads a window; the error says what cannot be read.
pub(crate) fn window(given: &Window) -> Result<Open, String> {
    let zone = TimeZone::get(&given.zone).map_err(|_| format!("{:?} is no time zone", given.zone))?;
    let minutes =
        |text: &str| minutes(text).ok_or_else(|| format!("{text:?} is no time of day such as 08:30"));
    let days = given.days.iter().fold(0, |days, day| days | 1 << bit(*day));
    let days = if given.days.is_empty() { 0x7f } else { days };
    Ok(Open { days, from: minutes(&given.from)?, to: minutes(&given.to)?, zone })
}

fn bit(day: Day) -> u32 {
    match day {
        Day::Mon => 0,
        Day::Tue => 1,
        Day::Wed => 2,
        Day::Thu => 3,
        Day::Fri => 4,
        Day::Sat => 5,
        Day::Sun => 6,
    }
}

fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two =
        |text: &str| (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok());
    let (hours, minutes): (u32, u32) = (two(hours)??, two(minutes)??);
    (minutes < 60 && (hours < 24 || (hours, minutes) == (24, 0))).then_some(hours * 60 + minutes)
}

impl Open {
    /// Whether a moment lies in the window.
    pub(crate) fn holds(&self, time: Timestamp) -> bool {
        let Ok(moment) = jiff::Timestamp::from_microsecond(time.0) else { return false };
        let here = moment.to_zoned(self.zone.clone());
        let minute = here.hour() as u32 * 60 + here.minute() as u32;
        let today = here.weekday().to_monday_zero_offset() as u32;
        let begins = |day: u32| self.days >> day & 1 == 1;
        if self.from < self.to {
            return begins(today) && (self.from..self.to).contains(&minute);
        }
        begins(today) && minute >= self.from || begins((today + 6) % 7) && minute < self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_what_their_zone_says() {
        let holds = |window: &Open, time: &str| window.holds(Timestamp::parse(time).unwrap());
        let office = Window {
            days: vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri],
            from: "08:00".into(),
            to: "18:00".into(),
            zone: "Europe/Berlin".into(),
        };
        let office = window(&office).unwrap();
        // Summer time is two hours before UTC, winter time one.
        assert!(holds(&office, "2026-07-01T06:00:00Z") && !holds(&office, "2026-07-01T05:59:59Z"));
        assert!(holds(&office, "2026-12-01T07:00:00Z") && !holds(&office, "2026-12-01T06:59:59Z"));
        assert!(!holds(&office, "2026-12-01T17:00:00Z") && !holds(&office, "2026-12-05T10:00:00Z"));
        let night =
            Window { days: vec![Day::Fri], from: "22:00".into(), to: "06:00".into(), ..Window::default() };
        let night = window(&night).unwrap();
        assert!(holds(&night, "2026-12-04T23:00:00Z") && holds(&night, "2026-12-05T05:59:00Z"));
        assert!(!holds(&night, "2026-12-05T06:00:00Z") && !holds(&night, "2026-12-04T05:00:00Z"));
        assert!(holds(&window(&Window::default()).unwrap(), "2026-12-04T23:59:59Z"));
    }

    #[test]
    fn what_is_no_window_or_network_is_said() {
        let bad = |from: &str, zone: &str| {
            window(&Window { from: from.into(), zone: zone.into(), ..Window::default() }).err()
        };
        assert!(bad("8:00", "UTC").unwrap().contains("8:00"));
        assert!(bad("24:01", "UTC").is_some() && bad("08:60", "UTC").is_some());
        assert!(bad("08:00", "Mars/Olympus").unwrap().contains("Mars"));
        assert!(network("10.0.0.0/33").is_none() && network("ten").is_none());
        assert!(network("10.1.2.3").unwrap().contains(&address("::ffff:10.1.2.3").unwrap()));
        assert!(network("2001:db8::/32").unwrap().contains(&address("[2001:db8::1]").unwrap()));
    }
}
