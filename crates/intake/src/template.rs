//! A route for gateways that name none: the path with `{id}` where a part of it looks like an id.

use std::borrow::Cow;

/// A derived route has at most this many parts; what follows becomes `…`, so that crawlers cannot make routes
/// without end.
const PARTS_MAX: usize = 10;

/// The template of a path.
pub(crate) fn template(path: &str) -> Cow<'_, str> {
    let plain = path
        .split('/')
        .skip(1)
        .take(PARTS_MAX + 1)
        .enumerate()
        .all(|(n, part)| n < PARTS_MAX && !is_id(part));
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
        out.push_str(if n > 0 && is_id(part) { "{id}" } else { part });
    }
    Cow::Owned(out)
}

/// A number, a UUID, or something long with digits in it.
fn is_id(part: &str) -> bool {
    let bytes = part.as_bytes();
    let count = |want: fn(&u8) -> bool| bytes.iter().filter(|b| want(b)).count();
    let digits = count(u8::is_ascii_digit);
    match bytes.len() {
        0 => false,
        _ if digits == bytes.len() => true,
        1..8 => false,
        _ if digits == 0 => bytes.len() > 64,
        36 if uuid(bytes) => true,
        length => {
            let hex = count(|b| b.is_ascii_hexdigit() || *b == b'-');
            let word = count(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b'.' | b'%'));
            let letters = count(u8::is_ascii_alphabetic);
            (hex == length && digits * 4 >= length)
                || (length >= 16 && word == length && digits * 5 >= letters)
                || length > 64
        }
    }
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
            ("/k/usr_01HF7Z3QK8M2V5N9", "/k/{id}"),
            ("/api/v2/search-results", "/api/v2/search-results"),
            ("/.well-known/openid-configuration", "/.well-known/openid-configuration"),
            ("/wp-content/themes2024/style.css", "/wp-content/themes2024/style.css"),
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
}
