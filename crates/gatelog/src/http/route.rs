//! What a route is: a method, a path, who may, what it takes, and the function that answers. A route cannot be
//! made without saying who may: what it does is a [`Guarded`], which needs a permission, and whose function has a `Scope`
//! as its first argument that nobody but the guard here can get. Authorisation is an argument, not a path pattern.

use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts as _, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use keys::{Door, Guarded, Permission, Principal, Scope};

use super::error::{Problem, nearest};
use super::{recorded, session};
use crate::app::App;
use crate::clock;
use crate::trail::actions::Action;

/// What a handler gives back.
pub(crate) type Answer = Result<Response, Problem>;
type Pending = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A request that was let in.
pub(crate) struct Call {
    pub(crate) app: Arc<App>,
    pub(crate) parts: Parts,
    pub(crate) path: Vec<(String, String)>,
    pub(crate) params: Params,
    pub(crate) body: Body,
}

impl Call {
    /// A piece of the path, decoded once.
    pub(crate) fn segment(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(n, _)| n == name).map(|(_, text)| text.as_str())
    }
}

/// The parameters of the query string.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// A parameter that was given, and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, text)| n == name && !text.is_empty()).map(|(_, text)| text.as_str())
    }

    /// A whole number within bounds, or the default.
    pub(crate) fn number(
        &self,
        name: &str,
        min: usize,
        max: usize,
        otherwise: usize,
    ) -> Result<usize, Problem> {
        let Some(text) = self.get(name) else { return Ok(otherwise) };
        text.parse()
            .ok()
            .filter(|n| (min..=max).contains(n))
            .ok_or_else(|| Problem::bad(format!("{name}={text:?} is not a whole number from {min} to {max}")))
    }
}

/// A parameter of a route, as described in openapi.json.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
}

/// How the senders of a protocol are told what is wrong.
pub(crate) type Refuse = fn(&Parts, &Problem) -> Response;

/// One route.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// What is needed besides, where two things are shown beside each other.
    pub(crate) also: Option<Permission>,
    pub(crate) about: &'static str,
    params: [&'static [Param]; 2],
    /// The name of the answer's shape in openapi.json.
    pub(crate) answer: &'static str,
    /// The name of the shape of its JSON body, when it takes one.
    pub(crate) takes: Option<&'static str>,
    /// The status of an answer as asked.
    pub(crate) status: u16,
    /// What the operator trail calls a call of it.
    pub(crate) action: Option<&'static Action>,
    handler: Guarded<Call, Pending>,
    refuse: Option<Refuse>,
}

/// A route for those who have the permission.
pub(crate) fn route<F, P>(
    permission: Permission,
    method: Method,
    path: &'static str,
    handler: impl Fn(Scope, Call) -> F + Send + Sync + 'static,
    about: About,
) -> Route
where
    F: Future<Output = P> + Send + 'static,
    P: Into<Answer>,
{
    let handler = Guarded::needs(permission, move |scope, call| {
        let answer = handler(scope, call);
        Box::pin(async move { answer.await.into() }) as Pending
    });
    Route::new(method, path, about, handler)
}

/// A route for anyone. `why` says why that is right.
pub(crate) fn open<F>(
    why: &'static str,
    method: Method,
    path: &'static str,
    handler: impl Fn(Call) -> F + Send + Sync + 'static,
    about: About,
) -> Route
where
    F: Future<Output = Answer> + Send + 'static,
{
    let handler = Guarded::open(why, move |call| Box::pin(handler(call)) as Pending);
    Route::new(method, path, about, handler)
}

/// What openapi.json says about a route.
#[derive(Clone, Copy)]
pub(crate) struct About {
    text: &'static str,
    params: [&'static [Param]; 2],
    answer: &'static str,
    takes: Option<&'static str>,
    status: u16,
    action: Option<&'static Action>,
    also: Option<Permission>,
}

impl About {
    /// A sentence, the parameters, and the shape of the answer.
    pub(crate) const fn new(text: &'static str, params: &'static [Param], answer: &'static str) -> About {
        About { text, params: [params, &[]], answer, takes: None, status: 200, also: None, action: None }
    }

