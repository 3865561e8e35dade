//! What of a call goes into the trail, and when: a change before it is handed on, or, where the settings say that the change
//! matters more than its record, while it is; what became of it, a refusal and a read after the answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use event::Act;
use tokio::task::JoinHandle;

use super::act::{self, Call};
use super::forward::Visit;
use super::{Pending, Proxy};
use crate::app::App;
use crate::http::error::Problem;
use crate::trail::{Unrecorded, glanced};
use crate::{clock, log};

/// A change whose record is durable, or under way.
pub(super) struct Begun {
    pub(super) act: Act,
    /// Tells whether it became durable; none when it is.
    under_way: Option<JoinHandle<bool>>,
    pending: Pending,
}

impl Begun {
    /// Adds what became of the change, behind its record. An end without one would tell nothing.
    pub(super) fn ends(self, app: &Arc<App>, proxy: &Arc<Proxy>, end: Act) {
        let (app, proxy) = (Arc::clone(app), Arc::clone(proxy));
        tokio::spawn(async move {
            let Begun { act, under_way, pending } = self;
            let is_recorded = match under_way {
                Some(under_way) => under_way.await.unwrap_or(false),
                None => true,
            };
            if is_recorded && let Err(error) = app.trail.end_late(end).await {
                // It is done; the trail has that it was begun.
                proxy.numbers.unrecorded.fetch_add(1, Ordering::Relaxed);
                let fields: [log::Field<'_>; 2] = [("request", &act.request_id), ("error", &error)];
                log::error("what became of an act was not recorded", &fields);
            }
            drop(pending);
        });
    }
}

impl Visit {
    /// Records a change that is about to be handed on. With `fail = "closed"` it is durable then, or refused. With
    /// `fail = "open"` the trail's writer has it, behind what it was given before, and the change does not wait for the
    /// disk; none when it goes on without a record. What is under way is bounded by the writer's queue.
    pub(super) async fn begin(&self, act: Act) -> Result<Option<Begun>, Problem> {
        let pending = self.proxy.pending();
        let handed = match self.app.trail.hand(act.clone()).await {
            Ok(handed) => handed,
            Err(error) => return self.unrecorded(error).map(|()| None),
        };
        if !self.proxy.plan.is_open {
            return match handed.durable().await {
                Ok(_) => Ok(Some(Begun { act, under_way: None, pending })),
                Err(error) => self.unrecorded(error.into()).map(|()| None),
            };
        }
        let (proxy, under_way) = (Arc::clone(&self.proxy), self.proxy.pending());
        let under_way = tokio::spawn(async move {
            let durable = handed.durable().await;
            let is_recorded = durable.is_ok();
            if let Err(error) = durable {
                went_on(&proxy, &error.into());
            }
            drop(under_way);
            is_recorded
        });
        Ok(Some(Begun { act, under_way: Some(under_way), pending }))
    }

    /// What cannot be recorded is refused, or counted where the settings say that it goes on.
    fn unrecorded(&self, error: Unrecorded) -> Result<(), Problem> {
        if !self.proxy.plan.is_open {
            return Err(error.into());
        }
        went_on(&self.proxy, &error);
        Ok(())
    }

    /// A known operator who may not.
    pub(super) async fn denied(&self, call: &Call) {
        let denied = act::begun(&self.proxy.plan, call, None, None, &self.app.rules, clock::now());
        let Ok(denied) = denied else { return };
        let denied = Act { outcome: "denied".to_owned(), status: "403".to_owned(), ..denied };
        let question = (&denied.operator, &denied.address, &denied.request);
        if self.app.trail.recent.is_new(question, denied.time)
            && let Err(error) = self.app.trail.record(denied).await
        {
            // It is refused in any case.
            log::error("a refused call could not be recorded", &[("error", &error)]);
        }
    }

    /// A thing or a list was read: once an hour for the same one, whatever the parameters, and nobody waits for it.
    pub(super) async fn looked(&self, call: &Call, status: StatusCode) -> Result<(), Problem> {
        let look = act::begun(&self.proxy.plan, call, None, None, &self.app.rules, clock::now())?;
        let outcome = act::outcome(status).to_owned();
        let look = Act { outcome, status: status.as_str().to_owned(), ..look };
        let question = (look.operator.clone(), look.address.clone(), look.request.clone());
        let proxy = Arc::clone(&self.proxy);
        glanced(&self.app, question, look, move |error| went_on(&proxy, &error)).await;
        Ok(())
    }
}

fn went_on(proxy: &Proxy, error: &Unrecorded) {
    proxy.numbers.unrecorded.fetch_add(1, Ordering::Relaxed);
    let fields: [log::Field<'_>; 2] = [("proxy", &proxy.plan.name), ("error", error)];
    log::error("a call went on that could not be recorded", &fields);
}
