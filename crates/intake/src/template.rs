//! A route for gateways that name none: the path with `{id}`, `{date}` or `{email}` where a part of it is one of many.

use std::borrow::Cow;

/// A derived route has at most this many parts; what follows becomes `…`, so that crawlers cannot make routes
/// without end.
const PARTS_MAX: usize = 10;

/// Words are shorter than this.
const WORD_BYTES_MAX: usize = 64;

/// The template of a path.
pub(crate) fn template(path: &str) -> Cow<'_, str> {
    let plain = path
        .split('/')
        .skip(1)
        .take(PARTS_MAX + 1)
        .enumerate()
        .all(|(n, part)| n < PARTS_MAX && placeholder(part).is_none());
    if plain {
        return Cow::Borrowed(path);
    }
    let mut out = String::with_capacity(path.len());
    for (n, part) in path.split('/').enumerate() {
        if n > 0 {
            out.push('/');
        }
        if n > PARTS_MAX {
            out.push('…');
            break;
        }
        let (mark, rest) = placeholder(part).filter(|_| n > 0).unwrap_or(("", part));
        out.push_str(mark);
        out.push_str(rest);
    }
    Cow::Owned(out)
}

/// What stands for a part that is one of many, and what of it stays: the ending of a file.
fn placeholder(part: &str) -> Option<(&'static str, &str)> {
    let bytes = part.as_bytes();
    let has_sign = bytes.iter().any(|b| b.is_ascii_digit() || matches!(b, b'@' | b'%'));
    // Most parts are short words, and leave here.
    if !has_sign && bytes.len() < LETTERS_BYTES_MIN {
        return None;
    }
    if is_email(part) {
        return Some(("{email}", ""));
    }
    if is_date(bytes) {
        return Some(("{date}", ""));
    }
    match part.rfind('.').and_then(|dot| part.split_at_checked(dot)) {
        Some((stem, ending)) if is_ending(ending) && is_id(stem.as_bytes()) => Some(("{id}", ending)),
        _ => is_id(bytes).then_some(("{id}", "")),
    }
}

/// From this length on a text of letters alone may be one that was drawn.
const LETTERS_BYTES_MIN: usize = 20;

/// `.jpeg`, of a file.
fn is_ending(text: &str) -> bool {
    (2..6).contains(&text.len()) && text.bytes().skip(1).all(|b| b.is_ascii_alphabetic())
}

/// A number, a UUID, a hash, a ULID, a key with a prefix, base64, or anything too long for a word.
fn is_id(bytes: &[u8]) -> bool {
    let count = |want: fn(&u8) -> bool| bytes.iter().filter(|b| want(b)).count();
    let digits = count(u8::is_ascii_digit);
    match bytes.len() {
        0 => false,
        length if digits == length => true,
        length if length > WORD_BYTES_MAX => true,
        _ if is_numbered(bytes) => true,
        1..8 => false,
        length if digits == 0 => length >= LETTERS_BYTES_MIN && is_drawn(bytes),
        36 if uuid(bytes) => true,
        length => {
            let hex = count(|b| b.is_ascii_hexdigit() || *b == b'-');
            let word = count(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b'.' | b'%'));
            let letters = count(u8::is_ascii_alphabetic);
            (hex == length && digits * 4 >= length)
                || (length >= 16 && word == length && digits * 5 >= letters && !is_words(bytes))
                || (length >= LETTERS_BYTES_MIN && word == length && is_drawn(bytes))
        }
    }
}

/// Words and short numbers between marks: `logstash-metrics-2012.10`.
fn is_words(bytes: &[u8]) -> bool {
    let mut pieces = bytes.split(|b| !b.is_ascii_alphanumeric());
    pieces.all(|piece| {
        piece.iter().all(u8::is_ascii_alphabetic) || piece.len() < 5 && piece.iter().all(u8::is_ascii_digit)
    })
}

/// A word, a mark and a number of five digits or more: `order-10023`. Fewer digits may be a year or a version.
fn is_numbered(bytes: &[u8]) -> bool {
    let digits = bytes.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let before = bytes.get(..bytes.len() - digits).unwrap_or(&[]);
    match before {
        [word @ .., b'-' | b'_' | b':' | b'='] => digits >= 5 && word.iter().all(u8::is_ascii_alphabetic),
        _ => false,
    }
}

/// Whether upper and lower case change as they do in base64 and not in words: more often than every fourth letter.
fn is_drawn(bytes: &[u8]) -> bool {
    if !bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=')) {
        return false;
    }
    let letters = bytes.iter().filter(|b| b.is_ascii_alphabetic()).map(u8::is_ascii_uppercase);
    let turns = letters.clone().zip(letters.clone().skip(1)).filter(|(a, b)| a != b).count();
    turns * 4 > letters.count()
}