    /// It takes these parameters after those that it shares with other routes.
    pub(crate) const fn and(self, more: &'static [Param]) -> About {
        let [shared, _] = self.params;
        About { params: [shared, more], ..self }
    }

    /// It takes a JSON body of that shape.
    pub(crate) const fn takes(self, shape: &'static str) -> About {
        About { takes: Some(shape), ..self }
    }

    /// A call of it is in the operator trail before it takes effect.
    pub(crate) const fn recorded(self, action: &'static Action) -> About {
        About { action: Some(action), ..self }
    }

    /// It needs this permission too.
    pub(crate) const fn also(self, permission: Permission) -> About {
        About { also: Some(permission), ..self }
    }

    /// It answers with that status.
    pub(crate) const fn status(self, status: u16) -> About {
        About { status, ..self }
    }
}

impl Route {
    fn new(method: Method, path: &'static str, about: About, handler: Guarded<Call, Pending>) -> Route {
        let About { text, params, answer, takes, status, also, action } = about;
        Route {
            method,
            path,
            also,
            about: text,
            params,
            answer,
            takes,
            status,
            action,
            handler,
            refuse: None,
        }
    }

    /// The route of a protocol that is not ours: errors look as its senders know them, and the query is theirs.
    pub(crate) fn refused_by(self, refuse: Refuse) -> Route {
        Route { refuse: Some(refuse), ..self }
    }

    /// The parameters of its query string.
    pub(crate) fn known_params(&self) -> impl Iterator<Item = &'static Param> {
        self.params.into_iter().flatten()
    }

    /// Who may call it.
    pub(crate) fn door(&self) -> Door {
        self.handler.door()
    }

    /// Whether it is of a protocol that is not ours.
    pub(crate) fn is_foreign(&self) -> bool {
        self.refuse.is_some()
    }

    /// The route as a part of a router.
    pub(crate) fn serve(self, app: &Arc<App>) -> Option<(&'static str, MethodRouter)> {
        let filter = MethodFilter::try_from(self.method.clone()).ok()?;
        let path = self.path;
        let (route, app) = (Arc::new(self), Arc::clone(app));
        let handler = move |request: Request| {
            let (route, app) = (Arc::clone(&route), Arc::clone(&app));
            async move {
                let Some(refuse) = route.refuse else {
                    return route.answer(app, request).await.unwrap_or_else(Problem::into_response);
                };
                let (parts, body) = request.into_parts();
                let request = Request::from_parts(parts.clone(), body);
                route.answer(app, request).await.unwrap_or_else(|problem| refuse(&parts, &problem))
            }
        };
        Some((path, on(filter, handler)))
    }

    async fn answer(&self, app: Arc<App>, request: Request) -> Answer {
        let answer = self.handle(Arc::clone(&app), request).await;
        answer.map_err(|problem| app.refusals.name(problem))
    }

    async fn handle(&self, app: Arc<App>, request: Request) -> Answer {
        let (mut parts, body) = request.into_parts();
        let path = RawPathParams::from_request_parts(&mut parts, &())
            .await
            .map_err(|_| Problem::bad("the path is not valid UTF-8"))?
            .iter()
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect::<Vec<_>>();
        let mut call = Call { app, parts, path, params: Params::default(), body };
        let scope = match self.door() {
            Door::Open(_) => None,
            Door::Needs(permission) => {
                let principal = admit(&call.app, &call.parts, &call.path, permission)?;
                match self.admitted(&principal, permission) {
                    Ok(scope) => Some(scope),
                    Err(denied) => {
                        if permission != Permission::EventsAppend {
                            let act = recorded::refusal(self.action, &principal, &call);
                            recorded::refused(&call.app, act).await;
                        }
                        return Err(denied.into());
                    }
                }
            }
        };
        call.params = self.params(call.parts.uri.query())?;
        match self.action {
            None => {
                let is_ours = self.door() != Door::Needs(Permission::EventsAppend) && !self.is_foreign();
                let act = scope
                    .as_ref()
                    .filter(|_| is_ours)
                    .and_then(|scope| recorded::read(scope, &call, self.path));
                let app = Arc::clone(&call.app);
                let answer = self.handler.act(scope, call)?.await?;
                recorded::was_read(&app, act).await;
                Ok(answer)
            }
            Some(action) => {
                let known = scope.clone();
                let act = |call| match self.handler.act(scope, call) {
                    Ok(answer) => answer,
                    Err(denied) => Box::pin(std::future::ready(Err(denied.into()))),
                };
                recorded::answer(action, known.as_ref(), call, act).await
            }
        }
    }

