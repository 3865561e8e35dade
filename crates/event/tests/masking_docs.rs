//! docs/masking.md says what the lists say. `UPDATE=1 cargo test -p event --test masking_docs` writes it.

#[test]
fn the_document_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/masking.md");
    let want = event::mask::masking_markdown();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &want).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap_or_default() == want, "run it with UPDATE=1");
}
