//! What only someone who sees everything does: what concerns rows, or texts of them, that a part would not show.

use axum::http::StatusCode;
use keys::Scope;

use super::error::Problem;

/// Refuses who sees some events only, or no whole client addresses. The text says what they therefore do not get or do.
pub(super) fn sees_all(scope: &Scope, therefore: &str) -> Result<(), Problem> {
    match scope.sees_all() {
        true => Ok(()),
        false => {
            let detail =
                format!("your account sees some events only, or no whole addresses, and {therefore}");
            Err(Problem::new(StatusCode::FORBIDDEN, detail))
        }
    }
}
