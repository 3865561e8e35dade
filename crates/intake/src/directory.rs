//! What is known besides the logs: consumers, groups, keys, plans, customers, APIs, services, routes and their rules,
//! as each origin said it and when. Pure: documents and events in, snapshots and changes out; no disk, no clock, no
//! network.

mod check;
mod document;
mod entity;
mod importers;
mod model;
mod native;
#[cfg_attr(not(test), expect(dead_code, reason = "the join asks them"))]
mod rules;
mod sheet;

pub use check::{ENTITIES_MAX, check, check_origin};
pub use document::{DOCUMENT_BYTES_MAX, Document};
pub use entity::Entity;
pub use importers::{Fault, IMPORTERS, Importer, Read, by_name};
pub use model::{
    Api, Consumer, Cover, Customer, Day, Environment, Group, Key, Period, Plan, Quota, Route, Rules, Service,
    Snapshot, Throttle, Window,
};
