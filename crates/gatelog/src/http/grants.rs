//! Who may call what and does not, and what is called beside what is documented.

use std::sync::Arc;

use event::field as f;
use intake::endpoints::{self, Documents, Endpoints};
use intake::grants::{self, Grants};
use keys::Scope;
use query::combinations::{Ask, Classes, Count};
use query::reader::Standing;
use query::{Filter, Range, Zone};
use serde::Serialize;

use super::answer::json;
use super::error::Problem;
use super::question::{ask, asked, filter};
use super::route::{Answer, Call};
use crate::clock;

/// Grants of one page.
const PAGE_MAX: usize = 10_000;

#[derive(Serialize)]
struct GrantsShown {
    #[serde(flatten)]
    grants: Grants,
    look_back_from: String,
    #[serde(flatten)]
    standing: Standing,
}

#[derive(Serialize)]
struct EndpointsShown {
    #[serde(flatten)]
    endpoints: Endpoints,
    #[serde(flatten)]
    standing: Standing,
}

/// `GET /grants`.
pub(crate) async fn list(scope: Scope, call: Call) -> Answer {
    let now = clock::now();
    let look_back = call.params.get("look_back").unwrap_or("90d");
    let range = Range::parse(Some(look_back), Some("now"), now, &Zone::parse("UTC")?)?;
    let limit = call.params.number("limit", 1, PAGE_MAX, 1_000)?;
    let offset = call.params.number("offset", 0, usize::MAX, 0)?;
    let used = match call.params.get("used") {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(other) => return Err(Problem::bad(format!("used={other:?} is neither true nor false"))),
    };
    let search = call.params.get("search").map(str::to_lowercase);
    let passed = Filter::parse("-granted:false").map_err(query::Error::from)?;
    let request = Ask {
        range,
        filter: filter(&call.params)?.and(&passed),
        fields: grants::FIELDS.to_vec(),
        classes: Vec::new(),
        marks: None,
    };
    let directory = call.app.directory.now();
    let shown = ask(&call.app, scope, move |view, scope, budget| {
        let found = query::combinations(view, scope, &request, budget)?;
        let seen = |count: &Count| grants::Seen { calls: count.calls, last: count.last };
        let seen: Vec<grants::Seen> = found.counts.iter().map(seen).collect();
        let mut grants = grants::grants(&directory, now.0, &found.batch, &seen);
        if search.is_some() || used.is_some() {
            let holds = |grant: &grants::Grant| {
                let texts = [&grant.consumer, &grant.group, &grant.route];
                let is_searched =
                    |search: &String| texts.iter().any(|text| text.to_lowercase().contains(search));
                used.is_none_or(|used| grant.used == used) && search.as_ref().is_none_or(is_searched)
            };
            grants.grants.retain(holds);
            grants.total = grants.grants.len();
        }
        grants.grants = grants.grants.into_iter().skip(offset).take(limit).collect();
        Ok(GrantsShown { grants, look_back_from: range.from.to_string(), standing: found.standing })
    });
    json(&shown.await?)
}

/// `GET /endpoints`.
pub(crate) async fn endpoints(scope: Scope, call: Call) -> Answer {
    let question = asked(&call.params)?;
    let documents = Arc::new(Documents::new(&call.app.directory.now(), question.now.0));
    let classes: Classes = {
        let documents = Arc::clone(&documents);
        Arc::new(move |path| documents.class(path))
    };
    let request = Ask {
        range: question.range,
        filter: question.filter,
        fields: endpoints::FIELDS.to_vec(),
        classes: vec![(f::PATH, classes)],
        marks: None,
    };
    let shown = ask(&call.app, scope, move |view, scope, budget| {
        let found = query::combinations(view, scope, &request, budget)?;
        let seen =
            |count: &Count| endpoints::Seen { calls: count.calls, first: count.first, last: count.last };
        let seen: Vec<endpoints::Seen> = found.counts.iter().map(seen).collect();
        Ok(EndpointsShown { endpoints: documents.compare(&found.batch, &seen), standing: found.standing })
    });
    json(&shown.await?)
}
