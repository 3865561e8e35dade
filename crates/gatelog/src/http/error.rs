//! Every error of the HTTP API as problem JSON (RFC 9457), in one place, so that no internal text leaks by
//! accident and every error can name its remedy.

use std::fmt::Display;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::{catalog, log};

/// An error as the caller sees it.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: Box<str>,
    remedy: Option<Box<str>>,
    position: Option<u32>,
    suggestions: Box<[String]>,
    retry_after_s: Option<u32>,
    id: Option<u64>,
}

/// The members of the answer.
#[derive(Serialize)]
struct Shown<'p> {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'p str>,
    /// Where in the filter, counted in characters from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u32>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    suggestions: &'p [String],
    /// What our log says why under.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

impl Problem {
    /// A problem of that status; the title is the status' own.
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            detail: detail.into().into(),
            remedy: None,
            position: None,
            suggestions: Box::default(),
            retry_after_s: None,
            id: None,
        }
    }

    fn shown(&self) -> Shown<'_> {
        let title = self.status.canonical_reason().unwrap_or("Error");
        Shown {
            kind: format!("urn:gatelog:problem:{}", title.to_lowercase().replace(' ', "-")),
            title,
            status: self.status.as_u16(),
            detail: &self.detail,
            remedy: self.remedy.as_deref(),
            position: self.position,
            suggestions: &self.suggestions,
            id: self.id.map(|id| format!("{id:016x}")),
        }
    }

    /// The request is wrong.
    pub(crate) fn bad(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    /// There is no such thing, for this caller.
    pub(crate) fn missing(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    /// No credential, or one that is not accepted. Which of the two, and why, the caller does not learn.
    pub(crate) fn unauthorized() -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "no valid credential came with the request")
            .remedy("send `Authorization: Bearer <token>`; `gatelog token create` makes one")
    }

    /// Something of ours is wrong; what, stands in our log only.
    pub(crate) fn internal(error: impl Display) -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the server failed; its log says why").logged(
            log::error,
            "a request failed",
            &error,
        )
    }

    /// Writes the cause into our log, under an id that the answer names.
    pub(crate) fn logged(
        self,
        write: fn(&str, &[log::Field<'_>]),
        message: &str,
        error: &dyn Display,
    ) -> Problem {
        // Without randomness there is no id, and the cause is logged all the same.
        let id = catalog::random().map(u64::from_be_bytes).ok();
        let shown = id.map(|id| format!("{id:016x}")).unwrap_or_default();
        write(message, &[("id", &shown), ("error", error)]);
        Problem { id, ..self }
    }

    /// Too much to do, or no room: it passes.
    pub(crate) fn busy(detail: impl Into<String>) -> Problem {
        Problem { retry_after_s: Some(1), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
            .remedy("try again after the time in Retry-After")
    }

    /// What to do about it.
    pub(crate) fn remedy(self, remedy: impl Into<String>) -> Problem {
        Problem { remedy: Some(remedy.into().into()), ..self }
    }

    /// Where in the filter.
    pub(crate) fn position(self, position: usize) -> Problem {
        Problem { position: u32::try_from(position).ok(), ..self }
    }

    /// What was perhaps meant.
    pub(crate) fn suggestions(self, suggestions: Vec<String>) -> Problem {
        Problem { suggestions: suggestions.into(), ..self }
    }

    /// How long to wait.
    pub(crate) fn retry_after_s(self, seconds: u32) -> Problem {
        Problem { retry_after_s: Some(seconds), ..self }
    }

    /// What is wrong, in words.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// How long to wait, in seconds, where that helps.
    pub(crate) fn wait_s(&self) -> Option<u32> {
        self.retry_after_s
    }

    /// What our log says why under.
    pub(crate) fn id(&self) -> Option<u64> {
        self.id
    }

    /// The same under an id.
    pub(crate) fn with_id(self, id: Option<u64>) -> Problem {
        Problem { id, ..self }
    }

    /// Its status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.shown()).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"gatelog\""));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<keys::Denied> for Problem {
    fn from(denied: keys::Denied) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, denied.to_string())
            .remedy("ask an admin for a role that has it, or use another token")
    }
}

impl From<keys::Refusal> for Problem {
    fn from(_: keys::Refusal) -> Problem {
        Problem::unauthorized()
    }
}

impl From<crate::catalog::Error> for Problem {
    fn from(error: crate::catalog::Error) -> Problem {
        Problem::internal(error)
    }
}

impl From<ledger::Error> for Problem {
    fn from(error: ledger::Error) -> Problem {
        if error.is_full() {
            return Problem::busy("there is no room for more events at the moment").retry_after_s(5).logged(
                log::warn,
                "no room for a delivery",
                &error,
            );
        }
        Problem::busy("the ledger does not take events at the moment; the server's log says why")
            .retry_after_s(30)
            .logged(log::error, "the ledger failed", &error)
    }
}

/// The nearest of some names, when it is near.
pub(crate) fn nearest<'a>(name: &str, among: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut near: Vec<(usize, &str)> =
        among.map(|other| (distance(name, other), other)).filter(|(d, _)| *d <= 2).collect();
    near.sort();
    near.into_iter().take(3).map(|(_, other)| other.to_owned()).collect()
}

/// How many letters are to be changed, put in or left out (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let best = (diagonal + usize::from(x != y)).min(left + 1).min(*cell + 1);
            diagonal = std::mem::replace(cell, best);
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_near() {
        assert_eq!(nearest("fliter", ["filter", "from", "limit"].into_iter()), ["filter"]);
        assert_eq!(distance("", "abc"), 3);
        assert!(nearest("zzz", ["filter"].into_iter()).is_empty());
    }

    #[test]
    fn a_problem_looks_like_this() {
        let problem = Problem::bad("no such field").position(4).suggestions(vec!["status".into()]);
        assert_eq!(
            serde_json::to_string(&problem.shown()).unwrap(),
            r#"{"type":"urn:gatelog:problem:bad-request","title":"Bad Request","status":400,"detail":"no such field","position":4,"suggestions":["status"]}"#
        );
    }
}
