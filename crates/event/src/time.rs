//! A moment: microseconds since 1970-01-01T00:00:00Z, and the texts it is read from and written to.

use std::fmt;

/// A moment in microseconds UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// Microseconds of one second, minute, hour and day.
pub const SECOND: i64 = 1_000_000;
/// Microseconds of one minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds of one hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds of one day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// The earliest and latest moment that is taken for a real one: the years 2000 to 2199.
const EARLIEST: i64 = 946_684_800 * SECOND;
const LATEST: i64 = 7_258_118_400 * SECOND;

impl Timestamp {
    /// Days since the epoch, rounded down.
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// The start of the bucket of `size` microseconds this moment lies in.
    pub fn floor(self, size: i64) -> Timestamp {
        Timestamp(self.0.div_euclid(size) * size)
    }

    /// From a number whose unit is told by its size: seconds, milliseconds, microseconds or nanoseconds.
    pub fn from_epoch(number: f64) -> Option<Timestamp> {
        let micros = match number.abs() {
            n if n < 1e11 => number * 1e6,
            n if n < 1e14 => number * 1e3,
            n if n < 1e17 => number,
            _ => number / 1e3,
        };
        Timestamp(micros.round() as i64).plausible()
    }

    /// From whole milliseconds.
    pub fn from_millis(millis: i64) -> Option<Timestamp> {
        Timestamp(millis.checked_mul(1_000)?).plausible()
    }

    fn plausible(self) -> Option<Timestamp> {
        (EARLIEST..LATEST).contains(&self.0).then_some(self)
    }

    /// Reads RFC 3339 (also with a space for `T`, and without a zone: then UTC), the Common Log Format's
    /// `01/Feb/2024:06:47:49 +0000`, or an epoch number.
    pub fn parse(text: &str) -> Option<Timestamp> {
        let bytes = text.as_bytes();
        match bytes.get(4) {
            Some(b'-') => rfc3339(bytes),
            _ if bytes.get(2) == Some(&b'/') => common_log(bytes),
            _ => Self::from_epoch_text(text),
        }?
        .plausible()
    }

    fn from_epoch_text(text: &str) -> Option<Timestamp> {
        // Exact where a float would not be: "1795298319.952" has 13 significant digits before microseconds.
        if let Some((seconds, fraction)) = text.split_once('.')
            && seconds.len() == 10
        {
            let seconds: i64 = seconds.parse().ok()?;
            return Some(Timestamp(seconds * SECOND + micros_of(fraction.as_bytes())?));
        }
        Self::from_epoch(text.parse().ok()?)
    }
}

/// Digits after the decimal point as microseconds; digits beyond the sixth are cut.
fn micros_of(digits: &[u8]) -> Option<i64> {
    let mut micros = 0;
    for place in 0..6 {
        let digit = match digits.get(place) {
            Some(d @ b'0'..=b'9') => i64::from(d - b'0'),
            Some(_) => return None,
            None => 0,
        };
        micros = micros * 10 + digit;
    }
    digits.iter().skip(6).all(u8::is_ascii_digit).then_some(micros)
}

fn number(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
}

/// Two digits.
#[inline]
fn pair(tens: u8, ones: u8) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit())
        .then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

fn rfc3339(b: &[u8]) -> Option<Timestamp> {
    let [c0, c1, y0, y1, b'-', m0, m1, b'-', d0, d1, rest @ ..] = b else { return None };
    let date = days(pair(*c0, *c1)? * 100 + pair(*y0, *y1)?, pair(*m0, *m1)?, pair(*d0, *d1)?)?;
    let (time, mut rest) = match rest {
        [] => return Some(Timestamp(date * DAY)),
        [b'T' | b't' | b' ', rest @ ..] => rest.split_first_chunk()?,
        _ => return None,
    };
    let clock = clock(time)?;
    let mut micros = 0;
    if let [b'.' | b',', tail @ ..] = rest {
        let digits = tail.iter().take_while(|d| d.is_ascii_digit()).count();
        micros = micros_of(tail.get(..digits)?)?;
        rest = tail.get(digits..)?;
    }
    Some(Timestamp(date * DAY + clock + micros - offset(rest)?))
}

