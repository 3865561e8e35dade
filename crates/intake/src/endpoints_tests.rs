use event::Event;

use super::*;
use crate::directory::{Document, Origin, Request, by_name};

const PETS: &str = "
openapi: 3.1.0
info: {title: Pets, version: '1'}
servers: [{url: 'https://api.example.test/v1'}]
paths:
  /pets:
    get: {operationId: listPets, responses: {'200': {}, default: {}}}
    post: {operationId: addPet, responses: {'201': {}, 4XX: {}}}
  /pets/{petId}:
    get: {operationId: getPet, responses: {'200': {}, '404': {}}}
    delete: {operationId: dropPet, responses: {'204': {}}}
";

fn documents() -> Documents {
    let importer = by_name("openapi").unwrap();
    let read = (importer.read)(&Document::parse(PETS.to_owned()).unwrap()).unwrap();
    let origin = Origin { name: "pets".into(), ..Origin::default() };
    let request = Request { snapshot: read.snapshot, importer: importer.name, ..Request::default() };
    Documents::new(&Directory::new([origin.import(request, 100, 0).unwrap().0]), 200)
}

fn compared(calls: &[(&str, &str, &str, i64, u64)]) -> Endpoints {
    let mut batch = Batch::new();
    for (method, domain, path, status, _) in calls {
        let mut event = Event::new();
        event.text(f::METHOD, *method);
        event.text(f::DOMAIN, *domain);
        event.text(f::PATH, *path);
        event.int(f::STATUS, *status);
        batch.push(&event);
    }
    batch.finish();
    let seen: Vec<Seen> = calls
        .iter()
        .enumerate()
        .map(|(n, call)| Seen { calls: call.4, first: n as i64, last: n as i64 })
        .collect();
    documents().compare(&batch, &seen)
}

#[test]
fn calls_and_documents_are_laid_side_by_side() {
    const HERE: &str = "api.example.test";
    let found = compared(&[
        ("GET", HERE, "/v1/pets", 200, 10),
        ("GET", HERE, "/v1/pets/7", 200, 5),
        ("GET", HERE, "/v1/pets/7", 404, 2),
        ("GET", HERE, "/v1/pets/8", 500, 3),
        ("PUT", HERE, "/v1/pets/8", 200, 4),
        ("PUT", HERE, "/v1/pets/9", 405, 6),
        ("POST", HERE, "/v1/pets", 422, 1),
        ("POST", HERE, "/v1/internal/17", 200, 7),
        ("POST", HERE, "/v1/internal/18", 404, 1),
        ("GET", HERE, "/.env", 404, 100),
        ("GET", "other.example.test", "/v1/secret", 200, 9),
    ]);
    assert_eq!((found.documented, found.described_calls, found.not_found_calls), (4, 21, 107));
    let unused: Vec<&str> = found.unused.iter().map(|one| one.operation.as_str()).collect();
    assert_eq!(unused, ["dropPet"]);
    let [internal] = &found.undocumented[..] else { panic!("{:?}", found.undocumented) };
    assert_eq!(
        (internal.method.as_str(), internal.path.as_str(), internal.calls),
        ("POST", "/v1/internal/{id}", 8)
    );
    assert_eq!(internal.statuses, BTreeMap::from([("200".into(), 7), ("404".into(), 1)]));
    let drift: Vec<(&str, &str, &str, String, u64)> = found
        .drift
        .iter()
        .map(|d| (d.what, d.method.as_str(), d.path.as_str(), d.seen.join(" "), d.calls))
        .collect();
    assert_eq!(
        drift,
        [
            ("method", "PUT", "/v1/pets/{petId}", "PUT".to_owned(), 4),
            ("status", "GET", "/v1/pets/{petId}", "500".to_owned(), 3)
        ]
    );
    assert_eq!(found.drift[0].documented, ["DELETE", "GET"]);
    assert_eq!(found.note, None);
}

#[test]
fn paths_of_one_template_are_of_one_class() {
    let documents = documents();
    assert_eq!(documents.class("/v1/pets/7"), documents.class("/v1/pets/bella"));
    assert_ne!(documents.class("/v1/pets/7"), documents.class("/v1/pets"));
    assert_eq!(documents.class("/x/7"), documents.class("/x/8"));
    assert_ne!(documents.class("/x/7"), documents.class("/y/8"));
}

#[test]
fn without_a_document_it_is_said_how_to_add_one() {
    let none = Documents::new(&Directory::default(), 0).compare(&Batch::new(), &[]);
    assert!(none.note.unwrap().contains("import openapi.yaml"));
}
