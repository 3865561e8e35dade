//! Exports hold exactly the rows, in order, in every format, and say so.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod world;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use ::parquet::file::reader::ChunkReader as _;
use event::{Kind, Timestamp, field};
use proptest::prelude::*;
use query::export::{Ask, Format, Times};
use query::rows::Order;
use query::{Budget, Filter, Range, export};
use sha2::{Digest, Sha256};
use world::*;

fn whole(evs: &[Ev], sealed: i64, ask: &Ask) -> (Vec<u8>, query::export::Progress) {
    let mut export = export(&view(evs, sealed), &scope(), ask, Budget::new()).unwrap();
    let bytes: Vec<u8> = export.by_ref().flat_map(Result::unwrap).collect();
    (bytes, export.progress().clone())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_format_holds_the_rows_in_order(
        evs in world::events(), sealed in 0_i64..=10, range in range(), cond in maybe_condition(), ascending in any::<bool>(),
        format in prop::sample::select(&[Format::Csv, Format::Json, Format::Ndjson, Format::Parquet][..]),
    ) {
        let order = if ascending { Order::Ascending } else { Order::Descending };
        let ask = Ask { range, filter: cond.filter(), format, order, columns: vec!["seq".to_owned(), "path".to_owned()], times: Times::Utc };
        let (bytes, progress) = whole(&evs, sealed, &ask);
        let mut wanted: Vec<(i64, i64)> = chosen(&evs, range, &cond).iter().map(|e| (e.time, e.seq)).collect();
        wanted.sort_unstable();
        if !ascending {
            wanted.reverse();
        }
        let wanted: Vec<i64> = wanted.into_iter().map(|(_, seq)| seq).collect();
        let id = |v: &serde_json::Value| v["seq"].as_i64().unwrap();
        let found: Vec<i64> = match format {
            Format::Csv => std::str::from_utf8(&bytes).unwrap().lines().skip(1).map(|l| l.split(',').nth(8).unwrap().parse().unwrap()).collect(),
            Format::Json => serde_json::from_slice::<Vec<serde_json::Value>>(&bytes).unwrap().iter().map(id).collect(),
            Format::Ndjson => std::str::from_utf8(&bytes).unwrap().lines().map(|l| id(&serde_json::from_str(l).unwrap())).collect(),
            Format::Parquet => {
                let reader = ParquetRecordBatchReaderBuilder::try_new(bytes_of(&bytes)).unwrap().build().unwrap();
                reader.flat_map(|b| {
                    let batch = ledger::columns::to_batch(&b.unwrap(), &[field::SEQ.field()]).unwrap();
                    batch.rows().map(|r| r.int(field::SEQ).unwrap()).collect::<Vec<_>>()
                }).collect()
            }
        };
        prop_assert_eq!(&found, &wanted);
        prop_assert_eq!((progress.rows, progress.bytes), (wanted.len() as u64, bytes.len() as u64));
        let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        prop_assert_eq!(progress.sha256, Some(hash));
    }
}

fn bytes_of(bytes: &[u8]) -> bytes::Bytes {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    assert!(bytes.get_bytes(0, 4).is_ok());
    bytes
}

#[test]
fn csv_reads_as_the_contract_says() {
    let ev = Ev {
        seq: 1,
        time: START,
        status: Some(429),
        granted: Some(false),
        reason: Some("quota_exceeded"),
        name: None,
        id: Some("id-1"),
        groups: vec![],
        route: None,
        api: None,
        gateway: "kong",
        method: "GET",
        path: "=a,\"b\"".to_owned(),
        ip: "10.1.2.3",
        duration: Some(2_500),
        outcome: None,
    };
    let ask = Ask {
        range: Range::new(Timestamp(START), Timestamp(START + HOUR)),
        filter: Filter::all(),
        format: Format::Csv,
        order: Order::Descending,
        columns: vec!["ip".to_owned()],
        times: Times::Utc,
    };
    let (bytes, _) = whole(&[ev], 0, &ask);
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "Timestamp,Consumer,Request path,HTTP method,Response status,Access granted,Denial reason,Response time (ms),ip\r\n\
         2026-10-24T00:00:00.000000Z,id-1,\"'=a,\"\"b\"\"\",GET,429,false,Quota exceeded,2.5,10.1.2.3\r\n"
    );
    assert!(Format::parse("xlsx").is_err());
}

/// A column may be asked for by every name the filter language has for its field; the header is the field's own name.
#[test]
fn columns_take_every_name_of_a_field() {
    for alias in query::lang::ALIASES {
        let ask = Ask {
            range: Range::all(),
            filter: Filter::all(),
            format: Format::Csv,
            order: Order::Ascending,
            columns: vec![alias.name.to_owned()],
            times: Times::Utc,
        };
        let (bytes, _) = whole(&[], 5, &ask);
        let text = String::from_utf8(bytes).unwrap();
        let names: Vec<&str> = text.lines().next().unwrap().split(',').skip(8).collect();
        // The unit stands in the header of a duration.
        let unit = |f: &field::FieldId| if f.field().kind == Kind::Duration { "_ms" } else { "" };
        let fields: Vec<String> = alias.fields.iter().map(|f| f.field().name.to_owned() + unit(f)).collect();
        assert_eq!(names, fields, "{}", alias.name);
    }
}
