//! A table of consumers, as people keep it: a row for each consumer, or for each key of a consumer. Knows the columns'
//! names; rows of one consumer are put together.

use super::document::Document;
use super::importers::{Importer, Read};
use super::model::{Consumer, Key, Plan, Snapshot};
use super::{Fault, check, native};

/// Comma-separated values.
pub(super) const CSV: Importer = Importer {
    name: "csv",
    doc: "A table with a header line: name, and any of id, aliases, groups, customer, plan, key_id, key_name, tags. \
          Several values in one cell stand between `;` or `|`.",
    recognises: |document| {
        document.value.is_null()
            && header(&document.text).is_some_and(|(_, names)| names.iter().any(|n| n == "name"))
    },
    read,
};

/// The columns, in the order of the documentation.
const COLUMNS: &[&str] =
    &["name", "id", "aliases", "groups", "customer", "plan", "key_id", "key_name", "tags"];

fn header(text: &str) -> Option<(char, Vec<String>)> {
    let first = text.trim_start_matches('\u{feff}').lines().next()?;
    let separator = [',', '\t', ';'].into_iter().find(|separator| first.contains(*separator))?;
    let names = cells(first, separator).ok()?;
    Some((
        separator,
        names.iter().map(|name| name.trim().to_ascii_lowercase().replace([' ', '-'], "_")).collect(),
    ))
}

fn read(document: &Document) -> Result<Read, Fault> {
    let (separator, names) =
        header(&document.text).ok_or_else(|| Fault::new("line 1", "no line of column names"))?;
    let mut notes = Vec::new();
    let mut columns = Vec::with_capacity(names.len());
    for name in &names {
        let column = COLUMNS.iter().position(|column| column == name);
        if column.is_none() {
            if !native::SECRETS.contains(&name.as_str()) {
                let reason = format!("unknown column {name:?}; there are {}", COLUMNS.join(", "));
                return Err(Fault::new("line 1", reason));
            }
            notes.push(format!("the values of column {name:?} were left out"));
        }
        columns.push(column);
    }
    let mut snapshot = Snapshot::default();
    let mut by_name = std::collections::HashMap::new();
    for (at, line) in document.text.trim_start_matches('\u{feff}').lines().enumerate().skip(1) {
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("line {}", at + 1);
        let cells = cells(line, separator).map_err(|reason| Fault::new(&*place, reason))?;
        if cells.len() != columns.len() {
            let reason = format!("{} cells under {} column names", cells.len(), columns.len());
            return Err(Fault::new(place, reason));
        }
        let mut row: [&str; COLUMNS.len()] = [""; COLUMNS.len()];
        for (column, cell) in columns.iter().zip(&cells) {
            if let Some(slot) = column.and_then(|column| row.get_mut(column)) {
                *slot = cell.trim();
            }
        }
        take(&mut snapshot, &mut by_name, row, separator).map_err(|reason| Fault::new(place, reason))?;
    }
    name_plans(&mut snapshot);
    notes.extend(check::check(&mut snapshot)?);
    Ok(Read { snapshot, notes })
}

/// Puts one row in: a consumer, or one more key of a consumer.
fn take(
    snapshot: &mut Snapshot,
    by_name: &mut std::collections::HashMap<String, usize>,
    [name, id, aliases, groups, customer, plan, key_id, key_name, tags]: [&str; COLUMNS.len()],
    separator: char,
) -> Result<(), String> {
    if name.is_empty() {
        return Err("has no name".to_owned());
    }
    let at = *by_name.entry(name.to_owned()).or_insert_with(|| {
        snapshot.consumers.push(Consumer { name: name.to_owned(), ..Consumer::default() });
        snapshot.consumers.len() - 1
    });
    let Some(consumer) = snapshot.consumers.get_mut(at) else { return Ok(()) };
    for (slot, cell, what) in [
        (&mut consumer.id, id, "id"),
        (&mut consumer.customer, customer, "customer"),
        (&mut consumer.plan, plan, "plan"),
    ] {
        match slot {
            _ if cell.is_empty() => {}
            Some(before) if before != cell => {
                return Err(format!(
                    "{name:?} has another {what} than in a row before: {before:?}, {cell:?}"
                ));
            }
            slot => *slot = Some(cell.to_owned()),
        }
    }
    let list = if separator == ';' { '|' } else { ';' };
    for (slot, cell) in
        [(&mut consumer.aliases, aliases), (&mut consumer.groups, groups), (&mut consumer.tags, tags)]
    {
        for text in cell.split([list, '|']).map(str::trim).filter(|text| !text.is_empty()) {
            if !slot.iter().any(|known| known == text) {
                slot.push(text.to_owned());
            }
        }
    }
    if !key_id.is_empty() {
        let consumer = Some(consumer.id.clone().unwrap_or_else(|| name.to_owned()));
        snapshot.keys.push(Key { id: key_id.into(), name: key_name.into(), consumer, ..Key::default() });
    }
    Ok(())
}