/// `2026-11-21`, also with a time behind it. Eight digits in a row are a number.
fn is_date(bytes: &[u8]) -> bool {
    let Some((date, rest)) = bytes.split_at_checked(10) else { return false };
    let shape = date.iter().enumerate().all(|(at, b)| match at {
        4 | 7 => *b == b'-',
        _ => b.is_ascii_digit(),
    });
    let is_time =
        |b: &u8| b.is_ascii_digit() || matches!(b, b'T' | b'Z' | b':' | b'.' | b'+' | b'-' | b'%' | b'A');
    shape && matches!(date.get(5), Some(b'0' | b'1')) && rest.iter().all(is_time)
}

fn is_email(part: &str) -> bool {
    let halves = part.split_once('@').or_else(|| part.split_once("%40"));
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'%');
    halves.is_some_and(|(name, host)| {
        !name.is_empty() && name.bytes().all(is_name) && host.contains('.') && host.bytes().all(is_name)
    })
}

fn uuid(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(at, b)| match at {
        8 | 13 | 18 | 23 => *b == b'-',
        _ => b.is_ascii_hexdigit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_placeholders_and_words_stay() {
        let cases = [
            ("/api/users/118", "/api/users/{id}"),
            ("/v1/orders/6a5b9a3e-1c8e-4d83-8f2b-000000000001/items", "/v1/orders/{id}/items"),
            ("/files/279e98862dd8cc40563c5054ca3ac35e", "/files/{id}"),
            ("/files/da39a3ee5e6b4b0d3255bfef95601890afd80709/raw", "/files/{id}/raw"),
            ("/k/usr_01HF7Z3QK8M2V5N9", "/k/{id}"),
            ("/k/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/k/{id}"),
            ("/k/01arz3ndektsv4rrffq69g5fav", "/k/{id}"),
            ("/customers/cus_9s6XKzkNRiz8i3", "/customers/{id}"),
            ("/t/ZXhhbXBsZS10b2tlbi12YWx1ZQ==", "/t/{id}"),
            ("/t/bXlTZWNyZXRWYWxVZXpBYkNk", "/t/{id}"),
            ("/orders/order-10023/lines/7", "/orders/{id}/lines/{id}"),
            ("/orders/ORD_2026000017", "/orders/{id}"),
            ("/reports/2026-11-21", "/reports/{date}"),
            ("/reports/2026-11-21T10:30:00Z/csv", "/reports/{date}/csv"),
            ("/users/ada.lovelace+x@example.com/keys", "/users/{email}/keys"),
            ("/users/ada%40example.com", "/users/{email}"),
            ("/images/118.png", "/images/{id}.png"),
            ("/images/279e98862dd8cc40563c5054ca3ac35e.jpeg", "/images/{id}.jpeg"),
            ("/a/-/b", "/a/-/b"),
            // Words, with and without digits.
            ("/api/v2/search-results", "/api/v2/search-results"),
            ("/api/v1.2/oauth2/token", "/api/v1.2/oauth2/token"),
            ("/.well-known/openid-configuration", "/.well-known/openid-configuration"),
            ("/wp-content/themes2024/style.css", "/wp-content/themes2024/style.css"),
            ("/blog/release-2024", "/blog/release-2024"),
            ("/getCustomerAccountBalanceHistory", "/getCustomerAccountBalanceHistory"),
            ("/presentations/logstash-metrics-sf-2012.10", "/presentations/logstash-metrics-sf-2012.10"),
            ("/jquery-1.9.1.min.js", "/jquery-1.9.1.min.js"),
            ("/a%20b/c", "/a%20b/c"),
            ("/@scope/package", "/@scope/package"),
            ("/deadbeef", "/deadbeef"),
            ("/", "/"),
            ("", ""),
            ("HELP", "HELP"),
        ];
        for (path, want) in cases {
            assert_eq!(template(path), want);
        }
        assert_eq!(template(&"/a".repeat(50)), format!("{}/…", "/a".repeat(10)));
    }

    /// The paths that gateways see for an API of seven routes: so many routes come out, whatever the ids.
    #[test]
    fn as_many_routes_as_the_api_has() {
        let mut seen = std::collections::BTreeSet::new();
        for n in 0_u64..5_000 {
            let x = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let uuid = format!(
                "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                x >> 32,
                x & 0xffff,
                n & 0xfff,
                n >> 3 & 0xfff,
                x >> 16
            );
            let paths = [
                format!("/pets/{n}"),
                format!("/pets/{uuid}/owner"),
                format!("/days/2026-{:02}-{:02}", n % 12 + 1, n % 28 + 1),
                format!("/objects/{x:016x}{x:016x}"),
                format!("/orders/ord-{}", 10_000 + n),
                format!("/people/p{n}@example.com"),
                "/pets".to_owned(),
            ];
            seen.extend(paths.iter().map(|path| template(path).into_owned()));
        }
        assert_eq!(seen.len(), 7, "{seen:?}");
    }
}
