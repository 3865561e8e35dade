//! Saved views over HTTP.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use keys::Scope;
use serde::{Deserialize, Serialize};

use super::answer::{empty, json, json_with};
use super::body;
use super::recorded::touched;
use super::route::{Answer, Call};
use super::saved::{new, refused};
use crate::clock;
use crate::owner::{self, Owner};
use crate::saved::Saved;
use crate::views::{Kept, SEARCH_BYTES_MAX, What};

/// A view as JSON: its state, written out, and some names.
const BODY_BYTES_MAX: usize = 6 * SEARCH_BYTES_MAX + 4_096;

#[derive(Serialize)]
struct Shown {
    id: String,
    #[serde(flatten)]
    what: What,
    default: bool,
    mine: bool,
    owner: String,
    updated: String,
}

impl Shown {
    fn of(view: &Saved<Kept>, who: &Owner) -> Shown {
        Shown {
            id: view.id.clone(),
            what: view.what.what.clone(),
            default: view.what.default_of.contains(&who.key),
            mine: view.owner == who.key,
            owner: owner::name(&view.owner).to_owned(),
            updated: event::Timestamp(view.updated).to_string(),
        }
    }
}

/// What is sent to make or change one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    name: String,
    page: String,
    search: String,
    #[serde(default)]
    shared: bool,
    #[serde(default)]
    default: bool,
}

impl Sent {
    fn split(self) -> (What, bool) {
        let Sent { name, page, search, shared, default } = self;
        (What { name, page, search, shared }, default)
    }
}

/// `GET /views`.
pub(crate) async fn list(scope: Scope, call: Call) -> Answer {
    let who = Owner::of(&scope);
    let views: Vec<Shown> = call.app.catalog.with(|content| {
        content.views.list(&who, call.params.get("page")).into_iter().map(|v| Shown::of(v, &who)).collect()
    });
    json(&serde_json::json!({ "views": views }))
}

/// `POST /views`.
pub(crate) async fn make(scope: Scope, mut call: Call) -> Answer {
    let who = Owner::of(&scope);
    let (what, is_default) = body::read::<Sent>(&mut call, BODY_BYTES_MAX).await?.split();
    let view = new(&who, Kept { what, default_of: BTreeSet::new() })?;
    let made = call
        .app
        .change(|content| content.views.add(&who, view, is_default).map(|view| Shown::of(view, &who)))?
        .map_err(refused::<Kept>)?;
    Ok(touched(json_with(StatusCode::CREATED, &made)?, &made.id, &made.what.name))
}

/// `PUT /views/{id}`.
pub(crate) async fn change(scope: Scope, mut call: Call) -> Answer {
    let who = Owner::of(&scope);
    let (what, is_default) = body::read::<Sent>(&mut call, BODY_BYTES_MAX).await?.split();
    let (id, now) = (call.segment("id").unwrap_or_default(), clock::now().0);
    let changed = call.app.change(|content| {
        content.views.change(&who, id, what, is_default, now).map(|view| Shown::of(view, &who))
    })?;
    let changed = changed.map_err(refused::<Kept>)?;
    json(&changed)
}

/// `DELETE /views/{id}`.
pub(crate) async fn remove(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default();
    call.app.change(|content| content.views.remove(&Owner::of(&scope), id))?.map_err(refused::<Kept>)?;
    Ok(empty())
}
