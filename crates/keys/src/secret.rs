//! A value that must not be printed. It has no `Debug`, no `Display` and no `Serialize`, so a struct that holds
//! one cannot be logged by accident: it does not compile.

use serde::{Deserialize, Deserializer};

/// A value that must not be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps the value.
    pub fn new(value: T) -> Self {
        Secret(value)
    }

    /// The value. Each call is a place to look at in a review.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// The value, no longer wrapped.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

/// Settings hold secrets.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::deserialize(from).map(Secret)
    }
}