/// `06:47:49` as microseconds of the day; a leap second counts as the next second.
fn clock(time: &[u8; 8]) -> Option<i64> {
    let [h0, h1, b':', m0, m1, b':', s0, s1] = time else { return None };
    let (h, m, s) = (pair(*h0, *h1)?, pair(*m0, *m1)?, pair(*s0, *s1)?);
    (h < 24 && m < 60 && s < 61).then_some(h * HOUR + m * MINUTE + s * SECOND)
}

/// `Z`, `+01:00`, `+0100`, `+01` or nothing, in microseconds.
fn offset(b: &[u8]) -> Option<i64> {
    let (sign, digits) = match b {
        [] | [b'Z' | b'z'] => return Some(0),
        [b' ', rest @ ..] => return offset(rest),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let hours = number(digits.get(0..2)?)?;
    let minutes = match digits.get(2..)? {
        [] => 0,
        [b':', rest @ ..] | rest if rest.len() == 2 => number(rest)?,
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * HOUR + minutes * MINUTE))
}

const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

fn common_log(b: &[u8]) -> Option<Timestamp> {
    let month = MONTHS.chunks(3).position(|m| Some(m) == b.get(3..6))? as i64 + 1;
    let date = days(number(b.get(7..11)?)?, month, number(b.get(0..2)?)?)?;
    Some(Timestamp(date * DAY + clock(b.get(12..)?.first_chunk()?)? - offset(b.get(20..)?)?))
}

/// Days since the epoch of a Gregorian date.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    // Howard Hinnant's days_from_civil.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    Some(era * 146_097 + doe - 719_468)
}

/// The Gregorian date (year, month, day) of a number of days since the epoch.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z - era * 146_097;
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// RFC 3339 in UTC with microseconds and `Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, mo, d) = civil(self.day());
        let rest = self.0.rem_euclid(DAY);
        let (h, mi, s) = (rest / HOUR, rest / MINUTE % 60, rest / SECOND % 60);
        write!(f, "{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}.{:06}Z", rest % SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling() {
        let cases = [
            ("2026-11-21T21:58:39+00:00", "2026-11-21T21:58:39.000000Z"),
            ("2026-11-21 21:58:39", "2026-11-21T21:58:39.000000Z"),
            ("2026-11-21T21:58:39.952123999Z", "2026-11-21T21:58:39.952123Z"),
            ("2026-11-21T21:58:39.9+0530", "2026-11-21T16:28:39.900000Z"),
            ("01/Feb/2024:06:47:49 +0000", "2024-02-01T06:47:49.000000Z"),
            ("29/Feb/2024:23:47:49 -0100", "2024-03-01T00:47:49.000000Z"),
            ("1795298319.952", "2026-11-21T21:58:39.952000Z"),
            ("1795298319", "2026-11-21T21:58:39.000000Z"),
            ("1795298319952", "2026-11-21T21:58:39.952000Z"),
            ("1795298319952123", "2026-11-21T21:58:39.952123Z"),
            ("2026-11-21", "2026-11-21T00:00:00.000000Z"),
        ];
        for (text, want) in cases {
            assert_eq!(Timestamp::parse(text).map(|t| t.to_string()).as_deref(), Some(want), "{text}");
        }
        for bad in
            ["", "-", "2026-02-30T00:00:00Z", "2026-11-21T25:00:00Z", "12", "31/Foo/2024:00:00:00 +0000"]
        {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn display_and_parse_are_inverse(micros in EARLIEST..LATEST) {
            let t = Timestamp(micros);
            proptest::prop_assert_eq!(Timestamp::parse(&t.to_string()), Some(t));
        }
    }
}
