//! What is done only for those who may. It cannot be made without saying who that is.

use crate::principal::{Denied, Scope};
use crate::role::Permission;

/// Who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Anyone, and why that is right.
    Open(&'static str),
    /// Whoever has the permission.
    Needs(Permission),
}

/// What is done with a call, behind its door.
///
/// There are two ways to make one, and each asks who may: a permission, with a function that takes the [`Scope`] of a
/// caller who has it, or the reason why anyone may. What has neither does not compile (`tests/walls/`).
///
/// ```
/// use keys::{Guarded, Permission, Scope};
///
/// let read = Guarded::needs(Permission::EventsRead, |scope: Scope, n: u32| (scope.tenant(), n));
/// assert!(read.act(None, 1).is_err());
/// let probe = Guarded::open("tells nothing", |n: u32| n + 1);
/// assert_eq!(probe.act(None, 1), Ok(2));
/// ```
///
/// Without a permission:
/// ```compile_fail
/// let read = keys::Guarded::needs(|scope: keys::Scope, n: u32| n);
/// ```
///
/// With a function that lets anyone in and does as if it had been asked:
/// ```compile_fail
/// let read = keys::Guarded::open("no reason", |scope: keys::Scope, n: u32| n);
/// ```
pub struct Guarded<C, A>(Act<C, A>);

enum Act<C, A> {
    Open(&'static str, Box<dyn Fn(C) -> A + Send + Sync>),
    Needs(Permission, Box<dyn Fn(Scope, C) -> A + Send + Sync>),
}

impl<C, A> Guarded<C, A> {
    /// For those who have the permission.
    pub fn needs(permission: Permission, act: impl Fn(Scope, C) -> A + Send + Sync + 'static) -> Self {
        Guarded(Act::Needs(permission, Box::new(act)))
    }

    /// For anyone. `why` says why that is right.
    pub fn open(why: &'static str, act: impl Fn(C) -> A + Send + Sync + 'static) -> Self {
        Guarded(Act::Open(why, Box::new(act)))
    }

    /// Who is let in.
    pub fn door(&self) -> Door {
        match &self.0 {
            Act::Open(why, _) => Door::Open(why),
            Act::Needs(permission, _) => Door::Needs(*permission),
        }
    }

    /// Does it. Where a permission is needed, the scope must be one for that permission.
    pub fn act(&self, scope: Option<Scope>, call: C) -> Result<A, Denied> {
        match (&self.0, scope) {
            (Act::Open(_, act), _) => Ok(act(call)),
            (Act::Needs(permission, act), Some(scope)) => {
                scope.require(*permission)?;
                Ok(act(scope, call))
            }
            (Act::Needs(permission, _), None) => Err(Denied { permission: *permission }),
        }
    }
}
