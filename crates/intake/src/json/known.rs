//! Members whose names are known beforehand: compared as a whole, with quotes and colon, in the order in which they
//! usually come. Most names are then found at the first try and never looked at byte by byte.

use super::{Error, Reader};

/// A name with its quotes and colon is at most this long.
const KEY_BYTES_MAX: usize = 24;

/// A member that is known, and what it is known for.
pub(crate) struct Known<T> {
    name: &'static str,
    /// `"name":`, and ones where it has bytes.
    key: Words,
    mask: Words,
    what: T,
}

type Words = [u64; KEY_BYTES_MAX / 8];

impl<T> Known<T> {
    /// A member of that name.
    pub(crate) const fn new(name: &'static str, what: T) -> Self
    where
        T: Copy,
    {
        let (mut key, mut mask) = ([0; KEY_BYTES_MAX], [0; KEY_BYTES_MAX]);
        let bytes = name.as_bytes();
        let mut at = 0;
        #[expect(clippy::indexing_slicing, reason = "made while compiling: a mistake would not compile")]
        while at < bytes.len() + 3 {
            key[at] = match at {
                0 => b'"',
                _ if at <= bytes.len() => bytes[at - 1],
                _ if at == bytes.len() + 1 => b'"',
                _ => b':',
            };
            mask[at] = 0xff;
            at += 1;
        }
        Known { name, key: words(&key), mask: words(&mask), what }
    }

    #[inline]
    fn starts(&self, window: &Words) -> bool {
        let [a, b, c] = window;
        let ([k, l, m], [x, y, z]) = (self.key, self.mask);
        ((a & x) ^ k) | ((b & y) ^ l) | ((c & z) ^ m) == 0
    }
}

const fn words(bytes: &[u8; KEY_BYTES_MAX]) -> Words {
    let [a, b, c, d, e, f, g, h, rest @ ..] = *bytes;
    let [i, j, k, l, m, n, o, p, rest @ ..] = rest;
    let last: [u8; 8] = rest;
    [
        u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        u64::from_le_bytes([i, j, k, l, m, n, o, p]),
        u64::from_le_bytes(last),
    ]
}

impl<'a> Reader<'a> {
    /// As [`Reader::object`], with what is known of the member. The list has the usual order; any order is read.
    #[inline]
    pub(crate) fn known<T>(
        &mut self,
        list: &'static [Known<T>],
        mut member: impl FnMut(&str, Option<&'static T>, &mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut next = 0;
        let name = |reader: &mut Self| {
            reader.peek();
            let window = reader.window();
            let (passed, ahead) = list.split_at_checked(next).unwrap_or((list, &[]));
            let found = ahead.iter().position(|known| known.starts(&window)).map(|at| next + at);
            let found = found.or_else(|| passed.iter().position(|known| known.starts(&window)));
            match found.and_then(|at| Some((at, list.get(at)?))) {
                Some((at, known)) => {
                    next = at + 1;
                    reader.at += known.name.len() + 3;
                    Ok(Ok(known))
                }
                None => reader.name().map(Err),
            }
        };
        self.members(name, |name, reader| match name {
            Ok(known) => member(known.name, Some(&known.what), reader),
            // A name with escapes, or with white space behind it, may be known all the same.
            Err(name) => {
                let known = list.iter().find(|known| known.name == name);
                member(&name, known.map(|known| &known.what), reader)
            }
        })
    }

    /// The bytes from here on, zeros behind the end.
    #[inline]
    fn window(&self) -> Words {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        match rest.first_chunk() {
            Some(window) => words(window),
            None => {
                let mut window = [0; KEY_BYTES_MAX];
                window.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                words(&window)
            }
        }
    }
}
