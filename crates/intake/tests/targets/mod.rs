//! Everything that is fed with bytes from outside, as lists: read off FORMATS, ENVELOPES and IMPORTERS, so that a new
//! one is mutated without a line here. The mutation test and the fuzz targets (fuzz/) share this file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use event::EXCERPT_BYTES_MAX;
use intake::directory::Document;
use intake::enrich::{Header, Knowledge, Proxies, enrich};
use intake::envelopes::Said;
use intake::{Decoded, FORMATS, Format, Frames, Options, REJECTS_MAX, decode, directory, inflate};

/// What takes the bytes.
pub(crate) type Feed = Box<dyn Fn(&[u8])>;

/// Something that takes bytes from outside.
pub(crate) struct Target {
    /// Its name.
    pub(crate) name: String,
    /// What it usually gets.
    pub(crate) seeds: Vec<Vec<u8>>,
    /// Feeds it, and panics where what it promises does not hold.
    pub(crate) feed: Feed,
    /// Whether a broken line among good ones must leave those whole.
    pub(crate) keeps_good_lines: Option<Option<&'static dyn Format>>,
}

/// Everything there is.
pub(crate) fn all() -> Vec<Target> {
    [formats(), envelopes(), streams(), packings(), importers()].into_iter().flatten().collect()
}

/// Every format, and the recognition of all of them.
pub(crate) fn formats() -> Vec<Target> {
    let mut targets: Vec<Target> = FORMATS.iter().map(|format| of_format(*format)).collect();
    let seeds = targets.iter().flat_map(|target| target.seeds.iter().take(2).cloned()).collect();
    targets.push(Target {
        name: "recognised".into(),
        seeds,
        feed: Box::new(|body| sound(decode(None, body))),
        keeps_good_lines: Some(None),
    });
    targets
}

fn of_format(format: &'static dyn Format) -> Target {
    // Formats with a head are nothing without it.
    let is_whole = format.name() == "csv";
    Target {
        name: format!("format {}", format.name()),
        seeds: if is_whole { vec![whole("csv/composed.log")] } else { lines(format.name()) },
        feed: Box::new(move |body| sound(decode(Some(format), body))),
        keeps_good_lines: (!is_whole).then_some(Some(format)),
    }
}

/// What every reading of every body keeps to.
fn sound(mut decoded: Decoded) {
    let events = decoded.batch.len();
    assert_eq!(decoded.keys.len(), events);
    assert!(decoded.rejects.len() <= REJECTS_MAX && decoded.rejects.len() as u64 <= decoded.rejected);
    assert!(decoded.rejects.iter().all(|reject| reject.excerpt.len() <= EXCERPT_BYTES_MAX));
    let trusted = vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()];
    for (_, header) in Header::ALL {
        let knowledge =
            Knowledge { proxies: Arc::new(Proxies::new(trusted.clone(), header)), ..Knowledge::default() };
        enrich(&mut decoded.batch, &knowledge);
    }
    assert_eq!(decoded.batch.len(), events);
}

/// Every envelope, opened and its records read.
pub(crate) fn envelopes() -> Vec<Target> {
    const BYTES_MAX: usize = 1 << 20;
    let seeds = wrapped(&text(lines("kong").swap_remove(0)), &text(lines("nginx").swap_remove(0)));
    intake::envelopes::ENVELOPES
        .iter()
        .map(|envelope| Target {
            name: format!("envelope {}", envelope.name),
            seeds: seeds.clone(),
            feed: Box::new(move |body| {
                if let Ok(opened) = envelope.open(body, &Said::default(), BYTES_MAX) {
                    sound(intake::decode_opened(Options::default(), &opened));
                }
            }),
            keeps_good_lines: None,
        })
        .collect()
}

/// Two records as each protocol carries them.
fn wrapped(json: &str, line: &str) -> Vec<Vec<u8>> {
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let quoted = |text: &str| {
        let mut out = String::new();
        event::json::string(&mut out, text);
        out
    };
    let (data, more) = (base64(json), base64(line));
    let (message, other) = (quoted(json), quoted(line));
    let loki = |line: &str| [part(1, &[8, 0x80, 0x94, 0xeb, 0xdc, 3]), part(2, line.as_bytes())].concat();
    let stream = [part(1, b"{gateway=\"edge\"}"), part(2, &loki(json)), part(2, &loki(line))].concat();
    let record = |line: &str| [vec![9, 0, 0, 0, 0, 0, 0, 0, 24], part(5, &part(1, line.as_bytes()))].concat();
    let records = [part(2, &record(json)), part(2, &record(line))].concat();
    let texts = [
        format!(
            "{{\"requestId\":\"r\",\"timestamp\":1795298319952,\"records\":[{{\"data\":\"{data}\"}},{{\"data\":\"{more}\"}}]}}"
        ),
        format!(
            "{{\"create\":{{\"_index\":\"a\",\"_id\":\"1\"}}}}\n{json}\n{{\"index\":{{}}}}\n{{\"message\":{other}}}\n"
        ),
        format!(
            "{{\"streams\":[{{\"stream\":{{\"job\":\"edge\"}},\"values\":[[\"1795298319952000000\",{message}],[\"1795298319953000000\",{other},{{\"a\":\"b\"}}]]}}]}}"
        ),
        format!(
            "{{\"resourceLogs\":[{{\"resource\":{{}},\"scopeLogs\":[{{\"logRecords\":[{{\"timeUnixNano\":\"1795298319952000000\",\"body\":{{\"stringValue\":{message}}}}}]}}]}}]}}"
        ),
        format!(
            "{{\"time\":1795298319.952,\"host\":\"h\",\"event\":{json}}}{{\"event\":{other},\"fields\":{{\"a\":1}}}}"
        ),
        format!("{json}\n{line}\n"),
        format!(
            "[{{\"ddsource\":\"edge\",\"ddtags\":\"a:b\",\"message\":{message}}},{{\"message\":{other}}}]"
        ),
    ];
    let snappy = |bytes: &[u8]| snap::raw::Encoder::new().compress_vec(bytes).unwrap();
    let packed = [snappy(&part(1, &stream)), part(1, &stream), part(1, &part(2, &records))];
    texts.into_iter().map(String::into_bytes).chain(packed).collect()
}

