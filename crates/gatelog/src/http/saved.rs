//! What people keep under a name, over HTTP: one list of routes for each kind. What is sent has the shape of what is
//! answered, so that an export can be imported as it is.

use axum::http::{Method, StatusCode};
use keys::Permission::{PanelsRead, ViewsWrite};
use keys::Scope;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::answer::{empty, json, json_with};
use super::body;
use super::error::Problem;
use super::recorded::touched;
use super::route::{About, Answer, Call, Route, route};
use crate::owner::{self, Owner};
use crate::saved::{Content, Refusal, Saved, Shelf};
use crate::trail::actions::{
    Action, BOARD_CREATE, BOARD_DELETE, BOARD_UPDATE, REPORT_CREATE, REPORT_DELETE, REPORT_UPDATE,
};
use crate::{boards, catalog, clock, reports, views};

/// A kind that has routes.
trait Kind: Content + Serialize + DeserializeOwned {
    /// The path of its list, and that of one of them.
    const PATHS: [&'static str; 2];
    /// The member of the answer that holds the list.
    const LIST: &'static str;
    /// Shapes in openapi.json: of one, of all, and of what is sent.
    const SHAPES: [&'static str; 3];
    /// What is said of the list, of one, of making, changing and deleting one.
    const ABOUT: [&'static str; 5];
    /// What the trail calls making, changing and deleting one.
    const ACTIONS: [&'static Action; 3];
    /// One as JSON at most, with room for spaces and for what is ignored.
    const BODY_BYTES_MAX: usize;

    fn shelf(content: &catalog::Content) -> &Shelf<Self>;
    fn shelf_mut(content: &mut catalog::Content) -> &mut Shelf<Self>;
}

impl Kind for boards::What {
    const PATHS: [&'static str; 2] = ["/api/v1/boards", "/api/v1/boards/{id}"];
    const LIST: &'static str = "boards";
    const SHAPES: [&'static str; 3] = ["Board", "Boards", "BoardBody"];
    const ABOUT: [&'static str; 5] = [
        "Dashboards: those of the program, your own and those that are shared.",
        "One dashboard.",
        "Makes a dashboard, or imports one that was exported.",
        "Changes a dashboard, unless someone else did since `updated`.",
        "Deletes a dashboard.",
    ];
    const ACTIONS: [&'static Action; 3] = [BOARD_CREATE, BOARD_UPDATE, BOARD_DELETE];
    const BODY_BYTES_MAX: usize = 4 * boards::BOARD_BYTES_MAX;

    fn shelf(content: &catalog::Content) -> &Shelf<Self> {
        &content.boards
    }

    fn shelf_mut(content: &mut catalog::Content) -> &mut Shelf<Self> {
        &mut content.boards
    }
}

impl Kind for reports::What {
    const PATHS: [&'static str; 2] = ["/api/v1/reports", "/api/v1/reports/{id}"];
    const LIST: &'static str = "reports";
    const SHAPES: [&'static str; 3] = ["Report", "Reports", "ReportBody"];
    const ABOUT: [&'static str; 5] = [
        "Reports: those of the program, your own and those that are shared.",
        "One report.",
        "Saves a page as a report.",
        "Changes a report, unless someone else did since `updated`.",
        "Deletes a report.",
    ];
    const ACTIONS: [&'static Action; 3] = [REPORT_CREATE, REPORT_UPDATE, REPORT_DELETE];
    const BODY_BYTES_MAX: usize = 6 * (views::SEARCH_BYTES_MAX + reports::PATH_BYTES_MAX) + 4_096;

    fn shelf(content: &catalog::Content) -> &Shelf<Self> {
        &content.reports
    }

    fn shelf_mut(content: &mut catalog::Content) -> &mut Shelf<Self> {
        &mut content.reports
    }
}

/// The routes of every kind.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = of::<boards::What>();
    routes.extend(of::<reports::What>());
    routes
}

fn of<W: Kind>() -> Vec<Route> {
    let ([all, each], [shape, shapes, body]) = (W::PATHS, W::SHAPES);
    let [listing, seeing, making, changing, deleting] = W::ABOUT;
    let [create, update, delete] = W::ACTIONS;
    let about = |text, answer| About::new(text, &[], answer);
    let making = about(making, shape).recorded(create).takes(body).status(201);
    let changing = about(changing, shape).recorded(update).takes(body);
    let deleting = about(deleting, "Nothing").recorded(delete).status(204);
    vec![
        route(PanelsRead, Method::GET, all, list::<W>, about(listing, shapes)),
        route(PanelsRead, Method::GET, each, one::<W>, about(seeing, shape)),
        route(ViewsWrite, Method::POST, all, make::<W>, making),
        route(ViewsWrite, Method::PUT, each, change::<W>, changing),
        route(ViewsWrite, Method::DELETE, each, remove::<W>, deleting),
    ]
}

#[derive(Serialize)]
struct Shown<W> {
    id: String,
    #[serde(flatten)]
    what: W,
    mine: bool,
    /// Whether it comes with the program; copies of it can be changed.
    built_in: bool,
    owner: String,
    updated: Option<String>,
}

impl<W: Kind> Shown<W> {
    fn of(saved: &Saved<W>, who: &Owner) -> Shown<W> {
        Shown {
            id: saved.id.clone(),
            what: saved.what.clone(),
            mine: saved.owner == who.key,
            built_in: false,
            owner: owner::name(&saved.owner).to_owned(),
            updated: Some(event::Timestamp(saved.updated).to_string()),
        }
    }

    fn built_in((id, what): &(&'static str, W)) -> Shown<W> {
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

/// Reads what is sent to make or change one, and when it was read. What an answer has besides means nothing here.
async fn sent<W: Kind>(call: &mut Call) -> Result<(W, Option<Value>), Problem> {
    let mut sent: Map<String, Value> = body::read(call, W::BODY_BYTES_MAX).await?;
    let read = sent.remove("updated");
    for ignored in ["id", "mine", "built_in", "owner"] {
        sent.remove(ignored);
    }
    Ok((serde_json::from_value(Value::Object(sent)).map_err(|error| body::wrong(&error))?, read))
}

/// A new one of someone.
pub(super) fn new<W>(who: &Owner, what: W) -> Result<Saved<W>, Problem> {
    let random: [u8; 8] = catalog::random()?;
    let id = random.iter().map(|b| format!("{b:02x}")).collect();
    Ok(Saved { id, what, owner: who.key.clone(), updated: clock::now().0 })
}

async fn list<W: Kind>(scope: Scope, call: Call) -> Answer {
    let who = Owner::of(&scope);
    let own: Vec<Shown<W>> = call.app.catalog.with(|content| {
        W::shelf(content).list(&who).into_iter().map(|saved| Shown::of(saved, &who)).collect()
    });
    let all: Vec<Shown<W>> = W::built_in().iter().map(Shown::built_in).chain(own).collect();
    json(&serde_json::json!({ (W::LIST): all }))
}

async fn one<W: Kind>(scope: Scope, call: Call) -> Answer {
    let (who, id) = (Owner::of(&scope), call.segment("id").unwrap_or_default());
    if let Some(found) = W::built_in().iter().find(|(built_in, _)| *built_in == id) {
        return json(&Shown::built_in(found));
    }
    let found =
        call.app.catalog.with(|content| W::shelf(content).one(&who, id).map(|saved| Shown::of(saved, &who)));
    json(&found.ok_or(Refusal::Missing).map_err(refused::<W>)?)
}

async fn make<W: Kind>(scope: Scope, mut call: Call) -> Answer {
    let who = Owner::of(&scope);
    let saved = new::<W>(&who, sent(&mut call).await?.0)?;
    let made = call
        .app
        .change(|content| W::shelf_mut(content).add(saved).map(|saved| Shown::of(saved, &who)))?
        .map_err(refused::<W>)?;
    Ok(touched(json_with(StatusCode::CREATED, &made)?, &made.id, made.what.name()))
}

async fn change<W: Kind>(scope: Scope, mut call: Call) -> Answer {
    let who = Owner::of(&scope);
    let (what, read) = sent::<W>(&mut call).await?;
    let time = |read: &Value| read.as_str().and_then(event::Timestamp::parse).map(|at| at.0);
    let read = match read.filter(|read| !read.is_null()).map(|read| time(&read)) {
        Some(None) => {
            return Err(Problem::bad(format!("updated is the time that the {} was read with", W::NOUN)));
        }
        known => known.flatten(),
    };
    let (id, now) = (call.segment("id").unwrap_or_default(), clock::now().0);
    let changed = call
        .app
        .change(|content| {
            W::shelf_mut(content).change(&who, id, what, read, now).map(|saved| Shown::of(saved, &who))
        })?
        .map_err(refused::<W>)?;
    json(&changed)
}

async fn remove<W: Kind>(scope: Scope, call: Call) -> Answer {
    let id = call.segment("id").unwrap_or_default();
    call.app.change(|content| W::shelf_mut(content).remove(&Owner::of(&scope), id))?.map_err(refused::<W>)?;
    Ok(empty())
}

/// Why a change was not made.
pub(super) fn refused<W: Content>(refusal: Refusal) -> Problem {
    let (noun, count) = (W::NOUN, W::COUNT_MAX);
    let conflict = |detail| Problem::new(StatusCode::CONFLICT, detail);
    match refusal {
        Refusal::Missing => Problem::missing(format!("there is no such {noun}")),
        Refusal::NotYours => {
            let detail = format!("a shared {noun} is changed by its owner or an admin");
            Problem::new(StatusCode::FORBIDDEN, detail).remedy("save a copy of it")
        }
        Refusal::BuiltIn => conflict(format!("this {noun} comes with the program and stays as it is"))
            .remedy("save a copy of it"),
        Refusal::Stale => conflict(format!("someone has changed this {noun} since you read it"))
            .remedy("load it again, or save yours as a copy"),
        Refusal::Full => {
            conflict(format!("there are {count} {noun}s already")).remedy("delete some that nobody uses")
        }
        Refusal::Wrong(wrong) => Problem::bad(wrong.detail).suggestions(wrong.suggestions),
    }
}
