//! Protocol Buffers read field by field, without a schema: bounded by the bytes there are, nothing is copied. Knows no
//! message; whoever reads one knows its field numbers.

use std::borrow::Cow;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// Numbers of any size, and flags.
    Varint(u64),
    /// Eight bytes.
    Fixed64(u64),
    /// Four bytes.
    Fixed32(u32),
    /// Texts, bytes, and messages inside.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The bytes of a text or message; of anything else none.
    pub(crate) fn bytes(self) -> &'a [u8] {
        if let Value::Bytes(bytes) = self { bytes } else { &[] }
    }

    /// A text.
    pub(crate) fn text(self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// A number; of anything else 0.
    pub(crate) fn number(self) -> u64 {
        match self {
            Value::Varint(number) | Value::Fixed64(number) => number,
            Value::Fixed32(number) => u64::from(number),
            Value::Bytes(_) => 0,
        }
    }
}

/// The message is cut off or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut;

/// The fields of a message, in the order in which they are written.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// Of this message.
    pub(crate) fn of(message: &'a [u8]) -> Fields<'a> {
        Fields(message)
    }

    /// How many bytes are still to be read.
    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    fn varint(&mut self) -> Result<u64, Cut> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.0.split_off_first().ok_or(Cut)?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Cut)
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], Cut> {
        self.0.split_off(..count).ok_or(Cut)
    }

    fn field(&mut self) -> Result<(u64, Value<'a>), Cut> {
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.bytes(8)?.try_into().map_err(|_| Cut)?)),
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| Cut)?;
                Value::Bytes(self.bytes(length)?)
            }
            5 => Value::Fixed32(u32::from_le_bytes(self.bytes(4)?.try_into().map_err(|_| Cut)?)),
            _ => return Err(Cut),
        };
        Ok((tag >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Cut>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wire_type_and_every_cut() {
        let message = [0x08, 0xac, 0x02, 0x11, 1, 0, 0, 0, 0, 0, 0, 0, 0x1a, 2, b'h', b'i', 0x25, 7, 0, 0, 0];
        let fields: Vec<_> = Fields::of(&message).map(Result::unwrap).collect();
        let expected = [
            (1, Value::Varint(300)),
            (2, Value::Fixed64(1)),
            (3, Value::Bytes(b"hi")),
            (4, Value::Fixed32(7)),
        ];
        assert_eq!(fields, expected);
        for broken in [
            &[0x1a, 5, b'h'][..],
            &[0x0b],
            &[0xff; 11],
            &[0x11, 1],
            &[0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        ] {
            assert_eq!(Fields::of(broken).collect::<Vec<_>>(), [Err(Cut)], "{broken:?}");
        }
    }
}
