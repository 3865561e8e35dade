//! Client addresses hidden from who may not see them whole: in what is read, not in what is kept. What is counted, filtered
//! and shown is all made of what is left, so that no filter tells more than an answer.

use std::net::IpAddr;

use super::Rules;
use super::edit::{addresses_as, network};
use crate::batch::Batch;
use crate::column::{Column, Texts};
use crate::field::{self, FieldId, Storage};

/// What is seen of a client's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Its network: /24 of IPv4, /48 of IPv6.
    Network,
    /// Its keyed tag: one client's calls can be counted, and it cannot be told who it is.
    Tag,
}

/// Fields that hold no client's address: what is ours or the gateway's, and versions of programs, which look alike.
const OTHERS: &[FieldId] = &[
    field::SOURCE,
    field::FORMAT,
    field::GATEWAY,
    field::ENVIRONMENT,
    field::DOMAIN,
    field::UPSTREAM_ADDRESS,
    field::NATIVE_ENDPOINT,
    field::SERVER_ID,
    field::GATEWAY_NODE,
    field::METHOD,
    field::REASON,
    field::USER_AGENT,
    field::AGENT_VERSION,
];

/// Hides addresses. Has no `Debug`: it holds a key.
#[derive(Clone)]
pub struct Lens {
    seen: Seen,
    rules: Rules,
}

impl Lens {
    /// One with the key of these rules.
    pub fn new(seen: Seen, rules: &Rules) -> Lens {
        Lens { seen, rules: rules.clone() }
    }

    /// What is seen through it.
    pub fn seen(&self) -> Seen {
        self.seen
    }

    /// Whether texts of a field look otherwise through it.
    pub fn changes(&self, field: FieldId) -> bool {
        field.field().kind.storage() != Storage::Int && !OTHERS.contains(&field)
    }

    /// Hides every address of a batch, wherever it stands: in its field, in headers, in custom fields, in messages.
    pub fn look(&self, batch: &mut Batch) {
        for field in crate::FIELDS.iter().filter(|field| self.changes(field.id)) {
            let Some(mut column) = batch.take_column(field.id) else { continue };
            match &mut column {
                Column::Dict(column) => column.rewrite(|text| self.changed(text)),
                Column::Text(texts) => self.texts(texts),
                Column::Int(_) => {}
            }
            batch.set_column(field.id, column);
        }
    }

    fn texts(&self, texts: &mut Texts) {
        let mut out = Texts::default();
        for text in texts.iter() {
            match self.changed(text) {
                Some(new) => out.push(&new),
                None => out.push(text),
            }
        }
        *texts = out;
    }

    /// A text without whole addresses.
    pub fn text(&self, text: &str) -> String {
        self.changed(text).unwrap_or_else(|| text.to_owned())
    }

    fn changed(&self, text: &str) -> Option<String> {
        // No address is without one of these.
        memchr::memchr2(b'.', b':', text.as_bytes())?;
        let shown = |ip: IpAddr| match self.seen {
            Seen::Network => network(ip).to_string(),
            Seen::Tag => self.rules.probe(&ip.to_string()),
        };
        let (new, count) = addresses_as(text, &shown);
        (count > 0 && new != text).then_some(new)
    }
}

/// Whether a text holds an address.
pub fn holds_address(text: &str) -> bool {
    addresses_as(text, &|_| String::new()).1 > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    #[test]
    fn every_address_of_an_event_is_hidden_and_equal_ones_stay_equal() {
        let cells = [
            (field::IP, "203.0.113.9"),
            (field::REQUEST_HEADERS, r#"[["X-Forwarded-For","203.0.113.9, 2001:db8:1:2::7"]]"#),
            (field::CUSTOM, r#"{"client":"203.0.113.9:4711"}"#),
            (field::ERROR_MESSAGE, "refused 203.0.113.9"),
            (field::UPSTREAM_ADDRESS, "203.0.113.9:80"),
            (field::USER_AGENT, "Tool/1.2.3.4"),
        ];
        let mut event = Event::new();
        cells.iter().for_each(|(field, text)| event.text(*field, *text));
        let mut batch = Batch::new();
        batch.push(&event);
        batch.finish();
        let rules = Rules::new([7; 32]);
        for (seen, shown) in
            [(Seen::Network, "203.0.113.0".to_owned()), (Seen::Tag, rules.probe("203.0.113.9"))]
        {
            let mut batch = batch.clone();
            Lens::new(seen, &rules).look(&mut batch);
            let row = batch.row(0);
            for (field, text) in cells {
                let left = row.text(field).unwrap();
                let is_left_alone = [field::UPSTREAM_ADDRESS, field::USER_AGENT].contains(&field);
                assert_eq!(left == text, is_left_alone, "{left}");
                assert!(is_left_alone || left.contains(&shown) && !holds_whole(left), "{left}");
            }
        }
        assert!(holds_address("-ip:203.0.113.9") && !holds_address("status:200 12:30"));
    }

    fn holds_whole(text: &str) -> bool {
        text.contains("203.0.113.9") || text.contains("2001:db8:1:2::7")
    }
}
