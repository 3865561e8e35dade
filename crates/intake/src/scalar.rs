//! What a value means: numbers as text, units, yes and no, and the many ways to write "nothing". Never refuses.

use event::Timestamp;

use crate::json::Scalar;

/// The unit a gateway writes durations in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Seconds, often with three decimals.
    Seconds,
    /// Milliseconds.
    Millis,
    /// Microseconds.
    Micros,
    /// Nanoseconds.
    Nanos,
}

impl Unit {
    /// How many decimal places a microsecond is below this unit.
    const fn places(self) -> i32 {
        match self {
            Unit::Seconds => 6,
            Unit::Millis => 3,
            Unit::Micros => 0,
            Unit::Nanos => -3,
        }
    }
}

impl Scalar<'_> {
    /// Whether this is a way to write "nothing".
    pub fn is_absent(&self) -> bool {
        match self {
            Scalar::Absent => true,
            Scalar::Text(text) => matches!(text.trim(), "" | "-" | "null"),
            _ => false,
        }
    }

    /// The text as written, of texts and numbers.
    #[inline]
    fn written(&self) -> Option<&str> {
        match self {
            Scalar::Text(text) => Some(text),
            Scalar::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A whole number; a fraction is rounded.
    #[inline]
    pub fn int(&self) -> Option<i64> {
        decimal(self.written()?.trim_ascii(), 0)
    }

    /// A duration in microseconds.
    #[inline]
    pub fn micros(&self, unit: Unit) -> Option<i64> {
        micros(self.written()?, unit)
    }

    /// A moment.
    #[inline]
    pub fn time(&self) -> Option<Timestamp> {
        Timestamp::parse(self.written()?.trim_ascii())
    }

    /// Yes or no.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Scalar::Flag(flag) => Some(*flag),
            _ => match self.written()?.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "y" | "1" | "on" | "allow" | "allowed" | "granted" => Some(true),
                "false" | "no" | "n" | "0" | "off" | "deny" | "denied" => Some(false),
                _ => None,
            },
        }
    }
}

/// A duration in microseconds; a unit written behind the number (`12ms`) counts more than the expected one.
pub(crate) fn micros(text: &str, unit: Unit) -> Option<i64> {
    let text = text.trim_ascii();
    if text.as_bytes().last().is_some_and(u8::is_ascii_digit) {
        return decimal(text, unit.places());
    }
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == 'µ' || c == ' ');
    let unit = match text.get(digits.len()..)?.trim() {
        "" => unit,
        "s" | "sec" | "seconds" => Unit::Seconds,
        "ms" => Unit::Millis,
        "us" | "µs" => Unit::Micros,
        "ns" => Unit::Nanos,
        _ => return None,
    };
    decimal(digits, unit.places())
}

/// A decimal number times ten to the `places`, rounded, without the errors of floating point.
#[inline]
pub(crate) fn decimal(text: &str, places: i32) -> Option<i64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let mut number = 0_i64;
    let mut left = places;
    let mut point = false;
    let mut seen = false;
    for byte in digits {
        match byte {
            b'0'..=b'9' if !point || left > 0 => {
                number = number.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
                left -= i32::from(point);
                seen = true;
            }
            b'.' if !point && places >= 0 => point = true,
            // More digits than asked for, an exponent, or no number at all.
            _ => return float(text, places),
        }
    }
    if left < 0 {
        return float(text, places);
    }
    let number = number.checked_mul(10_i64.checked_pow(left.unsigned_abs())?)?;
    seen.then_some(if negative { -number } else { number })
}

#[cold]
fn float(text: &str, places: i32) -> Option<i64> {
    let number = text.parse::<f64>().ok()? * 10_f64.powi(places);
    (number.is_finite() && number.abs() < 9e18).then(|| number.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_come_in_every_unit() {
        let cases = [
            ("0.004", Unit::Seconds, Some(4_000)),
            ("1.0005", Unit::Millis, Some(1_001)),
            ("45.25", Unit::Millis, Some(45_250)),
            ("45", Unit::Millis, Some(45_000)),
            ("1500", Unit::Nanos, Some(2)),
            ("2.5e3", Unit::Millis, Some(2_500_000)),
            ("12ms", Unit::Seconds, Some(12_000)),
            ("250 µs", Unit::Seconds, Some(250)),
            ("-1", Unit::Millis, Some(-1_000)),
            ("0.1234567", Unit::Seconds, Some(123_457)),
            ("", Unit::Millis, None),
            ("-", Unit::Millis, None),
            ("12 apples", Unit::Millis, None),
            ("99999999999999999999", Unit::Millis, None),
        ];
        for (text, unit, want) in cases {
            assert_eq!(micros(text, unit), want, "{text}");
        }
    }

    #[test]
    fn yes_and_no_in_many_words() {
        assert_eq!(Scalar::Text("True".into()).flag(), Some(true));
        assert_eq!(Scalar::Number("0").flag(), Some(false));
        assert_eq!(Scalar::Text("no".into()).flag(), Some(false));
        assert_eq!(Scalar::Text("perhaps".into()).flag(), None);
    }
}