/// A table says of plans only that there are some of these names.
fn name_plans(snapshot: &mut Snapshot) {
    let mut plans: Vec<&String> = snapshot.consumers.iter().filter_map(|one| one.plan.as_ref()).collect();
    plans.sort();
    plans.dedup();
    snapshot.plans = plans.into_iter().map(|name| Plan { name: name.clone(), ..Plan::default() }).collect();
}

/// The cells of a line; a cell in double quotes may hold the separator, and `""` for a quote.
fn cells(line: &str, separator: char) -> Result<Vec<String>, String> {
    let (mut cells, mut rest) = (Vec::new(), line.trim_end_matches('\r'));
    loop {
        let (cell, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted)?,
            None => match rest.find(separator) {
                Some(end) => rest.split_at_checked(end).map(|(a, b)| (a.to_owned(), b)).unwrap_or_default(),
                None => (rest.to_owned(), ""),
            },
        };
        cells.push(cell);
        match after.strip_prefix(separator) {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(cells),
            None => return Err("a quote is followed by more text".to_owned()),
        }
    }
}

fn quoted_cell(text: &str) -> Result<(String, &str), String> {
    let (mut cell, mut rest) = (String::new(), text);
    loop {
        let (before, after) = rest.split_once('"').ok_or("a quote is not closed on its line")?;
        cell.push_str(before);
        match after.strip_prefix('"') {
            Some(next) => {
                cell.push('"');
                rest = next;
            }
            None => return Ok((cell, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Read, Fault> {
        read(&Document::parse(text.to_owned())?)
    }

    #[test]
    fn rows_of_one_consumer_are_put_together() {
        let read = parse(
            "Name,ID,Groups,Plan,Customer,Key ID,Key name,secret\n\
             mobile-app,7,gold;beta,big,\"Acme, Inc.\",k-1,phone,abc\n\
             mobile-app,7,gold,,,k-2,\"the \"\"old\"\" one\",def\n\
             batch,,,,,,,\n",
        )
        .unwrap();
        let snapshot = read.snapshot;
        assert_eq!(snapshot.consumers.len(), 2);
        assert_eq!(snapshot.consumers[0].groups, ["gold", "beta"]);
        assert_eq!(snapshot.customers[0].name, "Acme, Inc.");
        assert_eq!(snapshot.keys[1].name, "the \"old\" one");
        assert_eq!(snapshot.keys[1].consumer.as_deref(), Some("7"));
        assert!(!format!("{snapshot:?}{:?}", read.notes).contains("abc"));
    }

    #[test]
    fn faults_name_the_line() {
        let fault = |text: &str| parse(text).unwrap_err().to_string();
        assert!(fault("name,groups\na,b\nc\n").starts_with("line 3: 1 cells under 2"));
        assert!(fault("name,colour\na,b\n").starts_with("line 1: unknown column \"colour\""));
        assert!(fault("name,id\na,1\na,2\n").starts_with("line 3: \"a\" has another id"));
        assert!(fault("name,groups\na,\"b\n").starts_with("line 2: a quote"));
        assert!(fault("name,key_id\na,k\nb,k\n").contains("\"k\" is there twice"));
    }
}
