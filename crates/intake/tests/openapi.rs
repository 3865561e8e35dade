//! Descriptions that others published (`../shared/data/openapi`, beside the project), against what they say when read by
//! eye. They are not ours to copy; where they do not lie, there is nothing to compare with, and the test says so.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use intake::directory::{Document, IMPORTERS, Snapshot};

fn published(name: &str) -> Option<Snapshot> {
    let folder = format!("{}/../../../shared/data/openapi", env!("CARGO_MANIFEST_DIR"));
    if !std::path::Path::new(&folder).exists() {
        eprintln!("{folder} is not there: nothing compared");
        return None;
    }
    let document =
        Document::parse(std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()).unwrap();
    let importer = IMPORTERS.iter().find(|importer| (importer.recognises)(&document)).unwrap();
    assert_eq!(importer.name, "openapi");
    Some((importer.read)(&document).unwrap().snapshot)
}

/// `name method host template`, one a line.
fn lines(snapshot: &Snapshot) -> Vec<String> {
    let line = |route: &intake::directory::Route| {
        let [methods, hosts, templates] =
            [&route.methods, &route.hosts, &route.templates].map(|list| list.join(","));
        format!("{} {methods} {hosts} {templates}", route.name)
    };
    snapshot.routes.iter().map(line).collect()
}

#[test]
fn an_openapi_3_description() {
    let Some(snapshot) = published("petstore-expanded") else { return };
    assert_eq!(
        (&*snapshot.apis[0].name, snapshot.apis[0].version.as_deref()),
        ("Swagger Petstore", Some("1.0.0"))
    );
    assert_eq!(
        lines(&snapshot),
        [
            "findPets GET petstore.swagger.io /v2/pets",
            "addPet POST petstore.swagger.io /v2/pets",
            "find pet by id GET petstore.swagger.io /v2/pets/{id}",
            "deletePet DELETE petstore.swagger.io /v2/pets/{id}",
        ]
    );
}

#[test]
fn servers_with_variables() {
    let Some(snapshot) = published("uspto") else { return };
    assert_eq!(
        lines(&snapshot),
        [
            "list-data-sets GET developer.uspto.gov /ds-api/",
            "list-searchable-fields GET developer.uspto.gov /ds-api/{dataset}/{version}/fields",
            "perform-search POST developer.uspto.gov /ds-api/{dataset}/{version}/records",
        ]
    );
}

#[test]
fn a_swagger_2_description() {
    let Some(snapshot) = published("uber") else { return };
    assert_eq!(snapshot.routes.len(), 5);
    assert!(lines(&snapshot).contains(&"GET /products GET api.uber.com /v1/products".to_owned()));
}