/// A field of Protocol Buffers that holds bytes.
fn part(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
    out
}

/// Streams cut into records, in pieces of any size.
pub(crate) fn streams() -> Vec<Target> {
    let records: Vec<String> =
        ["kong", "nginx", "traefik"].iter().flat_map(|name| lines(name)).map(text).collect();
    let syslog = |record: &String| format!("<134>1 2026-11-21T10:30:00Z h gw 1 - - {record}");
    let counted = |record: String| format!("{} {record}", record.len());
    let seeds = vec![
        records.join("\n"),
        records.join("\0"),
        records.concat(),
        format!("[{}]", records.join(",")),
        records.iter().map(syslog).map(counted).collect(),
        records.iter().map(syslog).collect::<Vec<_>>().join("\n"),
        records.iter().map(syslog).collect(),
    ];
    vec![Target {
        name: "stream".into(),
        seeds: seeds.into_iter().map(|seed| cut(seed.into_bytes(), 4_000)).collect(),
        feed: Box::new(|body| {
            let size = body.first().map_or(1, |byte| usize::from(*byte) * 8 + 1);
            let (mut frames, mut bytes) = (Frames::default(), 0);
            let mut each = |record: &[u8]| bytes += record.len();
            for piece in body.chunks(size) {
                frames.feed(piece, &mut each);
                assert!(frames.held() <= body.len());
            }
            frames.quiet(&mut each);
            frames.finish(&mut each);
            assert!(bytes <= body.len());
        }),
        keeps_good_lines: None,
    }]
}

/// Packed bodies.
pub(crate) fn packings() -> Vec<Target> {
    const BYTES_MAX: usize = 256 << 10;
    let text = lines("kong").concat();
    let zeros = vec![0_u8; 4 << 20];
    let packed = |bytes: &[u8]| {
        let mut snappy = snap::write::FrameEncoder::new(Vec::new());
        std::io::Write::write_all(&mut snappy, bytes).unwrap();
        vec![
            gzip(bytes),
            gzip(&gzip(bytes)),
            zstd::encode_all(bytes, 1).unwrap(),
            snappy.into_inner().unwrap(),
            snap::raw::Encoder::new().compress_vec(bytes).unwrap(),
        ]
    };
    ["gzip", "deflate", "zstd", "snappy"]
        .into_iter()
        .map(|coding| Target {
            name: format!("packing {coding}"),
            seeds: packed(&text).into_iter().chain(packed(&zeros)).collect(),
            feed: Box::new(move |body| {
                if let Ok(plain) = inflate(body, Some(coding), BYTES_MAX) {
                    assert!(plain.len() <= BYTES_MAX);
                }
            }),
            keeps_good_lines: None,
        })
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut out, bytes).unwrap();
    out.finish().unwrap()
}

/// The documents a directory is read from.
pub(crate) fn importers() -> Vec<Target> {
    directory::IMPORTERS
        .iter()
        .map(|importer| Target {
            name: format!("importer {}", importer.name),
            seeds: DOCUMENTS.iter().map(|text| text.as_bytes().to_vec()).collect(),
            feed: Box::new(move |body| {
                if let Ok(document) = Document::parse(String::from_utf8_lossy(body).into_owned()) {
                    let _ = (importer.read)(&document);
                }
            }),
            keeps_good_lines: None,
        })
        .collect()
}

/// Small documents of several kinds.
const DOCUMENTS: &[&str] = &[
    "{\"consumers\":[{\"id\":\"a\",\"name\":\"A\",\"groups\":[\"gold\"]}],\"routes\":[{\"id\":\"r\",\"rules\":{\"allow\":[\"gold\"]}}]}",
    "consumers:\n  - id: a\n    name: A\n    groups: [gold, silver]\nplans:\n  - id: p\n    quota: {calls: 100, period: day}\n",
    "_format_version: \"3.0\"\nservices:\n- name: s\n  url: http://h/\n  routes:\n  - name: r\n    paths: [/a]\n    plugins:\n    - name: acl\n      config: {allow: [gold]}\nconsumers:\n- username: a\n  acls: [{group: gold}]\n",
    "openapi: 3.0.0\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://h/v1'}]\npaths:\n  /pets/{id}:\n    get: {operationId: getPet}\n",
    "kind,id,name,groups\nconsumer,a,A,\"gold;silver\"\n",
];

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn cut(mut bytes: Vec<u8>, most: usize) -> Vec<u8> {
    bytes.truncate(most);
    bytes
}

/// The folder of samples, seen from whichever crate is built.
fn samples() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|dir| dir.join("samples")).find(|dir| dir.is_dir()).unwrap()
}

fn whole(file: &str) -> Vec<u8> {
    std::fs::read(samples().join(file)).unwrap()
}

/// Some records of each log of `samples/<format>`.
pub(crate) fn lines(format: &str) -> Vec<Vec<u8>> {
    let mut logs: Vec<_> =
        std::fs::read_dir(samples().join(format)).unwrap().map(|entry| entry.unwrap().path()).collect();
    logs.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
    logs.sort();
    let first = |log| {
        let body = std::fs::read(log).unwrap();
        body.split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .take(6)
            .map(<[u8]>::to_vec)
            .collect::<Vec<_>>()
    };
    logs.into_iter().flat_map(first).collect()
}
