//! What is known besides the logs: consumers, groups, keys, plans, customers, APIs, services, routes and their rules,
//! as each origin said it and when. Pure: documents and events in, snapshots and changes out; no disk, no clock, no
//! network.

mod adc;
mod apisix;
mod aws;
mod changed;
mod check;
mod deck;
mod diff;
mod document;
mod entity;
mod importers;
mod join;
mod judge;
mod known;
mod kong;
mod life;
mod listed;
mod model;
mod names;
mod native;
mod openapi;
mod origin;
mod paths;
mod plugins;
mod rules;
mod sheet;
mod text;

pub use check::{ENTITIES_MAX, check, check_origin};
pub use diff::{CHANGES_MAX, Change, Diff, FieldChange, What};
pub use document::{DOCUMENT_BYTES_MAX, Document};
pub use entity::Entity;
pub use importers::{Fault, IMPORTERS, Importer, Read, by_name};
pub(crate) use join::is_host;
pub use join::{AMBIGUOUS, join};
pub(crate) use join::{Call, Caller, Facts, Found, facts, fill, time};
pub(crate) use judge::{Held, Judge, groups, held, list, nearest, open};
pub use known::Directory;
pub(crate) use known::Known;
pub use life::{BEGINNING, From, Life, Lives, Version};
pub use model::{
    Api, Consumer, Cover, Customer, Day, Environment, Group, Key, Period, Plan, Quota, Route, Rules, Service,
    Snapshot, Throttle, Window,
};
pub use origin::{Import, Lists, Origin, Request};
pub(crate) use paths::{matches, paths_of_routes};
pub(crate) use rules::{Open, address, network, window};
