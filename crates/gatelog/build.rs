//! Puts the built web app into the binary: every file of `web/dist`, and a brotli copy where that is smaller. Without
//! a built web app a placeholder page says how to build it, so that the server compiles without Node.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The country file, laid there by the build of the web app. It is not served.
const COUNTRIES: &str = "countries.mmdb";

const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Gatelog</title></head><body>\
<h1>Gatelog</h1><p>This binary was built without the web app. Run <code>npm ci &amp;&amp; npm run build</code> in \
<code>web/</code> and build again. The API is at <code>/api/v1</code>.</p></body></html>";

fn main() -> std::io::Result<()> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let dist = root.join("../../web/dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../web/dist");

    let mut files = Vec::new();
    let countries = dist.join(COUNTRIES);
    let copy = out.join("countries.mmdb");
    // Not packed: the pages of the program that are not looked at need no memory.
    fs::write(&copy, if countries.is_file() { fs::read(countries)? } else { Vec::new() })?;
    let copy = copy.display().to_string();
    fs::write(out.join("countries.rs"), format!("const COUNTRIES: &[u8] = include_bytes!({copy:?});\n"))?;

    if dist.join("index.html").is_file() {
        collect(&dist, "", &mut files)?;
        files.retain(|(name, _)| name != COUNTRIES);
    } else {
        let page = out.join("index.html");
        fs::write(&page, PLACEHOLDER)?;
        files.push(("index.html".to_owned(), page));
    }
    files.sort();

    // A debug build is made many times a day; the best compression is for releases.
    let quality = if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") { 11 } else { 5 };
    let mut list = String::from("pub(crate) const FILES: &[File] = &[\n");
    for (number, (name, path)) in files.iter().enumerate() {
        let bytes = fs::read(path)?;
        let packed = pack(&bytes, quality)?;
        let brotli = if packed.len() + 64 < bytes.len() {
            let file = out.join(format!("{number}.br"));
            fs::write(&file, packed)?;
            format!("Some(include_bytes!({:?}))", file.display().to_string())
        } else {
            "None".to_owned()
        };
        // A copy, because the web app may be built anew while this compiles.
        let copy = out.join(format!("{number}.bin"));
        fs::write(&copy, &bytes)?;
        let copy = copy.display().to_string();
        let _ =
            writeln!(list, "File {{ path: {name:?}, bytes: include_bytes!({copy:?}), brotli: {brotli} }},");
    }
    list.push_str("];\n");
    fs::write(out.join("web_files.rs"), list)
}

fn collect(dir: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}

fn pack(bytes: &[u8], quality: u32) -> std::io::Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, quality, 22);
    writer.write_all(bytes)?;
    writer.flush()?;
    Ok(writer.into_inner())
}
