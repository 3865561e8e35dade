//! Whom an erasure or a report of personal data is about: the ways to name a person, as a list; which texts of an access event
//! are personal; and where a name stands in other texts. Knows no disk.

use crate::field::{self, Field, FieldId, Storage};

/// Bytes of the value that names somebody, at most.
pub const VALUE_BYTES_MAX: usize = 1 << 10;

/// A way to name a person.
#[derive(Debug)]
pub struct Subject {
    /// Its name in the API and on the command line.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What the value is.
    pub doc: &'static str,
    /// The fields of access events that have the value; none of who only works with gateways or with this program.
    pub fields: &'static [FieldId],
}

/// Every way. The operator trail is looked through for all of them.
pub const SUBJECTS: &[Subject] = &[
    Subject {
        name: "consumer",
        label: "Consumer",
        doc: "the name or id of a consumer",
        fields: &[field::CONSUMER_NAME, field::CONSUMER_ID, field::CLAIMED_CONSUMER],
    },
    Subject {
        name: "user",
        label: "User",
        doc: "a subject, principal or Cognito identity, as a token or an authorizer says it",
        fields: &[field::AUTH_SUBJECT, field::AUTH_PRINCIPAL_ID, field::COGNITO_IDENTITY_ID],
    },
    Subject {
        name: "iam_user",
        label: "IAM user",
        doc: "an IAM user, caller or user ARN",
        fields: &[field::IDENTITY_USER, field::IDENTITY_CALLER, field::IDENTITY_USER_ARN],
    },
    Subject { name: "ip", label: "IP address", doc: "a client's address", fields: &[field::IP] },
    Subject {
        name: "api_key",
        label: "API key",
        doc: "the id or name of an API key",
        fields: &[field::API_KEY_ID, field::API_KEY_NAME],
    },
    Subject { name: "customer", label: "Customer", doc: "a customer", fields: &[field::CUSTOMER] },
    Subject {
        name: "operator",
        label: "Operator",
        doc: "the name or address of an operator; only in the operator trail",
        fields: &[],
    },
];

/// The way of that name.
pub fn by_name(name: &str) -> Option<&'static Subject> {
    SUBJECTS.iter().find(|subject| subject.name == name)
}

/// Repeating texts that tell of a person, or in which senders write what they like. Besides them all texts that rarely repeat.
const PERSONAL: &[FieldId] = &[
    field::CONSUMER_ID,
    field::CONSUMER_NAME,
    field::CLAIMED_CONSUMER,
    field::CUSTOMER,
    field::API_KEY_ID,
    field::API_KEY_NAME,
    field::AUTH_SUBJECT,
    field::AUTH_PRINCIPAL_ID,
    field::AUTH_CLAIMS_PROPERTY,
    field::AUTH_PROPERTY,
    field::IDENTITY_ACCOUNT_ID,
    field::IDENTITY_CALLER,
    field::IDENTITY_USER,
    field::IDENTITY_USER_ARN,
    field::COGNITO_PROVIDER,
    field::COGNITO_IDENTITY_ID,
    field::IP,
    field::ASN,
    field::CITY,
    field::USER_AGENT,
    field::REFERER,
    field::AUTHORIZE_ERROR,
    field::AUTHORIZER_ERROR,
    field::ERROR_MESSAGE,
    field::EVIDENCE,
];

/// Whether a field's text is erased with its person. What stays: times, numbers, the outcome, what the gateway and the
/// directory call their own things (APIs, routes, plans, groups), the country, and which kind of program called.
pub fn is_personal(field: &Field) -> bool {
    field.id != field::ERASED && (field.kind.storage() == Storage::Text || PERSONAL.contains(&field.id))
}

/// A name that is looked for as a whole word: as it is, as it stands inside JSON, and as it stands in an address.
#[derive(Clone, Debug)]
pub struct Word {
    forms: Vec<String>,
}

impl Word {
    /// A word that is not empty.
    pub fn new(text: &str) -> Option<Word> {
        if text.is_empty() {
            return None;
        }
        let json = text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut address = String::new();
        for byte in text.bytes() {
            match byte {
                b'-' | b'.' | b'_' | b'~' => address.push(char::from(byte)),
                _ if byte.is_ascii_alphanumeric() => address.push(char::from(byte)),
                _ => address.push_str(&format!("%{byte:02X}")),
            }
        }
        let mut forms = vec![text.to_owned(), json, address];
        forms.dedup();
        Some(Word { forms })
    }

    /// Whether it stands in a text, not as a part of a longer word.
    pub fn stands_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        self.forms.iter().any(|form| {
            memchr::memmem::find_iter(bytes, form).any(|at| {
                let (before, after) = (bytes.get(..at), bytes.get(at + form.len()..));
                is_boundary_before(before.unwrap_or_default())
                    && after.and_then(|rest| rest.first()).is_none_or(|byte| !is_word(*byte))
            })
        })
    }

    /// Whether its bytes stand anywhere in these, also as a part of a longer word.
    pub fn is_within(&self, bytes: &[u8]) -> bool {
        self.forms.iter().any(|form| memchr::memmem::find(bytes, form.as_bytes()).is_some())
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80
}

/// Whether a word may begin after these bytes: also after `\n` in JSON and `%3A` in an address.
fn is_boundary_before(before: &[u8]) -> bool {
    match before {
        [.., b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => true,
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., last] => !is_word(*last),
        [] => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FIELDS;

    #[test]
    fn every_way_names_texts_that_are_erased() {
        for subject in SUBJECTS {
            assert_eq!(SUBJECTS.iter().filter(|other| other.name == subject.name).count(), 1);
            assert!(subject.fields.iter().all(|id| is_personal(id.field())), "{}", subject.name);
        }
        let kept = ["time", "status", "route", "reason", "country", "usage_plan", "erased"];
        assert!(FIELDS.iter().filter(|field| kept.contains(&field.name)).all(|field| !is_personal(field)));
    }

    #[test]
    fn a_word_stands_where_it_is_whole() {
        let word = Word::new("al@x.org").unwrap();
        for text in
            ["al@x.org", "\"al@x.org\"", "user=al%40x.org&b", "to:al@x.org.", "a\\nal@x.org", "%3Aal@x.org"]
        {
            assert!(word.stands_in(text), "{text}");
        }
        for text in ["pal@x.org", "al@x.organ", "al@x", "", "al@x.org-2"] {
            assert!(!word.stands_in(text), "{text}");
        }
        let odd = Word::new("a\"b").unwrap();
        assert!(odd.stands_in(r#"{"name":"a\"b"}"#) && odd.is_within(b"xa%22bx"));
        assert!(!Word::new("10.0.0.1").unwrap().stands_in("10.0.0.12"));
        assert!(Word::new("").is_none());
    }
}