    /// The scope of a caller who may all that is needed.
    fn admitted(&self, principal: &Principal, permission: Permission) -> Result<Scope, keys::Denied> {
        if let Some(also) = self.also {
            principal.scope(also)?;
        }
        principal.scope(permission)
    }

    fn params(&self, query: Option<&str>) -> Result<Params, Problem> {
        let mut params: Vec<(String, String)> = Vec::new();
        if self.door() == Door::Needs(Permission::EventsAppend) || self.refuse.is_some() {
            // Senders put into the address what they like.
            return Ok(Params::default());
        }
        for (name, text) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if !self.known_params().any(|param| param.name == name) {
                return Err(Problem::bad(format!("unknown parameter {name:?}"))
                    .suggestions(nearest(&name, self.known_params().map(|param| param.name))));
            }
            if params.iter().any(|(n, _)| *n == name) {
                return Err(Problem::bad(format!("parameter {name:?} was given twice")));
            }
            params.push((name.into_owned(), text.into_owned()));
        }
        Ok(Params(params))
    }
}

/// Who asks, by the credential that the permission is asked for with.
fn admit(
    app: &App,
    parts: &Parts,
    path: &[(String, String)],
    permission: Permission,
) -> Result<Principal, Problem> {
    if permission == Permission::EventsAppend {
        let segment = path.iter().find(|(name, _)| name == "token").map(|(_, text)| text.as_str());
        let token = presented(parts, segment).ok_or_else(Problem::unauthorized)?;
        authenticate(app, &token)
    } else {
        caller(app, &parts.method, &parts.headers)
    }
}

/// The ingest token of a request, wherever its sender put it.
pub(crate) fn presented(parts: &Parts, segment: Option<&str>) -> Option<String> {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    keys::ingest_token_from(header, parts.uri.query(), segment)
}

/// Who calls the API: by bearer token, or by session cookie.
pub(crate) fn caller(app: &App, method: &Method, headers: &HeaderMap) -> Result<Principal, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(bearer).ok_or_else(Problem::unauthorized)?;
        return authenticate(app, token);
    }
    let secret = session::cookie(headers).ok_or_else(Problem::unauthorized)?;
    if !method.is_safe() {
        same_origin(headers)?;
    }
    authenticate(app, secret)
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn authenticate(app: &App, token: &str) -> Result<Principal, Problem> {
    Ok(app.catalog.with(|content| content.keyring.authenticate(token, clock::now()))?)
}

/// A browser sends cookies for anyone; only our own pages may change something with them.
pub(crate) fn same_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_ours = match text("sec-fetch-site") {
        Some(site) => site == "same-origin" || site == "none",
        None => match (text("origin"), text("host")) {
            (Some(origin), Some(host)) => {
                origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
            }
            // No browser, or a browser's own request.
            (None, _) => true,
            (Some(_), None) => false,
        },
    };
    if is_ours {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "a page of another site may not do this with your session"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_others_change_nothing() {
        let case = |pairs: &[(&'static str, &'static str)]| {
            let headers: HeaderMap =
                pairs.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect();
            same_origin(&headers).is_ok()
        };
        assert!(case(&[("sec-fetch-site", "same-origin")]));
        assert!(!case(&[("sec-fetch-site", "cross-site"), ("origin", "http://a:1"), ("host", "a:1")]));
        assert!(!case(&[("sec-fetch-site", "same-site")]));
        assert!(case(&[("origin", "http://a:1"), ("host", "a:1")]));
        assert!(!case(&[("origin", "http://b:1"), ("host", "a:1")]));
        assert!(!case(&[("origin", "null"), ("host", "a:1")]));
        assert!(case(&[]));
    }
}
