//! Dashboards over HTTP. What is sent has the shape of what is answered, so that an export can be imported as it is.

use axum::http::{Method, StatusCode};
use keys::Permission::{PanelsRead, ViewsWrite};
use keys::Scope;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::answer::{empty, json, json_with};
use super::body;
use super::error::Problem;
use super::recorded::touched;
use super::route::{About, Answer, Call, Route, route};
use crate::boards::{BOARD_BYTES_MAX, BOARDS_MAX, Board, Refusal, What, built_in};
use crate::owner::{self, Owner};
use crate::trail::actions::{BOARD_CREATE, BOARD_DELETE, BOARD_UPDATE};
use crate::{catalog, clock};

/// A dashboard as JSON, with room for spaces and for what is ignored.
const BODY_BYTES_MAX: usize = 4 * BOARD_BYTES_MAX;

/// The routes of dashboards.
pub(crate) fn routes() -> Vec<Route> {
    let about = |text, answer| About::new(text, &[], answer);
    vec![
        route(
            PanelsRead,
            Method::GET,
            "/api/v1/boards",
            list,
            about("Dashboards: those of the program, your own and those that are shared.", "Boards"),
        ),
        route(PanelsRead, Method::GET, "/api/v1/boards/{id}", one, about("One dashboard.", "Board")),
        route(
            ViewsWrite,
            Method::POST,
            "/api/v1/boards",
            make,
            about("Makes a dashboard, or imports one that was exported.", "Board")
                .recorded(BOARD_CREATE)
                .takes("BoardBody")
                .status(201),
        ),
        route(
            ViewsWrite,
            Method::PUT,
            "/api/v1/boards/{id}",
            change,
            about("Changes a dashboard, unless someone else did since `updated`.", "Board")
                .recorded(BOARD_UPDATE)
                .takes("BoardBody"),
        ),
        route(
            ViewsWrite,
            Method::DELETE,
            "/api/v1/boards/{id}",
            remove,
            about("Deletes a dashboard.", "Nothing").recorded(BOARD_DELETE).status(204),
        ),
    ]
}

#[derive(Serialize)]
struct Shown {
    id: String,
    #[serde(flatten)]
    what: What,
    mine: bool,
    /// Whether it comes with the program; copies of it can be changed.
    built_in: bool,
    owner: String,
    updated: Option<String>,
}

impl Shown {
    fn of(board: &Board, who: &Owner) -> Shown {
        Shown {
            id: board.id.clone(),
            what: board.what.clone(),
            mine: board.owner == who.key,
            built_in: false,
            owner: owner::name(&board.owner).to_owned(),
            updated: Some(event::Timestamp(board.updated).to_string()),
        }
    }

    fn built_in((id, what): &(&'static str, What)) -> Shown {
        Shown {
            id: (*id).to_owned(),
            what: what.clone(),
            mine: false,
            built_in: true,
            owner: "Gatelog".to_owned(),
            updated: None,
        }
    }
}

/// What is sent to make or change one. What an export has besides means nothing here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    name: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    shared: bool,
    #[serde(default)]
    controls: Vec<String>,
    #[serde(default)]
    items: Vec<crate::boards::Item>,
    #[serde(default)]
    updated: Option<String>,
    #[serde(default, rename = "id")]
    _id: IgnoredAny,
    #[serde(default, rename = "mine")]
    _mine: IgnoredAny,
    #[serde(default, rename = "built_in")]
    _built_in: IgnoredAny,
    #[serde(default, rename = "owner")]
    _owner: IgnoredAny,
}

impl Sent {
    fn what(self) -> What {
        let Sent { name, about, shared, controls, items, .. } = self;
        What { name, about, shared, controls, items }
    }
}

async fn list(scope: Scope, call: Call) -> Answer {
    let who = Owner::of(&scope);
    let own: Vec<Shown> = call
        .app
        .catalog
        .with(|content| content.boards.list(&who).into_iter().map(|board| Shown::of(board, &who)).collect());
    let boards: Vec<Shown> = built_in().iter().map(Shown::built_in).chain(own).collect();
    json(&serde_json::json!({ "boards": boards }))
}

async fn one(scope: Scope, call: Call) -> Answer {
    let (who, id) = (Owner::of(&scope), call.segment("id").unwrap_or_default());
    if let Some(found) = built_in().iter().find(|(built_in, _)| *built_in == id) {
        return json(&Shown::built_in(found));
    }
    let found = call.app.catalog.with(|content| content.boards.one(&who, id).map(|b| Shown::of(b, &who)));
    json(&found.ok_or(Refusal::Missing)?)
}

async fn make(scope: Scope, mut call: Call) -> Answer {
    let who = Owner::of(&scope);
    let what = body::read::<Sent>(&mut call, BODY_BYTES_MAX).await?.what();
    let random: [u8; 8] = catalog::random()?;
    let board = Board {
        id: random.iter().map(|b| format!("{b:02x}")).collect(),
        what,
        owner: who.key.clone(),
        updated: clock::now().0,
    };
    let made = call.app.change(|content| content.boards.add(board).map(|board| Shown::of(board, &who)))??;
    Ok(touched(json_with(StatusCode::CREATED, &made)?, &made.id, &made.what.name))
}

async fn change(scope: Scope, mut call: Call) -> Answer {
    let who = Owner::of(&scope);
    let sent = body::read::<Sent>(&mut call, BODY_BYTES_MAX).await?;
    let read = match sent.updated.as_deref().map(event::Timestamp::parse) {
        Some(None) => return Err(Problem::bad("updated is the time that the dashboard was read with")),
        known => known.flatten().map(|at| at.0),
    };
    let (id, now) = (call.segment("id").unwrap_or_default(), clock::now().0);
    let changed = call.app.change(|content| {
        content.boards.change(&who, id, sent.what(), read, now).map(|board| Shown::of(board, &who))
    })??;
    json(&changed)
}

async fn remove(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default();
    call.app.change(|content| content.boards.remove(&Owner::of(&scope), id))??;
    Ok(empty())
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::Missing => Problem::missing("there is no such dashboard"),
            Refusal::NotYours => {
                Problem::new(StatusCode::FORBIDDEN, "a shared dashboard is changed by its owner or an admin")
                    .remedy("save a copy of it")
            }
            Refusal::BuiltIn => {
                Problem::new(StatusCode::CONFLICT, "this dashboard comes with the program and stays as it is")
                    .remedy("save a copy of it")
            }
            Refusal::Stale => {
                Problem::new(StatusCode::CONFLICT, "someone has changed this dashboard since you read it")
                    .remedy("load it again, or save yours as a copy")
            }
            Refusal::Full => {
                Problem::new(StatusCode::CONFLICT, format!("there are {BOARDS_MAX} dashboards already"))
                    .remedy("delete some that nobody uses")
            }
            Refusal::Wrong(wrong) => Problem::bad(wrong.detail).suggestions(wrong.suggestions),
        }
    }
}
