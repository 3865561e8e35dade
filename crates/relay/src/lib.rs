//! Outbound: the only room that opens sockets to the outside. Fetches what gateways know (their admin APIs, the usage
//! plans of AWS, documents), the objects of a bucket, and what an identity provider says. Knows no disk, no clock, no
//! environment and none of our other rooms but `event`: what it fetches is text for others to read.
//!
//! Everything here waits: call it from a thread that may. The one exception is `upstream`, which hands requests on to a
//! gateway's Admin API.

pub mod audit;
pub mod bucket;
pub mod directories;
pub mod egress;
pub mod oidc;
pub mod sigv4;
pub mod upstream;

pub use egress::{Egress, Fault};
