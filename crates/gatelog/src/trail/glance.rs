//! Looks that nobody waits for: lists and totals of this program, things of a gateway. Once an hour for the same question, and
//! the answer leaves before the disk has it.

use std::hash::Hash;
use std::sync::Arc;

use event::Act;

use super::Unrecorded;
use crate::app::App;

/// Records that someone looked, unless they asked the same within the last hour. `unrecorded` hears when that fails.
pub(crate) async fn glanced(
    app: &Arc<App>,
    question: impl Hash + Send + 'static,
    act: Act,
    unrecorded: impl FnOnce(Unrecorded) + Send + 'static,
) {
    if !app.trail.recent.is_new_this_hour(&question, act.time) {
        return;
    }
    let handed = app.trail.hand(act).await;
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let recorded = match handed {
            Ok(handed) => handed.durable().await.map_err(Unrecorded::from),
            Err(error) => Err(error),
        };
        if let Err(error) = recorded {
            app.trail.recent.forget(&question);
            unrecorded(error);
        }
    });
}
